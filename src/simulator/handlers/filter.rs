//! Filters and order of the rows of a list: parameters and `filters` with the names of properties.

use serde_json::Value;

use super::call::Call;

/// The conditions for the rows of a list, and their order.
pub(crate) struct Filter {
    /// The path of a property, the expected value, and whether it must be equal.
    wanted: Vec<(String, Value, bool)>,
    sort: Option<String>,
    descends: bool,
}

impl Filter {
    /// Returns the filter of a call; `None` if it selects all rows in their order.
    pub(crate) fn of(call: &Call<'_>, row: &Value) -> Option<Self> {
        let mut wanted = Vec::new();
        let mut sort = None;
        let is_property = |name: &str| call.document().property(row, name).is_some();
        for (name, value) in &call.request.query {
            match value {
                Value::Object(filters) => {
                    for (name, value) in filters {
                        match name.strip_prefix("exact") {
                            Some(rest) => wanted.push((uncapitalized(rest), value.clone(), true)),
                            None => wanted.push((name.clone(), value.clone(), false)),
                        }
                    }
                }
                Value::String(property) if name == "sortBy" => sort = Some(property.clone()),
                _ => wanted.push((name.clone(), value.clone(), false)),
            }
        }
        for (name, ..) in &mut wanted {
            if name == "identitytypes" {
                *name = "type/type".to_owned();
            }
        }
        wanted.retain(|(name, ..)| {
            let property = name.split('/').next().unwrap_or_default();
            is_property(property) && !call.endpoint.is_of_paging(name)
        });
        let sort = sort.filter(|property| is_property(property));
        let descends = |order: &Value| {
            order
                .as_str()
                .is_some_and(|order| order.eq_ignore_ascii_case("desc"))
        };
        let filter = Self {
            descends: call.request.query.get("sortOrder").is_some_and(descends),
            wanted,
            sort,
        };
        (!filter.wanted.is_empty() || filter.sort.is_some()).then_some(filter)
    }

    pub(crate) fn matches(&self, row: &Value) -> bool {
        self.wanted.iter().all(|(name, wanted, exactly)| {
            let is = |wanted: &Value| match (
                row.pointer(&format!("/{name}")).unwrap_or(&Value::Null),
                wanted,
            ) {
                (Value::String(known), Value::String(wanted)) => {
                    let (known, wanted) = (known.to_lowercase(), wanted.to_lowercase());
                    match exactly {
                        true => known == wanted,
                        // Some filters have several values in one string.
                        false => wanted.split(',').any(|wanted| known.contains(wanted)),
                    }
                }
                (Value::Number(known), Value::String(wanted)) => {
                    wanted.split(',').any(|wanted| wanted == known.to_string())
                }
                (Value::String(known), Value::Number(wanted)) => *known == wanted.to_string(),
                (known, wanted) => known == wanted,
            };
            match wanted {
                Value::Array(several) => several.iter().any(is),
                one => is(one),
            }
        })
    }

    pub(crate) fn sort(&self, rows: &mut [Value]) {
        let Some(property) = &self.sort else {
            return;
        };
        rows.sort_by(|left, right| {
            let (left, right) = (&left[property], &right[property]);
            let order = match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.as_str().cmp(&right.as_str()),
            };
            match self.descends {
                true => order.reverse(),
                false => order,
            }
        });
    }
}

/// `Name` as `name`.
fn uncapitalized(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

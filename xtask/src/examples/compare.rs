//! Tells where a value that went through the crate is not the one that went in.

use serde_json::Value;

use super::schema::Place;

/// A place where two values differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its JSON path.
    pub path: String,
    /// What is different.
    pub what: String,
}

/// Where `after` is not the same JSON as `before`. The order of keys does not count, nor do properties that the specification does not
/// describe, nor how a scalar is written that the crate reads leniently. `lenient` takes nothing, null and an empty list for the same.
#[must_use]
pub fn differences(
    before: &Value,
    after: &Value,
    schema: &Place<'_>,
    lenient: bool,
) -> Vec<Difference> {
    let mut comparison = Comparison {
        lenient,
        found: Vec::new(),
    };
    comparison.compare(Some(before), Some(after), schema, "$".into());
    comparison.found
}

struct Comparison {
    lenient: bool,
    found: Vec<Difference>,
}

impl Comparison {
    fn compare(
        &mut self,
        before: Option<&Value>,
        after: Option<&Value>,
        schema: &Place<'_>,
        path: String,
    ) {
        let differs = match (before, after) {
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                let added = other.keys().filter(|name| !one.contains_key(*name));
                for name in one.keys().chain(added) {
                    let schema = schema.property(name);
                    if other.contains_key(name) || schema.is_described() {
                        self.compare(
                            one.get(name),
                            other.get(name),
                            &schema,
                            format!("{path}.{name}"),
                        );
                    }
                }
                false
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                // Nothing stands for an element of an answer that is null.
                let one: Vec<_> = one
                    .iter()
                    .filter(|item| !self.lenient || !item.is_null())
                    .collect();
                let schema = schema.item();
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.compare(Some(one), Some(other), &schema, format!("{path}[{index}]"));
                }
                one.len() != other.len()
            }
            (Some(one), Some(other)) if one == other || same_scalar(one, other, schema) => false,
            (one, other) => !(self.lenient && is_nothing(one) && is_nothing(other)),
        };
        if differs {
            let what = format!("{} became {}", show(before), show(after));
            self.found.push(Difference { path, what });
        }
    }
}

fn is_nothing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::String(text)) => text.is_empty(),
        _ => false,
    }
}

/// Whether two scalars mean the same: the same text or number, or a date in two notations.
fn same_scalar(one: &Value, other: &Value, schema: &Place<'_>) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let (Some(one), Some(other)) = (text(one), text(other)) else {
        return false;
    };
    let number = |text: &str| text.parse::<f64>().ok();
    one == other
        || number(&one).is_some_and(|one| Some(one) == number(&other))
        || (schema.is_date() && !one.is_empty() && !other.is_empty())
}

fn show(value: Option<&Value>) -> String {
    const LONGEST: usize = 60;
    let Some(value) = value else {
        return "nothing".into();
    };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

//! Where a value that was decoded and encoded again is not the one that it was.

use cisco_secure_access_openapi::Candidates;
use serde_json::Value;

use super::collect::Direction;
use super::schema::DecoderView;

/// A place where two values differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its JSON path.
    pub path: String,
    /// What is different.
    pub what: String,
}

/// Where `after` is not the same JSON as `before`, of which these are the schemas. The order of properties does not count.
///
/// Of a response, null may be missing in `after`: objects that are never sent again do not keep their nulls, and a list that is the whole
/// response has no object around it that could.
#[must_use]
pub fn differences(
    before: &Value,
    after: &Value,
    schemas: &Candidates<'_>,
    direction: Direction,
) -> Vec<Difference> {
    let mut comparison = Comparison {
        may_drop_nulls: direction == Direction::Response,
        found: Vec::new(),
    };
    match before {
        Value::Array(items) if comparison.may_drop_nulls => {
            let items = items.iter().filter(|item| !item.is_null()).cloned();
            comparison.compare(&items.collect(), after, schemas, "$".to_owned());
        }
        _ => comparison.compare(before, after, schemas, "$".to_owned()),
    }
    comparison.found
}

struct Comparison {
    may_drop_nulls: bool,
    found: Vec<Difference>,
}

impl Comparison {
    fn compare(&mut self, before: &Value, after: &Value, schemas: &Candidates<'_>, path: String) {
        match (before, after) {
            (Value::Object(one), Value::Object(other)) => {
                for (name, before) in one {
                    let path = schemas.property_path(&path, name);
                    match other.get(name) {
                        Some(after) => self.compare(before, after, &schemas.property(name), path),
                        None if self.may_drop_nulls && before.is_null() => {}
                        None => self.add(path, Some(before), None),
                    }
                }
                for (name, after) in other.iter().filter(|(name, _)| !one.contains_key(*name)) {
                    self.add(schemas.property_path(&path, name), None, Some(after));
                }
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                for (index, (before, after)) in one.iter().zip(other).enumerate() {
                    let path = format!("{path}[{index}]");
                    self.compare(before, after, &schemas.item(index), path);
                }
            }
            _ if before == after => {}
            _ => self.add(path, Some(before), Some(after)),
        }
    }

    fn add(&mut self, path: String, before: Option<&Value>, after: Option<&Value>) {
        let what = format!("{} became {}", show(before), show(after));
        self.found.push(Difference { path, what });
    }
}

fn show(value: Option<&Value>) -> String {
    const MAX_LENGTH: usize = 60;
    let Some(value) = value else {
        return "nothing".into();
    };
    let text = value.to_string();
    match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

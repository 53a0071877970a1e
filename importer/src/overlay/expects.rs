//! What an action expects to replace: `x-expects`, which the import writes beside its target.
//!
//! It is a mapping from the path of each replaced value, below the target, to the value: `{schema/type: string}`. If not all that the
//! target matches had the same values, the paths are those in the document, with the name of a list element in the place of its index,
//! as elements move. A long value stands as its digest.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::json::escape;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The key of an action.
pub(super) const EXPECTS: &str = "x-expects";

/// The path of the target itself, which a removal replaces.
pub(super) const ITSELF: &str = ".";

/// The length of the longest JSON that stands as it is.
const LONGEST: usize = 120;

/// The number of bytes of a digest.
const DIGEST: usize = 8;

/// What an action replaces, by the location of each target.
#[derive(Debug, Default)]
pub(super) struct Replaced(Vec<(String, BTreeMap<String, Value>)>);

impl Replaced {
    /// Adds the values that are replaced below `pointer`.
    pub(super) fn add(
        &mut self,
        document: &Value,
        pointer: &str,
        values: &BTreeMap<String, &Value>,
    ) {
        let values = values
            .iter()
            .map(|(path, value)| (path.clone(), shortened(value)));
        self.0.push((location(document, pointer), values.collect()));
    }

    /// The value of `x-expects`.
    pub(super) fn stated(self) -> Map<String, Value> {
        let mut targets = self.0.iter().map(|(_, values)| values);
        let first = targets.next();
        match first {
            Some(first) if targets.all(|values| values == first) => {
                first.clone().into_iter().collect()
            }
            _ => {
                let below = |(location, values): (String, BTreeMap<String, Value>)| {
                    values.into_iter().map(move |(path, value)| {
                        let path = match path.as_str() {
                            ITSELF => location.clone(),
                            path => format!("{location}/{path}"),
                        };
                        (path, value)
                    })
                };
                let sorted: BTreeMap<String, Value> = self.0.into_iter().flat_map(below).collect();
                sorted.into_iter().collect()
            }
        }
    }
}

/// A pointer with the names of list elements that have one.
fn location(document: &Value, pointer: &str) -> String {
    let mut location = String::new();
    let mut node = document;
    for token in pointer.split('/').skip(1) {
        let is_element = node.is_array();
        node = node.pointer(&format!("/{token}")).unwrap_or(&Value::Null);
        let name = node["name"].as_str().filter(|_| is_element).map(escape);
        location.push('/');
        location.push_str(name.as_deref().unwrap_or(token));
    }
    location
}

/// A value, or the digest of a long one.
fn shortened(value: &Value) -> Value {
    let mut value = value.clone();
    value.sort_all_objects();
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return value;
    }
    let digest = Sha256::digest(text);
    let digits: String = digest[..DIGEST]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Value::String(format!("sha256:{digits}"))
}

/// What one has and the other has not.
pub(super) fn difference(
    one: &Map<String, Value>,
    other: &Map<String, Value>,
) -> Map<String, Value> {
    let pairs = one
        .iter()
        .filter(|(path, value)| other.get(*path) != Some(value));
    pairs
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect()
}

/// The flow notation of YAML, in one line.
pub(super) fn written(replaced: &Map<String, Value>) -> String {
    if replaced.is_empty() {
        return "nothing".to_owned();
    }
    flow(&Value::Object(replaced.clone()))
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key), flow(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(flow).collect::<Vec<_>>().join(", ")
            )
        }
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A string, in quotes where YAML would read something else.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let begins = |letter: char| letter.is_ascii_alphabetic() || "/$_".contains(letter);
    let continues = |letter: char| letter.is_ascii_alphanumeric() || "/$_.-~".contains(letter);
    let is_plain = text.starts_with(begins)
        && text.chars().all(continues)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    match is_plain || text == ITSELF {
        true => text.to_owned(),
        false => Value::from(text).to_string(),
    }
}

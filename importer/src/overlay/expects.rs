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
    pub(super) fn stated(&self) -> Map<String, Value> {
        let mut targets = self.0.iter().map(|(_, values)| values);
        let first = targets.next();
        match first {
            Some(first) if targets.all(|values| values == first) => {
                first.clone().into_iter().collect()
            }
            _ => {
                let values = self.0.iter().flat_map(|(location, values)| {
                    values
                        .iter()
                        .map(|(path, value)| (joined(location, path), value.clone()))
                });
                values.collect::<BTreeMap<_, _>>().into_iter().collect()
            }
        }
    }

    /// What of `expected` is not replaced, and what is replaced but not of it.
    pub(super) fn differences(
        &self,
        expected: &Map<String, Value>,
    ) -> (Map<String, Value>, Map<String, Value>) {
        let found = self.stated();
        match (is_by_location(expected), is_by_location(&found)) {
            (false, true) => {
                let expected = self.everywhere(expected);
                (difference(&expected, &found), difference(&found, &expected))
            }
            (true, false) => {
                let found = self.everywhere(&found);
                (difference(expected, &found), difference(&found, expected))
            }
            _ => (difference(expected, &found), difference(&found, expected)),
        }
    }

    /// Values that are the same at each target, by their location.
    fn everywhere(&self, values: &Map<String, Value>) -> Map<String, Value> {
        let at = |(location, _): &(String, _)| {
            let values = values.iter();
            let values = values.map(|(path, value)| (joined(location, path), value.clone()));
            values.collect::<Vec<_>>()
        };
        self.0.iter().flat_map(at).collect()
    }
}

/// Whether the paths are those in the document.
fn is_by_location(values: &Map<String, Value>) -> bool {
    values.keys().any(|path| path.starts_with('/'))
}

/// The location of the value at a path below a target.
fn joined(location: &str, path: &str) -> String {
    match path {
        ITSELF => location.to_owned(),
        path => format!("{location}/{path}"),
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
fn difference(one: &Map<String, Value>, other: &Map<String, Value>) -> Map<String, Value> {
    let pairs = one
        .iter()
        .filter(|(path, value)| other.get(*path) != Some(value));
    pairs
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect()
}

/// The flow notation of YAML, in one line.
pub(super) fn written(replaced: &Map<String, Value>) -> String {
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

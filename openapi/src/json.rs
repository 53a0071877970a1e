//! Members of JSON objects, and JSON pointers.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// The string of a member.
#[must_use]
pub fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The strings of a member that is a list.
#[must_use]
pub fn strings(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Whether a member is `true`.
#[must_use]
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// A key as a segment of a JSON pointer.
#[must_use]
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The string of a member that must have one; `pointer` is that of the object.
pub(crate) fn required_text(value: &Value, pointer: &str, key: &str) -> Result<String> {
    text(value, key).ok_or_else(|| Error::new(format!("{pointer}/{key}"), "expected a string"))
}

/// The object of a member that must have one; `pointer` is that of the object around it.
pub(crate) fn required_object<'a>(
    value: &'a Value,
    pointer: &str,
    key: &str,
) -> Result<&'a Map<String, Value>> {
    value
        .get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| Error::new(format!("{pointer}/{key}"), "expected an object"))
}

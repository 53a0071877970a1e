//! Access to a document: members of objects, and the components that references name.

use serde_json::Value;

use crate::error::{Error, Result};

/// The name in `#/components/schemas/<name>`.
pub(crate) fn component_name<'a>(reference: &'a Value, pointer: &str) -> Result<&'a str> {
    reference
        .as_str()
        .and_then(|text| text.strip_prefix("#/components/schemas/"))
        .ok_or_else(|| {
            Error::new(
                format!("{pointer}/$ref"),
                format!("{reference} is not supported: expected #/components/schemas/<name>"),
            )
        })
}

/// The schema called `name` under `components`.
pub(crate) fn component<'a>(document: &'a Value, name: &str, pointer: &str) -> Result<&'a Value> {
    document
        .get("components")
        .and_then(|components| components.get("schemas"))
        .and_then(|schemas| schemas.get(name))
        .ok_or_else(|| {
            Error::new(
                format!("{pointer}/$ref"),
                format!("there is no schema `{name}` under components"),
            )
        })
}

/// The string of a member.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Escapes a key for a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

//! Bounds of results: agents read a result whole, and what they can read is limited.

use cisco_secure_access_openapi::json::escape;
use serde_json::{Value, json};

/// How many parts of a value an outline lists.
const MAX_PARTS: usize = 100;

/// The length of a value in JSON.
pub(super) fn length(value: &Value) -> usize {
    value.to_string().len()
}

/// A value that is not longer than `max`, or its outline with a hint: what parts it has, and how long they are.
pub(super) fn bounded(value: Value, pointer: &str, max: usize, hint: &str) -> Value {
    let bytes = length(&value);
    if bytes <= max {
        return value;
    }
    let (count, parts) = match &value {
        Value::Object(object) => {
            let parts = object.iter().map(|(name, value)| (escape(name), value));
            (object.len(), listed(parts, pointer, max / 2))
        }
        Value::Array(list) => {
            let parts = list.iter().enumerate();
            let parts = parts.map(|(index, value)| (index.to_string(), value));
            (list.len(), listed(parts, pointer, max / 2))
        }
        _ => (0, Vec::new()),
    };
    let mut outline = json!({
        "truncated": true,
        "bytes": bytes,
        "maxBytes": max,
        "count": count,
        "parts": parts,
        "hint": hint,
    });
    if let Value::String(text) = &value {
        // A character takes six bytes at most in JSON.
        outline["start"] = text.chars().take(max / 12).collect::<String>().into();
    }
    outline
}

/// The first parts of a value, as many as fit.
fn listed<'a>(
    parts: impl Iterator<Item = (String, &'a Value)>,
    pointer: &str,
    max: usize,
) -> Vec<Value> {
    let mut sum = 0;
    parts
        .take(MAX_PARTS)
        .map(
            |(name, value)| json!({"pointer": format!("{pointer}/{name}"), "bytes": length(value)}),
        )
        .take_while(|part| {
            sum += length(part);
            sum <= max
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_becomes_its_outline() {
        let value = json!({"a/b": "x".repeat(100), "c": [1, 2]});
        assert_eq!(bounded(value.clone(), "", 1000, "hint"), value);
        let outline = bounded(value, "/data", 100, "hint");
        assert_eq!(outline["truncated"], true);
        assert_eq!(outline["bytes"], 120);
        assert_eq!(outline["count"], 2);
        assert_eq!(
            outline["parts"],
            json!([{"pointer": "/data/a~1b", "bytes": 102}])
        );
    }

    #[test]
    fn a_long_text_keeps_its_start() {
        let outline = bounded(Value::from("é".repeat(500)), "", 120, "hint");
        assert_eq!(outline["start"], "é".repeat(10));
        let escaped = bounded(Value::from("\u{1b}".repeat(500)), "", 120, "hint");
        assert_eq!(escaped["start"], "\u{1b}".repeat(10));
    }
}

//! `--template`: a body to fill in. What has no example in the document gets a sample of its schema.

use cisco_secure_access_openapi::{Candidates, Content};
use serde_json::{Map, Value};

use crate::catalog::Entry;

/// How deep a template shows objects in objects.
const MAX_DEPTH: usize = 6;

/// The body of the example in the document; if there is none, one with all properties.
pub(crate) fn body(entry: Entry) -> Value {
    let Some(body) = &entry.description.body else {
        return Value::Null;
    };
    let (Content::Json(schema) | Content::Form(schema)) = &body.content else {
        return Value::Null;
    };
    match &body.example {
        Some(example) => example.clone(),
        None => sample(entry, schema),
    }
}

/// A value that shows the form of a schema.
pub(crate) fn sample(entry: Entry, schema: &Value) -> Value {
    sample_of(&Candidates::new(entry.document.root(), schema), 0)
}

/// A value that shows the form of one of the schemas.
fn sample_of(candidates: &Candidates<'_>, depth: usize) -> Value {
    let Some(schema) = candidates.schemas().first() else {
        return Value::Null;
    };
    let known = ["example", "default"]
        .iter()
        .find_map(|key| schema.get(*key));
    let listed = || schema["enum"].as_array()?.first();
    if let Some(value) = known.or_else(listed) {
        return value.clone();
    }
    match schema["type"].as_str() {
        _ if depth > MAX_DEPTH => Value::Null,
        Some("string") => Value::from(""),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
        Some("boolean") => Value::from(false),
        Some("array") => Value::Array(vec![sample_of(&candidates.item(0), depth + 1)]),
        _ => {
            let properties = schema["properties"].as_object();
            let properties = properties.into_iter().flatten().map(|(name, _)| {
                (
                    name.clone(),
                    sample_of(&candidates.property(name), depth + 1),
                )
            });
            Value::Object(properties.collect::<Map<_, _>>())
        }
    }
}

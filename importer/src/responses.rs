//! What the response to a call holds: its schema, and the schemas at a JSON pointer into it.

use serde_json::{Map, Value};

/// The first response for success that has JSON.
pub(crate) fn schema(operation: &Map<String, Value>) -> Option<&Value> {
    successes(operation).find_map(|response| response["content"]["application/json"].get("schema"))
}

/// The responses for success, in the order of their statuses.
pub(crate) fn successes(operation: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let responses = operation.get("responses").and_then(Value::as_object);
    responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(_, response)| response)
}

/// The schema behind a chain of references.
pub(crate) fn deref<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    let mut schema = schema;
    // No chain is longer; one that leads back to itself ends here, too.
    for _ in 0..20 {
        let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|target| target.rsplit('/').next())
        else {
            break;
        };
        schema = &schemas[name];
    }
    schema
}

/// The schemas that a value at a JSON pointer can have, those of all variants of unions among them.
pub(crate) fn at<'a>(schema: &'a Value, pointer: &str, schemas: &'a Value) -> Vec<&'a Value> {
    let mut found = variants(schema, schemas);
    for step in pointer.split('/').skip(1) {
        let below = found
            .iter()
            .filter_map(|schema| schema["properties"].get(step))
            .flat_map(|schema| variants(schema, schemas));
        found = below.collect();
    }
    found
}

/// A schema with its references followed, and the variants and parts that it is made of.
fn variants<'a>(schema: &'a Value, schemas: &'a Value) -> Vec<&'a Value> {
    let schema = deref(schema, schemas);
    let parts = ["oneOf", "anyOf", "allOf"].iter();
    let parts = parts.filter_map(|key| schema[*key].as_array()).flatten();
    parts
        .map(|part| deref(part, schemas))
        .chain([schema])
        .collect()
}

/// Whether one of the schemas has one of the types.
pub(crate) fn is_any(schemas: &[&Value], types: &[&str]) -> bool {
    schemas.iter().any(|schema| {
        schema["type"]
            .as_str()
            .is_some_and(|word| types.contains(&word))
    })
}

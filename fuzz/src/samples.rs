//! A value for each answer of the specifications, with everything in it, to be changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The specifications of all path scopes.
const SPECIFICATIONS: [(&str, &str); 6] = [
    ("admin", include_str!("../../specs/admin.json")),
    ("auth", include_str!("../../specs/auth.json")),
    ("deployments", include_str!("../../specs/deployments.json")),
    ("investigate", include_str!("../../specs/investigate.json")),
    ("policies", include_str!("../../specs/policies.json")),
    ("reports", include_str!("../../specs/reports.json")),
];
/// Schemas may contain themselves.
const DEEPEST: usize = 12;

/// The samples of all operations, by `scope.operation`: of the answer and, where there is one, of the body.
pub fn samples() -> BTreeMap<String, Vec<Value>> {
    let mut samples = BTreeMap::new();
    for (scope, text) in SPECIFICATIONS {
        let document: Value = serde_json::from_str(text).expect("the specifications are JSON");
        for operation in operations(&document) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let answers = operation["responses"].as_object().into_iter().flatten();
            let answers = answers.filter(|(status, _)| status.starts_with('2'));
            let contents = answers
                .map(|(_, answer)| answer)
                .chain([&operation["requestBody"]])
                .map(|holder| &resolve(&document, holder)["content"]["application/json"]["schema"]);
            let values = contents
                .filter(|schema| !schema.is_null())
                .map(|schema| sample(&document, schema, 0));
            samples.insert(format!("{scope}.{id}"), values.collect());
        }
    }
    samples
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .filter_map(|(_, path)| path.as_object())
        .flat_map(|path| path.values())
        .filter(|operation| operation["operationId"].is_string())
}

fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(place) => document
            .pointer(place.trim_start_matches('#'))
            .unwrap_or(&Value::Null),
        None => value,
    }
}

/// A value that fits a schema, more or less.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolve(document, schema);
    if depth > DEEPEST {
        return Value::Null;
    }
    let below = |schema| sample(document, schema, depth + 1);
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    if let Some(form) = schema["oneOf"].get(0).or(schema["anyOf"].get(0)) {
        return below(form);
    }
    let mut object = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match below(part) {
            Value::Object(properties) => object.extend(properties),
            other => return other,
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        object.insert(name.clone(), below(property));
    }
    if schema["additionalProperties"].is_object() {
        object.insert("any".to_owned(), below(&schema["additionalProperties"]));
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        _ if !object.is_empty() => Value::Object(object),
        (Some("array"), _) => json!([below(&schema["items"])]),
        (Some("integer"), _) => json!(7),
        (Some("number"), _) => json!(0.5),
        (Some("boolean"), _) => json!(true),
        (Some("string"), Some("date")) => json!("2026-01-15"),
        (Some("string"), Some("date-time")) => json!("2026-01-15T08:00:00Z"),
        (Some("string"), _) => json!("harbour"),
        _ => json!({}),
    }
}

//! Values for each response and body of the specifications, with all properties, as input of mutations.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cisco_secure_access_codegen::scopes;
use serde_json::{Map, Value, json};

/// The maximum depth of a sample: schemas may contain themselves.
const MAX_DEPTH: usize = 12;
/// The number of samples of each schema, which differ in the variants of their unions and in their enumeration values.
const TURNS: usize = 4;

/// The samples of all operations, by `scope.operation`: of the response and, where there is one, of the body.
pub fn samples() -> BTreeMap<String, Vec<Value>> {
    let mut samples = BTreeMap::new();
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    for scope in scopes(&specs).expect("the specifications are there") {
        let file = specs.join(format!("{scope}.json"));
        let text = fs::read_to_string(file).expect("a specification can be read");
        let document: Value = serde_json::from_str(&text).expect("the specifications are JSON");
        for operation in operations(&document) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let responses = operation["responses"].as_object().into_iter().flatten();
            let responses = responses.filter(|(status, _)| status.starts_with('2'));
            let contents = responses
                .map(|(_, response)| response)
                .chain([&operation["requestBody"]])
                .map(|holder| &resolve(&document, holder)["content"]["application/json"]["schema"]);
            let mut values: Vec<_> = contents
                .filter(|schema| !schema.is_null())
                .flat_map(|schema| {
                    let document = &document;
                    (0..TURNS).map(move |turn| Sampler { document, turn }.sample(schema, 0))
                })
                .collect();
            values.dedup();
            samples.insert(format!("{scope}.{id}"), values);
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
        Some(pointer) => document
            .pointer(pointer.trim_start_matches('#'))
            .unwrap_or(&Value::Null),
        None => value,
    }
}

/// Makes samples of the schemas of a document.
struct Sampler<'d> {
    document: &'d Value,
    /// The number of the variant and of the enumeration value that is taken, modulo their count.
    turn: usize,
}

impl Sampler<'_> {
    /// A value that mostly matches a schema.
    fn sample(&self, schema: &Value, depth: usize) -> Value {
        let schema = resolve(self.document, schema);
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        let below = |schema| self.sample(schema, depth + 1);
        if let Some(value) = self.one_of(&schema["enum"]) {
            return value.clone();
        }
        let variants = self.one_of(&schema["oneOf"]);
        if let Some(variant) = variants.or_else(|| self.one_of(&schema["anyOf"])) {
            return below(variant);
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
        if let Some(elements) = schema["x-tuple"].as_array() {
            return elements.iter().map(|it| below(&it["schema"])).collect();
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            _ if !object.is_empty() => Value::Object(object),
            (Some("array"), _) => json!([below(&schema["items"])]),
            (Some("integer"), Some("epoch-seconds")) => json!(1_768_464_000_i64),
            (Some("integer"), Some("epoch-milliseconds")) => json!(1_768_464_000_000_i64),
            (Some("integer"), Some("epoch-nanoseconds")) => json!(1_768_464_000_000_000_000_i64),
            (Some("integer"), _) => json!(7),
            (Some("number"), _) => json!(0.5),
            (Some("boolean"), _) => json!(true),
            (Some("string"), Some("date")) => json!("2026-01-15"),
            (Some("string"), Some("date-time")) => json!("2026-01-15T08:00:00Z"),
            (Some("string"), _) => json!("harbour"),
            _ => json!({}),
        }
    }

    /// The entry of a list for the current turn.
    fn one_of<'v>(&self, list: &'v Value) -> Option<&'v Value> {
        let list = list.as_array().filter(|list| !list.is_empty())?;
        list.get(self.turn % list.len())
    }
}

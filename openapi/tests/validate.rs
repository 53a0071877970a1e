//! Validation of requests, and undocumented properties.
#![cfg(feature = "validate")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cisco_secure_access_openapi::validate::{
    Tolerance, Validators, label, parameter_value, typed, undocumented,
};
use cisco_secure_access_openapi::{Document, Operation};
use serde_json::{Value, json};

fn document() -> Document {
    let parameters = json!([
        {"name": "pierId", "in": "path", "schema": {"$ref": "#/components/schemas/Id"}},
        {"name": "from", "in": "query", "x-time": "reporting", "schema": {"type": "string"}},
        {"name": "until", "in": "query", "x-time": "rfc3339", "schema": {"type": "string"}},
        {"name": "sides", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string", "enum": ["east", "west"]}}},
        {"name": "sides", "in": "header", "schema": {"type": "integer"}},
        {"name": "filters", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
    ]);
    let root = json!({
        "openapi": "3.0.3",
        "paths": {"/harbour/v1/piers/{pierId}": {"put": {
            "operationId": "update_pier",
            "summary": "Update a pier",
            "tags": ["Piers"],
            "parameters": parameters,
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pier"}}}},
            "responses": {"204": {}},
        }}},
        "components": {"schemas": {
            "Id": {"type": "integer", "minimum": 1},
            "Pier": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "integer", "readOnly": true},
                    "name": {"type": "string"},
                    "labels": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Label"}},
                    "notes": {"type": "object"},
                    "machines": {"type": "array", "items": {"$ref": "#/components/schemas/Machine"}},
                },
                "anyOf": [{"required": ["name"]}, {"required": ["labels"]}],
            },
            "Label": {"type": "object", "properties": {"colour": {"type": "string"}}},
            "Machine": {"oneOf": [
                {"type": "string"},
                {"type": "object", "properties": {"load": {"type": "integer"}}},
                {"allOf": [{"$ref": "#/components/schemas/Label"}, {"type": "object", "properties": {"power": {}}}]},
            ]},
        }},
    });
    Document::new("harbour", root).unwrap()
}

/// The error of the values of a parameter, which are at this position.
fn error(operation: &Operation, index: usize, texts: &[&str]) -> Option<String> {
    let document = document();
    let validators = Validators::new(&document, operation);
    let parameter = &operation.parameters[index];
    let mut value = match parameter_value(&document, parameter, texts) {
        Ok(value) => value?,
        Err(error) => return Some(error.to_string()),
    };
    let validator = validators.parameter(parameter).unwrap();
    let checked = validator.check(&mut value, Tolerance::default());
    checked.err().map(|error| error.to_string())
}

#[test]
fn a_parameter_is_read_and_checked() {
    let document = document();
    let operation = &document.operations()[0];
    for (index, texts) in [
        (0, ["7"].as_slice()),
        (1, &["-1days"]),
        (1, &["1768464000000"]),
        (2, &["2026-01-15"]),
        (3, &["east,west"]),
        (3, &["east", "west"]),
        (4, &["7"]),
        (5, &[r#"{"name": "North"}"#]),
        (5, &[]),
    ] {
        assert_eq!(error(operation, index, texts), None, "{texts:?}");
    }
    for (index, texts, expected) in [
        (0, ["0"].as_slice(), "minimum"),
        (0, &["north"], "integer"),
        (0, &["1", "2"], "more than once"),
        (1, &["yesterday"], "-1days"),
        (2, &["15.1.2026"], "RFC 3339"),
        (3, &["east,north"], "/1: expected one of east, west"),
        (4, &["east"], "integer"),
        (5, &["{"], "no JSON"),
    ] {
        let error = error(operation, index, texts).unwrap();
        assert!(error.contains(expected), "{texts:?}: {error}");
    }
    assert_eq!(label(&operation.parameters[0]), "path parameter `pierId`");
    let time = json!({"type": "string", "format": "date-time"});
    let value = typed(&document, &time, "2026-01-15T08:30:00+0100");
    assert_eq!(value, "2026-01-15T07:30:00+00:00");
}

#[test]
fn a_body_is_checked_without_read_only_properties() {
    let document = document();
    let validators = Validators::new(&document, &document.operations()[0]);
    let body = validators.body("application/json").unwrap();
    assert!(validators.body("text/plain").is_none());
    let check = |mut value: Value| body.check(&mut value, Tolerance::default());
    assert_eq!(check(json!({"name": "North", "other": 7})), Ok(()));
    let error = check(json!({})).unwrap_err();
    assert_eq!(error.to_string(), "/name: a value is required");
    let error = check(json!({"name": ["hush"]})).unwrap_err();
    assert_eq!(error.pointer, "/name");
    assert!(!error.message.contains("hush"), "{error}");
}

#[test]
fn undocumented_properties_are_found_at_every_depth() {
    let document = document();
    let schema = json!({"$ref": "#/components/schemas/Pier"});
    let found = |value: Value| undocumented(&document, &schema, &value);
    assert!(found(json!({"id": 7, "name": "North", "notes": {"any": {"thing": 1}}})).is_empty());
    assert_eq!(found(json!({"nom": 1, "a/b": {"c": 2}})), ["/a~1b", "/nom"]);
    // Each value of a map has a schema, and its keys are free.
    let labels = json!({"labels": {"any": {"colour": "red"}, "other": {"color": "red"}}});
    assert_eq!(found(labels), ["/labels/other/color"]);
    // What one variant documents is documented.
    let machines = json!({"machines": ["crane", {"load": 7, "power": {"any": 1}, "colour": "red"}, {"weight": 1}]});
    assert_eq!(found(machines), ["/machines/2/weight"]);
    // A value of another type is invalid, and its properties are not compared.
    assert!(found(json!({"name": {"first": "North"}, "machines": {"load": 7}})).is_empty());
}

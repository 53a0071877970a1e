//! What is read of a document, and which documents are rejected.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cisco_secure_access_openapi::{Document, Encoding, Error, Location, Segment};
use serde_json::{Value, json};

/// A document with one operation, which has these members besides.
fn document(path: &str, members: &Value) -> Result<Document, Error> {
    let mut operation = json!({
        "operationId": "get_berth",
        "summary": "Get a berth",
        "tags": ["Berths"],
        "responses": {"204": {"description": ""}},
    });
    for (name, value) in members.as_object().unwrap() {
        operation[name] = value.clone();
    }
    let berth = json!({"allOf": [
        {"type": "object", "properties": {"number": {"type": "integer"}}},
        {"type": "object", "properties": {"ship": {"$ref": "#/components/schemas/Ship"}}},
    ]});
    let root = json!({
        "openapi": "3.0.3",
        "paths": {path: {"get": operation}},
        "components": {"schemas": {
            "Berth": berth,
            "Ship": {"type": "object", "properties": {"name": {"type": "string"}}},
        }},
    });
    Document::new("harbour", root)
}

fn body(schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"content": {"application/json": {"schema": schema}}})
}

#[test]
fn a_call_returns_the_chosen_response_or_the_first_with_a_body() {
    let empty = json!({"description": ""});
    for (members, expected) in [
        (json!({"responses": {"200": empty, "204": empty}}), 200),
        (
            json!({"responses": {"200": empty, "201": body("Berth")}}),
            201,
        ),
        (
            json!({"responses": {"200": body("Berth"), "202": body("Berth")}, "x-success-status": "202"}),
            202,
        ),
        (
            json!({"responses": {"200": body("Berth"), "202": body("Ship")}, "x-success-status": "200"}),
            200,
        ),
    ] {
        let document = document("/harbour/v1/berths", &members).unwrap();
        let operation = &document.operations()[0];
        assert_eq!(operation.success_status, expected, "{members}");
    }
    let different = json!({"responses": {"200": body("Berth"), "202": body("Ship")}});
    let error = document("/harbour/v1/berths", &different).unwrap_err();
    assert!(
        error.to_string().contains("the responses 200, 202"),
        "{error}"
    );
    let failures = json!({"responses": {"404": empty}});
    let error = document("/harbour/v1/berths", &failures).unwrap_err();
    assert_eq!(
        error.pointer(),
        "/paths/~1harbour~1v1~1berths/get/responses"
    );
}

#[test]
fn parameters_have_the_order_of_the_path_and_an_encoding() {
    let members = json!({"parameters": [
        {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
        {"name": "berth", "in": "path", "schema": {"type": "integer"}},
        {"name": "pier", "in": "path", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "required": true, "schema": {"type": "integer", "default": 50}},
    ]});
    let document = document("/harbour/v1/{pier}/{berth}.json", &members).unwrap();
    let operation = document.operation("get_berth").unwrap();
    let names: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    assert_eq!(names, ["pier", "berth", "tags", "limit"]);
    let limit = operation.parameter(Location::Query, "limit").unwrap();
    assert!(limit.required && !limit.is_mandatory());
    assert_eq!(operation.parameters[2].encoding, Encoding::Repeated);
    let last = Segment::Parameter {
        name: "berth".to_owned(),
        suffix: ".json".to_owned(),
    };
    assert_eq!(operation.segments.last(), Some(&last));
    assert_eq!(operation.last_parameter().unwrap().name, "berth");
}

#[test]
fn schemas_are_found_through_references_and_compositions() {
    let members = json!({"responses": {"200": body("Berth")}});
    let document = document("/harbour/v1/berths", &members).unwrap();
    let berth = document.operations()[0].response().unwrap();
    let name = document.schema_at(berth, "/ship/name").unwrap();
    assert_eq!(name["type"], "string");
    let names: Vec<_> = document.property_names(berth).into_iter().collect();
    assert_eq!(names, ["number", "ship"]);
    let flat = document.deref(berth, "").unwrap();
    assert_eq!(flat["properties"].as_object().unwrap().len(), 2);
}

#[test]
fn what_an_import_does_not_write_is_rejected() {
    let error = Document::parse("harbour", "openapi: 3.0.3").unwrap_err();
    assert!(
        error.to_string().starts_with("harbour#: not JSON"),
        "{error}"
    );
    let error = Document::new("harbour", json!({"openapi": "3.1.0"})).unwrap_err();
    assert_eq!(error.pointer(), "/openapi");
    let error = document("/harbour/v1/{pier}", &json!({})).unwrap_err();
    assert!(error.to_string().contains("no path parameter"), "{error}");
}

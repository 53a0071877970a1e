//! The values that are found in a document.

use serde_json::{Value, json};
use xtask::examples::collect::{Direction, Source, collect};

use crate::{api, upstream};

/// A document with one operation, which has this response and body, and components.
fn document(response: &str, body: &str, components: &str) -> String {
    format!(
        "paths:
  /things/{{id}}:
    put:
      operationId: saveThing
      requestBody: {body}
      responses:
        '200': {response}
        '400': {{description: no, content: {{application/json: {{example: {{no: 1}}}}}}}}
components: {components}
"
    )
}

/// The values that are found, of one direction.
fn found(text: &str, direction: Direction) -> Vec<(Source, Value)> {
    let api = api(&json!({"type": "object"}));
    let (cases, unknown) = collect(&api, &upstream(text));
    assert_eq!(unknown, Vec::<String>::new());
    cases
        .into_iter()
        .filter(|case| case.direction == direction)
        .inspect(|case| assert_eq!(case.operation.name, "policies.save_thing"))
        .map(|case| (case.source, case.value))
        .collect()
}

const NO_BODY: &str = "{content: {application/json: {schema: {}}}}";

#[test]
fn examples_stand_at_the_content_by_name_by_reference_and_at_the_schema() {
    let text = document(
        "{$ref: '#/components/responses/Saved'}",
        "{content: {application/json: {schema: {}, example: {sent: true}}}}",
        "{responses: {Saved: {description: ok, content: {resource/json: {
            schema: {type: object, example: {a: 1}},
            example: {b: 2},
            examples: {c: {value: {c: 3}}, d: {$ref: '#/components/examples/D'}}}}}},
          examples: {D: {value: '{\"d\": 4}'}}}",
    );
    let documented = |value| (Source::Documented, value);
    assert_eq!(
        found(&text, Direction::Response),
        [
            json!({"a": 1}),
            json!({"b": 2}),
            json!({"c": 3}),
            json!({"d": 4})
        ]
        .map(documented)
    );
    assert_eq!(
        found(&text, Direction::Body),
        [documented(json!({"sent": true}))]
    );
}

#[test]
fn values_are_composed_of_the_examples_of_properties() {
    let text = document(
        "{description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}",
        NO_BODY,
        "{schemas: {Thing: {type: object, properties: {
            name: {type: string, example: chair},
            legs: {type: integer},
            made: {type: string, format: date},
            color: {oneOf: [{type: string, example: red}, {$ref: '#/components/schemas/Color'}]},
            parts: {type: array, items: {$ref: '#/components/schemas/Thing'}},
            anything: {}}},
          Color: {allOf: [{type: object, properties: {r: {type: boolean}}},
                          {type: object, properties: {kind: {type: string, enum: [rgb]}}}]}}}",
    );
    let with = |color: Value| {
        let value = json!({"name": "chair", "legs": 7, "made": "2026-02-28", "color": color});
        (Source::Composed, value)
    };
    assert_eq!(
        found(&text, Direction::Response),
        [with("red".into()), with(json!({"r": true, "kind": "rgb"}))]
    );
}

#[test]
fn a_value_without_an_example_is_of_the_type_that_the_specification_has() {
    let text = document(
        "{description: ok, content: {application/json: {schema: {type: object, properties: {
            made: {type: string}, sold: {type: integer}, score: {type: array, items: {type: string}}}}}}}",
        NO_BODY,
        "{}",
    );
    let api = api(&json!({"type": "object", "properties": {
        "made": {"type": "string", "format": "date-time"},
        "sold": {"type": "string"},
        "score": {"type": "array", "x-tuple": [{"name": "a", "schema": {"type": "integer"}}]},
    }}));
    let (cases, _) = collect(&api, &upstream(&text));
    let values: Vec<_> = cases.into_iter().map(|case| case.value).collect();
    assert_eq!(
        values,
        [json!({"made": "2026-02-28T12:00:00Z", "sold": "text", "score": [7]})]
    );
}

#[test]
fn a_value_counts_once_and_as_documented_if_it_is() {
    let text = document(
        "{description: ok, content: {application/json: {
            schema: {type: object, properties: {a: {type: integer, example: 1}}}, example: {a: 1}}}}",
        NO_BODY,
        "{}",
    );
    let found = found(&text, Direction::Response);
    assert_eq!(found, [(Source::Documented, json!({"a": 1}))]);
}

#[test]
fn an_operation_that_the_specifications_lack_is_named() {
    let text = "paths: {/others: {get: {operationId: listOthers, responses: {'204': {description: ok}}}}}\n";
    let api = api(&json!({}));
    let (cases, unknown) = collect(&api, &upstream(text));
    assert!(cases.is_empty());
    assert_eq!(unknown, ["shop.yaml: GET /policies/v2/others"]);
}

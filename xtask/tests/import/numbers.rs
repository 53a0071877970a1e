//! Which numbers are integers.

use serde_json::json;
use xtask::import::integers::Numbers;

use crate::documents::{Bench, of_schema};

const PROBE: &str = "$.components.schemas['policies.Probe']";

#[test]
fn numbers_are_integers_unless_an_overlay_marks_them() {
    let bench = Bench::with(&of_schema(
        "type: object
properties:
  id: {type: number, format: double, minimum: 1}
  ids: {type: array, items: {type: number, nullable: true}}
  score: {type: number, format: float}
  type: {type: string, enum: [number]}
  number: {type: integer}",
    ))
    .overlay(
        "10-test.yaml",
        &format!("  - target: {PROBE}.properties.score\n    update: {{x-real: true}}\n"),
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.numbers,
        Numbers {
            integers: 2,
            reals: 1
        }
    );
    assert_eq!(
        bench.spec("policies")["components"]["schemas"]["Probe"]["properties"],
        json!({
            "id": {"type": "integer", "minimum": 1},
            "ids": {"type": "array", "items": {"type": "integer", "nullable": true}},
            "score": {"type": "number", "format": "float"},
            "type": {"type": "string", "enum": ["number"]},
            "number": {"type": "integer"},
        })
    );
}

#[test]
fn parameters_are_told_apart_too() {
    let text = of_schema("type: string").replace(
        "parameters: [",
        "parameters: [{name: limit, in: query, schema: {type: number}}, ",
    );
    let spec = Bench::with(&text).policies();
    let operation = &spec["paths"]["/policies/v2/things/{thingId}"]["get"];
    assert_eq!(
        operation["parameters"][0]["schema"],
        json!({"type": "integer"})
    );
}

#[test]
fn a_mark_in_the_wrong_place_and_a_fraction_without_one_are_refused() {
    let cases = [
        ("type: integer", "{x-real: true}", "found `x-real: true`"),
        ("type: number", "{x-real: 'yes'}", "found `x-real: \"yes\"`"),
        (
            "{type: number, multipleOf: 0.5}",
            "{description: Ours.}",
            "found a fraction, expected `x-real: true`",
        ),
    ];
    for (schema, update, expected) in cases {
        let message = Bench::with(&of_schema(schema))
            .overlay(
                "10-test.yaml",
                &format!("  - target: {PROBE}\n    update: {update}\n"),
            )
            .refusal();
        assert!(
            message.contains("#/components/schemas/policies.Probe") && message.contains(expected),
            "{message}"
        );
    }
}

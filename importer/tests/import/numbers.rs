//! Which numbers are integers.

use cisco_secure_access_importer::integers::Numbers;
use serde_json::json;

use crate::documents::{Bench, of_schema};

const PROBE: &str = "$.components.schemas['policies.Probe']";

#[test]
fn numbers_are_integers_unless_they_have_the_format_of_real_numbers() {
    let bench = Bench::with(&of_schema(
        "type: object
properties:
  id: {type: number, minimum: 1}
  ids: {type: array, items: {type: number, nullable: true}}
  share: {type: number, format: float}
  score: {type: number}
  type: {type: string, enum: [number]}
  number: {type: integer}",
    ))
    .overlay(
        "10-test.yaml",
        &format!("  - target: {PROBE}.properties.score\n    update: {{format: double}}\n"),
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.numbers,
        Numbers {
            integers: 2,
            reals: 2
        }
    );
    assert_eq!(
        bench.spec("policies")["components"]["schemas"]["Probe"]["properties"],
        json!({
            "id": {"type": "integer", "minimum": 1},
            "ids": {"type": "array", "items": {"type": "integer", "nullable": true}},
            "share": {"type": "number", "format": "float"},
            "score": {"type": "number", "format": "double"},
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
fn a_format_in_the_wrong_place_and_a_fraction_without_one_are_refused() {
    let cases = [
        (
            "type: integer",
            "{format: double}",
            "found the format of a real number, expected `type: number`",
        ),
        (
            "{type: number, multipleOf: 0.5}",
            "{description: Ours.}",
            "found a fraction, expected `format: double`",
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

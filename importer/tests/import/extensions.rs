//! The extensions that overlays add: those that fit reach the specifications, the others are left out and reported.

use serde_json::{Value, json};

use crate::documents::{Bench, of_schema};

const SCHEMA: &str = "type: object
required: [id, at]
properties:
  id: {type: integer, enum: [1, 2]}
  at: {type: string, format: date-time}
  since: {type: number}
  pair: {type: array, items: {}}
  done: {type: boolean}
";

/// Imports the schema with an update of what `target` finds, and returns the specification and the mismatches.
fn import(target: &str, update: &str) -> (Value, Vec<String>) {
    let bench = Bench::with(&of_schema(SCHEMA)).overlay(
        "10-test.yaml",
        &format!("  - target: {target}\n    update: {update}\n"),
    );
    let outcome = bench.run().unwrap();
    assert!(outcome.applied.stale.is_empty(), "{:?}", outcome.applied);
    let mismatches = outcome.mismatches.iter().map(ToString::to_string).collect();
    (bench.spec("policies"), mismatches)
}

fn property(name: &str, update: &str) -> (Value, Vec<String>) {
    let target = format!("$.components.schemas['policies.Probe'].properties.{name}");
    let (spec, mismatches) = import(&target, update);
    (
        spec["components"]["schemas"]["Probe"]["properties"][name].clone(),
        mismatches,
    )
}

fn operation(update: &str) -> (Value, Vec<String>) {
    let (spec, mismatches) = import("$.paths.*.get", update);
    (
        spec["paths"]["/policies/v2/things/{thingId}"]["get"].clone(),
        mismatches,
    )
}

#[test]
fn what_fits_reaches_the_specifications() {
    let cases = [
        (
            "at",
            "{x-time-format: '%Y-%m-%d %H:%M:%S'}",
            "x-time-format",
            json!("%Y-%m-%d %H:%M:%S"),
        ),
        (
            "since",
            "{format: epoch-milliseconds}",
            "format",
            json!("epoch-milliseconds"),
        ),
        (
            "id",
            "{x-enum-names: [Enabled, Disabled]}",
            "x-enum-names",
            json!(["Enabled", "Disabled"]),
        ),
        ("at", "{x-secret: true}", "x-secret", json!(true)),
    ];
    for (name, update, key, expected) in cases {
        let (property, mismatches) = property(name, update);
        assert_eq!(
            (&property[key], mismatches),
            (&expected, Vec::new()),
            "{update}"
        );
    }
    let (operation, mismatches) =
        operation("{x-success-property: /done, x-upstream-errors: [401, 404], x-regional: true}");
    assert_eq!(mismatches, Vec::<String>::new());
    assert_eq!(operation["x-regional"], true);
    assert_eq!(operation["x-success-property"], "/done");
    assert_eq!(operation["x-upstream-errors"], json!([401, 404]));
    let (spec, mismatches) = import(
        "$.components.schemas['policies.Probe']",
        "{x-may-be-absent: [at]}",
    );
    assert_eq!(mismatches, Vec::<String>::new());
    assert_eq!(
        spec["components"]["schemas"]["Probe"]["x-may-be-absent"],
        json!(["at"])
    );
}

#[test]
fn the_schemas_of_a_tuple_are_schemas() {
    let update = "{x-tuple: [{name: name, schema: {type: string}}, {name: share, schema: {type: number, format: double}},
      {name: count, schema: {type: number, format: int64}}]}";
    let (property, mismatches) = property("pair", update);
    assert_eq!(mismatches, Vec::<String>::new());
    assert_eq!(property["x-tuple"][1]["schema"]["type"], "number");
    assert_eq!(
        property["x-tuple"][2]["schema"]["type"], "integer",
        "integers are inferred there, too"
    );
}

#[test]
fn an_integer_enumeration_stays_one() {
    let (id, _) = property("id", "{description: Ours.}");
    assert_eq!(
        id,
        json!({"type": "integer", "enum": [1, 2], "description": "Ours."})
    );
}

#[test]
fn what_does_not_fit_is_left_out_and_reported() {
    let properties = [
        ("at", "{x-time-format: 7}", "x-time-format", "a string"),
        ("at", "{x-time-format: iso}", "x-time-format", "a pattern"),
        ("id", "{x-time-format: '%Y'}", "x-time-format", "a pattern"),
        (
            "since",
            "{format: date-time}",
            "format",
            "`type: string` beside it",
        ),
        (
            "id",
            "{x-enum-names: [Enabled]}",
            "x-enum-names",
            "a name in PascalCase for each value",
        ),
        (
            "id",
            "{x-enum-names: [enabled, disabled]}",
            "x-enum-names",
            "a name in PascalCase",
        ),
        (
            "id",
            "{x-enum-names: [Same, Same]}",
            "x-enum-names",
            "a name in PascalCase",
        ),
        (
            "done",
            "{x-enum-names: [Yes]}",
            "x-enum-names",
            "for each value of the `enum`",
        ),
        (
            "id",
            "{x-tuple: [{name: a, schema: {}}]}",
            "x-tuple",
            "beside `type: array`",
        ),
        (
            "pair",
            "{x-tuple: [{name: a}]}",
            "x-tuple",
            "an object with its required keys",
        ),
        (
            "pair",
            "{x-tuple: [{name: a, schema: {}}, {name: a, schema: {}}]}",
            "x-tuple",
            "names of their own",
        ),
        (
            "at",
            "{x-clouds: [global]}",
            "x-clouds",
            "no such key in the schema",
        ),
        (
            "at",
            "{x-misspelt: true}",
            "x-misspelt",
            "no such key in the schema",
        ),
    ];
    for (name, update, key, expected) in properties {
        let (property, mismatches) = property(name, update);
        let place =
            format!("10-test.yaml:4: #/components/schemas/policies.Probe/properties/{name}: found");
        let [mismatch] = mismatches.as_slice() else {
            panic!("{update}: {mismatches:?}");
        };
        assert!(
            mismatch.starts_with(&place) && mismatch.contains(expected),
            "{mismatch}"
        );
        assert_eq!(property.get(key), None, "{update}");
    }
    let operations = [
        (
            "{x-success-property: /at}",
            "a pointer to a boolean of its response",
        ),
        (
            "{x-success-property: /gone}",
            "a pointer to a boolean of its response",
        ),
        ("{x-upstream-errors: [200]}", "statuses of errors"),
        ("{x-upstream-errors: 401}", "a list"),
        ("{x-idempotent: 'yes'}", "true or false"),
        ("{x-regional: 1}", "true or false"),
    ];
    for (update, expected) in operations {
        let (operation, mismatches) = operation(update);
        assert!(mismatches[0].contains(expected), "{update}: {mismatches:?}");
        let added = operation
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| key.starts_with("x-"));
        assert_eq!(added.collect::<Vec<_>>(), ["x-upstream-id"], "{update}");
    }
    let (_, mismatches) = import(
        "$.components.schemas['policies.Probe']",
        "{x-may-be-absent: [done]}",
    );
    assert!(
        mismatches[0].contains("names of properties that are `required`"),
        "{mismatches:?}"
    );
}

#[test]
fn a_name_in_rust_reaches_the_scopes_that_have_what_it_names() {
    let (spec, mismatches) = import("$", "{x-rust-names: {since: since_when}}");
    assert_eq!(mismatches, Vec::<String>::new());
    assert_eq!(spec["x-rust-names"], json!({"since": "since_when"}));
    let (spec, mismatches) = import("$", "{x-rust-names: [since]}");
    assert!(
        mismatches[0].contains("expected a mapping"),
        "{mismatches:?}"
    );
    assert_eq!(spec.get("x-rust-names"), None);
    for (entry, expected) in [
        (
            "gone: was_here",
            "10-test.yaml:4: #/x-rust-names/gone: found \"was_here\", expected the name of a property",
        ),
        // A path parameter has `x-name`.
        ("thingId: id_of_thing", "expected the name of a property"),
        ("done: isDone", "expected an identifier in snake_case"),
        ("done: type", "expected an identifier in snake_case"),
    ] {
        let (spec, mismatches) = import("$", &format!("{{x-rust-names: {{{entry}}}}}"));
        assert_eq!(spec.get("x-rust-names"), None, "{entry}");
        assert_eq!(mismatches.len(), 1, "{mismatches:?}");
        assert!(mismatches[0].contains(expected), "{mismatches:?}");
    }
}

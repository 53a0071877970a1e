//! How a value is changed, and what the crate has to do with it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::examples::mutate::{Kind, Mutant, mutants};
use xtask::examples::schema::Expectation;

use crate::api;

/// All mutants of a value of `policies.save_thing`.
fn all(schema: &Value, value: &Value) -> Vec<Mutant> {
    let api = api(schema);
    let operation = api.operation("/policies/v2/things/{id}", "put").unwrap();
    mutants(value, &api.response(operation).unwrap())
}

/// The mutants of one kind: path and value.
fn of_kind(schema: &Value, value: &Value, kind: Kind) -> Vec<(String, Value)> {
    all(schema, value)
        .into_iter()
        .filter(|mutant| mutant.kind == kind)
        .map(|mutant| (mutant.path, serde_json::from_str(&mutant.text).unwrap()))
        .collect()
}

fn schema() -> Value {
    json!({"type": "object", "properties": {
        "a": {"type": "array", "items": {"type": "integer"}},
        "s": {"type": "string"},
        "t": {"type": "string", "format": "date-time"},
    }})
}

#[test]
fn every_place_is_changed_in_each_way_that_it_can_be() {
    let value = json!({"a": [1, 2], "s": "x,\"y", "t": "2026-02-28T12:00:00Z"});
    let of = |kind| of_kind(&schema(), &value, kind);
    let with = |path: &str, pointer: &str, new: Value| {
        let mut mutant = value.clone();
        *mutant.pointer_mut(pointer).unwrap() = new;
        (path.to_owned(), mutant)
    };
    let without = |path: &str, key: &str| {
        let mut mutant = value.clone();
        mutant.as_object_mut().unwrap().remove(key);
        (path.to_owned(), mutant)
    };
    assert_eq!(
        of(Kind::Null),
        [
            ("$".to_owned(), Value::Null),
            with("$.a", "/a", Value::Null),
            with("$.a[0]", "/a/0", Value::Null),
            with("$.a[1]", "/a/1", Value::Null),
            with("$.s", "/s", Value::Null),
            with("$.t", "/t", Value::Null),
        ]
    );
    assert_eq!(of(Kind::EmptyList), [with("$.a", "/a", json!([]))]);
    assert_eq!(
        of(Kind::Removed),
        [
            without("$.a", "a"),
            with("$.a[0]", "/a", json!([2])),
            with("$.a[1]", "/a", json!([1])),
            without("$.s", "s"),
            without("$.t", "t"),
        ]
    );
    assert_eq!(
        of(Kind::UndocumentedString),
        [with("$.s", "/s", "something new".into())]
    );
    let numbers = of(Kind::QuotedNumber);
    assert_eq!(numbers[1], with("$.a[1]", "/a/1", "2".into()));
    let reals = of(Kind::RealInteger);
    assert_eq!(reals[1], with("$.a[1]", "/a/1", 2.0.into()));
    let wrapped = of(Kind::Wrapped);
    assert_eq!(wrapped.len(), 5);
    assert_eq!(wrapped[1], with("$.a[0]", "/a/0", json!([1])));
    assert_eq!(wrapped[3], with("$.s", "/s", json!(["x,\"y"])));
    assert_eq!(of(Kind::Unwrapped), []);
    let undocumented = of(Kind::UndocumentedProperty);
    assert_eq!(undocumented.len(), 1);
    assert_eq!(undocumented[0].0, r#"$["something new"]"#);
    assert!(undocumented[0].1["something new"].is_array());
    assert_eq!(undocumented[0].1["a"], json!([1, 2]));
}

#[test]
fn a_list_of_one_is_unwrapped() {
    let value = json!({"a": [{"b,": [1]}]});
    let unwrapped = of_kind(&json!({"type": "object"}), &value, Kind::Unwrapped);
    assert_eq!(
        unwrapped,
        [
            (r#"$["a"]"#.to_owned(), json!({"a": {"b,": [1]}})),
            (r#"$["a"][0]["b,"]"#.to_owned(), json!({"a": [{"b,": 1}]})),
        ]
    );
}

#[test]
fn the_only_member_is_removed_and_an_empty_object_gets_one() {
    let open = json!({"type": "object"});
    let removed = of_kind(&open, &json!({"o": {}}), Kind::Removed);
    assert_eq!(removed, [(r#"$["o"]"#.to_owned(), json!({}))]);
    let undocumented = of_kind(&open, &json!({}), Kind::UndocumentedProperty);
    assert_eq!(undocumented.len(), 1);
}

/// What is expected of the mutants of some kinds at `$.p`, by the JSON type of the value there.
fn expectations(
    schema: Value,
    value: Value,
    kinds: &[Kind],
) -> BTreeMap<&'static str, Expectation> {
    all(
        &json!({"type": "object", "properties": {"p": schema}}),
        &json!({"p": value}),
    )
    .into_iter()
    .filter(|mutant| kinds.contains(&mutant.kind) && mutant.path == "$.p")
    .map(|mutant| {
        let value: Value = serde_json::from_str(&mutant.text).unwrap();
        let word = match value["p"] {
            Value::Object(_) => "object",
            Value::Array(_) => "list",
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "boolean",
            Value::Null => "null",
        };
        (word, mutant.expectation)
    })
    .collect()
}

#[test]
fn another_type_is_decoded_only_where_it_can_stand_for_the_documented_one() {
    let reported = |words: &[&'static str]| {
        words
            .iter()
            .map(|word| (*word, Expectation::Reported))
            .collect()
    };
    let other_type = |schema, value| expectations(schema, value, &[Kind::OtherType]);
    assert_eq!(
        other_type(json!({"type": "integer"}), json!(1)),
        reported(&["object", "list", "string", "boolean"])
    );
    assert_eq!(
        other_type(json!({"type": "array", "items": {}}), json!([])),
        reported(&["object", "string", "number", "boolean"])
    );
    assert_eq!(
        other_type(json!({"type": "object"}), json!({})),
        reported(&["list", "string", "number", "boolean"])
    );
    assert_eq!(
        other_type(json!({"type": "string", "format": "date"}), Value::Null),
        reported(&["object", "list", "string", "number", "boolean"])
    );
    let of_enum = other_type(json!({"type": "string", "enum": ["a"]}), json!("a"));
    assert_eq!(of_enum["number"], Expectation::Decoded);
    assert_eq!(of_enum["object"], Expectation::Reported);
    let of_integer_enum = other_type(json!({"type": "integer", "enum": [0, 1]}), json!(1));
    assert_eq!(of_integer_enum["boolean"], Expectation::Decoded);
    assert_eq!(of_integer_enum["string"], Expectation::Reported);
    for time in [
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "integer", "format": "epoch-seconds"}),
    ] {
        let of_time = other_type(time, Value::Null);
        assert_eq!(of_time["number"], Expectation::Decoded);
        assert_eq!(of_time["boolean"], Expectation::Reported);
    }
    let is = |expected: Expectation| move |found: &Expectation| *found == expected;
    assert!(
        other_type(json!({}), json!(1))
            .values()
            .all(is(Expectation::Decoded))
    );
    let union = json!({"oneOf": [{"type": "integer"}, {"type": "array", "items": {}}]});
    assert!(
        other_type(union, json!(1))
            .values()
            .all(is(Expectation::Either))
    );
}

#[test]
fn a_list_of_one_and_its_element_are_reported_where_the_other_is_documented() {
    let kinds = [Kind::Wrapped, Kind::Unwrapped];
    let string = json!({"type": "string"});
    let wrapped = expectations(string.clone(), json!("a"), &kinds);
    assert_eq!(wrapped["list"], Expectation::Reported);
    let list = json!({"type": "array", "items": string});
    let unwrapped = expectations(list, json!(["a"]), &kinds);
    assert_eq!(unwrapped["string"], Expectation::Reported);
}

#[test]
fn an_element_of_a_tuple_has_the_schema_of_its_position() {
    let tuple = json!({"type": "array", "x-tuple": [
        {"name": "a", "schema": {"type": "integer"}}, {"name": "b", "schema": {"type": "string"}},
    ]});
    let mutants = all(&tuple, &json!([1, "x"]));
    let expectation = |text: &str| {
        let mut mutants = mutants.iter().filter(|mutant| mutant.text == text);
        mutants.next().unwrap().expectation
    };
    assert_eq!(expectation(r#"[true,"x"]"#), Expectation::Reported);
    assert_eq!(expectation(r#"[1,true]"#), Expectation::Decoded);
    assert_eq!(expectation(r#"{}"#), Expectation::Decoded);

    let mutants = all(&tuple, &json!({"a": 1}));
    let quoted = mutants
        .iter()
        .find(|mutant| mutant.kind == Kind::QuotedNumber);
    assert_eq!(quoted.unwrap().path, "$.a");
}

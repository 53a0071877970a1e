//! How a value is changed, and what the crate has to make of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::examples::mutate::{Kind, Mutant, mutants};

use crate::api;

/// All mutants of a value of `policies.save_thing`.
fn all(schema: &Value, value: &Value) -> Vec<Mutant> {
    let api = api(schema);
    let operation = api.operation("/policies/v2/things/{id}", "put").unwrap();
    mutants(value, &api.answer(operation).unwrap())
}

/// The mutants of one kind: path and value.
fn of_kind(schema: &Value, value: &Value, kind: Kind) -> Vec<(String, Value)> {
    all(schema, value)
        .into_iter()
        .filter(|mutant| mutant.kind == kind)
        .inspect(|mutant| assert_eq!(mutant.reads, Some(true)))
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
            with("$.a[0]", "/a/0", Value::Null),
            with("$.a[1]", "/a/1", Value::Null),
            with("$.s", "/s", Value::Null),
            with("$.t", "/t", Value::Null),
        ]
    );
    assert_eq!(of(Kind::NullForList), [with("$.a", "/a", Value::Null)]);
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
        of(Kind::UnknownText),
        [with("$.s", "/s", "something new".into())]
    );
    let numbers = of(Kind::NumberAsText);
    assert_eq!(numbers[1], with("$.a[1]", "/a/1", "2".into()));
    let reals = of(Kind::IntegerAsReal);
    assert_eq!(reals[1], with("$.a[1]", "/a/1", 2.0.into()));
    let extra = of(Kind::ExtraProperty);
    assert_eq!(extra.len(), 1);
    assert!(extra[0].1["something new"].is_array());
    assert_eq!(extra[0].1["a"], json!([1, 2]));
}

#[test]
fn the_only_member_is_removed_and_an_empty_object_gets_one() {
    let open = json!({"type": "object"});
    let removed = of_kind(&open, &json!({"o": {}}), Kind::Removed);
    assert_eq!(removed, [("$.o".to_owned(), json!({}))]);
    let extra = of_kind(&open, &json!({}), Kind::ExtraProperty);
    assert_eq!(extra.len(), 1);
}

/// What the schema says of each JSON type in its place, by the letter of the type.
fn verdicts(schema: Value, value: Value) -> BTreeMap<&'static str, Option<bool>> {
    all(
        &json!({"type": "object", "properties": {"p": schema}}),
        &json!({"p": value}),
    )
    .into_iter()
    .filter(|mutant| mutant.kind == Kind::OtherType && mutant.path == "$.p")
    .map(|mutant| {
        let value: Value = serde_json::from_str(&mutant.text).unwrap();
        let word = match value["p"] {
            Value::Object(_) => "object",
            Value::Array(_) => "list",
            Value::String(_) => "text",
            Value::Number(_) => "number",
            _ => "boolean",
        };
        (word, mutant.reads)
    })
    .collect()
}

#[test]
fn another_type_is_read_only_where_it_can_stand_for_the_documented_one() {
    let refused = |words: &[&'static str]| words.iter().map(|word| (*word, Some(false))).collect();
    assert_eq!(
        verdicts(json!({"type": "integer"}), json!(1)),
        refused(&["object", "list", "text", "boolean"])
    );
    assert_eq!(
        verdicts(json!({"type": "array", "items": {}}), json!([])),
        refused(&["object", "text", "number", "boolean"])
    );
    assert_eq!(
        verdicts(json!({"type": "object"}), json!({})),
        refused(&["list", "text", "number", "boolean"])
    );
    assert_eq!(
        verdicts(json!({"type": "string", "format": "date"}), Value::Null),
        refused(&["object", "list", "text", "number", "boolean"])
    );
    let text = verdicts(json!({"type": "string", "enum": ["a"]}), json!("a"));
    assert_eq!(text["number"], Some(true));
    assert_eq!(text["object"], Some(false));
    assert!(
        verdicts(json!({}), json!(1))
            .values()
            .all(|reads| *reads == Some(true))
    );
    let choice = json!({"oneOf": [{"type": "integer"}, {"type": "array", "items": {}}]});
    assert!(verdicts(choice, json!(1)).values().all(Option::is_none));
}

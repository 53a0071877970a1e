//! What `cargo xtask diff` finds in documents made for it, whether the generated code agrees, and how it is shown.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod code;
mod formats;
mod moves;
mod operations;
mod types;

use cisco_secure_access_importer::diff::{Effect, Report, Specs, Topic, compare};
use serde_json::{Value, json};

/// A document that has one of everything, with tags and OAuth scopes.
fn shop() -> Value {
    let text = include_str!("../../../codegen/tests/documents/everything.json");
    serde_json::from_str(text).unwrap()
}

const LIST: &str = "/paths/~1shop~1v2~1orders/get";
const CREATE: &str = "/paths/~1shop~1v2~1orders/post";
const ORDER: &str = "/components/schemas/Order/allOf/1";
const NEW_ORDER: &str = "/components/schemas/NewOrder";

fn specs(document: Value) -> Specs {
    Specs::from([("shop".to_owned(), document)])
}

/// What separates two versions of a document.
fn difference(old: &Value, new: &Value) -> Report {
    compare(&specs(old.clone()), &specs(new.clone())).unwrap()
}

/// The changes as lines: effect, place and title.
fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for api in &report.apis {
        for subject in &api.subjects {
            let place = match &subject.topic {
                Topic::Api => api.name.clone().unwrap_or_default(),
                Topic::Operations(names) => names.join(", "),
                Topic::Operation(name) => name.clone(),
                Topic::Type { name, .. } => name.clone(),
            };
            lines.extend(
                subject
                    .changes
                    .iter()
                    .map(|change| format!("{} {place}: {}", change.effect.mark(), change.title())),
            );
        }
    }
    lines
}

/// Changes the shop and compares it with what it was. The code that is generated must break programs exactly if a change says so.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let old = shop();
    let mut new = old.clone();
    change(&mut new);
    between(&old, &new)
}

fn between(old: &Value, new: &Value) -> Vec<String> {
    let report = difference(old, new);
    let lost = code::lost(old, new);
    assert_eq!(
        report.effect() == Some(Effect::Breaking),
        !lost.is_empty(),
        "the report says\n{}\nand these are gone from the code\n{}",
        report,
        lost.join("\n"),
    );
    lines(&report)
}

/// The value at a JSON pointer.
fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).expect(pointer)
}

fn push(document: &mut Value, pointer: &str, value: Value) {
    at(document, pointer).as_array_mut().unwrap().push(value);
}

fn remove(document: &mut Value, pointer: &str, key: &str) -> Value {
    let object = at(document, pointer).as_object_mut().unwrap();
    object.remove(key).expect(key)
}

/// A query parameter of the shop's listing, by name.
fn parameter<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    let list = at(document, &format!("{LIST}/parameters"))
        .as_array_mut()
        .unwrap();
    list.iter_mut()
        .find(|parameter| parameter["name"] == name)
        .unwrap()
}

#[test]
fn nothing_is_no_change() {
    assert!(changed(|_| ()).is_empty());
    assert_eq!(difference(&shop(), &shop()).effect(), None);
}

#[test]
fn another_order_is_no_change() {
    let lines = changed(|shop| {
        let values = at(shop, "/components/schemas/State/enum")
            .as_array_mut()
            .unwrap();
        values.reverse();
        let required = at(shop, &format!("{NEW_ORDER}/required"))
            .as_array_mut()
            .unwrap();
        required.reverse();
    });
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_schema_that_moves_is_no_change() {
    let lines = changed(|shop| {
        // From the place where it is used to one of its own, with the name that its type has.
        let pointer = format!("{LIST}/responses/200/content/application~1json/schema");
        let schema = std::mem::take(at(shop, &pointer));
        shop["components"]["schemas"]["ListOrdersResponse"] = schema;
        *at(shop, &pointer) = json!({"$ref": "#/components/schemas/ListOrdersResponse"});
        // And the other way.
        let named = shop["components"]["schemas"]["Named"].take();
        *at(shop, "/components/schemas/Order/allOf/0") = named;
        remove(shop, "/components/schemas", "Named");
    });
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_document_that_makes_no_crate_is_rejected() {
    let mut broken = shop();
    remove(&mut broken, "/components/schemas", "State");
    let message = compare(&specs(shop()), &specs(broken)).unwrap_err();
    assert!(message.contains("there is no schema `State`"), "{message}");
    assert!(message.contains("cannot be generated"), "{message}");
}

//! `x-rust-names`: the names in Rust of what upstream names in one word, such as `identityids`.

use std::collections::BTreeSet;

use cisco_secure_access_codegen::names::snake;
use cisco_secure_access_openapi::json::escape;
use serde_json::{Map, Value};

use crate::extensions::Mismatch;
use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::report::Pointer;

/// The key of the table, at the top of a document.
pub(crate) const TABLE: &str = "x-rust-names";

/// Removes the entries of the table that do not fit, and says of each what was expected.
pub(crate) fn verify(whole: &mut Value) -> Vec<Mismatch> {
    let names = names(whole);
    let mut mismatches = Vec::new();
    let Some(table) = whole.get_mut(TABLE).and_then(Value::as_object_mut) else {
        return mismatches;
    };
    table.retain(|wire, name| {
        let expected = if !names.contains(wire) {
            "the name of a property, of a parameter outside the path, or a value of an enumeration"
        } else if name.as_str().is_none_or(|name| snake(name) != name) {
            "an identifier in snake_case"
        } else {
            return true;
        };
        mismatches.push(Mismatch {
            place: None,
            pointer: format!("/{TABLE}/{}", escape(wire)),
            key: wire.clone(),
            found: name.to_string(),
            expected: expected.to_owned(),
        });
        false
    });
    mismatches
}

/// The entries for the names that `document` has.
pub(crate) fn entries(table: &Value, document: &mut Value) -> Map<String, Value> {
    let names = names(document);
    let entries = table.as_object().into_iter().flatten();
    entries
        .filter(|(wire, _)| names.contains(*wire))
        .map(|(wire, name)| (wire.clone(), name.clone()))
        .collect()
}

/// What has a name in Rust that follows its name on the wire.
fn names(document: &mut Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut visit = |shape: &Shape, object: &mut Map<String, Value>, _: &Pointer| {
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        match shape.name {
            "schema" => {
                let properties = object.get("properties").and_then(Value::as_object);
                names.extend(properties.into_iter().flat_map(Map::keys).cloned());
                let values = object.get("enum").and_then(Value::as_array);
                let values = values.into_iter().flatten().filter_map(Value::as_str);
                names.extend(values.map(str::to_owned));
            }
            "parameter" if text("in").as_deref() != Some("path") => names.extend(text("name")),
            "element" => names.extend(text("name")),
            _ => {}
        }
    };
    walk(
        document,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    names
}

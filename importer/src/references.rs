//! References to schemas: `{"$ref": "#/components/schemas/Site"}`, and those in the mapping of a discriminator.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

/// What references to schemas begin with.
pub const SCHEMAS: &str = "#/components/schemas/";

/// Whether a value is a reference to another file.
pub(crate) fn refers_outside(value: &Value) -> bool {
    let target = value.get("$ref").and_then(Value::as_str);
    target.is_some_and(|target| !target.starts_with('#'))
}

/// The targets of the references in `values`, and of those in the schemas that they lead to.
pub(crate) fn reached<'a>(
    values: impl IntoIterator<Item = &'a Value>,
    schema: impl Fn(&str) -> Option<&'a Value>,
) -> BTreeSet<String> {
    let mut open = Vec::new();
    values
        .into_iter()
        .for_each(|value| collect_references(value, &mut open));
    let mut reached = BTreeSet::new();
    while let Some(target) = open.pop() {
        if let Some(schema) = schema(&target).filter(|_| !reached.contains(&target)) {
            collect_references(schema, &mut open);
        }
        reached.insert(target);
    }
    reached
}

fn collect_references(value: &Value, targets: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            targets.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            if let (Some(Value::String(_)), Some(Value::Object(mapping))) =
                (map.get("propertyName"), map.get("mapping"))
            {
                targets.extend(
                    mapping
                        .values()
                        .filter_map(Value::as_str)
                        .map(str::to_owned),
                );
            }
            map.values()
                .for_each(|item| collect_references(item, targets));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, targets)),
        _ => {}
    }
}

/// The targets in the mapping of a discriminator, if the object is one.
pub(crate) fn mapping(object: &mut Map<String, Value>) -> impl Iterator<Item = &mut String> {
    let is_discriminator = object.get("propertyName").is_some_and(Value::is_string);
    let mapping = object
        .get_mut("mapping")
        .filter(|_| is_discriminator)
        .and_then(Value::as_object_mut);
    mapping
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(|target| match target {
            Value::String(target) => Some(target),
            _ => None,
        })
}

/// Replaces the targets of references.
pub(crate) fn redirect(value: &mut Value, targets: &HashMap<String, String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                replace(target, targets);
            }
            mapping(map).for_each(|target| replace(target, targets));
            map.values_mut().for_each(|item| redirect(item, targets));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, targets)),
        _ => {}
    }
}

fn replace(target: &mut String, targets: &HashMap<String, String>) {
    if let Some(new) = targets.get(target) {
        target.clone_from(new);
    }
}

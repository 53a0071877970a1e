//! The values of parameters that only one of several documents lists.
//!
//! A document can describe a parameter as any string, and another can list the values that it takes. The list contradicts nothing, because the
//! crate sends and reads values that no document has, too.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::placeholders;
use serde_json::{Value, json};

use crate::document::Operation;

/// Gives the parameters of `operation` that are any string the values that those of `other` list, with their defaults. Returns whether there are
/// any.
pub(crate) fn take_values(operation: &mut Operation, other: &Operation) -> bool {
    let theirs: BTreeMap<_, _> = parameters(other)
        .filter_map(|parameter| Some((key(&other.path, parameter)?, &parameter["schema"])))
        .collect();
    let path = &operation.path;
    let parameters = operation.object.get_mut("parameters");
    let parameters = parameters.and_then(Value::as_array_mut);
    let mut taken = false;
    for parameter in parameters.into_iter().flatten() {
        let schema = key(path, parameter).and_then(|key| theirs.get(&key));
        if let (Some(theirs), Some(ours)) = (schema, parameter.get_mut("schema")) {
            taken |= take(ours, theirs);
        }
    }
    taken
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &Value> {
    let parameters = operation.object.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten()
}

/// What identifies a parameter: where it is, and its name, or its position in the path.
fn key(path: &str, parameter: &Value) -> Option<(String, String)> {
    let (location, name) = (parameter["in"].as_str()?, parameter["name"].as_str()?);
    let name = match location {
        "path" => placeholders(path)
            .position(|known| known == name)?
            .to_string(),
        _ => name.to_owned(),
    };
    Some((location.to_owned(), name))
}

fn take(ours: &mut Value, theirs: &Value) -> bool {
    if let (Some(ours), Some(theirs)) = (ours.get_mut("items"), theirs.get("items")) {
        return take(ours, theirs);
    }
    let lists_values = theirs["type"] == "string" && theirs["enum"].is_array();
    if *ours != json!({"type": "string"}) || !lists_values {
        return false;
    }
    for key in ["enum", "default"] {
        if let Some(value) = theirs.get(key) {
            ours[key] = value.clone();
        }
    }
    true
}

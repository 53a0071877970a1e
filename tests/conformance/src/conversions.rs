//! Updates: the body that is created from a response has everything that the response has and the body can contain.
//!
//! The expected body is computed from the documents, by property: properties that both document are equal, properties that only the
//! response documents are omitted, undocumented properties are kept, and objects whose ids the body takes are replaced by their ids.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::case::Conversion;
use crate::specification::Specification;
use crate::values::{Direction, Extent, Maker};

/// The number of changed responses of each kind.
const DOCUMENTS: u64 = 40;

/// The new value of the changed string.
const CHANGED: &str = "changed";

/// The result of a conversion.
#[derive(Debug, Default)]
pub struct Findings {
    /// The number of compared bodies.
    pub compared: usize,
    /// The failures.
    pub wrong: Vec<String>,
}

/// Checks one conversion.
#[must_use]
pub fn conversion(specification: &Specification, conversion: &Conversion) -> Findings {
    let mut findings = Findings::default();
    let response = response(specification, conversion);
    for change in conversion.changes {
        let body = specification.at(&format!("{change}/requestBody"));
        let body = specification.schema(body).cloned().unwrap_or_default();
        let (source, target) = match (items(specification, &response), items(specification, &body))
        {
            (Some(source), Some(target)) => (source, target),
            _ => (response.clone(), body),
        };
        for number in 0..DOCUMENTS {
            let seed = number.wrapping_mul(7919) + change.len() as u64;
            let mut document =
                Maker::new(specification, Extent::Full, Direction::Response, seed).value(&source);
            let mut random = Rng::with_seed(seed);
            if number > 0 {
                disturb(&mut document, &mut random);
            }
            let mut expected = expected(specification, &document, &source, &target);
            if let Some(changed) = conversion.changed {
                expected[changed] = CHANGED.into();
            }
            match (conversion.convert)(document.clone(), CHANGED) {
                Ok(body) if body == expected => findings.compared += 1,
                Ok(body) => findings
                    .wrong
                    .push(format!("{document} became {body}, expected {expected}")),
                // The body requires a property that the response does not have.
                Err(error) if is_missing(&error, &expected) => {}
                Err(error) => findings.wrong.push(format!("{document}: {error}")),
            }
        }
    }
    findings
}

/// The schema of the response.
fn response(specification: &Specification, conversion: &Conversion) -> Value {
    let responses = specification.at(&format!("{}/responses", conversion.read));
    let schema = responses
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .find_map(|(_, response)| specification.schema(response));
    let schema = schema.cloned().unwrap_or_default();
    match conversion.wrapper {
        Some(property) => {
            let members = members(specification, &schema, "writeOnly");
            members.get(property).cloned().unwrap_or_default()
        }
        None => schema,
    }
}

/// The schema of the elements of a list.
fn items(specification: &Specification, schema: &Value) -> Option<Value> {
    specification.resolve(schema).get("items").cloned()
}

/// The documented properties of an object, or of all objects of a union, without those that do not occur in this direction.
fn members(
    specification: &Specification,
    schema: &Value,
    left_out: &str,
) -> BTreeMap<String, Value> {
    let schema = specification.resolve(schema);
    let mut members = BTreeMap::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let target = specification.resolve(property);
        let is_left_out = property.get(left_out) == Some(&json!(true))
            || target.get(left_out) == Some(&json!(true));
        if !is_left_out {
            members.insert(name.clone(), property.clone());
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            members.extend(self::members(specification, part, left_out));
        }
    }
    members
}

/// The expected body for a value.
fn expected(specification: &Specification, value: &Value, source: &Value, target: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let from = members(specification, source, "writeOnly");
            let to = members(specification, target, "readOnly");
            if from.is_empty() || to.is_empty() {
                return value.clone();
            }
            let mut body = serde_json::Map::new();
            for (name, value) in object {
                let nothing = Value::Null;
                let source = from.get(name).unwrap_or(&nothing);
                let ids = to
                    .iter()
                    .find(|(_, property)| property["x-ids-of"] == name.as_str());
                if let Some(target) = to.get(name) {
                    let value = expected(specification, value, source, target);
                    body.insert(name.clone(), value);
                } else if let Some((name, _)) = ids {
                    body.insert(name.clone(), ids_of(value));
                } else if !from.contains_key(name) {
                    body.insert(name.clone(), value.clone());
                }
            }
            Value::Object(body)
        }
        Value::Array(list) => {
            let (Some(source), Some(target)) =
                (items(specification, source), items(specification, target))
            else {
                return value.clone();
            };
            let has_id = members(specification, &source, "writeOnly").contains_key("id");
            let target_type = specification.resolve(&target)["type"]
                .as_str()
                .map(str::to_owned);
            if has_id && matches!(target_type.as_deref(), Some("integer" | "string")) {
                return ids_of(value);
            }
            list.iter()
                .map(|value| expected(specification, value, &source, &target))
                .collect()
        }
        value => value.clone(),
    }
}

fn ids_of(value: &Value) -> Value {
    match value {
        Value::Array(list) => list
            .iter()
            .map(|element| element.get("id").unwrap_or(element).clone())
            .collect(),
        value => value.clone(),
    }
}

/// Adds undocumented properties and nulls.
fn disturb(value: &mut Value, random: &mut Rng) {
    match value {
        Value::Object(object) => {
            let members: Vec<_> = object.values_mut().collect();
            for member in members {
                disturb(member, random);
            }
            let name = random.choice(object.keys()).cloned();
            if let Some(name) = name.filter(|_| random.u8(..4) == 0) {
                object.insert(name, Value::Null);
            }
            if random.bool() {
                let name = format!("undocumented{}", random.u8(..));
                object.insert(name, json!({"a": [random.u8(..), null]}));
            }
        }
        Value::Array(list) => {
            for element in list {
                disturb(element, random);
            }
        }
        _ => {}
    }
}

/// Whether an error reports a missing required property of the body.
fn is_missing(error: &str, expected: &Value) -> bool {
    let name = error.split('`').nth(3).unwrap_or_default();
    error.contains("requires") && expected.get(name).is_none_or(Value::is_null)
}

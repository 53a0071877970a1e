//! Random responses: no part of an object is rejected, changed or lost, for any content.
//!
//! The responses are generated from the schemas and then mutated: undocumented properties, values of another JSON type, nulls, values in a
//! list with one element. The decoded response is encoded again and compared with the original, as JSON.

use cisco_secure_access::ErrorKind;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::case::{Case, Failure};
use crate::server::{Response, Server};
use crate::specification::Specification;
use crate::values::{self, Direction, Extent, Maker};

/// The number of generated responses of each operation.
const DOCUMENTS: u64 = 24;

/// The maximum number of mutations of a response.
const MAX_CHANGES: usize = 4;

/// Checks responses of one operation; `None` if it has no documented response.
pub async fn exactness(
    server: &Server,
    specification: &Specification,
    case: &'static Case,
) -> Option<Vec<String>> {
    let (status, schema) = specification.success(case);
    let schema = schema?;
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, Extent::Required, seed);
    let mut findings = Vec::new();
    for number in 0..DOCUMENTS {
        let extent = match number % 4 {
            0 => Extent::Required,
            _ => Extent::Full,
        };
        let seed = seed.wrapping_add(number);
        let mut document =
            Maker::new(specification, extent, Direction::Response, seed).value(schema);
        if number > 1 {
            change(&mut document, &mut Rng::with_seed(seed));
        }
        let response = Response::json(status, &document);
        let client = server.play(move |_| response.clone());
        match (case.send)(&client, &arguments).await {
            Ok(response) => {
                if let Some(difference) = difference(&document, &response.json, "$") {
                    findings.push(format!("{difference}; of {document}"));
                }
            }
            // The generated response reports a failure.
            Err(Failure::Call(error))
                if matches!(error.kind(), ErrorKind::Service | ErrorKind::Partial) => {}
            Err(failure) => findings.push(format!("{failure}; of {document}")),
        }
    }
    Some(findings)
}

/// Mutates a few nested values.
fn change(document: &mut Value, random: &mut Rng) {
    for _ in 0..random.usize(1..=MAX_CHANGES) {
        match document {
            Value::Object(object) => change_member(object, random),
            // A bare list cannot store elements that do not match.
            Value::Array(list) => {
                let objects: Vec<_> = list.iter_mut().filter_map(Value::as_object_mut).collect();
                if let Some(object) = random.choice(objects) {
                    change_member(object, random);
                }
            }
            _ => {}
        }
    }
}

/// Mutates a member of an object, or a value in it.
fn change_member(object: &mut Map<String, Value>, random: &mut Rng) {
    let name = random.choice(object.keys()).cloned();
    let Some(value) = name.and_then(|name| object.get_mut(&name)) else {
        object.insert(undocumented(random), other(random));
        return;
    };
    match (random.u8(..10), value) {
        (0..6, Value::Object(inner)) if !inner.is_empty() => change_member(inner, random),
        (0..6, Value::Array(list)) if !list.is_empty() => {
            let index = random.usize(..list.len());
            match &mut list[index] {
                Value::Object(inner) if random.bool() => change_member(inner, random),
                element => *element = other(random),
            }
        }
        (6, _) => {
            object.insert(undocumented(random), other(random));
        }
        (7, value) => *value = json!([value.take()]),
        (8, value) => *value = Value::Null,
        (_, value) => *value = other(random),
    }
}

fn undocumented(random: &mut Rng) -> String {
    format!("undocumented{}", random.u8(..))
}

/// A value of any JSON type.
fn other(random: &mut Rng) -> Value {
    match random.u8(..14) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => json!(random.i64(..)),
        3 => json!(random.u64(..)),
        4 => json!(random.i32(-10..10)),
        5 => json!(f64::from(random.i32(..)) / 1024.0),
        6 => json!(random.f64()),
        7 => random.i32(..).to_string().into(),
        8 => "".into(),
        9 => [
            "true",
            "2026-01-31 08:30:00",
            "2026-01-31T08:30:00.000Z",
            "words",
        ][random.usize(..4)]
        .into(),
        10 => json!([]),
        11 => json!({}),
        12 => json!([other(random), other(random)]),
        _ => json!({undocumented(random): other(random)}),
    }
}

/// The first difference between the original and the encoded response. A null may be omitted if the object cannot be sent.
fn difference(sent: &Value, written: &Value, path: &str) -> Option<String> {
    match (sent, written) {
        (Value::Object(sent), Value::Object(written)) => {
            let lost = sent.iter().find_map(|(name, value)| {
                let path = format!("{path}.{name}");
                match written.get(name) {
                    Some(other) => difference(value, other, &path),
                    None if value.is_null() => None,
                    None => Some(format!("{path} is lost")),
                }
            });
            let invented = written.keys().find(|name| !sent.contains_key(*name));
            lost.or_else(|| invented.map(|name| format!("{path}.{name} is invented")))
        }
        (Value::Array(sent), Value::Array(written)) if sent.len() == written.len() => {
            let pairs = sent.iter().zip(written).enumerate();
            let mut differences = pairs.map(|(index, (sent, written))| {
                difference(sent, written, &format!("{path}[{index}]"))
            });
            differences.find_map(|difference| difference)
        }
        (sent, written) if sent == written => None,
        (sent, written) => Some(format!("{path}: {sent} became {written}")),
    }
}

//! Mutations of a JSON value: the result is still JSON and similar to the original, unlike arbitrary bytes.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use crate::secrets::TEXT;

/// The maximum number of mutations of a value.
const MAX_MUTATIONS: usize = 12;

/// Mutates a value according to the input.
pub fn edit(value: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    for _ in 0..input.int_in_range(0..=MAX_MUTATIONS)? {
        if input.is_empty() {
            break;
        }
        let donor = any_node(value, input)?.clone();
        let node = any_node(value, input)?;
        match input.int_in_range(0..=8)? {
            0 => *node = Value::Null,
            1 => *node = donor,
            2 => *node = scalar(input)?,
            3 => quote(node),
            4 => *node = Value::Array(vec![std::mem::take(node)]),
            5 => remove(node, input)?,
            6 => rename(node, input)?,
            7 => add(node, donor, input)?,
            _ => *node = nested(input)?,
        }
    }
    Ok(())
}

/// One of the nodes of a value, itself included.
fn any_node<'v>(value: &'v mut Value, input: &mut Unstructured<'_>) -> Result<&'v mut Value> {
    let mut number = input.int_in_range(0..=count(value).saturating_sub(1))?;
    let mut node = value;
    while number > 0 {
        number -= 1;
        let children: Box<dyn Iterator<Item = &mut Value>> = match node {
            Value::Array(list) => Box::new(list.iter_mut()),
            Value::Object(object) => Box::new(object.values_mut()),
            _ => Box::new(std::iter::empty()),
        };
        let mut below = None;
        for child in children {
            let size = count(child);
            if number < size {
                below = Some(child);
                break;
            }
            number -= size;
        }
        node = below.expect("the number is less than the count of nodes");
    }
    Ok(node)
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

fn scalar(input: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match input.int_in_range(0..=9)? {
        0 => json!(0),
        1 => json!(i64::MIN),
        2 => json!(u64::MAX),
        3 => json!(input.arbitrary::<i64>()?),
        4 => json!(input.arbitrary::<f64>()?),
        5 => json!(input.arbitrary::<bool>()?),
        6 => json!(input.choose(STRINGS)?),
        7 => json!(input.arbitrary::<&str>()?),
        8 => json!(TEXT),
        _ => json!({}),
    })
}

/// Strings with a meaning for some parsers.
const STRINGS: &[&str] = &[
    "",
    "-0",
    "1e400",
    "9223372036854775808",
    "NaN",
    "TRUE",
    "2026-01-15",
    "2026-01-15 08:00:00",
    "2026-01-15T08:00:00",
    "2026-01-15T08:00:00.123456789+14:00",
    "+262143-01-01T00:00:00Z",
    "array",
    "boolean",
    "integer",
    "number",
    "object",
    "string",
    "date-time",
    "binary",
    "#/components/schemas/Crate",
    "#/components/schemas/Absent",
    "#",
    "{id}",
    "/policies/v2/{}",
    "é日本\u{202e}",
];

/// Quotes a scalar, or parses a quoted one.
fn quote(node: &mut Value) {
    *node = match std::mem::take(node) {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::Null),
        other => Value::String(other.to_string()),
    };
}

fn remove(node: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    match node {
        Value::Array(list) if !list.is_empty() => {
            list.remove(input.choose_index(list.len())?);
        }
        Value::Object(object) if !object.is_empty() => {
            let key = any_key(object, input)?;
            object.remove(&key);
        }
        _ => {}
    }
    Ok(())
}

fn rename(node: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    if let Value::Object(object) = node
        && !object.is_empty()
    {
        let key = any_key(object, input)?;
        let value = object.remove(&key).unwrap_or_default();
        object.insert(any_name(input)?, value);
    }
    Ok(())
}

fn add(node: &mut Value, donor: Value, input: &mut Unstructured<'_>) -> Result<()> {
    match node {
        Value::Array(list) => list.push(donor),
        Value::Object(object) => {
            object.insert(any_name(input)?, donor);
        }
        _ => {}
    }
    Ok(())
}

fn any_key(object: &Map<String, Value>, input: &mut Unstructured<'_>) -> Result<String> {
    let number = input.choose_index(object.len())?;
    Ok(object.keys().nth(number).cloned().unwrap_or_default())
}

/// A property name of responses or documents, or an arbitrary one.
fn any_name(input: &mut Unstructured<'_>) -> Result<String> {
    const NAMES: &[&str] = &[
        "",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "data",
        "default",
        "enum",
        "error",
        "format",
        "in",
        "items",
        "message",
        "meta",
        "name",
        "not",
        "nullable",
        "oneOf",
        "operationId",
        "parameters",
        "properties",
        "redirect",
        "required",
        "results",
        "statusCode",
        "total",
        "type",
        "x-secret",
        "/policies/v2/{crateId}/{crateId}",
    ];
    Ok(match input.ratio(3, 4)? {
        true => (*input.choose(NAMES)?).to_owned(),
        false => input.arbitrary()?,
    })
}

/// Nested lists or objects, deeper than any documented schema.
fn nested(input: &mut Unstructured<'_>) -> Result<Value> {
    let mut value = Value::Null;
    let is_list = input.arbitrary()?;
    for _ in 0..input.int_in_range(1..=150)? {
        value = match is_list {
            true => json!([value]),
            false => json!({"a": value}),
        };
    }
    Ok(value)
}

//! Changes to a JSON value: what is left is still JSON, and mostly still what it was, which arbitrary bytes hardly ever are.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use crate::secrets::TEXT;

/// How often a value is changed at most.
const MOST: usize = 12;

/// Changes a value as the input says.
pub fn edit(value: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    for _ in 0..input.int_in_range(0..=MOST)? {
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
        node = below.expect("a number below the count is that of a node");
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
        6 => json!(input.choose(TEXTS)?),
        7 => json!(input.arbitrary::<&str>()?),
        8 => json!(TEXT),
        _ => json!({}),
    })
}

/// Texts that mean something to one reader or another.
const TEXTS: &[&str] = &[
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

/// Puts a scalar between quotes, or takes it out of them.
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

/// A name that means something in an answer or in a document, or any.
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

/// Lists or objects in each other, deeper than anybody documents.
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

//! Schemas without compositions: JSON types, enumerations, properties.

use serde_json::{Value, json};

use crate::reference::text;

/// The JSON type of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    Array,
    Object,
    Any,
}

/// A schema that accepts what both accept; the second keeps its description.
pub(crate) fn intersect(one: Value, mut other: Value) -> Value {
    match &mut other {
        Value::Object(map) if !map.contains_key("$ref") && !map.contains_key("allOf") => {
            map.insert("allOf".to_owned(), json!([one]));
            other
        }
        _ => json!({"allOf": [one, other]}),
    }
}

/// Whether a schema becomes a named type: an object with properties, an enumeration, a union, or a list of values by position.
pub(crate) fn is_named(schema: &Value) -> bool {
    variants(schema).is_some()
        || enum_values(schema).is_some()
        || integer_enum_values(schema).is_some()
        || tuple_elements(schema).is_some()
        || properties(schema).next().is_some()
}

/// The variants of a union in its normal form.
pub(crate) fn variants(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf")?.as_array().map(Vec::as_slice)
}

/// The elements of a list of values by position: `x-tuple`.
pub(crate) fn tuple_elements(schema: &Value) -> Option<&[Value]> {
    let elements = schema.get("x-tuple")?.as_array()?;
    (kind(schema) == Kind::Array && !elements.is_empty()).then_some(elements)
}

/// The values of an enumeration of integers, each once, with the names that `x-enum-names` gives them.
pub(crate) fn integer_enum_values(schema: &Value) -> Option<Vec<(i64, Option<String>)>> {
    let list = schema.get("enum")?.as_array()?;
    let mut values: Vec<(i64, Option<String>)> = Vec::new();
    for (index, value) in list
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_null())
    {
        let value = value.as_i64()?;
        if !values.iter().any(|(known, _)| *known == value) {
            values.push((value, enum_name(schema, index).map(str::to_owned)));
        }
    }
    (kind(schema) == Kind::Number && !values.is_empty()).then_some(values)
}

/// The name that `x-enum-names` gives the value at this index of an enumeration.
fn enum_name(schema: &Value, index: usize) -> Option<&str> {
    schema.get("x-enum-names")?.get(index)?.as_str()
}

/// The name that `x-enum-names` gives a value of an enumeration of strings.
pub(crate) fn text_name<'a>(schema: &'a Value, value: &str) -> Option<&'a str> {
    let mut list = schema.get("enum")?.as_array()?.iter();
    enum_name(schema, list.position(|known| known == value)?)
}

/// The values of an enumeration of strings, each once.
pub(crate) fn enum_values(schema: &Value) -> Option<Vec<String>> {
    let list = schema.get("enum")?.as_array()?;
    let mut values: Vec<String> = Vec::new();
    for value in list.iter().filter(|value| !value.is_null()) {
        let value = value.as_str()?;
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    (kind(schema) == Kind::String && !values.is_empty()).then_some(values)
}

/// The properties of an object.
pub(crate) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// The JSON type of a schema that is not a reference.
pub(crate) fn kind(schema: &Value) -> Kind {
    match text(schema, "type").as_deref() {
        Some("string") => Kind::String,
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::Array,
        Some("object") => Kind::Object,
        _ if schema.get("properties").is_some() => Kind::Object,
        _ if schema.get("items").is_some() => Kind::Array,
        _ => Kind::Any,
    }
}

//! Schemas: JSON types, enumerations, properties, and what a composition has of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::json::text;
use crate::root::Root;

/// The JSON type of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonType {
    /// A string.
    String,
    /// A number, whole or not.
    Number,
    /// A boolean.
    Boolean,
    /// A list.
    Array,
    /// An object.
    Object,
    /// Any of these.
    Any,
}

/// A schema that accepts what both accept; the second keeps its description.
#[must_use]
pub fn intersect(one: Value, mut other: Value) -> Value {
    match &mut other {
        Value::Object(map) if !map.contains_key("$ref") && !map.contains_key("allOf") => {
            map.insert("allOf".to_owned(), json!([one]));
            other
        }
        _ => json!({"allOf": [one, other]}),
    }
}

/// Whether a schema becomes a named type: an object with properties, an enumeration, a union, or a list of values by position.
#[must_use]
pub fn is_named(schema: &Value) -> bool {
    variants(schema).is_some()
        || enum_values(schema).is_some()
        || integer_enum_values(schema).is_some()
        || tuple_elements(schema).is_some()
        || properties(schema).next().is_some()
}

/// The variants of a union in its normal form.
#[must_use]
pub fn variants(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf")?.as_array().map(Vec::as_slice)
}

/// The elements of a list of values by position: `x-tuple`.
#[must_use]
pub fn tuple_elements(schema: &Value) -> Option<&[Value]> {
    let elements = schema.get("x-tuple")?.as_array()?;
    (json_type(schema) == JsonType::Array && !elements.is_empty()).then_some(elements)
}

/// The values of an enumeration of integers, each once, with the names that `x-enum-names` gives them.
#[must_use]
pub fn integer_enum_values(schema: &Value) -> Option<Vec<(i64, Option<String>)>> {
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
    (json_type(schema) == JsonType::Number && !values.is_empty()).then_some(values)
}

/// The name that `x-enum-names` gives the value at this index of an enumeration.
fn enum_name(schema: &Value, index: usize) -> Option<&str> {
    schema.get("x-enum-names")?.get(index)?.as_str()
}

/// The name that `x-enum-names` gives a value of an enumeration of strings.
#[must_use]
pub fn value_name<'a>(schema: &'a Value, value: &str) -> Option<&'a str> {
    let mut list = schema.get("enum")?.as_array()?.iter();
    enum_name(schema, list.position(|known| known == value)?)
}

/// The values of an enumeration of strings, each once.
#[must_use]
pub fn enum_values(schema: &Value) -> Option<Vec<String>> {
    let list = schema.get("enum")?.as_array()?;
    let mut values: Vec<String> = Vec::new();
    for value in list.iter().filter(|value| !value.is_null()) {
        let value = value.as_str()?;
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    (json_type(schema) == JsonType::String && !values.is_empty()).then_some(values)
}

/// The properties of an object.
pub fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// The JSON type of a schema that is not a reference.
#[must_use]
pub fn json_type(schema: &Value) -> JsonType {
    match text(schema, "type").as_deref() {
        Some("string") => JsonType::String,
        Some("integer" | "number") => JsonType::Number,
        Some("boolean") => JsonType::Boolean,
        Some("array") => JsonType::Array,
        Some("object") => JsonType::Object,
        _ if schema.get("properties").is_some() => JsonType::Object,
        _ if schema.get("items").is_some() => JsonType::Array,
        _ => JsonType::Any,
    }
}

/// The keywords of compositions.
const COMPOSITIONS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

/// The schemas that a schema is composed of.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    COMPOSITIONS
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .flatten()
}

impl Root {
    /// The schema of a property, in a schema or in the parts that it is composed of.
    #[must_use]
    pub fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        schema["properties"]
            .get(name)
            .or_else(|| parts(schema).find_map(|part| self.property(part, name)))
    }

    /// The names of all properties of a schema and of the parts that it is composed of.
    #[must_use]
    pub fn property_names(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.resolve(schema);
        let own = properties(schema).map(|(name, _)| name.clone());
        own.chain(parts(schema).flat_map(|part| self.property_names(part)))
            .collect()
    }

    /// The schema at a JSON pointer into values of a schema.
    #[must_use]
    pub fn schema_at<'a>(&'a self, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
        pointer
            .split('/')
            .skip(1)
            .try_fold(schema, |schema, name| self.property(schema, name))
    }

    /// The variants of a union, with references resolved, or the schema itself where it is not a union.
    #[must_use]
    pub fn variants<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        let variants = ["oneOf", "anyOf"]
            .iter()
            .find_map(|keyword| schema.get(*keyword)?.as_array());
        variants.map_or_else(
            || vec![schema],
            |variants| {
                variants
                    .iter()
                    .map(|variant| self.resolve(variant))
                    .collect()
            },
        )
    }
}

//! Conversion of a schema of OpenAPI 3.0 to JSON Schema.

use serde_json::{Map, Value, json};

use super::formats::TIME_OR_EMPTY;
use super::prose;
use crate::document::Document;
use crate::reference::reference;

/// Whether the rules of `prose` are part of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// For requests.
    Enforced,
    /// For responses.
    Ignored,
}

/// A schema as JSON Schema, together with all schemas that it refers to.
pub(super) fn standalone(document: &Document, schema: &Value, rules: Rules) -> Value {
    let mut definitions = Map::new();
    let mut wanted = Vec::new();
    let mut root = translate(document, schema, &mut wanted);
    while let Some(name) = wanted.pop() {
        if !definitions.contains_key(&name) {
            let schema = document.schema(&name).unwrap_or(&Value::Null);
            let schema = translate(document, schema, &mut wanted);
            let schema = match rules {
                Rules::Enforced => prose::ruled(&name, schema),
                Rules::Ignored => schema,
            };
            definitions.insert(name, schema);
        }
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

/// A schema of requests as JSON Schema (draft 2020-12) for readers, with its descriptions; what it refers to is under `$defs`. Read-only
/// properties are not required. It is what [`SchemaValidator::of_request`](super::SchemaValidator::of_request) compiles.
///
/// ```
/// use cisco_secure_access_openapi::{Document, validate::request_schema};
/// use serde_json::json;
///
/// let document = Document::new("harbour", json!({"openapi": "3.0.3", "paths": {}, "components": {"schemas": {
///     "Pier": {"type": "string", "nullable": true},
/// }}}))?;
/// let schema = json!({"$ref": "#/components/schemas/Pier", "description": "Where it moors."});
/// assert_eq!(request_schema(&document, &schema), json!({
///     "$ref": "#/$defs/Pier",
///     "description": "Where it moors.",
///     "$defs": {"Pier": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
/// }));
/// # Ok::<(), cisco_secure_access_openapi::Error>(())
/// ```
#[must_use]
pub fn request_schema(document: &Document, schema: &Value) -> Value {
    let mut schema = standalone(document, schema, Rules::Enforced);
    if let Some(root) = schema.as_object_mut()
        && root.get("$defs").is_some_and(|defs| defs == &json!({}))
    {
        root.remove("$defs");
    }
    schema
}

/// The format of times that the service also sends as an empty string, if it writes them as RFC 3339 does; none for other times.
fn time_format(schema: &Value) -> Option<&'static str> {
    let pattern = schema["x-time-format"].as_str()?;
    let is_rfc_3339 = pattern.starts_with("%Y-%m-%dT%H:%M:%S") && pattern.ends_with('Z');
    is_rfc_3339.then_some(TIME_OR_EMPTY)
}

/// Converts OpenAPI 3.0 to JSON Schema: references, `nullable`, discriminators, boolean exclusive bounds, and read-only properties.
fn translate(document: &Document, schema: &Value, wanted: &mut Vec<String>) -> Value {
    if let Some(name) = reference(schema) {
        wanted.push(name.to_owned());
        let mut result = json!({"$ref": format!("#/$defs/{name}")});
        if let Some(description) = schema.get("description") {
            result["description"] = description.clone();
        }
        return result;
    }
    let Some(object) = schema.as_object() else {
        return json!({});
    };
    let mut result = Map::new();
    for (keyword, value) in object {
        let value = match keyword.as_str() {
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                let properties = properties
                    .map(|(name, property)| (name.clone(), translate(document, property, wanted)));
                Value::Object(properties.collect())
            }
            "items" | "not" => translate(document, value, wanted),
            "additionalProperties" if value.is_object() => translate(document, value, wanted),
            "oneOf" | "anyOf" | "allOf" => {
                let parts = value.as_array().into_iter().flatten();
                parts
                    .map(|part| translate(document, part, wanted))
                    .collect()
            }
            "required" => {
                let is_sent = |name: &&Value| {
                    let property = &schema["properties"][name.as_str().unwrap_or_default()];
                    document.resolve(property)["readOnly"] != true && property["readOnly"] != true
                };
                let names = value.as_array().into_iter().flatten();
                names.filter(is_sent).cloned().collect()
            }
            "format" if schema.get("x-time-format").is_some() => match time_format(schema) {
                Some(format) => json!(format),
                None => continue,
            },
            // In OpenAPI 3.0, a flag beside the bound.
            "exclusiveMinimum" if value == true => schema["minimum"].clone(),
            "exclusiveMaximum" if value == true => schema["maximum"].clone(),
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => continue,
            // The service sends a string, and takes either.
            "type" if schema["x-quoted"] == true => json!([value, "string"]),
            "type"
            | "enum"
            | "format"
            | "pattern"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "minProperties"
            | "maxProperties"
            | "multipleOf"
            | "additionalProperties"
            | "description"
            | "default"
            | "deprecated"
            | "readOnly" => value.clone(),
            _ => continue,
        };
        // The documents say `oneOf` of variants that overlap, so a value of several variants is as good as one of a single variant.
        let keyword = match keyword.as_str() {
            "oneOf" => "anyOf",
            other => other,
        };
        result.insert(keyword.to_owned(), value);
    }
    if let Some(union) = discriminated(schema) {
        result.remove("anyOf");
        let parts = result.entry("allOf").or_insert_with(|| json!([]));
        if let Some(parts) = parts.as_array_mut() {
            parts.push(union);
        }
    }
    match schema["nullable"] == true {
        true => json!({"anyOf": [result, {"type": "null"}]}),
        false => Value::Object(result),
    }
}

/// A union whose discriminator names the variant: a value is of the variant that it names, and of no other.
fn discriminated(schema: &Value) -> Option<Value> {
    let property = schema["discriminator"]["propertyName"].as_str()?;
    let mapping = schema["discriminator"]["mapping"].as_object()?;
    let names: Vec<&String> = mapping.keys().collect();
    let variants = mapping.iter().map(|(name, target)| {
        let name = json!({"properties": {property: {"const": name}}, "required": [property]});
        let target = json!({"$ref": target});
        let target = reference(&target).unwrap_or_default();
        json!({"if": name, "then": {"$ref": format!("#/$defs/{target}")}})
    });
    Some(json!({
        "type": "object",
        "required": [property],
        "properties": {property: {"enum": names}},
        "allOf": variants.collect::<Vec<_>>(),
    }))
}

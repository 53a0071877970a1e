//! Unions (`oneOf`, `anyOf`): they are normalized to one list of variants that a value distinguishes.

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::json::strings;
use crate::reference::reference;
use crate::schema::{JsonType, enum_values, intersect, json_type, variants};

/// The key under which [`normalize`] keeps the discriminator of a variant: the property, and the values that name the variant.
const DISCRIMINATOR: &str = "x-discriminator";

/// The result of [`normalize`].
pub(crate) enum Normalized {
    /// A union in its normal form, or a schema that is not a union.
    Schema(Value),
    /// The only variant of the union.
    Only(Value),
}

/// Normalizes a schema with `oneOf` or `anyOf`: the result has one `oneOf`, whose variants a value distinguishes. `deref` resolves
/// references and compositions.
pub(crate) fn normalize(
    mut schema: Map<String, Value>,
    pointer: &str,
    deref: &mut dyn FnMut(&Value) -> Result<Value>,
) -> Result<Normalized> {
    let Some(given) = take_variants(&mut schema, pointer)? else {
        return Ok(Normalized::Schema(Value::Object(schema)));
    };
    let discriminator = schema.remove("discriminator");
    let own = ["description", "nullable", "x-constructors"];
    let own = own.map(|key| (key, schema.remove(key)));
    let shared = schema.contains_key("properties") || schema.contains_key("required");
    // Variants that only list combinations of required properties are not types of their own.
    if shared && given.iter().all(only_requires) {
        return Ok(Normalized::Schema(Value::Object(schema)));
    }
    let mut normal: Vec<(Value, Value)> = Vec::new();
    for mut variant in given {
        if !variant.is_object() {
            return Err(Error::new(pointer, format!("{variant} is not a schema")));
        }
        if shared {
            variant = intersect(Value::Object(schema.clone()), variant);
        } else if let (Some(word), true) = (schema.get("type"), is_bare(&variant)) {
            variant["type"] = word.clone();
        }
        if let Some((property, values)) = named_by(discriminator.as_ref(), &variant) {
            variant[DISCRIMINATOR] = json!({"property": property, "values": values});
        }
        let resolved = deref(&variant)?;
        match variants(&resolved) {
            Some(inner) => {
                for variant in inner {
                    let resolved = deref(variant)?;
                    add(&mut normal, variant.clone(), resolved);
                }
            }
            None => add(&mut normal, variant, resolved),
        }
    }
    let mut normal: Vec<_> = normal.into_iter().map(|(variant, _)| variant).collect();
    if normal.len() < 2 {
        return Ok(Normalized::Only(normal.pop().unwrap_or_default()));
    }
    let mut union = json!({"oneOf": normal});
    for (key, value) in own {
        if let Some(value) = value {
            union[key] = value;
        }
    }
    Ok(Normalized::Schema(union))
}

/// Takes the variants of `oneOf` or `anyOf` out of a schema; `None` if it has none.
fn take_variants(schema: &mut Map<String, Value>, pointer: &str) -> Result<Option<Vec<Value>>> {
    match [schema.remove("oneOf"), schema.remove("anyOf")] {
        [Some(Value::Array(_)), Some(Value::Array(_))] => {
            let message = "`oneOf` and `anyOf` of one schema are not supported";
            Err(Error::new(pointer, message))
        }
        [Some(Value::Array(variants)), _] | [_, Some(Value::Array(variants))] => {
            Ok(Some(variants).filter(|variants| !variants.is_empty()))
        }
        _ => Ok(None),
    }
}

/// Adds a variant, and what it resolves to. There is one variant each of strings, numbers, booleans and lists, because a value does not
/// distinguish several.
fn add(normal: &mut Vec<(Value, Value)>, variant: Value, resolved: Value) {
    let kind = json_type(&resolved);
    let is_decided_by_content = matches!(kind, JsonType::Object | JsonType::Any);
    let like = normal.iter_mut().find(|(known, other)| {
        *known == variant || (!is_decided_by_content && json_type(other) == kind)
    });
    match like {
        None => normal.push((variant, resolved)),
        Some((known, other)) if *other != resolved => {
            match (kind, enum_values(other), enum_values(&resolved)) {
                // An enumeration holds any string, so it includes plain strings.
                (JsonType::String, Some(_), None) => {}
                (JsonType::String, None, Some(_)) => (*known, *other) = (variant, resolved),
                _ => {
                    let common = unify(kind, other, &resolved);
                    (*known, *other) = (common.clone(), common);
                }
            }
        }
        Some(_) => {}
    }
}

/// A schema that accepts what one of two schemas of the same JSON type accepts.
fn unify(kind: JsonType, one: &Value, other: &Value) -> Value {
    match kind {
        JsonType::String => {
            let mut values = enum_values(one).unwrap_or_default();
            values.extend(enum_values(other).unwrap_or_default());
            if values.is_empty() {
                json!({"type": "string"})
            } else {
                json!({"type": "string", "enum": values})
            }
        }
        JsonType::Number if one["type"] == "integer" && other["type"] == "integer" => {
            json!({"type": "integer"})
        }
        JsonType::Number => json!({"type": "number"}),
        JsonType::Array => {
            let items: Vec<_> = [one, other]
                .iter()
                .map(|list| list.get("items").cloned().unwrap_or_else(|| json!({})))
                .collect();
            json!({"type": "array", "items": {"oneOf": items}})
        }
        JsonType::Boolean | JsonType::Object | JsonType::Any => one.clone(),
    }
}

/// Whether a variant takes its type from the schema around it.
fn is_bare(variant: &Value) -> bool {
    ["type", "$ref", "allOf", "oneOf", "anyOf"]
        .iter()
        .all(|key| variant.get(*key).is_none())
}

/// Whether a variant only says which properties of the schema around it are required. It becomes no type.
#[must_use]
pub fn only_requires(variant: &Value) -> bool {
    variant.as_object().is_some_and(|variant| {
        let has = |key| variant.contains_key(key);
        (has("required") || has("not"))
            && variant.keys().all(|key| {
                matches!(
                    key.as_str(),
                    "required" | "not" | "type" | "description" | "title"
                )
            })
    })
}

/// The property of a discriminator, and its values that name the variant.
fn named_by<'a>(
    discriminator: Option<&'a Value>,
    variant: &Value,
) -> Option<(&'a str, Vec<String>)> {
    let discriminator = discriminator?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let component = referred(variant)?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped: Vec<_> = mapping
        .into_iter()
        .flatten()
        .filter(|(_, target)| {
            target
                .as_str()
                .and_then(|target| target.rsplit('/').next())
                .is_some_and(|target| target == component)
        })
        .map(|(value, _)| value.clone())
        .collect();
    if mapped.is_empty() {
        Some((property, vec![component.to_owned()]))
    } else {
        Some((property, mapped))
    }
}

/// The name of the component that a variant refers to, alone or as the last part of a composition.
#[must_use]
pub fn referred(variant: &Value) -> Option<&str> {
    let variant = match variant.get("allOf").and_then(Value::as_array) {
        Some(parts) => parts.last()?,
        None => variant,
    };
    reference(variant)
}

/// The property of the discriminator that names a variant of a normalized union.
#[must_use]
pub fn discriminator(variant: &Value) -> Option<String> {
    let property = variant.get(DISCRIMINATOR)?.get("property")?;
    property.as_str().map(str::to_owned)
}

/// The value of the discriminator that names a variant of a normalized union, if there is only one.
#[must_use]
pub fn discriminator_value(variant: &Value) -> Option<&str> {
    match variant
        .get(DISCRIMINATOR)?
        .get("values")?
        .as_array()?
        .as_slice()
    {
        [value] => value.as_str(),
        _ => None,
    }
}

/// The values of the discriminator that name a variant of a normalized union.
#[must_use]
pub fn discriminator_values(variant: &Value) -> Vec<String> {
    variant
        .get(DISCRIMINATOR)
        .map(|own| strings(own, "values"))
        .unwrap_or_default()
}

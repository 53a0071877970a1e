//! What a schema says: references are followed, the parts of a composition are put together, the forms of a choice are told apart.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::{component, component_name, escape, text};
use crate::error::{Error, Result};

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

/// The key under which [`whole`] notes what a discriminator says of an arm: its property, and the values that mean the arm.
const TAGS: &str = "x-tags";

/// Keys that say what a value is made of; beside an `allOf` they make a schema of its own.
const STRUCTURE: [&str; 8] = [
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "format",
    "oneOf",
    "anyOf",
];

/// Keys of a part that say nothing about the whole.
const OWN: [&str; 6] = [
    "description",
    "title",
    "example",
    "default",
    "deprecated",
    "discriminator",
];

/// A schema without `allOf`: a reference, a choice whose arms can be told apart, or a schema that is neither.
pub(crate) fn whole(document: &Value, schema: &Value, pointer: &str) -> Result<Value> {
    Composer { document, pointer }.whole(schema, &mut Walk::default())
}

/// [`whole`], with references followed.
pub(crate) fn followed(document: &Value, schema: &Value, pointer: &str) -> Result<Value> {
    Composer { document, pointer }.followed(schema, &mut Walk::default())
}

/// How many schemas a composition is made of at most, counted each time that they are met.
const LARGEST: usize = 1000;

/// A walk through the parts of a composition.
#[derive(Default)]
struct Walk {
    /// The components under way.
    trail: Vec<String>,
    /// How many schemas were met.
    met: usize,
}

/// Puts compositions together.
struct Composer<'a> {
    document: &'a Value,
    pointer: &'a str,
}

impl Composer<'_> {
    fn refused<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Error::new(self.pointer, message))
    }

    fn whole(&self, schema: &Value, walk: &mut Walk) -> Result<Value> {
        let Some(own) = schema.as_object().filter(|own| !own.contains_key("$ref")) else {
            return Ok(schema.clone());
        };
        let mut own = own.clone();
        let parts = match own.remove("allOf") {
            Some(Value::Array(parts)) => parts,
            _ => Vec::new(),
        };
        let adds = STRUCTURE.iter().any(|key| own.contains_key(*key))
            || own.get("type").is_some_and(|word| word != "object");
        if let ([only], false) = (parts.as_slice(), adds) {
            return self.whole(only, walk);
        }
        let mut sum = Map::new();
        for part in &parts {
            if let Value::Object(mut part) = self.followed(part, walk)? {
                part.retain(|key, _| !OWN.contains(&key.as_str()));
                self.add(&mut sum, part)?;
            }
        }
        self.add(&mut sum, own)?;
        self.told_apart(sum, walk)
    }

    fn followed(&self, schema: &Value, walk: &mut Walk) -> Result<Value> {
        walk.met += 1;
        if walk.met > LARGEST {
            return self.refused("a composition of too many schemas: does it contain itself?");
        }
        let schema = self.whole(schema, walk)?;
        let Some(reference) = schema.get("$ref") else {
            return Ok(schema);
        };
        let name = component_name(reference, self.pointer)?;
        let target = component(self.document, name, self.pointer)?;
        let composer = Composer {
            document: self.document,
            pointer: &format!("/components/schemas/{}", escape(name)),
        };
        if walk.trail.iter().any(|known| known == name) {
            return composer.refused(
                "a schema that leads back to itself by references and compositions alone",
            );
        }
        walk.trail.push(name.to_owned());
        let target = composer.followed(target, walk)?;
        walk.trail.pop();
        Ok(target)
    }

    /// Adds a part to a composition.
    fn add(&self, sum: &mut Map<String, Value>, part: Map<String, Value>) -> Result<()> {
        for (key, value) in part {
            let Some(known) = sum.get_mut(&key) else {
                sum.insert(key, value);
                continue;
            };
            match (key.as_str(), known, value) {
                (_, known, value) if *known == value => {}
                ("properties", Value::Object(known), Value::Object(own)) => {
                    for (name, property) in own {
                        let property = match known.remove(&name) {
                            Some(other) if other != property => both(other, property),
                            _ => property,
                        };
                        known.insert(name, property);
                    }
                }
                ("required", Value::Array(known), Value::Array(own)) => known.extend(own),
                ("enum", Value::Array(known), Value::Array(own)) => {
                    known.retain(|value| own.contains(value));
                }
                ("items", known, value) => *known = both(known.take(), value),
                ("nullable", known, Value::Bool(true)) => *known = Value::Bool(true),
                ("nullable", ..) => {}
                ("type", known, value) => {
                    let pair = [&*known, &value];
                    if !pair
                        .iter()
                        .all(|word| *word == "integer" || *word == "number")
                    {
                        return self.refused(format!(
                            "the parts of this composition have the types {known} and {value}"
                        ));
                    }
                    *known = "integer".into();
                }
                // A value of both formats can be read as neither of them.
                ("format", known, _) => *known = "none".into(),
                ("oneOf" | "anyOf", ..) => {
                    return self.refused("a composition of two choices is not supported");
                }
                (_, known, value) => *known = value,
            }
        }
        Ok(())
    }

    /// A schema whose choice, if it has one, is of forms that a value can be seen to have.
    fn told_apart(&self, mut schema: Map<String, Value>, walk: &mut Walk) -> Result<Value> {
        let choices = [schema.remove("oneOf"), schema.remove("anyOf")];
        let given = match choices {
            [Some(Value::Array(_)), Some(Value::Array(_))] => {
                return self.refused("`oneOf` and `anyOf` of one schema are not supported");
            }
            [Some(Value::Array(arms)), _] | [_, Some(Value::Array(arms))] if !arms.is_empty() => {
                arms
            }
            _ => return Ok(Value::Object(schema)),
        };
        let discriminator = schema.remove("discriminator");
        let description = schema.remove("description");
        let nullable = schema.remove("nullable");
        let shared = schema.contains_key("properties") || schema.contains_key("required");
        // Arms that only say which properties must be there together are no forms of their own.
        if shared && given.iter().all(only_requires) {
            return Ok(Value::Object(schema));
        }
        let mut forms = Vec::new();
        for mut arm in given {
            if !arm.is_object() {
                return self.refused(format!("{arm} is no schema"));
            }
            if shared {
                arm = both(Value::Object(schema.clone()), arm);
            } else if let (Some(word), true) = (schema.get("type"), is_bare(&arm)) {
                arm["type"] = word.clone();
            }
            if let Some((property, values)) = tag(discriminator.as_ref(), &arm) {
                arm[TAGS] = json!({property: values});
            }
            let form = self.followed(&arm, walk)?;
            match arms(&form) {
                Some(inner) => {
                    for arm in inner {
                        self.add_form(&mut forms, arm.clone(), self.followed(arm, walk)?);
                    }
                }
                None => self.add_form(&mut forms, arm, form),
            }
        }
        if let [(only, _)] = forms.as_slice() {
            return self.whole(only, walk);
        }
        let forms: Vec<_> = forms.into_iter().map(|(arm, _)| arm).collect();
        let mut choice = json!({"oneOf": forms});
        for (key, value) in [("description", description), ("nullable", nullable)] {
            if let Some(value) = value {
                choice[key] = value;
            }
        }
        Ok(choice)
    }

    /// Adds a form to those of a choice; of texts, numbers, booleans and lists there is one form for all, since a value does not show
    /// which of them it is.
    fn add_form(&self, forms: &mut Vec<(Value, Value)>, arm: Value, form: Value) {
        let kind = kind(&form);
        let is_told_by_content = matches!(kind, Kind::Object | Kind::Any);
        let like = forms.iter_mut().find(|(known, other)| {
            *known == arm || (!is_told_by_content && self::kind(other) == kind)
        });
        match like {
            None => forms.push((arm, form)),
            Some((known, other)) if *other != form => {
                match (kind, enum_values(other), enum_values(&form)) {
                    // An enumeration takes any text, so it stands for plain texts too.
                    (Kind::String, Some(_), None) => {}
                    (Kind::String, None, Some(_)) => (*known, *other) = (arm, form),
                    _ => {
                        let common = either(kind, other, &form);
                        (*known, *other) = (common.clone(), common);
                    }
                }
            }
            Some(_) => {}
        }
    }
}

/// What is both schemas; the second keeps the words that it says of itself.
fn both(one: Value, mut other: Value) -> Value {
    match &mut other {
        Value::Object(map) if !map.contains_key("$ref") && !map.contains_key("allOf") => {
            map.insert("allOf".to_owned(), json!([one]));
            other
        }
        _ => json!({"allOf": [one, other]}),
    }
}

/// Whether an arm leaves it to the schema around it what type it has.
fn is_bare(arm: &Value) -> bool {
    ["type", "$ref", "allOf", "oneOf", "anyOf"]
        .iter()
        .all(|key| arm.get(*key).is_none())
}

/// What can be either of two schemas of one kind, which is told by its JSON type.
fn either(kind: Kind, one: &Value, other: &Value) -> Value {
    match kind {
        Kind::String => {
            let mut values = enum_values(one).unwrap_or_default();
            values.extend(enum_values(other).unwrap_or_default());
            if values.is_empty() {
                json!({"type": "string"})
            } else {
                json!({"type": "string", "enum": values})
            }
        }
        Kind::Number if one["type"] == "integer" && other["type"] == "integer" => {
            json!({"type": "integer"})
        }
        Kind::Number => json!({"type": "number"}),
        Kind::Array => {
            let items: Vec<_> = [one, other]
                .iter()
                .map(|list| list.get("items").cloned().unwrap_or_else(|| json!({})))
                .collect();
            json!({"type": "array", "items": {"oneOf": items}})
        }
        Kind::Boolean | Kind::Object | Kind::Any => one.clone(),
    }
}

/// Whether an arm says nothing but what is required.
fn only_requires(arm: &Value) -> bool {
    arm.as_object().is_some_and(|arm| {
        arm.keys().all(|key| {
            matches!(
                key.as_str(),
                "required" | "not" | "type" | "description" | "title"
            )
        })
    })
}

/// The property of a discriminator, and its values that mean the arm.
fn tag<'a>(discriminator: Option<&'a Value>, arm: &Value) -> Option<(&'a str, Vec<String>)> {
    let discriminator = discriminator?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let component = referred(arm)?;
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

/// The name of the component that an arm refers to, alone or as the last part of a composition.
pub(crate) fn referred(arm: &Value) -> Option<&str> {
    let arm = match arm.get("allOf").and_then(Value::as_array) {
        Some(parts) => parts.last()?,
        None => arm,
    };
    component_name(arm.get("$ref")?, "").ok()
}

/// The properties that hold one of a few strings in a value of an arm, and those strings.
pub(crate) fn tags(
    document: &Value,
    arm: &Value,
    pointer: &str,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut tags = BTreeMap::new();
    // A discriminator is the one property that tells the forms.
    if let Some(discriminator) = arm.get(TAGS).and_then(Value::as_object) {
        for (name, values) in discriminator {
            let values = values.as_array().into_iter().flatten();
            let values = values.filter_map(|value| value.as_str().map(str::to_owned));
            tags.insert(name.clone(), values.collect());
        }
        return Ok(tags);
    }
    let form = followed(document, arm, pointer)?;
    for (name, property) in properties(&form) {
        let property = followed(document, property, pointer)?;
        if let Some(values) = enum_values(&property) {
            tags.insert(name.clone(), values);
        }
    }
    Ok(tags)
}

/// Whether a schema becomes a type with a name: an object with properties, an enumeration, a choice.
pub(crate) fn is_named(schema: &Value) -> bool {
    arms(schema).is_some() || enum_values(schema).is_some() || properties(schema).next().is_some()
}

/// The schemas of a choice.
pub(crate) fn arms(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf")?.as_array().map(Vec::as_slice)
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

/// The JSON type of a schema that is no reference.
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

//! Compositions: references are resolved, the parts of an `allOf` become one schema, unions become lists of variants.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::reference::{component_name, component_pointer};
use crate::root::Root;
use crate::schema::intersect;
use crate::union::{self, Normalized};

/// Keywords for the structure of a value; beside an `allOf` they form another part of the composition.
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

/// Keywords of a part that do not apply to the composition.
const OWN: [&str; 7] = [
    "description",
    "title",
    "example",
    "default",
    "deprecated",
    "discriminator",
    "x-constructors",
];

impl Root {
    /// A schema without `allOf`: a reference, a union in its normal form, or a schema that is neither.
    ///
    /// # Errors
    /// When the composition is not supported; `pointer` is that of the schema.
    pub fn flatten_all_of(&self, schema: &Value, pointer: &str) -> Result<Value> {
        let composer = Composer {
            root: self,
            pointer,
        };
        composer.flatten_all_of(schema, &mut Walk::default())
    }

    /// [`flatten_all_of`](Self::flatten_all_of), with references resolved.
    ///
    /// # Errors
    /// As for `flatten_all_of`, and when a reference is not supported or refers to nothing.
    pub fn deref(&self, schema: &Value, pointer: &str) -> Result<Value> {
        let composer = Composer {
            root: self,
            pointer,
        };
        composer.deref(schema, &mut Walk::default())
    }
}

/// The maximum number of schemas in a composition, counted at each visit.
const MAX_SCHEMAS: usize = 1000;

/// The state of a walk through the parts of a composition.
#[derive(Default)]
struct Walk {
    /// The components that are being resolved.
    trail: Vec<String>,
    /// How many schemas were visited.
    visited: usize,
}

/// Flattens compositions.
struct Composer<'a> {
    root: &'a Root,
    pointer: &'a str,
}

impl Composer<'_> {
    fn reject<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Error::new(self.pointer, message))
    }

    fn flatten_all_of(&self, schema: &Value, walk: &mut Walk) -> Result<Value> {
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
            return self.flatten_all_of(only, walk);
        }
        let mut composed = Map::new();
        for part in &parts {
            if let Value::Object(mut part) = self.deref(part, walk)? {
                part.retain(|key, _| !OWN.contains(&key.as_str()));
                self.add(&mut composed, part)?;
            }
        }
        self.add(&mut composed, own)?;
        match union::normalize(composed, self.pointer, &mut |schema| {
            self.deref(schema, walk)
        })? {
            Normalized::Schema(schema) => Ok(schema),
            Normalized::Only(variant) => self.flatten_all_of(&variant, walk),
        }
    }

    fn deref(&self, schema: &Value, walk: &mut Walk) -> Result<Value> {
        walk.visited += 1;
        if walk.visited > MAX_SCHEMAS {
            return self.reject("a composition of too many schemas: does it contain itself?");
        }
        let schema = self.flatten_all_of(schema, walk)?;
        let Some(reference) = schema.get("$ref") else {
            return Ok(schema);
        };
        let name = component_name(reference, self.pointer)?;
        let target = self.root.component(name, self.pointer)?;
        let composer = Composer {
            root: self.root,
            pointer: &component_pointer(name),
        };
        if walk.trail.iter().any(|known| known == name) {
            return composer.reject(
                "a schema that refers to itself through references and compositions alone",
            );
        }
        walk.trail.push(name.to_owned());
        let target = composer.deref(target, walk)?;
        walk.trail.pop();
        Ok(target)
    }

    /// Adds a part to a composition.
    fn add(&self, composed: &mut Map<String, Value>, part: Map<String, Value>) -> Result<()> {
        for (key, value) in part {
            let Some(known) = composed.get_mut(&key) else {
                composed.insert(key, value);
                continue;
            };
            match (key.as_str(), known, value) {
                (_, known, value) if *known == value => {}
                ("properties", Value::Object(known), Value::Object(own)) => {
                    for (name, property) in own {
                        let property = match known.remove(&name) {
                            Some(other) if other != property => intersect(other, property),
                            _ => property,
                        };
                        known.insert(name, property);
                    }
                }
                ("required", Value::Array(known), Value::Array(own)) => known.extend(own),
                ("enum", Value::Array(known), Value::Array(own)) => {
                    known.retain(|value| own.contains(value));
                }
                ("items", known, value) => *known = intersect(known.take(), value),
                ("nullable", known, Value::Bool(true)) => *known = Value::Bool(true),
                ("nullable", ..) => {}
                ("type", known, value) => {
                    let pair = [&*known, &value];
                    if !pair
                        .iter()
                        .all(|word| *word == "integer" || *word == "number")
                    {
                        return self.reject(format!(
                            "the parts of this composition have the types {known} and {value}"
                        ));
                    }
                    *known = "integer".into();
                }
                // No value has both formats, so the value is decoded as a plain string.
                ("format", known, _) => *known = "none".into(),
                ("oneOf" | "anyOf", ..) => {
                    return self.reject("a composition of two unions is not supported");
                }
                (_, known, value) => *known = value,
            }
        }
        Ok(())
    }
}

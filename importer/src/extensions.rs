//! Verifies the extensions that overlays add: each is one that exists, stands where it belongs, and fits what it stands beside.
//!
//! An extension that does not is removed and reported, as an overlay action without a target is: either it is misspelled, or upstream
//! has changed.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::names::pascal;
use crate::report::Pointer;
use crate::responses::{at, is_any, schema};

/// The formats of integers that are points in time.
const EPOCHS: &[&str] = &["epoch-seconds", "epoch-milliseconds", "epoch-nanoseconds"];

/// An extension that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// File and line of the overlay action that set it, if one did.
    pub place: Option<String>,
    /// The pointer of the object that it stood in.
    pub pointer: String,
    /// Its key.
    pub key: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl Mismatch {
    /// What is wrong, and where in the document.
    #[must_use]
    pub fn problem(&self) -> String {
        let Self {
            pointer,
            found,
            expected,
            ..
        } = self;
        format!("#{pointer}: found {found}, expected {expected}")
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        write!(out, "{}", self.problem())
    }
}

/// Removes the extensions of the merged document that do not fit, and says of each where it stood and what was expected.
pub(crate) fn verify(whole: &mut Value) -> Vec<Mismatch> {
    let schemas = whole["components"]["schemas"].clone();
    let mut mismatches = Vec::new();
    let mut visit = |shape: &Shape, object: &mut Map<String, Value>, pointer: &Pointer| {
        let keys = object.keys().filter(|key| key.starts_with("x-"));
        let keys: Vec<String> = keys.cloned().collect();
        for key in keys {
            if let Err(expected) = fits(shape, &key, object, &schemas) {
                let found = format!("`{key}: {}`", object[&key]);
                mismatches.push(mismatch(pointer, &key, found, expected));
                object.remove(&key);
            }
        }
        let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or("");
        let (types, expected): (&[&str], _) = match word("format") {
            format if EPOCHS.contains(&format) => (&["integer", "number"], "`type: integer`"),
            "date-time" => (&["string"], "`type: string`"),
            _ => return,
        };
        if !types.contains(&word("type")) {
            let found = format!("`format: {}`", word("format"));
            let expected = format!("{expected} beside it");
            mismatches.push(mismatch(pointer, "format", found, expected));
            object.remove("format");
        }
    };
    walk(
        whole,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    mismatches
}

fn mismatch(pointer: &Pointer, key: &str, found: String, expected: String) -> Mismatch {
    Mismatch {
        place: None,
        pointer: pointer.as_str().to_owned(),
        key: key.to_owned(),
        found,
        expected,
    }
}

/// What the extensions that must fit the keys beside them are, in the terms of an error.
const EXPECTED: &[(&str, &str)] = &[
    (
        "x-time-format",
        "a pattern such as `%Y-%m-%d %H:%M:%S`, beside `type: string` and `format: date-time`",
    ),
    (
        "x-quoted",
        "a flag beside `type: integer` or `type: number`",
    ),
    (
        "x-enum-names",
        "a name in PascalCase for each value of the `enum`",
    ),
    (
        "x-tuple",
        "elements with names of their own, beside `type: array`",
    ),
    ("x-envelope", "the name of a property of the schema"),
    ("x-named-by", "the name of a property of the schema"),
    ("x-may-be-absent", "names of properties that are `required`"),
    (
        "x-success-property",
        "a pointer to a boolean of its response",
    ),
    ("x-upstream-errors", "statuses of errors"),
];

/// Says what is expected where an extension does not fit.
fn fits(
    shape: &Shape,
    key: &str,
    object: &Map<String, Value>,
    schemas: &Value,
) -> Result<(), String> {
    let known = shape.extensions.iter().find(|(known, _)| *known == key);
    let Some((_, kind)) = known else {
        return Err(format!("no such key in the {}", shape.name));
    };
    has_kind(&object[key], kind)?;
    match EXPECTED.iter().find(|(known, _)| *known == key) {
        Some((_, expected)) if !fits_beside(key, object, schemas) => Err((*expected).to_owned()),
        _ => Ok(()),
    }
}

/// Whether an extension of the right kind fits the keys beside it.
fn fits_beside(key: &str, object: &Map<String, Value>, schemas: &Value) -> bool {
    let value = &object[key];
    let has = |key: &str, words: &[&str]| {
        let word = object.get(key).and_then(Value::as_str);
        word.is_some_and(|word| words.contains(&word))
    };
    match key {
        "x-time-format" => {
            let is_pattern = value.as_str().is_some_and(|pattern| pattern.contains('%'));
            is_pattern && has("type", &["string"]) && has("format", &["date-time"])
        }
        "x-quoted" => has("type", &["integer", "number"]),
        "x-enum-names" => names_values(texts(value), object),
        "x-tuple" => {
            let elements = value.as_array().into_iter().flatten();
            let names = elements.map(|element| element["name"].as_str().unwrap_or(""));
            has("type", &["array"]) && are_distinct(names)
        }
        "x-envelope" | "x-named-by" => {
            let property = object.get("properties").zip(value.as_str());
            property.is_some_and(|(properties, name)| properties.get(name).is_some())
        }
        "x-may-be-absent" => {
            let required = object.get("required").map(texts).into_iter().flatten();
            let required: BTreeSet<&str> = required.collect();
            texts(value).all(|name| required.contains(name))
        }
        "x-success-property" => {
            let found = value.as_str().zip(schema(object));
            let found = found.map(|(pointer, schema)| at(schema, pointer, schemas));
            found.is_some_and(|found| is_any(&found, &["boolean"]))
        }
        "x-upstream-errors" => {
            let mut statuses = value.as_array().into_iter().flatten().map(Value::as_u64);
            statuses.all(|status| status.is_some_and(|status| (400..600).contains(&status)))
        }
        _ => true,
    }
}

/// Whether the names are those of the values of an enumeration.
fn names_values<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    object: &Map<String, Value>,
) -> bool {
    let values = object.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| values.len() == names.clone().count())
        && names.clone().all(|name| pascal(name) == name)
        && are_distinct(names)
}

fn texts(value: &Value) -> impl Iterator<Item = &str> + Clone {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn are_distinct<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    let mut known = BTreeSet::new();
    names
        .into_iter()
        .all(|name| !name.is_empty() && known.insert(name))
}

/// Says what is expected where a value is not of a kind that extensions have.
fn has_kind(value: &Value, kind: &Kind) -> Result<(), String> {
    let (fits, expected) = match kind {
        Kind::Text => (value.is_string(), "a string"),
        Kind::Flag => (value.is_boolean(), "true or false"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Texts => (
            value.is_array() && has_kind(value, &Kind::List(&Kind::Text)).is_ok(),
            "a list of strings",
        ),
        Kind::List(kind) => {
            let mut items = value.as_array().into_iter().flatten();
            items.try_for_each(|item| has_kind(item, kind))?;
            (value.is_array(), "a list")
        }
        Kind::Map(kind) => {
            let mut values = value.as_object().into_iter().flat_map(Map::values);
            values.try_for_each(|value| has_kind(value, kind))?;
            (value.is_object(), "a mapping")
        }
        Kind::Object(shape) => {
            let has = |key: &&str| value.get(*key).is_some();
            (
                shape.required.iter().all(has),
                "an object with its required keys",
            )
        }
        _ => (true, "anything"),
    };
    if fits {
        Ok(())
    } else {
        Err(expected.to_owned())
    }
}

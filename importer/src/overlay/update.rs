//! What an update does to an object.
//!
//! It merges as Overlay 1.0 says: objects key by key, lists by appending, everything else by replacing. As nothing may stand beside a
//! reference, a reference replaces, too; and words for a property that is not there do not bring it about.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::json::escape;
use serde_json::{Map, Value};

/// The key of the properties of a schema.
const PROPERTIES: &str = "properties";

/// The keys of words.
const WORDS: [&str; 2] = ["description", "summary"];

/// What may stand beside a reference: it belongs to the property and not to the schema.
const BESIDE_REFERENCE: [&str; 4] = ["$ref", "description", "summary", "x-secret"];

/// The flags whose absence means `false`.
const FLAGS: [&str; 6] = [
    "deprecated",
    "nullable",
    "readOnly",
    "required",
    "uniqueItems",
    "writeOnly",
];

/// The types that a format of numbers fits.
const NUMERIC_FORMATS: &[(&str, &[&str])] = &[
    ("float", &["number"]),
    ("double", &["number"]),
    ("epoch-seconds", &["integer", "number"]),
    ("epoch-milliseconds", &["integer", "number"]),
    ("epoch-nanoseconds", &["integer", "number"]),
];

/// What an update does to one target.
#[derive(Debug, Default)]
pub(super) struct Effect<'a> {
    /// The values of upstream that it takes the place of, by their path below the target.
    pub(super) replaced: BTreeMap<String, &'a Value>,
    /// Whether it changes anything.
    pub(super) changes: bool,
    /// The elements that it appends to lists that have them.
    pub(super) repeated: Vec<&'a Value>,
    /// A property that it describes and that is not there.
    pub(super) undescribed: Option<String>,
    /// Keys that would stand beside each other and must not.
    pub(super) contradiction: Option<String>,
}

/// What an update of the target under the key `name` does; nothing can be done to a scalar.
pub(super) fn effect<'a>(
    target: &'a Value,
    name: &str,
    update: &'a Value,
    replaces: &BTreeSet<&str>,
) -> Option<Effect<'a>> {
    let mut effect = Effect::default();
    match target {
        Value::Array(items) => effect.append(items, update),
        Value::Object(object) => effect.merge("", object, name, update, replaces),
        _ => return None,
    }
    Some(effect)
}

impl<'a> Effect<'a> {
    fn append(&mut self, items: &'a [Value], element: &'a Value) {
        match items.contains(element) {
            true => self.repeated.push(element),
            false => self.changes = true,
        }
    }

    /// Follows the merge of an update into the object that stands at `path` below the target, under `name`.
    fn merge(
        &mut self,
        path: &str,
        object: &'a Map<String, Value>,
        name: &str,
        update: &'a Value,
        replaces: &BTreeSet<&str>,
    ) {
        let is_reference = update.get("$ref").is_some_and(Value::is_string);
        let is_cleared = |key: &str| is_reference || replaces.contains(key);
        for (key, old) in object.iter().filter(|(key, _)| is_cleared(key)) {
            if update.get(key) != Some(old) {
                self.replace(path, key, old);
            }
        }
        let kept = |key: &str| object.get(key).filter(|_| !is_cleared(key));
        for (key, value) in update.as_object().into_iter().flatten() {
            match (kept(key), value) {
                (None, _) if object.contains_key(key) => {}
                (None, value) if describes_property(name, key, value) => {
                    self.undescribed.get_or_insert_with(|| key.clone());
                }
                (None, _) => self.changes = true,
                (Some(Value::Object(old)), Value::Object(_)) => {
                    self.merge(&below(path, key), old, key, value, &BTreeSet::new());
                }
                (Some(Value::Array(old)), Value::Array(new)) => {
                    new.iter().for_each(|element| self.append(old, element));
                }
                (Some(old), value) if old == value => {}
                (Some(old), _) => self.replace(path, key, old),
            }
        }
        let set = |key: &str| {
            let value = update.get(key)?;
            (object.contains_key(key) || !describes_property(name, key, value)).then_some(value)
        };
        let after = |key: &str| set(key).or_else(|| kept(key));
        let keys = object.keys().filter(|key| !is_cleared(key));
        let keys = keys.chain(update.as_object().into_iter().flat_map(Map::keys));
        let keys = keys.filter(|key| after(key).is_some());
        let contradiction = contradiction(keys, after);
        if contradiction != self::contradiction(object.keys(), |key| object.get(key)) {
            let place = |text| match path {
                "" => text,
                path => format!("{text} at {path}"),
            };
            self.contradiction = self.contradiction.take().or(contradiction.map(place));
        }
    }

    fn replace(&mut self, path: &str, key: &str, old: &'a Value) {
        self.changes = true;
        let says_nothing = *old == Value::Bool(false) && FLAGS.contains(&key);
        if !is_ours(key, old) && !says_nothing {
            self.replaced.insert(below(path, key), old);
        }
    }
}

/// The path of a key of the object at `path`.
fn below(path: &str, key: &str) -> String {
    match path {
        "" => escape(key),
        path => format!("{path}/{}", escape(key)),
    }
}

/// Whether upstream cannot have this: words, examples and extensions are taken from no document, and a rule names the operations.
pub(super) fn is_ours(key: &str, value: &Value) -> bool {
    let is_word = || WORDS.contains(&key) && value.is_string();
    key.starts_with("x-") || ["example", "operationId"].contains(&key) || is_word()
}

/// Keys of an object that must not stand beside each other.
fn contradiction<'a>(
    mut keys: impl Iterator<Item = &'a String>,
    get: impl Fn(&str) -> Option<&'a Value>,
) -> Option<String> {
    let has = |key: &str, is: fn(&Value) -> bool| get(key).is_some_and(is);
    let kind = get("type").and_then(Value::as_str);
    let other_than = |expected: &str| kind.filter(|kind| *kind != expected);
    if has("$ref", Value::is_string) {
        let other = keys.find(|key| !BESIDE_REFERENCE.contains(&key.as_str()));
        return other.map(|key| format!("`{key}` beside `$ref`"));
    }
    let union = ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| has(key, Value::is_array));
    if let Some(union) = union {
        let beside = [
            ("enum", Value::is_array as fn(&Value) -> bool),
            ("type", Value::is_string),
            (PROPERTIES, Value::is_object),
        ];
        let other = beside.into_iter().find(|(key, is)| has(key, *is));
        return other.map(|(key, _)| format!("`{key}` beside `{union}`"));
    }
    for (key, expected) in [(PROPERTIES, "object"), ("items", "array")] {
        if let Some(kind) = other_than(expected).filter(|_| has(key, Value::is_object)) {
            return Some(format!("`{key}` beside `type: {kind}`"));
        }
    }
    let format = get("format").and_then(Value::as_str)?;
    let (_, kinds) = NUMERIC_FORMATS.iter().find(|(known, _)| *known == format)?;
    let kind = kind.filter(|kind| !kinds.contains(kind))?;
    Some(format!("`format: {format}` beside `type: {kind}`"))
}

/// Updates what stands under the key `name`, from which the keys in `replaces` go before.
pub(super) fn apply(target: &mut Value, name: &str, update: &Value, replaces: &BTreeSet<&str>) {
    match target {
        Value::Array(items) => append(items, update),
        Value::Object(object) => {
            object.retain(|key, _| !replaces.contains(key.as_str()));
            merge_object(object, name, update);
        }
        _ => {}
    }
}

fn append(items: &mut Vec<Value>, element: &Value) {
    if !items.contains(element) {
        items.push(element.clone());
    }
}

fn merge(node: &mut Value, key: &str, update: &Value) {
    match (node, update) {
        (Value::Object(map), Value::Object(_)) => merge_object(map, key, update),
        (Value::Array(items), Value::Array(update)) => {
            update.iter().for_each(|element| append(items, element));
        }
        (node, update) => *node = update.clone(),
    }
}

/// Merges into an object that stands under `name`.
fn merge_object(object: &mut Map<String, Value>, name: &str, update: &Value) {
    if update.get("$ref").is_some_and(Value::is_string) {
        object.clear();
    }
    for (key, value) in update.as_object().into_iter().flatten() {
        if object.contains_key(key) || !describes_property(name, key, value) {
            merge(object.entry(key).or_insert(Value::Null), key, value);
        }
    }
}

/// Whether an update under the key `name` does nothing but describe the property `key`, or the properties.
fn describes_property(name: &str, key: &str, update: &Value) -> bool {
    (name == PROPERTIES || key == PROPERTIES) && is_words(update)
}

fn is_words(update: &Value) -> bool {
    let describes = |(key, value): (&String, &Value)| match value {
        Value::String(_) => WORDS.contains(&key.as_str()),
        value => is_words(value),
    };
    update
        .as_object()
        .is_some_and(|update| !update.is_empty() && update.iter().all(describes))
}

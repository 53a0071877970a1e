//! The rules for schemas.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Site, text};
use crate::report::Pointer;
use crate::yaml::number;

pub(super) fn type_words(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let word = text(schema, "type").to_owned();
    let right = match word.to_ascii_lowercase().as_str() {
        "" | "any" | "mixed" if schema.contains_key("type") => None,
        "str" | "text" | "string" => Some("string"),
        "int" | "long" | "integer" => Some("integer"),
        "float" | "double" | "decimal" | "number" => Some("number"),
        "bool" | "boolean" => Some("boolean"),
        "list" | "array" => Some("array"),
        "dict" | "map" | "object" => Some("object"),
        "file" => {
            schema.insert("format".into(), "binary".into());
            Some("string")
        }
        _ => return,
    };
    match right {
        Some(right) if right == word => return,
        Some(right) => schema.insert("type".into(), right.into()),
        None => schema.remove("type"),
    };
    site.fixed(format!("{word:?} becomes {right:?}"));
}

pub(super) fn enum_on_array(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if text(schema, "type") != "array" {
        return;
    }
    let Some(values) = schema.remove("enum") else {
        return;
    };
    let items = schema
        .entry("items")
        .or_insert_with(|| json!({"type": "string"}));
    if let Some(items) = items.as_object_mut() {
        items.entry("enum").or_insert(values);
    }
    site.fixed("moved to `items`");
}

pub(super) fn missing_type(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if ["type", "allOf", "oneOf", "anyOf", "not", "$ref"]
        .iter()
        .any(|key| schema.contains_key(*key))
    {
        return;
    }
    const DECISIVE_KEYS: &[(&str, &str)] = &[
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("pattern", "string"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("minimum", "number"),
        ("maximum", "number"),
    ];
    let decided = DECISIVE_KEYS
        .iter()
        .find(|(key, _)| schema.contains_key(*key))
        .map(|(_, word)| *word);
    let word = decided.or_else(|| {
        let values = schema.get("enum")?.as_array()?;
        let word = type_of(values.first()?)?;
        values
            .iter()
            .all(|value| type_of(value) == Some(word))
            .then_some(word)
    });
    if let Some(word) = word {
        schema.insert("type".into(), word.into());
        site.fixed(word);
    }
}

fn type_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        _ => None,
    }
}

pub(super) fn nullable_without_type(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if !schema.contains_key("type") && schema.remove("nullable").is_some() {
        site.fixed("dropped");
    }
}

/// Whether a schema describes properties.
pub(crate) fn has_properties(schema: &Map<String, Value>) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| !properties.is_empty())
}

pub(super) fn mistyped_objects(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let word = text(schema, "type").to_owned();
    if ["string", "number", "integer", "boolean"].contains(&word.as_str()) && has_properties(schema)
    {
        schema.insert("type".into(), "object".into());
        site.fixed(format!(
            "`type: {word}` beside `properties` becomes `object`"
        ));
    }
}

pub(super) fn foreign_keys(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    const KEYS: &[(&str, &[&str])] = &[
        ("array", &["items", "minItems", "maxItems", "uniqueItems"]),
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "minProperties",
                "maxProperties",
            ],
        ),
        ("string", &["minLength", "maxLength", "pattern"]),
        (
            "number integer",
            &[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
            ],
        ),
    ];
    let word = text(schema, "type").to_owned();
    if !["array", "object", "string", "number", "integer", "boolean"].contains(&word.as_str()) {
        return;
    }
    for (_, keys) in KEYS
        .iter()
        .filter(|(words, _)| !words.split(' ').any(|other| other == word))
    {
        for key in *keys {
            // Those of a list may be meant for the list or for its items, which no rule can decide.
            let ambiguous = *key == "properties" && has_properties(schema);
            if !ambiguous && schema.remove(*key).is_some() {
                site.fixed(format!("`{key}` of a {word} dropped"));
            }
        }
    }
}

pub(super) fn array_without_items(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if text(schema, "type") == "array" && !schema.contains_key("items") {
        schema.insert("items".into(), json!({}));
        site.fixed("`items: {}` added");
    }
}

pub(super) fn formats(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let format = text(schema, "format").to_owned();
    let known: &[&str] = match text(schema, "type") {
        "integer" => &["int32", "int64"],
        "number" => &["float", "double"],
        "string" => &[
            "byte",
            "binary",
            "date",
            "date-time",
            "time",
            "duration",
            "password",
            "uuid",
            "email",
            "uri",
            "hostname",
            "ipv4",
            "ipv6",
        ],
        _ => &[],
    };
    if !schema.contains_key("format") || known.contains(&format.as_str()) {
        return;
    }
    if text(schema, "type") == "string"
        && matches!(format.as_str(), "iso-date-time" | "datetime" | "timestamp")
    {
        schema.insert("format".into(), "date-time".into());
        return site.fixed(format!("{format:?} becomes \"date-time\""));
    }
    // A format of the other kind of numbers says what they are.
    let kind = match (text(schema, "type"), format.as_str()) {
        ("integer", "float" | "double") => Some("number"),
        ("number", "int32" | "int64") => Some("integer"),
        _ => None,
    };
    if let Some(kind) = kind {
        schema.insert("type".into(), kind.into());
        return site.fixed(format!("`type: {kind}`, as {format:?} says"));
    }
    schema.remove("format");
    if format == "nullable" {
        schema.insert("nullable".into(), true.into());
        return site.fixed("\"nullable\" becomes `nullable: true`");
    }
    site.fixed(format!("{format:?} dropped"));
}

pub(super) fn enum_values(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let word = text(schema, "type").to_owned();
    let nullable = schema.get("nullable") == Some(&Value::Bool(true));
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        return;
    };
    let pointer = format!("{}/enum", site.at.as_str());
    for (index, value) in values.iter_mut().enumerate() {
        if fits(value, &word) || (value.is_null() && nullable) {
            continue;
        }
        let at = Pointer::at(format!("{pointer}/{index}"));
        let right = match (word.as_str(), &*value) {
            ("string", Value::Number(_) | Value::Bool(_)) => Some(Value::String(
                site.diagnostics
                    .marks
                    .texts
                    .get(at.as_str())
                    .cloned()
                    .unwrap_or_else(|| value.to_string()),
            )),
            ("integer" | "number", Value::String(text)) => number(text)
                .map(Value::Number)
                .filter(|value| fits(value, &word)),
            ("boolean", Value::String(text)) => {
                text.to_ascii_lowercase().parse().ok().map(Value::Bool)
            }
            _ => None,
        };
        if let Some(right) = right {
            site.fixed_at(&at, format!("{value} becomes {right}"));
            *value = right;
        }
    }
}

/// Whether a value has the JSON type that `word` names; any value fits a missing type.
pub(crate) fn fits(value: &Value, word: &str) -> bool {
    match word {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

pub(super) fn enum_duplicates(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        return;
    };
    let mut seen = HashSet::new();
    let before = values.len();
    values.retain(|value| seen.insert(value.to_string()));
    if values.len() < before {
        site.fixed(format!("{} dropped", before - values.len()));
    }
}

pub(super) fn empty_lists(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    for key in ["enum", "required", "allOf", "oneOf", "anyOf"] {
        if schema
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            schema.remove(key);
            site.fixed(format!("`{key}` dropped"));
        }
    }
}

pub(super) fn lone_branches(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    for key in ["oneOf", "anyOf", "allOf"] {
        if schema.len() == 1
            && let Some([Value::Object(branch)]) =
                schema.get(key).and_then(Value::as_array).map(Vec::as_slice)
        {
            *schema = branch.clone();
            site.fixed(format!("`{key}` of one"));
        }
    }
}

/// Without a mapping the value is the name of the form's schema, which the import changes.
pub(super) fn discriminator_mapping(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let forms: Vec<String> = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema.get(*key)?.as_array())
        .flatten()
        .filter_map(|form| Some(form.get("$ref")?.as_str()?.to_owned()))
        .collect();
    let Some(Value::Object(discriminator)) = schema.get_mut("discriminator") else {
        return;
    };
    let mapping = discriminator.entry("mapping").or_insert_with(|| json!({}));
    let Value::Object(mapping) = mapping else {
        return;
    };
    for form in forms {
        let name = form.rsplit('/').next().unwrap_or("");
        if mapping
            .values()
            .all(|target| target != name && *target != form)
        {
            site.fixed(format!("{name:?} is mapped by its name"));
            mapping.insert(name.to_owned(), form.clone().into());
        }
    }
}

pub(super) fn defaults(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(value) = schema.get("default") else {
        return;
    };
    let null = value.is_null() && schema.get("nullable") == Some(&Value::Bool(true));
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .is_none_or(|values| values.contains(value));
    let inside = |bound: &str, holds: fn(f64, f64) -> bool| match (
        value.as_f64(),
        schema.get(bound).and_then(Value::as_f64),
    ) {
        (Some(value), Some(bound)) => holds(value, bound),
        _ => true,
    };
    let bounded = inside("minimum", |value, bound| value >= bound)
        && inside("maximum", |value, bound| value <= bound);
    if null || (fits(value, text(schema, "type")) && listed && bounded) {
        return;
    }
    let note = format!("{value} dropped");
    schema.remove("default");
    site.fixed(note);
}

pub(super) fn patterns(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let pattern = text(schema, "pattern").to_owned();
    let nonsense = ["0-90-9", "a-za-z", "A-ZA-Z"]
        .iter()
        .any(|twice| pattern.contains(twice));
    if nonsense || regress::Regex::new(&pattern).is_err() {
        schema.remove("pattern");
        site.fixed(format!("{pattern:?} dropped"));
    }
}

pub(super) fn required_undeclared(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    // A branch of a composition may require what its siblings declare.
    let composed = ["allOf", "oneOf", "anyOf"];
    if composed.contains(&site.at.ends().1) || composed.iter().any(|key| schema.contains_key(*key))
    {
        return;
    }
    let declared: HashSet<String> = match schema.get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().collect(),
        _ => HashSet::new(),
    };
    let Some(Value::Array(required)) = schema.get_mut("required") else {
        return;
    };
    let mut seen = HashSet::new();
    required.retain(|name| {
        let name = name.as_str().unwrap_or("");
        let keep = declared.contains(name) && seen.insert(name.to_owned());
        if !keep {
            site.fixed(format!("`{name}` dropped"));
        }
        keep
    });
    if required.is_empty() {
        schema.remove("required");
    }
}

//! Repairs what upstream gets wrong: a table of named rules, each applied to every place that it concerns.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::grammar::{DOCUMENT, Kind, Shape, walk};
use super::report::{Log, Pointer};
use super::yaml::number;

/// A named repair.
pub struct Rule {
    /// Its name, under which its repairs are counted.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    on: On,
}

/// What a rule is applied to.
enum On {
    /// Each object of the grammar that has one of the names.
    Each(
        &'static [&'static str],
        fn(&mut Map<String, Value>, &mut Site<'_, '_>),
    ),
    /// The whole document.
    Whole(fn(&mut Value, &mut Site<'_, '_>)),
}

/// Where a rule is at work.
struct Site<'a, 'b> {
    rule: &'static str,
    at: &'a Pointer,
    log: &'a mut Log<'b>,
}

impl Site<'_, '_> {
    fn repaired(&mut self, note: impl Into<String>) {
        self.log.repair(self.rule, self.at, note);
    }

    fn repaired_at(&mut self, at: &Pointer, note: impl Into<String>) {
        self.log.repair(self.rule, at, note);
    }
}

/// The rules, in the order in which they are applied.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    each("type-words", "a type that JSON Schema spells otherwise is put right", SCHEMA, type_words),
    each("enum-on-array", "an `enum` on a list moves to the list's items", SCHEMA, enum_on_array),
    each("missing-type", "a type that the other keys tell is written down", SCHEMA, missing_type),
    each("nullable-without-type", "`nullable` without a type, which means nothing, is dropped", SCHEMA, nullable_without_type),
    each("foreign-keys", "keys that say nothing about the schema's type are dropped", SCHEMA, foreign_keys),
    each("array-without-items", "a list that does not say of what is a list of anything", SCHEMA, array_without_items),
    each("formats", "a format that does not fit the type or does not exist is put right or dropped", SCHEMA, formats),
    each("enum-values", "an enum value of the wrong JSON type is written in the right one", SCHEMA, enum_values),
    each("enum-duplicates", "an enum value that stands twice is kept once", SCHEMA, enum_duplicates),
    each("empty-lists", "an empty `enum`, `required`, `allOf`, `oneOf` or `anyOf` is dropped", SCHEMA, empty_lists),
    each("lone-branches", "a composition of one branch alone is that branch", SCHEMA, lone_branches),
    each("discriminator-mapping", "a discriminator says of each form by what value it is told", SCHEMA, discriminator_mapping),
    each("defaults", "a default that the schema does not allow is dropped", SCHEMA, defaults),
    each("patterns", "a pattern that is no regular expression, or a nonsensical one, is dropped", SCHEMA, patterns),
    each("required-undeclared", "a required property that is not declared is not required", SCHEMA, required_undeclared),
    each("path-parameter-required", "a path parameter is required", &["parameter"], path_parameter_required),
    each("missing-schema", "a parameter or header without a schema is a string", &["parameter", "header"], missing_schema),
    each("media-type-names", "a misspelt media type is put right", CONTENT, media_type_names),
    each("json-answers", "an answer of some JSON, or of any media type, is JSON", &["response"], json_answers),
    each("content-without-schema", "a content without a schema is text or anything, as its media type says", CONTENT, content_without_schema),
    each("empty-answers", "an answer of status 204, which has no content, loses it", &["operation"], empty_answers),
    each("status-words", "a status such as `2xx` is spelt as OpenAPI wants it", &["operation"], status_words),
    each("ignored-headers", IGNORED_HEADERS, &["response"], ignored_response_headers),
    whole("ignored-headers", IGNORED_HEADERS, ignored_parameters),
    whole("operation-ids", "a missing or repeated operationId is made from method and path", operation_ids),
    whole("duplicate-parameters", "of parameters with the same name and place, the first is kept", duplicate_parameters),
    whole("path-parameters", "a path parameter that is not declared is a string, one that the path does not have is dropped", path_parameters),
];

const SCHEMA: &[&str] = &["schema"];
const CONTENT: &[&str] = &["request body", "response"];
const IGNORED_HEADERS: &str =
    "headers that OpenAPI tells otherwise, such as Content-Type, are dropped";

const fn each(
    name: &'static str,
    what: &'static str,
    shapes: &'static [&'static str],
    apply: fn(&mut Map<String, Value>, &mut Site<'_, '_>),
) -> Rule {
    Rule {
        name,
        what,
        on: On::Each(shapes, apply),
    }
}

const fn whole(
    name: &'static str,
    what: &'static str,
    apply: fn(&mut Value, &mut Site<'_, '_>),
) -> Rule {
    Rule {
        name,
        what,
        on: On::Whole(apply),
    }
}

/// Applies all rules to a document that conforms to the grammar.
pub fn repair(tree: &mut Value, log: &mut Log<'_>) {
    let mut visit = |shape: &Shape, map: &mut Map<String, Value>, at: &Pointer| {
        for rule in RULES {
            if let On::Each(names, apply) = rule.on
                && names.contains(&shape.name)
            {
                apply(
                    map,
                    &mut Site {
                        rule: rule.name,
                        at,
                        log,
                    },
                );
            }
        }
    };
    walk(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    for rule in RULES {
        if let On::Whole(apply) = rule.on {
            apply(
                tree,
                &mut Site {
                    rule: rule.name,
                    at: &Pointer::default(),
                    log,
                },
            );
        }
    }
}

fn text<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or("")
}

fn type_words(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
    site.repaired(format!("{word:?} becomes {right:?}"));
}

fn enum_on_array(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
    site.repaired("moved to `items`");
}

fn missing_type(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if ["type", "allOf", "oneOf", "anyOf", "not", "$ref"]
        .iter()
        .any(|key| schema.contains_key(*key))
    {
        return;
    }
    const TELLING: &[(&str, &str)] = &[
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("pattern", "string"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("minimum", "number"),
        ("maximum", "number"),
    ];
    let told = TELLING
        .iter()
        .find(|(key, _)| schema.contains_key(*key))
        .map(|(_, word)| *word);
    let word = told.or_else(|| {
        let values = schema.get("enum")?.as_array()?;
        let word = type_of(values.first()?)?;
        values
            .iter()
            .all(|value| type_of(value) == Some(word))
            .then_some(word)
    });
    if let Some(word) = word {
        schema.insert("type".into(), word.into());
        site.repaired(word);
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

fn nullable_without_type(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if !schema.contains_key("type") && schema.remove("nullable").is_some() {
        site.repaired("dropped");
    }
}

fn foreign_keys(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            if schema.remove(*key).is_some() {
                site.repaired(format!("`{key}` of a {word} dropped"));
            }
        }
    }
}

fn array_without_items(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if text(schema, "type") == "array" && !schema.contains_key("items") {
        schema.insert("items".into(), json!({}));
        site.repaired("`items: {}` added");
    }
}

fn formats(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
        return site.repaired(format!("{format:?} becomes \"date-time\""));
    }
    schema.remove("format");
    if format == "nullable" {
        schema.insert("nullable".into(), true.into());
        return site.repaired("\"nullable\" becomes `nullable: true`");
    }
    site.repaired(format!("{format:?} dropped"));
}

fn enum_values(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
                site.log
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
            site.repaired_at(&at, format!("{value} becomes {right}"));
            *value = right;
        }
    }
}

/// Whether a value has the JSON type that `word` names; any value fits a missing type.
pub fn fits(value: &Value, word: &str) -> bool {
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

fn enum_duplicates(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        return;
    };
    let mut seen = HashSet::new();
    let before = values.len();
    values.retain(|value| seen.insert(value.to_string()));
    if values.len() < before {
        site.repaired(format!("{} dropped", before - values.len()));
    }
}

fn empty_lists(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    for key in ["enum", "required", "allOf", "oneOf", "anyOf"] {
        if schema
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            schema.remove(key);
            site.repaired(format!("`{key}` dropped"));
        }
    }
}

fn lone_branches(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    for key in ["oneOf", "anyOf", "allOf"] {
        if schema.len() == 1
            && let Some([Value::Object(branch)]) =
                schema.get(key).and_then(Value::as_array).map(Vec::as_slice)
        {
            *schema = branch.clone();
            site.repaired(format!("`{key}` of one"));
        }
    }
}

/// Without a mapping the value is the name of the form's schema, which the import changes.
fn discriminator_mapping(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.repaired(format!("{name:?} is told by its name"));
            mapping.insert(name.to_owned(), form.clone().into());
        }
    }
}

fn defaults(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
    site.repaired(note);
}

fn patterns(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let pattern = text(schema, "pattern").to_owned();
    let nonsense = ["0-90-9", "a-za-z", "A-ZA-Z"]
        .iter()
        .any(|twice| pattern.contains(twice));
    if nonsense || regress::Regex::new(&pattern).is_err() {
        schema.remove("pattern");
        site.repaired(format!("{pattern:?} dropped"));
    }
}

fn required_undeclared(schema: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.repaired(format!("`{name}` dropped"));
        }
        keep
    });
    if required.is_empty() {
        schema.remove("required");
    }
}

fn path_parameter_required(parameter: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if text(parameter, "in") == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
        parameter.insert("required".into(), true.into());
        site.repaired(text(parameter, "name"));
    }
}

fn missing_schema(parameter: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if !parameter.contains_key("schema") && !parameter.contains_key("content") {
        parameter.insert("schema".into(), json!({"type": "string"}));
        site.repaired("`schema: {type: string}` added");
    }
}

fn media_type_names(owner: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(content)) = owner.get_mut("content") else {
        return;
    };
    for (name, media) in std::mem::take(content) {
        let right = match name.trim().to_ascii_lowercase().as_str() {
            "resource/json" | "application-json" | "application/jason" | "json" | "text/json" => {
                "application/json".to_owned()
            }
            lower => lower.to_owned(),
        };
        if right != name {
            site.repaired(format!("{name:?} becomes {right:?}"));
        }
        content.entry(right).or_insert(media);
    }
}

fn json_answers(response: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(content)) = response.get_mut("content") else {
        return;
    };
    for (name, media) in std::mem::take(content) {
        let right = match name.as_str() {
            "*/*" | "application/*" => "application/json",
            other if other.ends_with("+json") => "application/json",
            other => other,
        };
        if right != name {
            site.repaired(format!("{name:?} becomes {right:?}"));
        }
        content.entry(right).or_insert(media);
    }
}

fn content_without_schema(owner: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(content)) = owner.get_mut("content") else {
        return;
    };
    for (name, media) in content {
        if let Some(media) = media
            .as_object_mut()
            .filter(|media| !media.contains_key("schema"))
        {
            let schema = if name.starts_with("text/") {
                json!({"type": "string"})
            } else {
                json!({})
            };
            site.repaired(format!("{name}: {schema}"));
            media.insert("schema".into(), schema);
        }
    }
}

fn ignored_response_headers(response: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(headers)) = response.get_mut("headers") else {
        return;
    };
    headers.retain(|name, _| {
        let ignored = name.eq_ignore_ascii_case("content-type");
        if ignored {
            site.repaired(name.as_str());
        }
        !ignored
    });
    if headers.is_empty() {
        response.remove("headers");
    }
}

fn empty_answers(operation: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let answer = operation
        .get_mut("responses")
        .and_then(|responses| responses.get_mut("204"));
    if answer
        .and_then(Value::as_object_mut)
        .is_some_and(|answer| answer.remove("content").is_some())
    {
        site.repaired("dropped");
    }
}

fn status_words(operation: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(responses)) = operation.get_mut("responses") else {
        return;
    };
    for (status, response) in std::mem::take(responses) {
        let right = if status.len() == 3 {
            status.to_ascii_uppercase()
        } else {
            status.to_ascii_lowercase()
        };
        if right != status {
            site.repaired(format!("{status:?} becomes {right:?}"));
        }
        responses.insert(right, response);
    }
}

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Calls `visit` on every operation of a document, with its path, method and pointer.
pub fn each_operation(
    tree: &mut Value,
    mut visit: impl FnMut(&str, &str, &mut Map<String, Value>, &Pointer),
) {
    let Some(Value::Object(paths)) = tree.get_mut("paths") else {
        return;
    };
    let mut at = Pointer::at("/paths");
    for (path, item) in paths {
        let Value::Object(item) = item else { continue };
        at.within(path, |at| {
            for method in METHODS {
                if let Some(Value::Object(operation)) = item.get_mut(*method) {
                    at.within(method, |at| visit(path, method, operation, at));
                }
            }
        });
    }
}

/// The name and place of each parameter in a list, behind its reference if it is one.
fn parameter_keys(
    list: Option<&Value>,
    components: &BTreeMap<String, (String, String)>,
) -> Vec<(String, String)> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|parameter| match components.get(text(parameter, "$ref")) {
            Some(key) => key.clone(),
            None => (
                text(parameter, "name").to_owned(),
                text(parameter, "in").to_owned(),
            ),
        })
        .collect()
}

/// The name and place of each parameter under `components`, by reference.
fn parameter_components(tree: &Value) -> BTreeMap<String, (String, String)> {
    let parameters = tree
        .pointer("/components/parameters")
        .and_then(Value::as_object);
    parameters
        .into_iter()
        .flatten()
        .filter_map(|(name, parameter)| {
            let parameter = parameter.as_object()?;
            let key = (
                text(parameter, "name").to_owned(),
                text(parameter, "in").to_owned(),
            );
            Some((format!("#/components/parameters/{name}"), key))
        })
        .collect()
}

/// Keeps those parameters of a list for which `keep` says so, given name and place.
fn retain_parameters(
    owner: &mut Map<String, Value>,
    components: &BTreeMap<String, (String, String)>,
    mut keep: impl FnMut(&(String, String)) -> bool,
) {
    let mut keys = parameter_keys(owner.get("parameters"), components).into_iter();
    if let Some(Value::Array(parameters)) = owner.get_mut("parameters") {
        parameters.retain(|_| keys.next().is_none_or(|key| keep(&key)));
    }
}

fn ignored_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    each_operation(tree, |_, _, operation, at| {
        retain_parameters(operation, &components, |(name, place)| {
            let name = name.to_ascii_lowercase();
            let ignored = place == "header"
                && matches!(name.as_str(), "accept" | "content-type" | "authorization");
            if ignored {
                site.repaired_at(at, name);
            }
            !ignored
        });
    });
}

fn operation_ids(tree: &mut Value, site: &mut Site<'_, '_>) {
    let mut seen = HashSet::new();
    each_operation(tree, |path, method, operation, at| {
        let id = text(operation, "operationId").to_owned();
        if !id.is_empty() && seen.insert(id.clone()) {
            return;
        }
        let words: Vec<&str> = path
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let made = format!("{method}_{}", words.join("_"));
        site.repaired_at(at, format!("{id:?} becomes {made:?}"));
        seen.insert(made.clone());
        operation.insert("operationId".into(), made.into());
    });
}

fn duplicate_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    each_operation(tree, |_, _, operation, at| {
        let mut seen = HashSet::new();
        retain_parameters(operation, &components, |key| {
            let new = seen.insert(key.clone());
            if !new {
                site.repaired_at(at, format!("`{}` in {}", key.0, key.1));
            }
            new
        });
    });
}

/// The names of the placeholders in a path.
pub fn placeholders(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

fn path_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in tree
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        let Value::Object(item) = item else { continue };
        let names = placeholders(path);
        let mut at = Pointer::at("/paths");
        at.enter(path);
        retain_parameters(item, &components, |(name, place)| {
            known_or_reported(name, place, &names, site, &at)
        });
        let keys = parameter_keys(item.get("parameters"), &components);
        shared.insert(
            path.clone(),
            keys.into_iter()
                .filter(|key| key.1 == "path")
                .map(|key| key.0)
                .collect(),
        );
    }
    each_operation(tree, |path, _, operation, at| {
        let names = placeholders(path);
        retain_parameters(operation, &components, |(name, place)| {
            known_or_reported(name, place, &names, site, at)
        });
        let declared = parameter_keys(operation.get("parameters"), &components);
        for name in names {
            let known = declared.iter().any(|key| key.0 == name && key.1 == "path");
            if known
                || shared
                    .get(path)
                    .is_some_and(|shared| shared.iter().any(|other| other == name))
            {
                continue;
            }
            let parameter =
                json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            if let Some(parameters) = parameters.as_array_mut() {
                parameters.push(parameter);
                site.repaired_at(at, format!("`{name}` declared"));
            }
        }
    });
}

fn known_or_reported(
    name: &str,
    place: &str,
    names: &[&str],
    site: &mut Site<'_, '_>,
    at: &Pointer,
) -> bool {
    let known = place != "path" || names.contains(&name);
    if !known {
        site.repaired_at(at, format!("`{name}` dropped"));
    }
    known
}

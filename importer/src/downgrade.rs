//! Brings a document of OpenAPI 3.1 to OpenAPI 3.0, before it conforms to the metamodel of that.
//!
//! Each step records what it changed, as one fix. What OpenAPI 3.0 has no words for, the metamodel drops afterwards and records.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::json::escape;
use serde_json::{Map, Value, json};

use crate::fixes;
use crate::metamodel::{DOCUMENT, Kind, Shape, walk_all};
use crate::references::SCHEMAS;
use crate::report::{Diagnostics, Pointer};

const RULE: &str = "openapi-3-1";

/// The rule that [`to_3_0`] applies, with what it does.
pub(crate) const RULES: &[(&str, &str)] = &[(
    RULE,
    "what OpenAPI 3.1 says in its own way is said as OpenAPI 3.0 does, or dropped where that cannot",
)];

/// Brings a document of OpenAPI 3.1 to OpenAPI 3.0.
pub(crate) fn to_3_0(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    let Value::Object(root) = tree else { return };
    for key in ["webhooks", "jsonSchemaDialect"] {
        if root.remove(key).is_some() {
            diagnostics.fix(RULE, &Pointer::at(format!("/{key}")), "dropped");
        }
    }
    root.insert("openapi".into(), "3.0.3".into());
    path_items(tree, diagnostics);
    definitions(tree, diagnostics);
    let mut visit = |shape: &Shape, object: &mut Map<String, Value>, at: &Pointer| {
        if shape.name == "schema" {
            for step in STEPS {
                step(object, at, diagnostics);
            }
        }
    };
    walk_all(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
}

type Step = fn(&mut Map<String, Value>, &Pointer, &mut Diagnostics<'_>);

/// What is done to each schema, in this order.
const STEPS: &[Step] = &[
    boolean_schemas,
    constants,
    type_lists,
    null_branches,
    bounds,
    contents,
    tuples,
    examples,
    siblings,
];

/// Puts path items that are kept under `components` in their places.
fn path_items(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    let items = tree["components"]
        .as_object_mut()
        .and_then(|components| components.remove("pathItems"));
    let Some(items) = items else { return };
    let mut at = Pointer::at("/paths");
    for (path, item) in tree["paths"].as_object_mut().into_iter().flatten() {
        let target = item.get("$ref").and_then(Value::as_str);
        let name = target.and_then(|target| target.strip_prefix("#/components/pathItems/"));
        if let Some(kept) = name.and_then(|name| items.get(unescaped(name))) {
            *item = kept.clone();
            at.within(path, |at| {
                diagnostics.fix(RULE, at, "put in the place of its reference")
            });
        }
    }
}

fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Moves schemas under `$defs` to the components, and points the references at them.
fn definitions(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    // A definition can have definitions; no document has them deeper.
    for _ in 0..8 {
        let mut found = Vec::new();
        let mut visit = |shape: &Shape, object: &mut Map<String, Value>, at: &Pointer| {
            if shape.name == "schema"
                && let Some(Value::Object(definitions)) = object.remove("$defs")
            {
                diagnostics.fix(RULE, at, "`$defs` moved to the components");
                found.extend(definitions.into_iter().map(|(name, schema)| {
                    (
                        format!("#{}/$defs/{}", at.as_str(), escape(&name)),
                        name,
                        schema,
                    )
                }));
            }
        };
        walk_all(
            tree,
            &Kind::Object(&DOCUMENT),
            &mut Pointer::default(),
            &mut visit,
        );
        if found.is_empty() {
            return;
        }
        let components = &mut tree["components"];
        if !components.is_object() {
            *components = json!({});
        }
        if !components["schemas"].is_object() {
            components["schemas"] = json!({});
        }
        let Some(schemas) = components["schemas"].as_object_mut() else {
            return;
        };
        let mut moved = BTreeMap::new();
        for (target, name, schema) in found {
            let numbered = (2..).map(|number| format!("{name}{number}"));
            let mut names = [name.clone()].into_iter().chain(numbered);
            if let Some(free) = names.find(|name| !schemas.contains_key(name)) {
                moved.insert(target, format!("{SCHEMAS}{}", escape(&free)));
                schemas.insert(free, schema);
            }
        }
        point(tree, &moved);
    }
}

fn point(value: &mut Value, moved: &BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                let into = moved.iter().find_map(|(old, new)| {
                    let rest = target.strip_prefix(old.as_str())?;
                    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{new}{rest}"))
                });
                target.clone_from(&into.unwrap_or_else(|| target.clone()));
            }
            map.values_mut().for_each(|item| point(item, moved));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point(item, moved)),
        _ => {}
    }
}

/// `true` and `false` in the place of schemas; `additionalProperties` may be one of them in both versions.
fn boolean_schemas(
    schema: &mut Map<String, Value>,
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    let mut replace = |value: &mut Value, at: &Pointer| {
        let Value::Bool(any) = *value else { return };
        *value = if any { json!({}) } else { json!({"not": {}}) };
        diagnostics.fix(RULE, at, format!("{any} becomes {value}"));
    };
    let mut at = Pointer::at(at.as_str());
    for key in ["items", "not"] {
        if let Some(value) = schema.get_mut(key) {
            at.within(key, |at| replace(value, at));
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let branches = schema.get_mut(key).and_then(Value::as_array_mut);
        for (index, value) in branches.into_iter().flatten().enumerate() {
            at.within(key, |at| {
                at.within(&index.to_string(), |at| replace(value, at))
            });
        }
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, value) in properties.into_iter().flatten() {
        at.within("properties", |at| at.within(name, |at| replace(value, at)));
    }
}

fn constants(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    if let Some(value) = schema.remove("const") {
        diagnostics.fix(RULE, at, "`const` becomes an `enum` of one value");
        schema.entry("enum").or_insert_with(|| json!([value]));
    }
}

/// A list of types: `null` makes it nullable, and several others become a choice.
fn type_lists(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let mut types = match schema.get("type") {
        Some(Value::Array(types)) => types.clone(),
        Some(Value::String(word)) if word == "null" => vec![json!("null")],
        _ => return,
    };
    diagnostics.fix(
        RULE,
        at,
        format!("the type {} is said otherwise", json!(types)),
    );
    let all = types.len();
    types.retain(|word| word != "null");
    let nullable = types.len() < all;
    schema.remove("type");
    match types.as_slice() {
        [] if nullable => {
            // Nothing but null: whatever comes is left as it is.
            schema.clear();
            return;
        }
        [] => {}
        [word] => {
            schema.insert("type".into(), word.clone());
        }
        words => {
            let branches: Vec<Value> = words.iter().map(|word| of_type(schema, word)).collect();
            schema.retain(|key, _| {
                [
                    "description",
                    "title",
                    "deprecated",
                    "readOnly",
                    "writeOnly",
                ]
                .contains(&key.as_str())
            });
            schema.insert("anyOf".into(), branches.into());
        }
    }
    if nullable {
        nullable_branches(schema);
    }
}

/// What a schema says of values of one type.
fn of_type(schema: &Map<String, Value>, word: &Value) -> Value {
    let mut branch = schema.clone();
    branch.insert("type".into(), word.clone());
    let fitting = |value: &Value| fixes::fits(value, word.as_str().unwrap_or(""));
    if let Some(Value::Array(values)) = branch.get_mut("enum") {
        values.retain(fitting);
    }
    if branch.get("default").is_some_and(|value| !fitting(value)) {
        branch.remove("default");
    }
    Value::Object(branch)
}

/// Makes a schema nullable: itself if it has a type, or else those of its forms that have one.
fn nullable_branches(schema: &mut Map<String, Value>) {
    if schema.contains_key("type") {
        schema.insert("nullable".into(), true.into());
    }
    for key in ["oneOf", "anyOf"] {
        let branches = schema.get_mut(key).and_then(Value::as_array_mut);
        for branch in branches
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            if branch.contains_key("type") {
                branch.insert("nullable".into(), true.into());
            }
        }
    }
}

/// A form that is null alone goes, and the others become nullable.
fn null_branches(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let mut nullable = false;
    for key in ["oneOf", "anyOf"] {
        if let Some(branches) = schema.get_mut(key).and_then(Value::as_array_mut) {
            let all = branches.len();
            branches.retain(|branch| branch["type"] != "null");
            nullable |= branches.len() < all;
        }
    }
    if nullable {
        diagnostics.fix(RULE, at, "a form that is null becomes `nullable`");
        nullable_branches(schema);
    }
}

/// `exclusiveMinimum: 5` becomes `minimum: 5` and `exclusiveMinimum: true`.
fn bounds(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    type Stricter = fn(f64, f64) -> bool;
    let rules: [(&str, &str, Stricter); 2] = [
        ("exclusiveMinimum", "minimum", |bound, other| bound >= other),
        ("exclusiveMaximum", "maximum", |bound, other| bound <= other),
    ];
    for (exclusive, inclusive, stricter) in rules {
        let Some(Value::Number(bound)) = schema.get(exclusive).cloned() else {
            continue;
        };
        let other = schema.get(inclusive).and_then(Value::as_f64);
        let counts = match (bound.as_f64(), other) {
            (Some(bound), Some(other)) => stricter(bound, other),
            _ => true,
        };
        if counts {
            schema.insert(inclusive.into(), Value::Number(bound));
            schema.insert(exclusive.into(), true.into());
        } else {
            schema.remove(exclusive);
        }
        diagnostics.fix(
            RULE,
            at,
            format!("`{exclusive}` becomes a flag beside `{inclusive}`"),
        );
    }
}

/// How a text holds something else becomes its format.
fn contents(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let encoding = schema.remove("contentEncoding");
    let media = schema.remove("contentMediaType");
    schema.remove("contentSchema");
    let format = match (
        encoding.as_ref().and_then(Value::as_str),
        media.as_ref().and_then(Value::as_str),
    ) {
        (Some("base64"), _) => "byte",
        (None, Some("application/octet-stream")) => "binary",
        (None, None) => return,
        _ => return diagnostics.fix(RULE, at, "what the text holds is dropped"),
    };
    schema.entry("format").or_insert_with(|| format.into());
    diagnostics.fix(
        RULE,
        at,
        format!("what the text holds becomes the format {format:?}"),
    );
}

/// A list with a schema for each position becomes a list of anything.
fn tuples(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    if schema.remove("prefixItems").is_some() {
        schema.insert("items".into(), json!({}));
        diagnostics.fix(RULE, at, "`prefixItems` becomes a list of anything");
    }
}

/// Of several examples the first is kept, for those who want examples.
fn examples(schema: &mut Map<String, Value>, _: &Pointer, _: &mut Diagnostics<'_>) {
    if let Some(Value::Array(examples)) = schema.remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        schema.entry("example").or_insert(first);
    }
}

/// What stands beside a reference, which OpenAPI 3.0 ignores, goes with it into an `allOf`; words about it stay behind.
fn siblings(schema: &mut Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    const WORDS: [&str; 7] = [
        "$ref",
        "description",
        "summary",
        "title",
        "example",
        "deprecated",
        "readOnly",
    ];
    if !schema.get("$ref").is_some_and(Value::is_string)
        || schema.keys().all(|key| WORDS.contains(&key.as_str()))
    {
        return;
    }
    if let Some(target) = schema.remove("$ref") {
        let branches = schema.entry("allOf").or_insert_with(|| json!([]));
        if let Some(branches) = branches.as_array_mut() {
            branches.insert(0, json!({"$ref": target}));
        }
        diagnostics.fix(
            RULE,
            at,
            "a reference with keys beside it becomes an `allOf`",
        );
    }
}

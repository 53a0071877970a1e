//! Finds the errors that no rule fixes, all of them in one run.

use serde_json::{Map, Value};

use crate::fixes::{fits, has_properties};
use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::operations::each_operation;
use crate::references::refers_outside;
use crate::report::{Diagnostics, Pointer};
use crate::yaml::describe;

/// Records the references of a document to other files; they also stand where the metamodel has no reference.
pub(crate) fn require_bundled(tree: &Value, diagnostics: &mut Diagnostics<'_>) {
    external(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        diagnostics,
    );
}

fn external(value: &Value, kind: &Kind, at: &mut Pointer, diagnostics: &mut Diagnostics<'_>) {
    let nested = matches!(
        kind,
        Kind::Object(_) | Kind::FlagOrObject(_) | Kind::Map(_) | Kind::List(_)
    );
    if nested && refers_outside(value) {
        return diagnostics.error(
            &below(at, "$ref"),
            "a `$ref` to another file",
            "a document that stands alone; bundle it first, for example with `npx @redocly/cli bundle`",
        );
    }
    match (kind, value) {
        (Kind::Object(shape) | Kind::FlagOrObject(shape), Value::Object(map)) => {
            for (key, kind) in shape.fields {
                if let Some(item) = map.get(*key) {
                    at.within(key, |at| external(item, kind, at, diagnostics));
                }
            }
        }
        (Kind::List(kind), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                at.within(&index.to_string(), |at| {
                    external(item, kind, at, diagnostics)
                });
            }
        }
        (Kind::Map(kind), Value::Object(map)) => {
            for (key, item) in map {
                at.within(key, |at| external(item, kind, at, diagnostics));
            }
        }
        _ => {}
    }
}

/// Records every error of a document that conforms to the metamodel and is fixed.
pub(crate) fn check(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    references(tree, &mut Pointer::default(), tree, diagnostics);
    let mut visit = |shape: &Shape, map: &mut Map<String, Value>, at: &Pointer| match shape.name {
        "schema" => schema(map, at, diagnostics),
        "parameter" => word(
            map,
            "in",
            &["query", "path", "header", "cookie"],
            at,
            diagnostics,
        ),
        "security scheme" => word(
            map,
            "type",
            &["oauth2", "http", "apiKey", "openIdConnect"],
            at,
            diagnostics,
        ),
        "operation" => statuses(map, at, diagnostics),
        _ => {}
    };
    walk(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    security(tree, diagnostics);
    for (path, item) in tree
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if item.get("$ref").is_some() && !refers_outside(item) {
            let at = below(&Pointer::at("/paths"), path);
            diagnostics.error(
                &at,
                "a reference in the place of a path item",
                "the path item itself",
            );
        }
    }
    if tree
        .get("paths")
        .and_then(Value::as_object)
        .is_some_and(Map::is_empty)
    {
        diagnostics.error(
            &Pointer::at("/paths"),
            "no path",
            "at least one path; is the document complete?",
        );
    }
}

/// Checks that every reference in `value` into the document meets its target.
fn references(value: &Value, at: &mut Pointer, root: &Value, diagnostics: &mut Diagnostics<'_>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                let pointer = target.strip_prefix('#');
                if pointer.is_some_and(|pointer| root.pointer(pointer).is_none()) {
                    diagnostics.error(
                        at,
                        format!("the reference {target:?}, which has no target"),
                        "the name of a component",
                    );
                }
            }
            for (key, item) in map {
                at.within(key, |at| references(item, at, root, diagnostics));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.within(&index.to_string(), |at| {
                    references(item, at, root, diagnostics)
                });
            }
        }
        _ => {}
    }
}

fn word(
    map: &Map<String, Value>,
    key: &str,
    words: &[&str],
    at: &Pointer,
    diagnostics: &mut Diagnostics<'_>,
) {
    if let Some(value) = map.get(key)
        && !value.as_str().is_some_and(|word| words.contains(&word))
    {
        diagnostics.error(
            &below(at, key),
            describe(value),
            format!("one of {}", words.join(", ")),
        );
    }
}

fn below(at: &Pointer, key: &str) -> Pointer {
    let mut pointer = Pointer::at(at.as_str());
    pointer.enter(key);
    pointer
}

fn schema(map: &Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    word(
        map,
        "type",
        &["string", "integer", "number", "boolean", "array", "object"],
        at,
        diagnostics,
    );
    let expected = map.get("type").and_then(Value::as_str).unwrap_or("");
    if expected == "array" && has_properties(map) {
        let expected = "`type: object`, or the properties in its `items`";
        diagnostics.error(&below(at, "properties"), "`properties` of a list", expected);
    }
    let nullable = map.get("nullable") == Some(&Value::Bool(true));
    for (index, value) in map
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let fitting = fits(value, expected) || (value.is_null() && nullable);
        if !fitting {
            let at = below(&below(at, "enum"), &index.to_string());
            diagnostics.error(&at, describe(value), format!("a value of type {expected}"));
        }
    }
}

fn statuses(operation: &Map<String, Value>, at: &Pointer, diagnostics: &mut Diagnostics<'_>) {
    let at = below(at, "responses");
    let responses = operation.get("responses").and_then(Value::as_object);
    if responses.is_some_and(Map::is_empty) {
        diagnostics.error(&at, "no response", "at least one response");
    }
    for status in responses.into_iter().flatten().map(|(status, _)| status) {
        let class = status.starts_with(['1', '2', '3', '4', '5']) && status.len() == 3;
        let rest = status.get(1..).unwrap_or("");
        if status != "default"
            && !(class && (rest == "XX" || rest.bytes().all(|byte| byte.is_ascii_digit())))
        {
            diagnostics.error(
                &below(&at, status),
                format!("the status {status:?}"),
                "a code such as 200, a class such as 4XX, or default",
            );
        }
    }
}

/// Checks that every security requirement names a scheme of the document.
fn security(tree: &mut Value, diagnostics: &mut Diagnostics<'_>) {
    let schemes = tree
        .pointer("/components/securitySchemes")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut check = |holder: &Map<String, Value>, at: &Pointer| {
        let requirements = holder.get("security").and_then(Value::as_array);
        for name in requirements
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(Map::keys)
        {
            if !schemes.contains_key(name) {
                let expected = format!(
                    "one of {}",
                    schemes.keys().cloned().collect::<Vec<_>>().join(", ")
                );
                diagnostics.error(
                    &below(at, "security"),
                    format!("the unknown security scheme {name:?}"),
                    expected,
                );
            }
        }
    };
    if let Value::Object(root) = &*tree {
        check(root, &Pointer::default());
    }
    each_operation(tree, |_, _, operation, at| check(operation, at));
}

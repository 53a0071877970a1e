//! Finds the defects that no rule repairs, all of them in one run.

use serde_json::{Map, Value};

use crate::grammar::{DOCUMENT, Kind, Shape, walk};
use crate::operations::each_operation;
use crate::references::refers_outside;
use crate::repair::{fits, has_properties};
use crate::report::{Log, Pointer};
use crate::yaml::describe;

/// Records the references of a document to other files; they also stand where the grammar has no reference.
pub(crate) fn require_bundled(tree: &Value, log: &mut Log<'_>) {
    external(tree, &Kind::Object(&DOCUMENT), &mut Pointer::default(), log);
}

fn external(value: &Value, kind: &Kind, at: &mut Pointer, log: &mut Log<'_>) {
    let nested = matches!(
        kind,
        Kind::Object(_) | Kind::FlagOrObject(_) | Kind::Map(_) | Kind::List(_)
    );
    if nested && refers_outside(value) {
        return log.defect(
            &below(at, "$ref"),
            "a `$ref` to another file",
            "a document that stands alone; bundle it first, for example with `npx @redocly/cli bundle`",
        );
    }
    match (kind, value) {
        (Kind::Object(shape) | Kind::FlagOrObject(shape), Value::Object(map)) => {
            for (key, kind) in shape.fields {
                if let Some(item) = map.get(*key) {
                    at.within(key, |at| external(item, kind, at, log));
                }
            }
        }
        (Kind::List(kind), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                at.within(&index.to_string(), |at| external(item, kind, at, log));
            }
        }
        (Kind::Map(kind), Value::Object(map)) => {
            for (key, item) in map {
                at.within(key, |at| external(item, kind, at, log));
            }
        }
        _ => {}
    }
}

/// Records every defect of a document that conforms to the grammar and is repaired.
pub(crate) fn check(tree: &mut Value, log: &mut Log<'_>) {
    references(tree, &mut Pointer::default(), tree, log);
    let mut visit = |shape: &Shape, map: &mut Map<String, Value>, at: &Pointer| match shape.name {
        "schema" => schema(map, at, log),
        "parameter" => word(map, "in", &["query", "path", "header", "cookie"], at, log),
        "security scheme" => word(
            map,
            "type",
            &["oauth2", "http", "apiKey", "openIdConnect"],
            at,
            log,
        ),
        "operation" => statuses(map, at, log),
        _ => {}
    };
    walk(
        tree,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    security(tree, log);
    for (path, item) in tree
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if item.get("$ref").is_some() && !refers_outside(item) {
            let at = below(&Pointer::at("/paths"), path);
            log.defect(
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
        log.defect(
            &Pointer::at("/paths"),
            "no path",
            "at least one path; is the document complete?",
        );
    }
}

/// Checks that every reference in `value` into the document meets its target.
fn references(value: &Value, at: &mut Pointer, root: &Value, log: &mut Log<'_>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                let pointer = target.strip_prefix('#');
                if pointer.is_some_and(|pointer| root.pointer(pointer).is_none()) {
                    log.defect(
                        at,
                        format!("the reference {target:?}, which has no target"),
                        "the name of a component",
                    );
                }
            }
            for (key, item) in map {
                at.within(key, |at| references(item, at, root, log));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.within(&index.to_string(), |at| references(item, at, root, log));
            }
        }
        _ => {}
    }
}

fn word(map: &Map<String, Value>, key: &str, words: &[&str], at: &Pointer, log: &mut Log<'_>) {
    if let Some(value) = map.get(key)
        && !value.as_str().is_some_and(|word| words.contains(&word))
    {
        log.defect(
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

fn schema(map: &Map<String, Value>, at: &Pointer, log: &mut Log<'_>) {
    word(
        map,
        "type",
        &["string", "integer", "number", "boolean", "array", "object"],
        at,
        log,
    );
    let expected = map.get("type").and_then(Value::as_str).unwrap_or("");
    if expected == "array" && has_properties(map) {
        let expected = "`type: object`, or the properties in its `items`";
        log.defect(&below(at, "properties"), "`properties` of a list", expected);
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
            log.defect(&at, describe(value), format!("a value of type {expected}"));
        }
    }
}

fn statuses(operation: &Map<String, Value>, at: &Pointer, log: &mut Log<'_>) {
    let at = below(at, "responses");
    let responses = operation.get("responses").and_then(Value::as_object);
    if responses.is_some_and(Map::is_empty) {
        log.defect(&at, "no response", "at least one response");
    }
    for status in responses.into_iter().flatten().map(|(status, _)| status) {
        let class = status.starts_with(['1', '2', '3', '4', '5']) && status.len() == 3;
        let rest = status.get(1..).unwrap_or("");
        if status != "default"
            && !(class && (rest == "XX" || rest.bytes().all(|byte| byte.is_ascii_digit())))
        {
            log.defect(
                &below(&at, status),
                format!("the status {status:?}"),
                "a code such as 200, a class such as 4XX, or default",
            );
        }
    }
}

/// Checks that every security requirement names a scheme of the document.
fn security(tree: &mut Value, log: &mut Log<'_>) {
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
                log.defect(
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

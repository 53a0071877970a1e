//! What must hold of the specifications and their overlays.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::json::escape;
use cisco_secure_access_openapi::{placeholders, rust_name};
use serde_json::{Map, Value};

use cisco_secure_access_openapi::words::words;

use super::{Checked, Problem};
use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::names::{camel, pascal};
use crate::operations::each_operation;
use crate::overlay;
use crate::pagination::AN_OVERLAY_SAYS_SO;
use crate::report::Pointer;
use crate::rust_names::TABLE;

const CLOUDS: [&str; 3] = ["global", "china", "government"];

pub(super) const OVERLAYS: &str = "specs/overlays";

/// The last words of names of secrets.
const SECRETS: [&[&str]; 9] = [
    &["access", "key"],
    &["api", "key"],
    &["passphrase"],
    &["password"],
    &["private", "key"],
    &["secret"],
    &["secret", "key"],
    &["shared", "key"],
    &["token"],
];

/// A string with a name like a secret has `x-secret`, `false` if it is none.
pub(super) fn secrets(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, spec) in &checked.preview.specs {
        let mut visit = |shape: &Shape, schema: &mut Map<String, Value>, at: &Pointer| {
            let properties = schema.get("properties").and_then(Value::as_object);
            let properties = properties.filter(|_| shape.name == "schema");
            for (name, property) in properties.into_iter().flatten() {
                let words = words(rust_name(&spec[TABLE], name));
                let is_text = property["type"] == "string" && property.get("enum").is_none();
                let is_like = |secret: &&[&str]| {
                    let last = words.iter().rev().take(secret.len());
                    last.len() == secret.len() && last.eq(secret.iter().rev())
                };
                if is_text && property.get("x-secret").is_none() && SECRETS.iter().any(is_like) {
                    problems.push(Problem::new(
                        format!("specs/{file}"),
                        format!("{}/properties/{}", at.as_str(), escape(name)),
                        format!("the property {name:?} looks like a secret"),
                        format!("mark it by `x-secret` in `{OVERLAYS}/44-secrets.yaml`, with `false` if it is none"),
                    ));
                }
            }
        };
        let mut spec = spec.clone();
        walk(
            &mut spec,
            &Kind::Object(&DOCUMENT),
            &mut Pointer::default(),
            &mut visit,
        );
    }
    problems
}

/// Every file is byte for byte what the base and the overlays make.
pub(super) fn as_made(checked: &Checked<'_>) -> Vec<Problem> {
    let outcome = &checked.preview.outcome;
    let way_out = "correct overlays, not this file, and run `cargo xtask import`";
    let changed = outcome.changed.iter().map(|file| {
        if file.starts_with(&format!("{}/", overlay::OVERLAYS)) {
            let found = "has actions that do not say what they replace";
            let way_out = "run `cargo xtask import`, which writes it";
            return Problem::new(format!("specs/{file}"), "", found, way_out);
        }
        let path = checked.specs.join(file);
        let (pointer, found) = match std::fs::read_to_string(path) {
            Err(error) => (String::new(), format!("cannot be read ({error})")),
            Ok(text) => match (
                serde_json::from_str::<Value>(&text),
                checked.preview.specs.get(file),
            ) {
                (Ok(found), Some(made)) => difference(&found, made),
                _ => (
                    String::new(),
                    "is not what base and overlays make".to_owned(),
                ),
            },
        };
        Problem::new(format!("specs/{file}"), pointer, found, way_out)
    });
    let stale = outcome.stale.iter().map(|file| {
        Problem::new(
            format!("specs/{file}"),
            "",
            "belongs to no document",
            "run `cargo xtask import`, which removes it",
        )
    });
    changed.chain(stale).collect()
}

/// The first place where a document is not as it is made, and what is wrong there.
fn difference(found: &Value, made: &Value) -> (String, String) {
    match (found, made) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let differs = |key: &&String| ours.get(*key) != theirs.get(*key);
            let Some(key) = ours.keys().chain(theirs.keys()).find(differs) else {
                return (String::new(), "is not in canonical form".into());
            };
            let (pointer, what) = match (ours.get(key), theirs.get(key)) {
                (Some(ours), Some(theirs)) => difference(ours, theirs),
                (Some(_), None) => (
                    String::new(),
                    "is not in what base and overlays make".into(),
                ),
                _ => (
                    String::new(),
                    "is missing, though base and overlays make it".into(),
                ),
            };
            (format!("/{}{pointer}", escape(key)), what)
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            let first = pairs.into_iter().find(|(_, (ours, theirs))| ours != theirs);
            first.map_or_else(
                || (String::new(), "is not in canonical form".into()),
                |(index, (ours, theirs))| {
                    let (pointer, what) = difference(ours, theirs);
                    (format!("/{index}{pointer}"), what)
                },
            )
        }
        _ => (
            String::new(),
            format!("is {found}, but base and overlays make {made}"),
        ),
    }
}

/// Every overlay action does what it says, to what it expects.
pub(super) fn overlays(checked: &Checked<'_>) -> Vec<Problem> {
    let stale = checked.preview.outcome.applied.stale.iter();
    stale
        .map(|action| {
            let file = format!("{OVERLAYS}/{}:{}", action.file, action.line);
            Problem::new(file, "", action.found(), action.way_out())
        })
        .collect()
}

/// Every extension that an overlay adds fits its place.
pub(super) fn extensions(checked: &Checked<'_>) -> Vec<Problem> {
    let mismatches = checked.preview.outcome.mismatches.iter();
    mismatches
        .map(|mismatch| {
            let place = mismatch.place.as_deref();
            let file = place.map_or(OVERLAYS.to_owned(), |place| format!("{OVERLAYS}/{place}"));
            let way_out = "correct the overlay that adds it";
            Problem::new(file, "", mismatch.problem(), way_out)
        })
        .collect()
}

/// Every number is an integer or real.
pub(super) fn numbers(checked: &Checked<'_>) -> Vec<Problem> {
    let undecided = checked.preview.outcome.numbers.undecided.iter();
    undecided
        .map(|(at, found)| {
            let file = format!("{OVERLAYS}/41-numbers.yaml");
            let found = format!("#{at}: found {found}");
            let way_out = "say there which it is, by `format: double` or by `type: integer`";
            Problem::new(file, "", found, way_out)
        })
        .collect()
}

/// Calls `visit` with file, pointer, path, method and object of each operation.
pub(super) fn operations(
    checked: &Checked<'_>,
    mut visit: impl FnMut(&str, &str, &str, &str, &Map<String, Value>),
) {
    for (file, spec) in &checked.preview.specs {
        let file = format!("specs/{file}");
        each_operation(&mut spec.clone(), |path, method, operation, at| {
            visit(&file, at.as_str(), path, method, operation);
        });
    }
}

/// Every body, and every required parameter for which no value is plausible by itself, has an example for the documentation.
pub(super) fn examples(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    operations(checked, |file, pointer, _, _, operation| {
        let schemas =
            &checked.preview.specs[file.trim_start_matches("specs/")]["components"]["schemas"];
        let mut want = |pointer: String, what: &str, holder: &Value| {
            if holder.get("example").is_none() {
                let found = format!("{what} has no example");
                let way_out = format!("give it one in `{OVERLAYS}/70-call-examples.yaml`");
                problems.push(Problem::new(file, pointer, found, way_out));
            }
        };
        let parameters = operation.get("parameters").and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let schema = schema(&parameter["schema"], schemas);
            let is_plausible = ["default", "enum"]
                .iter()
                .any(|key| schema.get(key).is_some())
                || schema["type"] == "boolean"
                || parameter.get("x-time").is_some();
            if parameter["required"] == true && !is_plausible {
                let what = format!("the parameter {}", parameter["name"]);
                want(format!("{pointer}/parameters/{index}"), &what, parameter);
            }
        }
        let body = operation.get("requestBody").map(|body| &body["content"]);
        for (media, content) in body.and_then(Value::as_object).into_iter().flatten() {
            let pointer = format!("{pointer}/requestBody/content/{}", escape(media));
            want(pointer, "the body", content);
        }
    });
    problems
}

/// A schema, or the one that it refers to.
fn schema<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str();
    let name = name.and_then(|target| target.rsplit('/').next());
    name.map_or(schema, |name| &schemas[name])
}

/// Names of operations begin with a verb that fits the method, those of schemas are in PascalCase, placeholders in camelCase. That
/// names of operations are in snake_case and unique, the import itself sees to.
pub(super) fn names(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    operations(checked, |file, pointer, path, method, operation| {
        let name = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or("");
        let verb = name.split('_').next().unwrap_or("");
        let fits = match method {
            "get" => ["get", "list", "search"].contains(&verb),
            "delete" => ["delete", "remove"].contains(&verb),
            "put" | "patch" => !["get", "list", "create", "delete"].contains(&verb),
            _ => verb != "get" && verb != "delete",
        };
        if !fits {
            let found =
                format!("the name {name:?} begins with a verb of another method than {method}");
            problems.push(Problem::new(
                file,
                pointer,
                found,
                format!("name it in `{OVERLAYS}/20-names.yaml`"),
            ));
        }
        for placeholder in placeholders(path) {
            if camel(placeholder) != placeholder {
                let found = format!("the placeholder {placeholder:?} is not in camelCase");
                let way_out = format!("name it in `{OVERLAYS}/46-parameter-names.yaml`");
                problems.push(Problem::new(file, pointer, found, way_out));
            }
        }
    });
    for (file, spec) in &checked.preview.specs {
        for name in spec["components"]["schemas"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
        {
            if pascal(name) != *name {
                let found = format!("the name {name:?} is not in PascalCase");
                let way_out = format!("name it in `{OVERLAYS}/30-schema-names.yaml`");
                let pointer = format!("/components/schemas/{}", escape(name));
                problems.push(Problem::new(
                    format!("specs/{file}"),
                    pointer,
                    found,
                    way_out,
                ));
            }
        }
    }
    problems
}

/// Every operation says which clouds document it; a class of rate limits has one limit; and an operation with a parameter of paging or the
/// name of a list lists, unless an overlay says that it does not.
pub(super) fn table(checked: &Checked<'_>) -> Vec<Problem> {
    [clouds(checked), rate_limits(checked), lists(checked)].concat()
}

/// The operations that do not say which clouds document them.
fn clouds(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    operations(checked, |file, pointer, _, _, operation| {
        let listed = operation.get("x-clouds").and_then(Value::as_array);
        let listed = listed.cloned().unwrap_or_default();
        let known = CLOUDS
            .iter()
            .filter(|cloud| listed.iter().any(|other| other == *cloud));
        if listed.is_empty() || !known.eq(listed.iter()) {
            let found = format!(
                "`x-clouds` is {}, not some of {CLOUDS:?} in this order",
                Value::Array(listed)
            );
            let way_out = format!("name its API in `{OVERLAYS}/42-clouds.yaml`");
            problems.push(Problem::new(file, pointer, found, way_out));
        }
    });
    problems
}

/// The rate limits that are not complete, or not that of their class.
fn rate_limits(checked: &Checked<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut classes: BTreeMap<String, Value> = BTreeMap::new();
    operations(checked, |file, pointer, _, _, operation| {
        let Some(limit) = operation.get("x-rate-limit") else {
            return;
        };
        let mut windows = limit["windows"].as_array().into_iter().flatten().peekable();
        let is_complete =
            |window: &Value| window["requests"].is_u64() && window["seconds"].is_u64();
        let class = limit["class"].as_str().unwrap_or("");
        let known = classes.entry(class.to_owned());
        let is_same = known.or_insert_with(|| limit.clone()) == limit;
        let is_counted = ["key", "organization"].contains(&limit["per"].as_str().unwrap_or(""));
        let has_windows = windows.peek().is_some() && windows.all(is_complete);
        if class.is_empty() || !has_windows || !is_counted || !is_same {
            let found =
                format!("`x-rate-limit` is {limit}, which is not whole or not that of its class");
            let way_out = format!("correct `{OVERLAYS}/43-rate-limits.yaml`");
            problems.push(Problem::new(file, pointer, found, way_out));
        }
    });
    problems
}

/// The operations that look like lists, and of which neither a rule nor an overlay says how they list.
fn lists(checked: &Checked<'_>) -> Vec<Problem> {
    let found = checked.preview.outcome.pagination.iter();
    let reasons = found.filter_map(|(operation, found)| Some((operation, found.as_ref().err()?)));
    reasons
        .filter(|(_, reason)| *reason != AN_OVERLAY_SAYS_SO)
        .map(|(operation, reason)| {
            let scope = operation.split("::").next().unwrap_or("");
            let found = format!("{operation} looks like a list, but {reason}");
            let way_out = "say in an overlay how it lists, or `x-pagination: false`";
            Problem::new(format!("specs/{scope}.json"), "", found, way_out)
        })
        .collect()
}

//! Makes one API of several documents: the first that describes an operation describes it, the others add what it lacks.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::words::split;
use cisco_secure_access_openapi::{path_shape, placeholders};
use serde_json::{Map, Value};

use crate::document::{Document, Operation};
use crate::parameter_values::take_values;
use crate::report::{Failure, Fix, Fixes, Place};

/// The rules that [`merge`] applies, with what each does.
pub(crate) const RULES: &[(&str, &str)] = &[(
    "path-templates",
    "paths that differ only in the names of placeholders get the same names",
)];

/// An operation of the whole API.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The operation, as the first document describes it.
    pub operation: Operation,
    /// The first segment of its path.
    pub scope: String,
    /// The name of its API.
    pub api: String,
    /// The index of the document that describes it.
    pub document: usize,
    /// The indices of the documents that added something.
    pub enriched_by: BTreeSet<usize>,
}

/// Merges the operations of all documents, sorted by path and method. Their scopes have to be among `scopes`, if there are any.
pub(crate) fn merge(
    documents: &[Document],
    scopes: Option<&BTreeSet<String>>,
    fixes: &mut Fixes,
) -> Result<Vec<Merged>, Failure> {
    let mut merged: BTreeMap<(String, String), Merged> = BTreeMap::new();
    let mut templates: BTreeMap<String, String> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut order: Vec<(usize, &Document)> = documents.iter().enumerate().collect();
    order.sort_by_key(|(_, document)| document.rank);
    for (index, document) in order {
        let api = api_name(&document.title);
        for operation in &document.operations {
            let shape = path_shape(&operation.path);
            let scope = match scope_of(&operation.path, scopes) {
                Ok(scope) => scope,
                Err(expected) => {
                    let (name, path) = (&document.name, &operation.path);
                    failures.push(format!(
                        "{name}: #/paths\n    found the path {path:?}, expected {expected}"
                    ));
                    continue;
                }
            };
            let mut operation = operation.clone();
            let template = templates
                .entry(shape.clone())
                .or_insert_with(|| operation.path.clone());
            if let Some(known) = merged.get_mut(&(shape.clone(), operation.method.clone())) {
                if enrich(known, &operation, &api) {
                    known.enriched_by.insert(index);
                }
                continue;
            }
            if *template != operation.path {
                let fix = renamed_placeholders(&document.name, &operation.path, template);
                fixes.entry("path-templates").or_default().push(fix);
                rename_placeholders(&mut operation, template);
            }
            let key = (shape, operation.method.clone());
            let new = Merged {
                operation,
                scope,
                api: api.clone(),
                document: index,
                enriched_by: BTreeSet::new(),
            };
            merged.insert(key, new);
        }
    }
    if !failures.is_empty() {
        return Err(Failure(failures));
    }
    let mut merged: Vec<Merged> = merged.into_values().collect();
    merged.sort_by(|a, b| {
        (&a.operation.path, &a.operation.method).cmp(&(&b.operation.path, &b.operation.method))
    });
    name_apis(&mut merged);
    Ok(merged)
}

/// The path scope of a path, or what was expected instead.
pub(crate) fn scope_of(path: &str, scopes: Option<&BTreeSet<String>>) -> Result<String, String> {
    let first = path.split('/').nth(1).unwrap_or("");
    match scopes {
        Some(scopes) if !scopes.contains(first) => {
            let known: Vec<&str> = scopes.iter().map(String::as_str).collect();
            Err(format!(
                "one under {}; take a scope in that is new with `--new-scope`",
                known.join(", ")
            ))
        }
        _ if first.is_empty() || !first.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            Err("a scope in small letters at its beginning".into())
        }
        _ => Ok(first.to_owned()),
    }
}

/// The name of the API that a document with this title describes; nothing for the document of all APIs.
pub fn api_name(title: &str) -> String {
    let mut name = title.trim();
    for prefix in ["Cisco Secure Access", "Cisco Secure Acces", "Cisco"] {
        if let Some(rest) = name.strip_prefix(prefix) {
            name = rest;
            break;
        }
    }
    let name = format!(" {}", name.trim());
    let name = name
        .strip_suffix(" API")
        .or_else(|| name.strip_suffix(" APIs"))
        .unwrap_or(&name);
    name.trim().to_owned()
}

/// Adds what `known` lacks and `other` has: the API's name, OAuth scopes, response headers, values of parameters.
fn enrich(known: &mut Merged, other: &Operation, api: &str) -> bool {
    let mut enriched = take_values(&mut known.operation, other);
    if known.api.is_empty() && !api.is_empty() {
        known.api = api.to_owned();
        enriched = true;
    }
    let object = &mut known.operation.object;
    if !has_scopes(object) && has_scopes(&other.object) {
        object.insert("security".into(), other.object["security"].clone());
        enriched = true;
    }
    let theirs = other.object.get("responses").and_then(Value::as_object);
    let ours = object.get_mut("responses").and_then(Value::as_object_mut);
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        for (status, response) in ours {
            let headers = theirs.get(status).and_then(|other| other.get("headers"));
            if let (Some(headers), Some(response)) = (headers, response.as_object_mut())
                && !response.contains_key("headers")
            {
                response.insert("headers".into(), headers.clone());
                enriched = true;
            }
        }
    }
    enriched
}

fn has_scopes(operation: &Map<String, Value>) -> bool {
    let requirements = operation.get("security").and_then(Value::as_array);
    requirements
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::values)
        .any(|scopes| scopes.as_array().is_some_and(|scopes| !scopes.is_empty()))
}

fn renamed_placeholders(document: &str, path: &str, template: &str) -> Fix {
    let place = Place {
        document: document.to_owned(),
        pointer: "/paths".into(),
        position: None,
    };
    let note = format!("{path:?} becomes {template:?}");
    Fix { place, note }
}

fn rename_placeholders(operation: &mut Operation, template: &str) {
    let old: Vec<String> = placeholders(&operation.path).map(str::to_owned).collect();
    let new: Vec<&str> = placeholders(template).collect();
    for parameter in operation
        .object
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let position = old
            .iter()
            .position(|name| parameter["in"] == "path" && parameter["name"] == name.as_str());
        if let Some(position) = position {
            parameter["name"] = new[position].into();
        }
    }
    operation.path = template.to_owned();
}

/// Names the API of the operations that only the document of all APIs describes: the API of the operations that share the
/// upstream tag in the same scope if they agree, or else the tag itself. A name that is kept comes before both.
fn name_apis(merged: &mut [Merged]) {
    let mut by_tag: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for known in merged.iter().filter(|known| !known.api.is_empty()) {
        by_tag
            .entry((known.scope.clone(), known.operation.upstream_tag.clone()))
            .or_default()
            .insert(known.api.clone());
    }
    for known in merged.iter_mut().filter(|known| known.api.is_empty()) {
        let apis = by_tag.get(&(known.scope.clone(), known.operation.upstream_tag.clone()));
        known.api = match apis.map(|apis| apis.iter().collect::<Vec<_>>()).as_deref() {
            Some([api]) => (*api).clone(),
            _ => split(&known.operation.upstream_tag).join(" "),
        };
    }
    for known in merged {
        if let Some(api) = &known.operation.kept_api {
            known.api.clone_from(api);
        }
    }
}

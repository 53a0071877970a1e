//! The rules for operations, their parameters, bodies and responses.

use std::collections::{BTreeMap, HashSet};

use cisco_secure_access_openapi::placeholders;
use serde_json::{Map, Value, json};

use super::{Site, text};
use crate::operations::each_operation;
use crate::report::Pointer;

pub(super) fn path_parameter_required(parameter: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if text(parameter, "in") == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
        parameter.insert("required".into(), true.into());
        site.fixed(text(parameter, "name"));
    }
}

pub(super) fn missing_schema(parameter: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    if !parameter.contains_key("schema") && !parameter.contains_key("content") {
        parameter.insert("schema".into(), json!({"type": "string"}));
        site.fixed("`schema: {type: string}` added");
    }
}

pub(super) fn media_type_names(owner: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.fixed(format!("{name:?} becomes {right:?}"));
        }
        content.entry(right).or_insert(media);
    }
}

pub(super) fn json_responses(response: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.fixed(format!("{name:?} becomes {right:?}"));
        }
        content.entry(right).or_insert(media);
    }
}

pub(super) fn content_without_schema(owner: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.fixed(format!("{name}: {schema}"));
            media.insert("schema".into(), schema);
        }
    }
}

pub(super) fn ignored_response_headers(response: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let Some(Value::Object(headers)) = response.get_mut("headers") else {
        return;
    };
    headers.retain(|name, _| {
        let ignored = name.eq_ignore_ascii_case("content-type");
        if ignored {
            site.fixed(name.as_str());
        }
        !ignored
    });
    if headers.is_empty() {
        response.remove("headers");
    }
}

pub(super) fn empty_responses(operation: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
    let response = operation
        .get_mut("responses")
        .and_then(|responses| responses.get_mut("204"));
    if response
        .and_then(Value::as_object_mut)
        .is_some_and(|response| response.remove("content").is_some())
    {
        site.fixed("dropped");
    }
}

pub(super) fn status_words(operation: &mut Map<String, Value>, site: &mut Site<'_, '_>) {
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
            site.fixed(format!("{status:?} becomes {right:?}"));
        }
        responses.insert(right, response);
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

pub(super) fn ignored_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    each_operation(tree, |_, _, operation, at| {
        retain_parameters(operation, &components, |(name, place)| {
            let name = name.to_ascii_lowercase();
            let ignored = place == "header"
                && matches!(name.as_str(), "accept" | "content-type" | "authorization");
            if ignored {
                site.fixed_at(at, name);
            }
            !ignored
        });
    });
}

pub(super) fn operation_ids(tree: &mut Value, site: &mut Site<'_, '_>) {
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
        site.fixed_at(at, format!("{id:?} becomes {made:?}"));
        seen.insert(made.clone());
        operation.insert("operationId".into(), made.into());
    });
}

pub(super) fn duplicate_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    each_operation(tree, |_, _, operation, at| {
        let mut seen = HashSet::new();
        retain_parameters(operation, &components, |key| {
            let new = seen.insert(key.clone());
            if !new {
                site.fixed_at(at, format!("`{}` in {}", key.0, key.1));
            }
            new
        });
    });
}

pub(super) fn path_parameters(tree: &mut Value, site: &mut Site<'_, '_>) {
    let components = parameter_components(tree);
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in tree
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        let Value::Object(item) = item else { continue };
        let names: Vec<&str> = placeholders(path).collect();
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
        let names: Vec<&str> = placeholders(path).collect();
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
                site.fixed_at(at, format!("`{name}` declared"));
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
        site.fixed_at(at, format!("`{name}` dropped"));
    }
    known
}

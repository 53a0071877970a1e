//! Names the placeholders of paths: in camelCase by rule, or as an overlay says by `x-name` on a path parameter.
//!
//! Overlays name paths as upstream spells them, so this is done after the last of them.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::placeholders;
use serde_json::{Map, Value};

use crate::names::camel;
use crate::operations::each_operation;
use crate::report::Failure;
use crate::schemas::NAME;

/// Renames the placeholders of all paths and the parameters that fill them, and returns how many paths changed.
pub(crate) fn rename(whole: &mut Value) -> Result<usize, Failure> {
    let mut failures = Vec::new();
    let mut wanted: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    each_operation(whole, |path, method, operation, _| {
        for parameter in parameters(operation) {
            let Some(name) = parameter.as_object_mut().and_then(|map| map.remove(NAME)) else {
                continue;
            };
            let own = parameter["name"].as_str().unwrap_or("");
            let names = wanted.entry(path.to_owned()).or_default();
            if let Err(problem) = want(own, &parameter["in"], &name, names) {
                failures.push(format!(
                    "{method} {path}: the parameter {own:?} has `{NAME}: {name}`, {problem}"
                ));
            }
        }
    });
    let paths = whole["paths"].as_object_mut().map(std::mem::take);
    let mut renamed = Map::new();
    let mut changed = 0;
    for (path, mut item) in paths.into_iter().flatten() {
        let own = wanted.remove(&path).unwrap_or_default();
        let names: BTreeMap<&str, String> = placeholders(&path)
            .map(|old| (old, own.get(old).cloned().unwrap_or_else(|| camel(old))))
            .collect();
        if names.values().collect::<BTreeSet<_>>().len() < names.len() {
            failures.push(format!(
                "{path}: found one name for two placeholders, expected `{NAME}` to distinguish them"
            ));
        }
        let operations = item.as_object_mut().into_iter().flat_map(Map::values_mut);
        for parameter in operations
            .filter_map(Value::as_object_mut)
            .flat_map(parameters)
            .filter(|parameter| parameter["in"] == "path")
        {
            if let Some(new) = parameter["name"].as_str().and_then(|old| names.get(old)) {
                parameter["name"] = new.clone().into();
            }
        }
        let new = names.iter().fold(path.clone(), |path, (old, new)| {
            path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"))
        });
        changed += usize::from(new != path);
        renamed.insert(new, item);
    }
    whole["paths"] = Value::Object(renamed);
    if failures.is_empty() {
        Ok(changed)
    } else {
        Err(Failure(failures))
    }
}

fn parameters(operation: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

/// Notes the name that an overlay wants for a placeholder, or says what is wrong with it.
fn want(
    own: &str,
    place: &Value,
    name: &Value,
    names: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    if place != "path" {
        return Err("expected it on path parameters only: the names of others are sent".into());
    }
    let name = name
        .as_str()
        .filter(|name| !name.is_empty() && camel(name) == *name)
        .ok_or("expected a name in camelCase")?;
    let known = names
        .entry(own.to_owned())
        .or_insert_with(|| name.to_owned());
    if known != name {
        return Err(format!(
            "expected {known:?}, as in another operation of the path"
        ));
    }
    Ok(())
}

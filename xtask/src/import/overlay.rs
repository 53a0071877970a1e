//! Applies the overlays: our own corrections to the merged document, in the notation of OpenAPI Overlay 1.0.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::report::Failure;
use super::resolve::SCHEMAS;
use super::schemas::{Names, reached};
use super::yaml::parse_any;

/// What the overlays did.
#[derive(Debug, Default)]
pub struct Applied {
    /// The number of overlays.
    pub overlays: usize,
    /// The actions that found nothing to act on, one message each.
    pub idle: Vec<String>,
}

/// Applies every `*.yaml` of a folder in the order of the file names, and after each gives the schemas their names, which follow
/// those of the operations. A missing folder holds none.
pub fn apply_all(
    folder: &Path,
    document: &mut Value,
    names: &mut Names,
) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(applied);
    };
    let files: BTreeSet<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    let mut failures = Vec::new();
    for file in &files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match std::fs::read(file) {
            Ok(bytes) => {
                apply(&name, &bytes, document, &mut applied.idle, &mut failures);
                if let Err(error) = names.apply(document) {
                    failures.push(format!("{name}: {error}"));
                }
            }
            Err(error) => failures.push(format!("{}: cannot be read: {error}", file.display())),
        }
    }
    applied.overlays = files.len();
    if failures.is_empty() {
        Ok(applied)
    } else {
        Err(Failure(failures))
    }
}

fn apply(
    name: &str,
    bytes: &[u8],
    document: &mut Value,
    idle: &mut Vec<String>,
    failures: &mut Vec<String>,
) {
    let overlay = match parse_any(name, bytes) {
        Ok((overlay, _, _)) => overlay,
        Err(error) => return failures.push(error),
    };
    if overlay["overlay"] != "1.0.0" {
        failures.push(format!(
            "{name}: found {}, expected `overlay: 1.0.0`",
            overlay["overlay"]
        ));
    }
    let Value::Array(actions) = &overlay["actions"] else {
        return failures.push(format!(
            "{name}: found no list `actions`, expected at least one action"
        ));
    };
    // Among them are the schemas that the overlay adds, which its actions may refer to before that.
    let updates = actions
        .iter()
        .filter_map(|action| action["update"].as_object());
    let added: BTreeSet<&str> = updates
        .flat_map(|update| update.keys().map(String::as_str))
        .collect();
    for (index, action) in actions.iter().enumerate() {
        let target = action["target"].as_str().unwrap_or("");
        let place = format!("{name}: action {}, target {target:?}", index + 1);
        match act(action, &added, document) {
            Ok(true) => {}
            Ok(false) => idle.push(format!(
                "{place}: matches nothing, or refers to a schema that is not there; correct it, or remove the action if it has done its work"
            )),
            Err(error) => failures.push(format!("{place}: {error}")),
        }
    }
}

/// Does what an action says, and tells whether it found anything.
fn act(action: &Value, added: &BTreeSet<&str>, document: &mut Value) -> Result<bool, String> {
    let target = action["target"]
        .as_str()
        .ok_or("found no `target`, expected a JSONPath")?;
    let path = JsonPath::parse(target).map_err(|error| format!("is no JSONPath: {error}"))?;
    let mut pointers: Vec<String> = path
        .query_located(document)
        .locations()
        .map(|place| place.to_json_pointer())
        .collect();
    if pointers.is_empty() {
        return Ok(false);
    }
    if action["remove"] == true {
        // From the last to the first, so that the positions in lists stay true.
        pointers.reverse();
        pointers
            .iter()
            .for_each(|pointer| remove(document, pointer));
        return Ok(true);
    }
    let update = action
        .get("update")
        .ok_or("found neither `update` nor `remove: true`, expected one of them")?;
    let schemas = document["components"]["schemas"].as_object();
    let known = |target: &String| {
        let name = target.strip_prefix(SCHEMAS);
        name.is_none_or(|name| {
            schemas.is_some_and(|schemas| schemas.contains_key(name)) || added.contains(name)
        })
    };
    // What refers to a schema that upstream does not have any more would break the specifications.
    if !reached([update], |_| None).iter().all(known) {
        return Ok(false);
    }
    for pointer in pointers {
        match document.pointer_mut(&pointer) {
            Some(Value::Array(items)) => items.push(update.clone()),
            Some(node @ Value::Object(_)) => merge(node, update),
            _ => {
                return Err(format!(
                    "matches the scalar #{pointer}; update the object around it"
                ));
            }
        }
    }
    Ok(true)
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, token)) = pointer.rsplit_once('/') else {
        return;
    };
    let token = token.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&token);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = token.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

/// Merges as Overlay 1.0 says: objects key by key, lists by appending, everything else by replacing.
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(map), Value::Object(update)) => {
            for (key, value) in update {
                merge(map.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(items), Value::Array(update)) => items.extend(update.iter().cloned()),
        (node, update) => *node = update.clone(),
    }
}

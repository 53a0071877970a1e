//! Applies the overlays: our own corrections to the merged document, in the notation of OpenAPI Overlay 1.0.
//!
//! An action does all that it says or nothing, so that a document that lacks what an action refers to is left as it was and stays valid.
//! What took the place of something is therefore one action, either by a reference or by `x-replaces`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use crate::references::{SCHEMAS, reached};
use crate::report::Failure;
use crate::schemas::Names;
use crate::yaml::parse_any;

/// The key of an action under which it lists what its update takes the place of: keys of the objects that it updates.
const REPLACES: &str = "x-replaces";

/// The key of the properties of a schema.
const PROPERTIES: &str = "properties";

/// The keys of words.
const WORDS: [&str; 2] = ["description", "summary"];

/// What the overlays did.
#[derive(Debug, Default)]
pub struct Applied {
    /// The number of overlays.
    pub overlays: usize,
    /// The actions that found nothing to act on, or not what they refer to, one message each.
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
            Ok(None) => {}
            Ok(Some(reason)) => idle.push(format!(
                "{place}: {reason}; correct it, or remove the action if it has done its work"
            )),
            Err(error) => failures.push(format!("{place}: {error}")),
        }
    }
}

/// Does what an action says, or tells why there is nothing to do.
fn act(
    action: &Value,
    added: &BTreeSet<&str>,
    document: &mut Value,
) -> Result<Option<String>, String> {
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
        return Ok(Some("matches nothing".into()));
    }
    if action["remove"] == true {
        // From the last to the first, so that the positions in lists stay true.
        pointers.reverse();
        pointers
            .iter()
            .for_each(|pointer| remove(document, pointer));
        return Ok(None);
    }
    let update = action
        .get("update")
        .ok_or("found neither `update` nor `remove: true`, expected one of them")?;
    let schemas = document["components"]["schemas"].as_object();
    let unknown = |target: &String| {
        let name = target.strip_prefix(SCHEMAS)?;
        let known = schemas.is_some_and(|schemas| schemas.contains_key(name));
        (!known && !added.contains(name)).then(|| name.to_owned())
    };
    // What refers to a schema that upstream does not have any more would break the specifications.
    if let Some(name) = reached([update], |_| None).iter().find_map(unknown) {
        return Ok(Some(format!(
            "refers to the schema {name:?}, which is not there"
        )));
    }
    let replaced = replaced(action)?;
    let missing = pointers
        .iter()
        .find_map(|pointer| undescribable(document.pointer(pointer)?, last(pointer), update));
    for pointer in pointers {
        match document.pointer_mut(&pointer) {
            Some(Value::Array(items)) => items.push(update.clone()),
            Some(Value::Object(object)) => {
                object.retain(|key, _| !replaced.contains(key.as_str()));
                merge_object(object, last(&pointer), update);
            }
            _ => {
                return Err(format!(
                    "matches the scalar #{pointer}; update the object around it"
                ));
            }
        }
    }
    Ok(missing.map(|name| format!("describes {name:?}, which is not there")))
}

/// The last token of a pointer.
fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or("")
}

/// The keys that an action replaces.
fn replaced(action: &Value) -> Result<BTreeSet<&str>, String> {
    let Some(keys) = action.get(REPLACES) else {
        return Ok(BTreeSet::new());
    };
    let keys = keys.as_array().into_iter().flatten().map(Value::as_str);
    match keys.collect::<Option<BTreeSet<_>>>() {
        Some(keys) if !keys.is_empty() => Ok(keys),
        _ => Err(format!(
            "found the {REPLACES} {}, expected a list of keys",
            action[REPLACES]
        )),
    }
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

/// Merges as Overlay 1.0 says: objects key by key, lists by appending, everything else by replacing. As nothing may stand beside a
/// reference, a reference replaces, too; and words for a property that is not there do not bring it about.
fn merge(node: &mut Value, key: &str, update: &Value) {
    match (node, update) {
        (Value::Object(map), Value::Object(_)) => merge_object(map, key, update),
        (Value::Array(items), Value::Array(update)) => items.extend(update.iter().cloned()),
        (node, update) => *node = update.clone(),
    }
}

/// Merges into an object that stands under `name`.
fn merge_object(object: &mut Map<String, Value>, name: &str, update: &Value) {
    if update.get("$ref").is_some_and(Value::is_string) {
        object.clear();
    }
    for (key, value) in update.as_object().into_iter().flatten() {
        if object.contains_key(key) || !describes_property(name, key, value) {
            merge(object.entry(key).or_insert(Value::Null), key, value);
        }
    }
}

/// Whether an update under the key `name` does nothing but describe the property `key`, or the properties.
fn describes_property(name: &str, key: &str, update: &Value) -> bool {
    (name == PROPERTIES || key == PROPERTIES) && is_words(update)
}

fn is_words(update: &Value) -> bool {
    let describes = |(key, value): (&String, &Value)| match value {
        Value::String(_) => WORDS.contains(&key.as_str()),
        value => is_words(value),
    };
    update
        .as_object()
        .is_some_and(|update| !update.is_empty() && update.iter().all(describes))
}

/// The first property that an update describes and an object under the key `name` lacks.
fn undescribable<'a>(object: &Value, name: &str, update: &'a Value) -> Option<&'a str> {
    update
        .as_object()?
        .iter()
        .find_map(|(key, value)| match object.get(key) {
            None if describes_property(name, key, value) => Some(key.as_str()),
            None => None,
            Some(object) => undescribable(object, key, value),
        })
}

//! The overlays in the words of Overlay 1.0 alone, as tools of others apply them.

use std::collections::BTreeSet;
use std::path::Path;

use cisco_secure_access_openapi::json::escape;
use serde_json::{Value, json};

use super::action::{Action, Change};
use super::{added, files};
use crate::report::Failure;
use crate::schemas::Names;
use crate::yaml::parse_any;

/// What the actions of one overlay make of a document.
#[derive(Debug)]
pub struct Step {
    /// The file name of the overlay.
    pub overlay: String,
    /// The document before.
    pub before: Value,
    /// The actions, in the words of Overlay 1.0 alone.
    pub actions: Vec<Value>,
    /// The document after.
    pub after: Value,
}

/// Applies the overlays of a directory, and returns what each does.
///
/// # Errors
/// When an overlay cannot be read or applied.
pub(crate) fn steps(
    directory: &Path,
    document: &mut Value,
    names: &mut Names,
) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    for file in files(directory) {
        let overlay = file.file_name().unwrap_or_default().to_string_lossy();
        let failure = |error: String| Failure(vec![format!("{overlay}: {error}")]);
        let bytes = std::fs::read(&file).map_err(|error| failure(error.to_string()))?;
        let (tree, _, _) = parse_any(&overlay, &bytes)?;
        let actions = tree["actions"].as_array().map_or(&[][..], Vec::as_slice);
        let added = added(actions, document);
        let before = document.clone();
        let mut standard = Vec::new();
        for action in actions {
            let action = Action::parse(action).map_err(failure)?;
            standard.extend(action.standard(document));
            action.apply(&added, document).map_err(failure)?;
        }
        steps.push(Step {
            overlay: overlay.clone().into_owned(),
            before,
            actions: standard,
            after: document.clone(),
        });
        names.apply(document).map_err(failure)?;
    }
    Ok(steps)
}

impl Action<'_> {
    /// The actions of Overlay 1.0 that do the same to a document: what goes for `x-replaces` or a reference, each key of it, is removed before
    /// the update.
    pub(super) fn standard(&self, document: &Value) -> Vec<Value> {
        let (update, replaces) = match &self.change {
            Change::Remove => return vec![json!({"target": self.target.text(), "remove": true})],
            Change::Update { update, replaces } => (update, replaces),
        };
        let pointers = self.target.pointers(document);
        let mut removed = BTreeSet::new();
        for pointer in &pointers {
            let Some(target) = document.pointer(pointer) else {
                continue;
            };
            let keys = replaces.iter().filter(|key| target.get(key).is_some());
            removed.extend(keys.map(|key| format!("{pointer}/{}", escape(key))));
            let mut kept = target.clone();
            if let Some(kept) = kept.as_object_mut() {
                kept.retain(|key, _| !replaces.contains(key.as_str()));
            }
            below_references(&kept, update, pointer, &mut removed);
        }
        if removed.is_empty() {
            return vec![json!({"target": self.target.text(), "update": update})];
        }
        let removals = removed
            .iter()
            .map(|pointer| json!({"target": path(document, pointer), "remove": true}));
        let updates = pointers
            .iter()
            .map(|pointer| json!({"target": path(document, pointer), "update": update}));
        removals.chain(updates).collect()
    }
}

/// Collects the pointers of the keys of the objects whose place a reference takes.
fn below_references(node: &Value, update: &Value, pointer: &str, keys: &mut BTreeSet<String>) {
    let (Value::Object(object), Value::Object(update)) = (node, update) else {
        return;
    };
    let at = |key: &String| format!("{pointer}/{}", escape(key));
    if update.get("$ref").is_some_and(Value::is_string) {
        keys.extend(object.keys().map(at));
        return;
    }
    for (key, update) in update {
        if let Some(node) = object.get(key) {
            below_references(node, update, &at(key), keys);
        }
    }
}

/// The JSONPath of a pointer.
fn path(document: &Value, pointer: &str) -> String {
    let mut path = String::from("$");
    let mut node = document;
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        let quoted = key.replace('\\', "\\\\").replace('\'', "\\'");
        path.push_str(&match node.is_array() {
            true => format!("[{key}]"),
            false => format!("['{quoted}']"),
        });
        node = node.pointer(&format!("/{token}")).unwrap_or(&Value::Null);
    }
    path
}

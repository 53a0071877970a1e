//! openapi-format applies the overlays: each to the document before it, in the words of Overlay 1.0 alone. The result must be ours.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cisco_secure_access_importer::overlay_steps;
use cisco_secure_access_openapi::json::escape;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::finish;
use crate::tools::OPENAPI_FORMAT;

/// The script that applies; the program of openapi-format does more than that.
const SCRIPT: &str = include_str!("overlays.js");

/// Lets openapi-format apply the overlays, and compares the documents.
pub(super) fn judge(workspace: &Path) -> Result<String, String> {
    OPENAPI_FORMAT.install(workspace)?;
    let steps = overlay_steps(&workspace.join("specs")).map_err(|failure| failure.to_string())?;
    let directory = TempDir::new().map_err(|error| error.to_string())?;
    let mut node = Command::new("node");
    let packages = OPENAPI_FORMAT.home(workspace).join("node_modules");
    node.env("NODE_PATH", packages).args(["-e", SCRIPT, "--"]);
    let file = |overlay: &str| directory.path().join(overlay).with_extension("json");
    for step in &steps {
        let text = json!({"before": step.before, "actions": step.actions}).to_string();
        std::fs::write(file(&step.overlay), text).map_err(|error| error.to_string())?;
        node.arg(file(&step.overlay));
    }
    let said = finish(&mut node)?;
    let mut problems: Vec<String> = said.lines().map(str::to_owned).collect();
    for step in &steps {
        let text = std::fs::read(file(&step.overlay)).map_err(|error| error.to_string())?;
        let theirs: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let difference = difference(&step.after, &theirs);
        problems.extend(difference.map(|found| format!("{}: #{found}", step.overlay)));
    }
    let actions: usize = steps.iter().map(|step| step.actions.len()).sum();
    let summary = format!(
        "openapi-format: {} overlays with {actions} actions: {} problems",
        steps.len(),
        problems.len()
    );
    problems.push(summary);
    match problems.as_slice() {
        [summary] => Ok(summary.clone()),
        _ => Err(problems.join("\n")),
    }
}

/// The first place where two documents differ.
fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let (own, other) = (keys(ours), keys(theirs));
    let differs = |key: &&String| ours.pointer(key) != theirs.pointer(key);
    match own.union(&other).find(differs) {
        None => Some(format!(": we have {ours}, it has {theirs}")),
        Some(key) => match (ours.pointer(key), theirs.pointer(key)) {
            (Some(ours), Some(theirs)) => Some(format!("{key}{}", difference(ours, theirs)?)),
            (Some(_), None) => Some(format!("{key}: only we have it")),
            _ => Some(format!("{key}: only it has it")),
        },
    }
}

/// The pointers of the children of a node.
fn keys(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(object) => object
            .keys()
            .map(|key| format!("/{}", escape(key)))
            .collect(),
        Value::Array(items) => (0..items.len()).map(|index| format!("/{index}")).collect(),
        _ => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_pointer() {
        let cases = [
            (json!({"a": [1, 2]}), json!({"a": [1, 2]}), None),
            (
                json!({"a": [1, 2]}),
                json!({"a": [1, 3]}),
                Some("/a/1: we have 2, it has 3"),
            ),
            (
                json!({"a/b": {}}),
                json!({}),
                Some("/a~1b: only we have it"),
            ),
            (json!([]), json!([1]), Some("/0: only it has it")),
        ];
        for (ours, theirs, expected) in cases {
            assert_eq!(difference(&ours, &theirs).as_deref(), expected);
        }
    }
}

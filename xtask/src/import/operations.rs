//! The operations of a document, one after the other, and what their paths tell.

use serde_json::{Map, Value};

use super::report::Pointer;

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Calls `visit` on every operation of a document, with its path, method and pointer.
pub fn each_operation(
    tree: &mut Value,
    mut visit: impl FnMut(&str, &str, &mut Map<String, Value>, &Pointer),
) {
    let Some(Value::Object(paths)) = tree.get_mut("paths") else {
        return;
    };
    let mut at = Pointer::at("/paths");
    for (path, item) in paths {
        let Value::Object(item) = item else { continue };
        at.within(path, |at| {
            for method in METHODS {
                if let Some(Value::Object(operation)) = item.get_mut(*method) {
                    at.within(method, |at| visit(path, method, operation, at));
                }
            }
        });
    }
}

/// The names of the placeholders in a path.
pub fn placeholders(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

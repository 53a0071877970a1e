//! The operations of a document, one after the other.

use serde_json::{Map, Value};

use crate::report::Pointer;

/// The key under which an operation of the merged document carries the name of its API.
pub(crate) const API: &str = "x-api";

/// The key under which it carries the places of its documents: of the one that describes it, and of those that add to it.
pub(crate) const DOCUMENTS: &str = "x-documents";

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

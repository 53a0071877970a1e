//! The operations of a document, one after the other, and what identifies them.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::path_shape;
use serde_json::{Map, Value};

use crate::report::Pointer;

/// The key under which an operation of the merged document carries the name of its API.
pub(crate) const API: &str = "x-api";

/// The key under which it carries the places of its documents: of the one that describes it, and of those that add to it.
pub(crate) const DOCUMENTS: &str = "x-documents";

/// What identifies an operation: the shape of its path, whatever its placeholders are called, and its method.
pub(crate) type OperationKey = (String, String);

/// The key of an operation.
pub(crate) fn key(path: &str, method: &str) -> OperationKey {
    (path_shape(path), method.to_owned())
}

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

/// The name of an operation, empty if it has none.
pub(crate) fn name(operation: &Map<String, Value>) -> &str {
    let name = operation.get("operationId").and_then(Value::as_str);
    name.unwrap_or("")
}

/// The names of the operations of specifications.
pub(crate) fn names(specs: impl IntoIterator<Item = Value>) -> BTreeMap<OperationKey, String> {
    let mut names = BTreeMap::new();
    for mut spec in specs {
        each_operation(&mut spec, |path, method, operation, _| {
            names.insert(key(path, method), name(operation).to_owned());
        });
    }
    names
}

/// The scope and the name of an operation: `policies::list_rules`.
pub(crate) fn scoped_name(path: &str, name: &str) -> String {
    let scope = path.split('/').nth(1).unwrap_or("");
    format!("{scope}::{name}")
}

//! `cargo xtask names`: the operations of the specifications, one to a line.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::import::operations::each_operation;
use cisco_secure_access_codegen::SCOPES;

/// Lists the operations of every specification in a folder: method of the crate, HTTP method, path.
pub fn list(specs: &Path) -> Result<String, String> {
    let mut text = String::new();
    for scope in SCOPES {
        let file = specs.join(format!("{scope}.json"));
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        let mut document: Value = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}: {error}; import the documents again", file.display()))?;
        let _ = writeln!(text, "{scope}");
        let mut lines = Vec::new();
        each_operation(&mut document, |path, method, operation, _| {
            let name = operation
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or("");
            lines.push(format!("  {name:55} {:6} {path}", method.to_uppercase()));
        });
        lines.sort();
        text.push_str(&lines.join("\n"));
        text.push_str("\n\n");
    }
    if text.is_empty() {
        return Err(format!(
            "{}: found no specification, expected one for each scope; run `cargo xtask import`",
            specs.display()
        ));
    }
    Ok(text.trim_end().to_owned())
}

//! The specifications of the workspace, read through the document model.

use std::path::Path;

use cisco_secure_access_codegen::scopes;
use cisco_secure_access_openapi::Document;

/// Reads the specifications in a directory, in the order of their scopes.
///
/// # Errors
/// When there is none, or one is not what an import writes.
pub fn read(specs: &Path) -> Result<Vec<Document>, String> {
    let mut documents = Vec::new();
    for scope in scopes(specs).unwrap_or_default() {
        let file = specs.join(format!("{scope}.json"));
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let document = Document::parse(&scope, &text)
            .map_err(|error| format!("{}: {error}; import the documents again", file.display()))?;
        documents.push(document);
    }
    if documents.is_empty() {
        return Err(format!(
            "{}: found no specification, expected one for each scope; run `cargo xtask import`",
            specs.display()
        ));
    }
    Ok(documents)
}

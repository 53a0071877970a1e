//! Reads upstream documents: bytes in, for each OpenAPI document in them a tree of JSON values and the places they stood at out.
//!
//! A document may also stand in another, as the pages of developer sites hand them out: as an object or as text at any place in JSON.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::inputs::Input;
use crate::report::{Diagnostics, Fixes, Marks, Pointer};
use crate::yaml::{describe, parse_any, plain};

/// One upstream document.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its file name, without directories, and where in the file it stands if it is not all of it.
    pub name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its content.
    pub tree: Value,
    /// Where the nodes of its content stood.
    pub marks: Marks,
}

impl Source {
    /// The version of OpenAPI, as it is written.
    pub(crate) fn version(&self) -> String {
        let version = self.tree.get("openapi").map_or_else(String::new, plain);
        self.marks.texts.get("/openapi").cloned().unwrap_or(version)
    }
}

/// Reads the OpenAPI documents in `input`, at least one, or says why there is none.
pub(crate) fn read(input: &Input, fixes: &mut Fixes) -> Result<Vec<Source>, String> {
    let whole = parse(&input.name, &input.bytes, fixes)?;
    let mut found = Vec::new();
    if !is_openapi(&whole.tree) {
        embedded(
            &whole,
            &whole.tree,
            &mut Pointer::default(),
            fixes,
            &mut found,
        )?;
    }
    if found.is_empty() {
        require_openapi(&whole)?;
        found.push(whole);
    }
    found.iter().try_for_each(require_openapi)?;
    Ok(found)
}

fn parse(name: &str, bytes: &[u8], fixes: &mut Fixes) -> Result<Source, String> {
    let (tree, marks, notes) = parse_any(name, bytes)?;
    let mut diagnostics = Diagnostics {
        document: name,
        marks: &marks,
        keep_examples: false,
        fixes,
        errors: &mut Vec::new(),
    };
    for (rule, pointer, note) in notes {
        diagnostics.fix(rule, &Pointer::at(pointer), note);
    }
    Ok(Source {
        name: name.to_owned(),
        sha256: sha256(bytes),
        tree,
        marks,
    })
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a tree calls itself an OpenAPI document of any version.
fn is_openapi(tree: &Value) -> bool {
    let has = |key: &str| tree.get(key).is_some();
    (has("openapi") || has("swagger")) && (has("info") || has("paths"))
}

/// Finds the documents that stand in `value`, each once.
fn embedded(
    page: &Source,
    value: &Value,
    at: &mut Pointer,
    fixes: &mut Fixes,
    found: &mut Vec<Source>,
) -> Result<(), String> {
    let name = || format!("{}#{}", page.name, at.as_str());
    let source = match value {
        Value::Object(map) if !is_openapi(value) => {
            return map.iter().try_for_each(|(key, item)| {
                at.within(key, |at| embedded(page, item, at, fixes, found))
            });
        }
        Value::Array(items) => {
            return items.iter().enumerate().try_for_each(|(index, item)| {
                at.within(&index.to_string(), |at| {
                    embedded(page, item, at, fixes, found)
                })
            });
        }
        Value::Object(_) => Source {
            name: name(),
            sha256: sha256(value.to_string().as_bytes()),
            tree: value.clone(),
            marks: page.marks.below(at.as_str()),
        },
        Value::String(text) if looks_like_openapi(text) => parse(&name(), text.as_bytes(), fixes)?,
        _ => return Ok(()),
    };
    if is_openapi(&source.tree) && found.iter().all(|known| known.tree != source.tree) {
        found.push(source);
    }
    Ok(())
}

/// Whether a text seems to be a document, in YAML or JSON.
fn looks_like_openapi(text: &str) -> bool {
    let mut lines = text.lines().take(100);
    match text.trim_start().starts_with('{') {
        true => text.contains("\"openapi\"") && text.contains("\"paths\""),
        false => lines.any(|line| line.starts_with("openapi:") || line.starts_with("swagger:")),
    }
}

/// Whether a version is one of OpenAPI 3.1.
pub(crate) fn is_3_1(version: &str) -> bool {
    version == "3.1" || version.starts_with("3.1.")
}

/// Rejects what is not OpenAPI 3.0 or 3.1.
fn require_openapi(source: &Source) -> Result<(), String> {
    let Source {
        name, tree, marks, ..
    } = source;
    // A key that is there, or else the whole document.
    let place = |key: &str| {
        let pointer = match key {
            "" => "#".to_owned(),
            key => format!("#/{key}"),
        };
        let (line, column) = marks
            .positions
            .get(&pointer[1..])
            .copied()
            .unwrap_or((1, 1));
        format!("{name}:{line}:{column}: {pointer}\n    ")
    };
    let expected = "expected an OpenAPI 3.0 or 3.1 document";
    let Value::Object(root) = tree else {
        return Err(format!(
            "{}found {}, {expected}; is this the right file?",
            place(""),
            describe(tree)
        ));
    };
    if let Some(version) = root.get("swagger") {
        return Err(format!(
            "{}found Swagger {}, {expected}; convert it first, for example with `npx swagger2openapi`",
            place("swagger"),
            plain(version)
        ));
    }
    if !root.contains_key("openapi") {
        return Err(format!(
            "{}found no key `openapi`, {expected}; is this the right file?",
            place("")
        ));
    };
    let text = source.version();
    if text == "3.0" || text.starts_with("3.0.") || is_3_1(&text) {
        return Ok(());
    }
    Err(format!(
        "{}found OpenAPI {text}, {expected}; convert it to one of those first",
        place("openapi")
    ))
}

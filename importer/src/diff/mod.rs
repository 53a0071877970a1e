//! What separates two sets of specifications, for the users of the crate.
//!
//! Both sides are seen as the generator sees them (`codegen::surface`), so that what is compared is what users write: methods, their
//! arguments, types and their fields. `matching` finds for each operation what it was, `operations` compares two operations, `types` the
//! types that they reach, `change` says what a change means, `report` gathers, `text` and `markdown` show it.

pub mod change;
mod markdown;
mod matching;
mod operations;
mod report;
mod text;
mod types;

use std::collections::BTreeMap;
use std::path::Path;

use cisco_secure_access_codegen::surface::{Surface, surface};
use serde_json::Value;

pub use change::{Change, Effect, Kind, Step, What};
pub use report::{Api, Report, Subject, Topic};

/// Specifications by path scope.
pub type Specs = BTreeMap<String, Value>;

/// A set of specifications, as the generator sees it: of those that the other side has too, nothing differs.
pub struct Side<'a> {
    documents: &'a Specs,
    surfaces: BTreeMap<&'a str, Surface>,
}

impl<'a> Side<'a> {
    fn new(documents: &'a Specs, other: &Specs) -> Result<Self, String> {
        let surfaces = documents
            .iter()
            .filter(|(scope, document)| other.get(*scope) != Some(*document))
            .map(|(scope, document)| match surface(scope, document) {
                Ok(surface) => Ok((scope.as_str(), surface)),
                Err(error) => Err(format!(
                    "{error}\n    the crate cannot be generated from this specification"
                )),
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            documents,
            surfaces,
        })
    }
}

/// Compares two sets of specifications.
///
/// # Errors
/// When a document is not what `cargo xtask import` writes.
pub fn compare(old: &Specs, new: &Specs) -> Result<Report, String> {
    let (old, new) = (Side::new(old, new)?, Side::new(new, old)?);
    let mut report = report::Collector::default();
    operations::compare(&old, &new, &mut report);
    Ok(report.finish())
}

/// Reads the specifications in a directory.
///
/// # Errors
/// When there is none, or one is no JSON.
pub fn read_directory(directory: &Path) -> Result<Specs, String> {
    let entries = std::fs::read_dir(directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut specs = Specs::new();
    for entry in entries {
        let path = entry
            .map_err(|error| format!("{}: {error}", directory.display()))?
            .path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let scope = path.file_stem().unwrap_or_default().to_string_lossy();
        specs.insert(scope.into_owned(), parse(&path.to_string_lossy(), &text)?);
    }
    if specs.is_empty() {
        return Err(format!(
            "{}: found no specification, expected files such as admin.json, which `cargo xtask import` writes",
            directory.display()
        ));
    }
    Ok(specs)
}

/// Reads specifications from the texts of files, by name; what is in a directory or no JSON file is no specification.
///
/// # Errors
/// When one is no JSON.
pub fn read_texts(files: &BTreeMap<String, String>) -> Result<Specs, String> {
    files
        .iter()
        .filter_map(|(name, text)| Some((name, name.strip_suffix(".json")?, text)))
        .filter(|(_, scope, _)| !scope.contains('/'))
        .map(|(name, scope, text)| Ok((scope.to_owned(), parse(name, text)?)))
        .collect()
}

fn parse(name: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))
}

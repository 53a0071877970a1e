//! Copies of the specifications, and the documents of their base in the formats of upstream.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::repository;

/// The directory of the base.
fn base() -> PathBuf {
    repository().join("specs/base")
}

/// Copies the specifications, without the page of their sources, into a directory.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy_specifications(into: &Path) -> io::Result<()> {
    for directory in ["", "base", "overlays"] {
        let copy = into.join(directory);
        fs::create_dir_all(&copy)?;
        for entry in fs::read_dir(repository().join("specs").join(directory))? {
            let entry = entry?;
            if entry.path().is_file() && entry.file_name() != "SOURCES.md" {
                fs::copy(entry.path(), copy.join(entry.file_name()))?;
            }
        }
    }
    Ok(())
}

/// The document of all APIs.
#[must_use]
pub fn whole() -> Vec<PathBuf> {
    vec![base().join("all-apis.json")]
}

/// The documents of single APIs.
///
/// # Errors
/// When the base cannot be read.
pub fn single() -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(base())?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| !path.ends_with("all-apis.json") && !path.ends_with("index.json"));
    files.sort();
    Ok(files)
}

/// Copies of documents of the base in a directory, each with a newer version, so that they describe their operations.
///
/// # Errors
/// When a document cannot be read or written.
pub fn newer<const N: usize>(names: [&str; N], into: &Path) -> io::Result<Vec<PathBuf>> {
    let copies = names.into_iter().map(|name| {
        let file = format!("{name}.json");
        let mut document: Value = serde_json::from_slice(&fs::read(base().join(&file))?)?;
        document["info"]["version"] = "99.0.0".into();
        let copy = into.join(file);
        fs::write(&copy, document.to_string())?;
        Ok(copy)
    });
    copies.collect()
}

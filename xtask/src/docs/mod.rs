//! `cargo xtask docs`: a page in `docs/api/` for each API, their index, and the links to them in `llms.txt`.
//!
//! The pages are for people and agents that do not read rustdoc: what each operation does, how it is called in Rust and on the command line,
//! and what it takes. Everything on them is from the specifications. `api` writes a page, `operation` its part about an operation, `values`
//! the tables of parameters and properties.

mod api;
mod operation;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clap::Args;

use crate::command::{CommandResult, Printed};
use crate::marks::{Marks, between};
use crate::progress::during;
use crate::{documents, workspace};
use api::Api;

/// Writes docs/api/, a page for each API, and the links in llms.txt
///
/// Each page has the operations of an API with their requests, methods, commands, OAuth scopes, clouds, rate limits, pages, parameters and
/// examples. Pages of APIs that do not exist any more are removed. `cargo xtask check` says when the pages are not up to date.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// Writes the pages.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        during("describing", || run(workspace())).map(Printed::from)
    }
}

/// The directory of the pages, from the root of the repository.
const DIRECTORY: &str = "docs/api";

/// The files of which only the links are written.
const INDEX: &str = "docs/api/README.md";
const LLMS: &str = "llms.txt";

const MARKS: Marks = (
    "<!-- written by `cargo xtask docs` -->\n",
    "<!-- end of what `cargo xtask docs` writes -->\n",
);

/// Files by their paths from the root of the repository; `None` for one that must not exist.
type Files = BTreeMap<String, Option<String>>;

/// Brings the pages up to date.
///
/// # Errors
/// When the specifications or a file cannot be read or written, or a file has lost its markers.
pub fn run(workspace: &Path) -> Result<String, String> {
    let outdated = changes(workspace)?;
    if outdated.is_empty() {
        return Ok(format!("{DIRECTORY} and {LLMS} are up to date"));
    }
    for (file, text) in &outdated {
        let path = workspace.join(file);
        let written = match text {
            Some(text) => fs::write(path, text),
            None => fs::remove_file(path),
        };
        written.map_err(|error| format!("{file}: {error}"))?;
    }
    let files: Vec<&str> = outdated.keys().map(String::as_str).collect();
    Ok(format!("written: {}", files.join(", ")))
}

/// The files that [`run`] would change.
///
/// # Errors
/// When the specifications or a file cannot be read, or a file has lost its markers.
pub fn outdated(workspace: &Path) -> Result<Vec<String>, String> {
    Ok(changes(workspace)?.into_keys().collect())
}

/// The files that are not up to date, with what they should have.
fn changes(workspace: &Path) -> Result<Files, String> {
    let documents = documents::read(&workspace.join("specs"))?;
    let apis = api::read(&documents)?;
    let mut files = Files::new();
    for api in &apis {
        files.insert(page_of(api), Some(api.page()?));
    }
    for (file, links) in [
        (INDEX, api::table(&apis)),
        (LLMS, api::links(&apis, DIRECTORY)),
    ] {
        let before = read(workspace, file)?;
        let after = between(&before, MARKS, &links)
            .ok_or_else(|| format!("{file}: the line `{}` is missing", MARKS.0.trim_end()))?;
        files.insert(file.to_owned(), Some(after));
    }
    for file in present(workspace)? {
        files.entry(file).or_insert(None);
    }
    files.retain(|file, text| fs::read_to_string(workspace.join(file)).ok() != *text);
    Ok(files)
}

fn page_of(api: &Api<'_>) -> String {
    format!("{DIRECTORY}/{}", api.file())
}

/// The pages that exist.
fn present(workspace: &Path) -> Result<BTreeSet<String>, String> {
    let entries = fs::read_dir(workspace.join(DIRECTORY))
        .and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>())
        .map_err(|error| format!("{DIRECTORY}: {error}"))?;
    let names = entries
        .iter()
        .filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.map(|name| format!("{DIRECTORY}/{name}")).collect())
}

fn read(workspace: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(workspace.join(file)).map_err(|error| format!("{file}: {error}"))
}

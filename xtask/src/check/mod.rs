//! `cargo xtask check`: what must hold of the repository whenever something is merged, and needs no upstream document to tell.
//!
//! One function for each thing that must hold; each reports all its problems, and all of them are run.

mod specs;
mod words;
mod workspace;

use std::fmt;
use std::path::Path;

use crate::import::{self, Preview};

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file that it is in, from the root of the repository.
    pub file: String,
    /// The JSON pointer of the place in the file, if it has one.
    pub pointer: String,
    /// What is wrong there.
    pub found: String,
    /// What to do about it.
    pub way_out: String,
}

impl Problem {
    fn new(
        file: impl Into<String>,
        pointer: impl Into<String>,
        found: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            pointer: pointer.into(),
            found: found.into(),
            way_out: way_out.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            pointer,
            found,
            way_out,
        } = self;
        write!(out, "{file}")?;
        if !pointer.is_empty() {
            write!(out, ": #{pointer}")?;
        }
        write!(out, "\n    {found}; {way_out}")
    }
}

/// What is checked.
pub struct Checked<'a> {
    /// The root of the repository.
    pub workspace: &'a Path,
    /// What the base and the overlays make.
    pub preview: &'a Preview,
}

/// Finds the problems of one kind.
type Check = fn(&Checked<'_>) -> Vec<Problem>;

/// What must hold, in a few words, and what finds out.
const CHECKS: &[(&str, Check)] = &[
    (
        "the specifications are what base and overlays make",
        specs::as_made,
    ),
    ("every overlay action finds something", specs::overlays),
    ("every extension fits its place", specs::extensions),
    ("what the documentation shows is described", words::words),
    ("arguments of examples have values", specs::examples),
    ("names are regular", specs::names),
    ("the table of operations is complete", specs::table),
    (
        "features are up to date in Cargo.toml and README",
        workspace::features,
    ),
    ("the coverage page is up to date", workspace::coverage),
    ("examples fit their types", workspace::examples),
    ("the same code is generated each time", workspace::code),
];

/// Checks everything and says what holds, or lists all problems.
///
/// # Errors
/// When anything does not hold.
pub fn run(workspace: &Path) -> Result<String, String> {
    let preview = import::rebuild(&workspace.join("specs"))
        .map_err(|failure| format!("{failure}\n\nproblems: {}", failure.0.len()))?;
    let checked = Checked {
        workspace,
        preview: &preview,
    };
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (what, check) in CHECKS {
        let found = check(&checked);
        let mark = if found.is_empty() { "ok  " } else { "FAIL" };
        lines.push(format!("{mark}  {what}"));
        problems.extend(found);
    }
    let lines = lines.join("\n");
    if problems.is_empty() {
        return Ok(lines);
    }
    let count = problems.len();
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    Err(format!(
        "{}\n\n{lines}\nproblems: {count}",
        problems.join("\n")
    ))
}

/// The problems of what the base and the overlays of a folder make, without those of the repository around it.
///
/// # Errors
/// When base or overlays make nothing.
pub fn specifications(specs: &Path) -> Result<Vec<Problem>, import::report::Failure> {
    let preview = import::rebuild(specs)?;
    let checked = Checked {
        workspace: specs.parent().unwrap_or(specs),
        preview: &preview,
    };
    let checks = [
        specs::as_made,
        specs::overlays,
        specs::extensions,
        words::words,
        specs::examples,
        specs::names,
        specs::table,
    ];
    Ok(checks.iter().flat_map(|check| check(&checked)).collect())
}

//! What must hold of the specifications: those that a directory has are those that its base and its overlays make, and these are complete.
//!
//! One function for each rule; each reports all its problems, and all of them are run.

mod specs;
mod words;

use std::fmt;
use std::path::Path;

use crate::import::rebuild;
use crate::outcome::Preview;
use crate::report::Failure;

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
    /// A problem of a file, with its pointer if it has one.
    pub fn new(
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
    /// The directory of the specifications.
    pub specs: &'a Path,
    /// What its base and its overlays make.
    pub preview: &'a Preview,
}

/// Finds the problems of one kind.
pub type Rule = fn(&Checked<'_>) -> Vec<Problem>;

/// What must hold, in a few words, and what finds out.
pub const RULES: &[(&str, Rule)] = &[
    (
        "the specifications are what base and overlays make",
        specs::as_made,
    ),
    (
        "every overlay action finds what it expects",
        specs::overlays,
    ),
    ("every extension fits its place", specs::extensions),
    ("every number is an integer or real", specs::numbers),
    (
        "properties that look like secrets are marked",
        specs::secrets,
    ),
    ("what the documentation shows is described", words::words),
    ("arguments of examples have values", specs::examples),
    ("names are regular", specs::names),
    ("the table of operations is complete", specs::table),
];

/// The problems of the specifications in a directory.
///
/// # Errors
/// When base or overlays make nothing.
pub fn lint(specs: &Path) -> Result<Vec<Problem>, Failure> {
    let preview = rebuild(specs)?;
    let checked = Checked {
        specs,
        preview: &preview,
    };
    Ok(RULES.iter().flat_map(|(_, rule)| rule(&checked)).collect())
}

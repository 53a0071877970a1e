//! `cargo xtask check`: what must hold of the repository whenever something is merged, and needs no upstream document.
//!
//! The rules of the specifications are those of the importer; here are those of what is made of the specifications. One function for each thing
//! that must hold; each reports all its problems, and all of them are run.

mod workspace;

use std::path::Path;

use cisco_secure_access_importer::lint::{self, Problem};
use cisco_secure_access_importer::{Preview, rebuild};
use clap::Args;

use crate::command::{CommandResult, Printed};
use crate::progress::during;

/// Checks what must hold of the repository, without any upstream document
///
/// The specifications are byte for byte what specs/base/ and specs/overlays/ make; every overlay action finds what it
/// expects; operations, parameters, bodies, schemas, properties and variants have descriptions that say more than their names; the arguments
/// of examples have values, which fit their types; names are regular; the table of operations is complete; Cargo.toml and README
/// list the features; docs/coverage.md, docs/api/ and llms.txt are up to date; the features that code names exist; the code that is generated is the same each time.
///
/// All problems are listed, each with file, JSON pointer and the way out, and the exit code is 1 if there are any.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// Checks this repository.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        during("checking", || run(crate::workspace())).map(Printed::from)
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

/// What must hold of what is made of the specifications, in a few words, and what finds out.
const CHECKS: &[(&str, Check)] = &[
    (
        "features are up to date in Cargo.toml and README",
        workspace::features,
    ),
    ("features that code names exist", workspace::named_features),
    ("the coverage page is up to date", workspace::coverage),
    (
        "the pages of the APIs and llms.txt are up to date",
        workspace::docs,
    ),
    ("examples fit their types", workspace::examples),
    ("the same code is generated each time", workspace::code),
];

/// Checks everything and says what holds, or lists all problems.
///
/// # Errors
/// When anything does not hold.
pub fn run(workspace: &Path) -> Result<String, String> {
    let specs = workspace.join("specs");
    let preview =
        rebuild(&specs).map_err(|failure| format!("{failure}\n\nproblems: {}", failure.0.len()))?;
    let linted = lint::Checked {
        specs: &specs,
        preview: &preview,
    };
    let checked = Checked {
        workspace,
        preview: &preview,
    };
    let rules = lint::RULES.iter().map(|(what, rule)| (what, rule(&linted)));
    let checks = CHECKS.iter().map(|(what, check)| (what, check(&checked)));
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (what, found) in rules.chain(checks) {
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

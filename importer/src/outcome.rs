//! What an import did, or would do.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::changes::{Changes, State};
use crate::document::Document;
use crate::extensions::Mismatch;
use crate::integers::Numbers;
use crate::overlay::Applied;
use crate::report::Fixes;

/// What an import did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The number of operations by scope.
    pub operations: BTreeMap<String, usize>,
    /// What is not as before.
    pub changes: Changes,
    /// The operations that no document has any more, with the document that described them.
    pub lost: Vec<String>,
    /// The names of generated code that are gone and that handwritten code of the repository uses, with its files.
    pub lost_names: Vec<String>,
    /// The documents and APIs that keep their names although upstream calls them otherwise.
    pub kept_names: Vec<String>,
    /// The documents that were left out, because a newer version of them was given too.
    pub left_out: Vec<String>,
    /// What documents alone have of operations that others describe, where one of them has changed.
    pub left_behind: Vec<String>,
    /// The operations that another document describes than before, by both.
    pub handed_over: Vec<String>,
    /// For operations that seem to have moved, the overlay actions that keep the former names; before them the head of the overlay, where that does
    /// not exist.
    pub renames: Vec<String>,
    /// The fixes, by rule.
    pub fixes: Fixes,
    /// What the overlays did.
    pub applied: Applied,
    /// The extensions that do not fit, with what was expected.
    pub mismatches: Vec<Mismatch>,
    /// The number of paths whose placeholders got other names.
    pub renamed_paths: usize,
    /// Which numbers are integers, which are real, and which an overlay must decide.
    pub numbers: Numbers,
    /// How many choices allow for more than one of their forms.
    pub open_choices: usize,
    /// The operations of which no overlay says which clouds document them.
    pub without_clouds: BTreeSet<String>,
    /// How the operations with parameters of paging page, or why they do not.
    pub pagination: BTreeMap<String, Result<String, String>>,
    /// The scopes that the directory did not have.
    pub new_scopes: BTreeSet<String>,
    /// The names of the files that an import writes.
    pub files: BTreeSet<String>,
    /// Those of them that were not yet as they should be.
    pub changed: BTreeSet<String>,
    /// The names of files that are not part of the specifications any more.
    pub stale: BTreeSet<String>,
}

impl Outcome {
    /// What is to be decided.
    pub(crate) fn state(&self) -> State {
        State {
            stale: self.applied.stale.clone(),
            mismatches: self.mismatches.clone(),
        }
    }
}

/// What an import would write.
#[derive(Debug)]
pub struct Preview {
    /// The specifications, by the names of their files.
    pub specs: BTreeMap<String, Value>,
    /// The documents, in the order in which they came into the base.
    pub documents: Vec<Document>,
    /// The documents of each operation, by scope and name (`policies::list_rules`), as places in `documents`: first the one that
    /// describes it, then those that add to it.
    pub origins: BTreeMap<String, Vec<usize>>,
    /// The texts of all files, by their names.
    pub files: BTreeMap<String, String>,
    /// What was done to get there.
    pub outcome: Outcome,
}

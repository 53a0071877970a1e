//! Applies the overlays: our own corrections to the merged document, in the notation of OpenAPI Overlay 1.0.
//!
//! An action does all that it says or nothing, so that a document that lacks what an action refers to is left as it was and stays valid.
//! What took the place of something is therefore one action, either by a reference or by `x-replaces`. What an action replaces is in its
//! `x-expects`, so that a change upstream is seen and not hidden.

mod action;
mod expects;
mod origins;
mod stale;
mod standard;
mod target;
mod text;
mod update;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use origins::Origins;
pub use stale::{Finding, StaleAction};
pub use standard::Step;
pub(crate) use standard::steps;
pub use target::Missing;

use crate::report::{Failure, Marks};
use crate::schemas::Names;
use crate::yaml::parse_any;
use action::{Action, ActionOutcome, missing_schema};
use expects::EXPECTS;

/// The directory of the overlays in that of the specifications.
pub(crate) const OVERLAYS: &str = "overlays";

/// What becomes of an action that replaces something and does not say what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expectations {
    /// It gets its `x-expects`.
    Written,
    /// It is stale: upstream has something where it had nothing.
    Compared,
}

/// What the overlays did.
#[derive(Debug, Default)]
pub struct Applied {
    /// The number of overlays.
    pub overlays: usize,
    /// The actions that a person has to decide on.
    pub stale: Vec<StaleAction>,
    /// The actions that did not say yet what they replace, each with its place and what it replaces.
    pub completed: Vec<String>,
    /// Where the extensions come from.
    pub origins: Origins,
    /// The texts of the overlays, in which every action says what it replaces, by the names of their files in the specifications.
    pub texts: BTreeMap<String, String>,
}

/// Applies every `*.yaml` of a directory in the order of the file names, and after each gives the schemas their names, which follow
/// those of the operations. A missing directory holds none.
pub(crate) fn apply_all(
    directory: &Path,
    expectations: Expectations,
    document: &mut Value,
    names: &mut Names,
) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    let mut failures = Vec::new();
    for file in files(directory) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match std::fs::read(&file) {
            Ok(bytes) => {
                match Overlay::read(&name, &bytes) {
                    Ok(overlay) => {
                        overlay.apply(expectations, document, &mut applied, &mut failures);
                    }
                    Err(error) => failures.push(error),
                }
                if let Err(error) = names.apply(document) {
                    failures.push(format!("{name}: {error}"));
                }
            }
            Err(error) => failures.push(format!("{}: cannot be read: {error}", file.display())),
        }
        applied.overlays += 1;
    }
    if failures.is_empty() {
        Ok(applied)
    } else {
        Err(Failure(failures))
    }
}

/// The overlays of a directory, in the order of their names.
fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect()
}

/// One file of actions.
struct Overlay<'a> {
    name: &'a str,
    text: &'a str,
    tree: Value,
    marks: Marks,
}

impl<'a> Overlay<'a> {
    fn read(name: &'a str, bytes: &'a [u8]) -> Result<Self, String> {
        let (tree, marks, _) = parse_any(name, bytes)?;
        let text = std::str::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            name,
            text,
            tree,
            marks,
        })
    }

    fn apply(
        &self,
        expectations: Expectations,
        document: &mut Value,
        applied: &mut Applied,
        failures: &mut Vec<String>,
    ) {
        let name = self.name;
        if self.tree["overlay"] != "1.0.0" {
            failures.push(format!(
                "{name}: found {}, expected `overlay: 1.0.0`",
                self.tree["overlay"]
            ));
        }
        let Value::Array(actions) = &self.tree["actions"] else {
            return failures.push(format!(
                "{name}: found no list `actions`, expected at least one action"
            ));
        };
        let added = added(actions, document);
        let mut missing = BTreeMap::new();
        for (index, action) in actions.iter().enumerate() {
            let result = Action::parse(action).and_then(|action| action.apply(&added, document));
            match result {
                Ok(mut outcome) => {
                    if expectations == Expectations::Compared {
                        outcome.compare_unstated();
                    }
                    let replaced = self.record(index, action, outcome, applied);
                    missing.extend(replaced.map(|replaced| (index, replaced)));
                }
                Err(error) => failures.push(format!("{}: {error}", self.place(index))),
            }
        }
        match text::complete(name, self.text, &self.tree, &self.marks, &missing) {
            Ok(text) => drop(applied.texts.insert(format!("{OVERLAYS}/{name}"), text)),
            Err(error) => failures.push(error),
        }
    }

    /// Records what an action did, and returns what it replaces if it does not say so.
    fn record(
        &self,
        index: usize,
        action: &Value,
        outcome: ActionOutcome,
        applied: &mut Applied,
    ) -> Option<String> {
        let (file, line) = (self.name, self.line(index));
        let update = &action["update"];
        let at = format!("{file}:{line}");
        applied.origins.add(&outcome.updated, update, &at);
        let stale = outcome.findings.into_iter().map(|finding| StaleAction {
            file: file.to_owned(),
            line,
            target: action["target"].as_str().unwrap_or("").to_owned(),
            losses: stale::losses(action, &finding),
            finding,
        });
        applied.stale.extend(stale);
        let replaced = expects::written(&outcome.unstated?);
        let completed = format!("{}: {EXPECTS}: {replaced}", self.place(index));
        applied.completed.push(completed);
        Some(replaced)
    }

    /// File, line and target of an action.
    fn place(&self, action: usize) -> String {
        let target = self.tree["actions"][action]["target"]
            .as_str()
            .unwrap_or("");
        format!("{}:{}: target {target:?}", self.name, self.line(action))
    }

    /// The line at which an action begins.
    fn line(&self, action: usize) -> usize {
        let position = self.marks.positions.get(&format!("/actions/{action}"));
        position.map_or(1, |(line, _)| *line)
    }
}

/// What the updates of an overlay add. Among it are its schemas, which its actions may refer to before that. An action that refers to a schema
/// that is not there is left out, and so is what refers to a schema of that action.
fn added<'a>(actions: &'a [Value], document: &Value) -> BTreeSet<&'a str> {
    let mut updates: Vec<&Value> = actions
        .iter()
        .map(|action| &action["update"])
        .filter(|update| update.is_object())
        .collect();
    loop {
        let added: BTreeSet<&str> = updates
            .iter()
            .filter_map(|update| update.as_object())
            .flat_map(|update| update.keys().map(String::as_str))
            .collect();
        let before = updates.len();
        updates.retain(|update| missing_schema(update, &added, document).is_none());
        if updates.len() == before {
            return added;
        }
    }
}

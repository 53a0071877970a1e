//! The actions that a person has to decide on, because upstream is not what they were written for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use super::Applied;
use super::expects;
use super::target::Missing;

/// Extensions that nothing replaces when the action that adds them finds nothing.
const IRREPLACEABLE: [&str; 3] = ["x-clouds", "x-rate-limit", "x-secret"];

/// So much of a target stands in a message.
const LONGEST_TARGET: usize = 100;

/// So many actions with one cause are named in a report.
const NAMED: usize = 12;

/// An action that does not do what it says, or need not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleAction {
    /// The file name of its overlay.
    pub file: String,
    /// The line at which it begins.
    pub line: usize,
    /// Its target.
    pub target: String,
    /// What is wrong.
    pub finding: Finding,
    /// The extensions that are lost where it does not apply.
    pub losses: Vec<&'static str>,
}

/// What is wrong with an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The target matches nothing.
    MatchesNothing(Missing),
    /// An alternative in the target matches nothing.
    AlternativeMatchesNothing(Missing),
    /// It refers to a schema that is not there.
    MissingSchema(String),
    /// It describes a property that is not there.
    DescribesNothing(String),
    /// It would put keys beside each other that contradict each other.
    Contradicts(String),
    /// It replaces something else than it expects.
    ReplacesOther {
        /// What the action expects and is not there.
        expected: Map<String, Value>,
        /// What is there and the action does not expect.
        found: Map<String, Value>,
    },
    /// It replaces something, and does not say so.
    ReplacesUnstated(Map<String, Value>),
    /// It appends what the list has.
    RepeatsElement(String),
    /// It changes nothing.
    ChangesNothing,
}

impl Finding {
    /// Whether the action is left out, in whole or in part.
    fn is_left_out(&self) -> bool {
        !matches!(
            self,
            Self::ReplacesOther { .. }
                | Self::ReplacesUnstated(_)
                | Self::RepeatsElement(_)
                | Self::ChangesNothing
        )
    }

    /// What to do about it.
    fn way_out(&self) -> &'static str {
        match self {
            Self::AlternativeMatchesNothing(_) => {
                "correct the alternative, or remove it if it has done its work"
            }
            Self::Contradicts(_) => {
                "upstream has another form than the action was written for; correct or remove the action"
            }
            Self::ReplacesUnstated(_) => {
                "upstream has something where it had nothing: correct or remove the action, or, if it is still right, run `cargo xtask import` without documents, which writes its `x-expects`"
            }
            Self::ReplacesOther { .. } => {
                "upstream has changed: correct or remove the action, or, if it is still right, delete its `x-expects` and run `cargo xtask import` without documents, which writes it"
            }
            Self::RepeatsElement(_) => "upstream has the same value; remove it from the action",
            Self::ChangesNothing => "upstream has the same value; remove the action",
            _ => "correct it, or remove the action if it has done its work",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MatchesNothing(missing) | Self::AlternativeMatchesNothing(missing) => {
                if let Some(alternative) = &missing.alternative {
                    write!(out, "its alternative {alternative} ")?;
                }
                let Missing {
                    within, segment, ..
                } = missing;
                write!(out, "matches nothing: there is no {within}{segment}")
            }
            Self::MissingSchema(name) => {
                write!(out, "refers to the schema {name:?}, which is not there")
            }
            Self::DescribesNothing(name) => write!(out, "describes {name:?}, which is not there"),
            Self::Contradicts(keys) => write!(out, "would put {keys}, and is not applied"),
            Self::ReplacesOther { expected, found } if expected.is_empty() => {
                write!(out, "replaces, unexpectedly, {}", expects::written(found))
            }
            Self::ReplacesOther { expected, found } => {
                let expected = expects::written(expected);
                match found.is_empty() {
                    true => write!(out, "expects to replace {expected}, found nothing"),
                    false => {
                        let found = expects::written(found);
                        write!(out, "expects to replace {expected}, found {found}")
                    }
                }
            }
            Self::ReplacesUnstated(found) => {
                write!(
                    out,
                    "replaces {}, and does not say so",
                    expects::written(found)
                )
            }
            Self::RepeatsElement(element) => {
                write!(out, "appends {element}, which is there already")
            }
            Self::ChangesNothing => write!(out, "changes nothing"),
        }
    }
}

impl StaleAction {
    /// What is wrong, and what is lost by it.
    #[must_use]
    pub fn found(&self) -> String {
        let mut target: String = self.target.chars().take(LONGEST_TARGET).collect();
        if target.len() < self.target.len() {
            target.push('…');
        }
        let lost = match self.losses.as_slice() {
            [] => String::new(),
            losses => format!("; without it `{}` is lost", losses.join("`, `")),
        };
        format!("target {target}: {}{lost}", self.finding)
    }

    /// What to do about it.
    #[must_use]
    pub fn way_out(&self) -> &'static str {
        self.finding.way_out()
    }
}

impl StaleAction {
    /// What actions that are stale for the same reason have in common, and what names this one among them.
    fn cause(&self) -> (String, String) {
        let place = format!("{}:{}", self.file, self.line);
        match &self.finding {
            Finding::MatchesNothing(missing) | Finding::AlternativeMatchesNothing(missing) => {
                let cause = format!("match nothing in {}", missing.within);
                (cause, missing.segment.clone())
            }
            Finding::DescribesNothing(_) => ("describe what is not there".to_owned(), place),
            finding => (format!("each {finding}"), place),
        }
    }
}

impl fmt::Display for StaleAction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        write!(out, "{file}:{line}: {}; {}", self.found(), self.way_out())
    }
}

/// The extensions that are lost where an action does not apply.
pub(super) fn losses(action: &Value, finding: &Finding) -> Vec<&'static str> {
    let sets = |key: &&&str| finding.is_left_out() && has_key(&action["update"], key);
    IRREPLACEABLE.iter().filter(sets).copied().collect()
}

fn has_key(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(map) => {
            map.contains_key(key) || map.values().any(|value| has_key(value, key))
        }
        Value::Array(items) => items.iter().any(|value| has_key(value, key)),
        _ => false,
    }
}

impl Applied {
    /// What a person has to decide, for a report: the losses first, then the actions that have a cause in common, under the cause. With
    /// `verbose`, each action of these.
    #[must_use]
    pub fn report(&self, verbose: bool) -> Vec<String> {
        let (losses, others): (Vec<_>, Vec<_>) = self
            .stale
            .iter()
            .partition(|action| !action.losses.is_empty());
        let mut lines = Vec::new();
        section(
            &mut lines,
            "LOST, as overlay actions find nothing",
            &losses,
            |lines| {
                lines.extend(losses.iter().map(|action| format!("         {action}")));
            },
        );
        let mut causes: BTreeMap<String, Vec<&StaleAction>> = BTreeMap::new();
        for action in &others {
            causes.entry(action.cause().0).or_default().push(action);
        }
        let title = "STALE OVERLAY ACTIONS; `cargo xtask check` fails until they are decided";
        section(&mut lines, title, &others, |lines| {
            for (cause, actions) in &causes {
                if let [action] = actions.as_slice() {
                    lines.push(format!("         {action}"));
                    continue;
                }
                lines.push(format!(
                    "  {:5}  {cause}: {}",
                    actions.len(),
                    named(actions)
                ));
                if verbose {
                    lines.extend(actions.iter().map(|action| format!("           {action}")));
                }
            }
        });
        section(
            &mut lines,
            "overlay actions now say what they replace",
            &self.completed,
            |lines| {
                lines.extend(
                    self.completed
                        .iter()
                        .map(|action| format!("         {action}")),
                );
            },
        );
        lines
    }
}

/// What identifies the first of several actions with one cause.
fn named(actions: &[&StaleAction]) -> String {
    let names: BTreeSet<String> = actions.iter().map(|action| action.cause().1).collect();
    let others = names.len().saturating_sub(NAMED);
    let mut named: Vec<String> = names.into_iter().take(NAMED).collect();
    if others > 0 {
        named.push(format!("and {others} others"));
    }
    named.join(", ")
}

/// Adds a title with a number, and what is below it, if there is anything.
fn section<T>(
    lines: &mut Vec<String>,
    title: &str,
    items: &[T],
    write: impl FnOnce(&mut Vec<String>),
) {
    if !items.is_empty() {
        lines.push(format!("{} {title}", items.len()));
        write(lines);
    }
}

//! One action of an overlay.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::expects::{self, EXPECTS, Replaced};
use super::stale::Finding;
use super::target::Target;
use super::update::{self, Effect, is_ours};
use crate::references::{SCHEMAS, reached};

/// The key of an action under which it lists what its update takes the place of: keys of the objects that it updates.
const REPLACES: &str = "x-replaces";

/// An action that can be applied.
pub(super) struct Action<'a> {
    pub(super) target: Target<'a>,
    pub(super) change: Change<'a>,
    expects: Option<&'a Map<String, Value>>,
}

/// What an action does to what its target matches.
pub(super) enum Change<'a> {
    Remove,
    Update {
        update: &'a Value,
        replaces: BTreeSet<&'a str>,
    },
}

/// What an action did.
#[derive(Default)]
pub(super) struct ActionOutcome {
    /// What a person has to decide.
    pub(super) findings: Vec<Finding>,
    /// The pointers of what the action updated.
    pub(super) updated: Vec<String>,
    /// What the action replaces, if it does not say so.
    pub(super) unstated: Option<Map<String, Value>>,
}

impl ActionOutcome {
    /// Takes what the action replaces without a word for what it does not expect.
    pub(super) fn compare_unstated(&mut self) {
        let unstated = self.unstated.take();
        self.findings
            .extend(unstated.map(Finding::ReplacesUnstated));
    }
}

impl<'a> Action<'a> {
    /// Reads an action.
    pub(super) fn parse(action: &'a Value) -> Result<Self, String> {
        let target = action["target"]
            .as_str()
            .ok_or("found no `target`, expected a JSONPath")?;
        let change = match (action["remove"] == true, action.get("update")) {
            (true, _) => Change::Remove,
            (false, Some(update)) => Change::Update {
                update,
                replaces: replaced_keys(action)?,
            },
            (false, None) => {
                return Err(
                    "found neither `update` nor `remove: true`, expected one of them".into(),
                );
            }
        };
        let expects = match action.get(EXPECTS) {
            None => None,
            Some(Value::Object(expects)) => Some(expects),
            Some(other) => {
                return Err(format!(
                    "found the {EXPECTS} {other}, expected a mapping; delete the line, and the import writes it"
                ));
            }
        };
        Ok(Self {
            target: Target::parse(target)?,
            change,
            expects,
        })
    }

    /// Applies the action to a document, to which the overlay also adds the schemas `added`.
    pub(super) fn apply(
        &self,
        added: &BTreeSet<&str>,
        document: &mut Value,
    ) -> Result<ActionOutcome, String> {
        let mut outcome = ActionOutcome::default();
        let pointers = self.target.pointers(document);
        if pointers.is_empty() {
            let missing = self.target.missing(document);
            outcome.findings.push(Finding::MatchesNothing(missing));
            return Ok(outcome);
        }
        let idle = self.target.idle_alternatives(document);
        outcome
            .findings
            .extend(idle.into_iter().map(Finding::AlternativeMatchesNothing));
        match &self.change {
            Change::Remove => {
                let replaced = removed(document, &pointers);
                self.compare(&replaced, true, &mut outcome);
                // From the last to the first, so that the positions in lists stay true.
                for pointer in pointers.iter().rev() {
                    remove(document, pointer);
                }
            }
            Change::Update { update, replaces } => {
                if let Some(name) = missing_schema(update, added, document) {
                    outcome.findings.push(Finding::MissingSchema(name));
                    return Ok(outcome);
                }
                let effects = effects(document, &pointers, update, replaces)?;
                if let Some(contradiction) = effects
                    .iter()
                    .find_map(|(_, effect)| effect.contradiction.clone())
                {
                    outcome.findings.push(Finding::Contradicts(contradiction));
                    return Ok(outcome);
                }
                self.judge(&effects, document, &mut outcome);
                for pointer in &pointers {
                    let target = document.pointer_mut(pointer);
                    target.into_iter().for_each(|target| {
                        update::apply(target, last(pointer), update, replaces);
                    });
                }
                outcome.updated = pointers;
            }
        }
        Ok(outcome)
    }

    /// Says what of an update a person has to decide.
    fn judge(
        &self,
        effects: &[(&String, Effect<'_>)],
        document: &Value,
        outcome: &mut ActionOutcome,
    ) {
        let mut replaced = Replaced::default();
        for (pointer, effect) in effects {
            replaced.add(document, pointer, &effect.replaced);
        }
        let undescribed = effects
            .iter()
            .find_map(|(_, effect)| effect.undescribed.clone());
        if let Some(name) = undescribed {
            outcome.findings.push(Finding::DescribesNothing(name));
            return;
        }
        let changes = effects.iter().any(|(_, effect)| effect.changes);
        let repeated = effects.iter().flat_map(|(_, effect)| &effect.repeated);
        let repeated: BTreeSet<String> = repeated.map(ToString::to_string).collect();
        if changes {
            let repeated = repeated.into_iter().map(Finding::RepeatsElement);
            outcome.findings.extend(repeated);
        }
        self.compare(&replaced, changes, outcome);
    }

    /// Compares what an action replaces with what it expects.
    fn compare(&self, replaced: &Replaced, changes: bool, outcome: &mut ActionOutcome) {
        let found = replaced.stated();
        match self.expects {
            _ if !changes => outcome.findings.push(Finding::ChangesNothing),
            None if found.is_empty() => {}
            None => outcome.unstated = Some(found),
            Some(expected) if *expected == found => {}
            Some(expected) => {
                let (expected, found) = replaced.differences(expected);
                let finding = Finding::ReplacesOther { expected, found };
                outcome.findings.push(finding);
            }
        }
    }
}

/// What an update does to each of its targets.
fn effects<'a>(
    document: &'a Value,
    pointers: &'a [String],
    update: &'a Value,
    replaces: &BTreeSet<&str>,
) -> Result<Vec<(&'a String, Effect<'a>)>, String> {
    let mut effects = Vec::new();
    for pointer in pointers {
        let effect = document
            .pointer(pointer)
            .and_then(|target| update::effect(target, last(pointer), update, replaces))
            .ok_or_else(|| format!("matches the scalar #{pointer}; update the object around it"))?;
        effects.push((pointer, effect));
    }
    Ok(effects)
}

/// The schema that an update refers to and neither the document nor the overlay has. What refers to it would break the specifications.
pub(super) fn missing_schema(
    update: &Value,
    added: &BTreeSet<&str>,
    document: &Value,
) -> Option<String> {
    let schemas = document["components"]["schemas"].as_object();
    reached([update], |_| None).iter().find_map(|target| {
        let name = target.strip_prefix(SCHEMAS)?;
        let known = schemas.is_some_and(|schemas| schemas.contains_key(name));
        (!known && !added.contains(name)).then(|| name.to_owned())
    })
}

/// The last token of a pointer.
fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or("")
}

/// The keys that an action replaces.
fn replaced_keys(action: &Value) -> Result<BTreeSet<&str>, String> {
    let Some(keys) = action.get(REPLACES) else {
        return Ok(BTreeSet::new());
    };
    let keys = keys.as_array().into_iter().flatten().map(Value::as_str);
    match keys.collect::<Option<BTreeSet<_>>>() {
        Some(keys) if !keys.is_empty() => Ok(keys),
        _ => Err(format!(
            "found the {REPLACES} {}, expected a list of keys",
            action[REPLACES]
        )),
    }
}

/// What a removal takes away.
fn removed(document: &Value, pointers: &[String]) -> Replaced {
    let mut replaced = Replaced::default();
    for pointer in pointers {
        let is_below_ours = || pointer.contains("/x-");
        let target = document.pointer(pointer);
        let target = target.filter(|target| !is_ours(last(pointer), target) && !is_below_ours());
        let values = target.map(|target| (expects::ITSELF.to_owned(), target));
        replaced.add(document, pointer, &values.into_iter().collect());
    }
    replaced
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, token)) = pointer.rsplit_once('/') else {
        return;
    };
    let token = token.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.remove(&token);
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = token.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

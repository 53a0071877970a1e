//! Gathers changes: by API, and in it by what has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::change::{Change, Effect, Kind, Step, What};

/// Where changes belong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    scope: String,
    /// Nothing for what several APIs share.
    api: Option<String>,
}

impl Home {
    pub(super) fn api(scope: &str, api: &str) -> Self {
        Self {
            scope: scope.to_owned(),
            api: Some(api.to_owned()),
        }
    }

    pub(super) fn shared(scope: &str) -> Self {
        Self {
            scope: scope.to_owned(),
            api: None,
        }
    }
}

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The API itself.
    Api,
    /// Several operations, in the same way.
    Operations(Vec<String>),
    /// An operation, by its name.
    Operation(String),
    /// A type.
    Type {
        /// Its name.
        name: String,
        /// The name of the one in whose place it is, where that is another.
        was: Option<String>,
        /// The operations that take or return it.
        used_by: Vec<String>,
    },
}

#[derive(Default)]
pub(super) struct Collector(BTreeMap<Home, BTreeMap<Topic, Vec<Change>>>);

impl Collector {
    pub(super) fn add(
        &mut self,
        home: Home,
        topic: Topic,
        changes: impl IntoIterator<Item = Change>,
    ) {
        let mut changes = changes.into_iter().peekable();
        if changes.peek().is_some() {
            let topics = self.0.entry(home).or_default();
            topics.entry(topic).or_default().extend(changes);
        }
    }

    pub(super) fn finish(self) -> Report {
        let apis = self.0.into_iter().map(|(home, mut topics)| {
            let mut words = 0;
            for changes in topics.values_mut() {
                let all = changes.len();
                changes.retain(|change| change.what != What::Words);
                words += all - changes.len();
            }
            fold(&mut topics);
            topics.retain(|_, changes| !changes.is_empty());
            let subjects = topics.into_iter().map(|(topic, mut changes)| {
                changes.sort_by_key(|change| std::cmp::Reverse(change.effect));
                Subject { topic, changes }
            });
            Api {
                scope: home.scope,
                name: home.api,
                subjects: subjects.collect(),
                words,
            }
        });
        Report {
            apis: apis.collect(),
        }
    }
}

/// How many operations of an API change in the same way at least to be one group.
const SEVERAL: usize = 3;

/// Groups what has changed in the same way in several operations.
fn fold(topics: &mut BTreeMap<Topic, Vec<Change>>) {
    let mut same: BTreeMap<Change, Vec<String>> = BTreeMap::new();
    for (topic, changes) in topics.iter() {
        if let Topic::Operation(name) = topic {
            for change in changes {
                same.entry(change.clone()).or_default().push(name.clone());
            }
        }
    }
    same.retain(|_, names| names.len() >= SEVERAL);
    for (topic, changes) in topics.iter_mut() {
        if matches!(topic, Topic::Operation(_)) {
            changes.retain(|change| !same.contains_key(change));
        }
    }
    for (change, names) in same {
        let changes = topics.entry(Topic::Operations(names)).or_default();
        changes.push(change);
    }
}

/// What separates two sets of specifications; it is displayed as text for a terminal.
#[derive(Debug, Default)]
pub struct Report {
    /// By scope and API.
    pub apis: Vec<Api>,
}

/// What has changed in an API.
#[derive(Debug)]
pub struct Api {
    /// Its path scope.
    pub scope: String,
    /// Its name; nothing for what several APIs of the scope share.
    pub name: Option<String>,
    /// What has changed, the API itself first, then operations, then types.
    pub subjects: Vec<Subject>,
    /// How many descriptions are other words.
    pub words: usize,
}

/// Something that has changed.
#[derive(Debug)]
pub struct Subject {
    /// What it is.
    pub topic: Topic,
    /// How it has changed, the worst first.
    pub changes: Vec<Change>,
}

impl Report {
    /// All changes but those of words.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let subjects = self.apis.iter().flat_map(|api| &api.subjects);
        subjects.flat_map(|subject| &subject.changes)
    }

    /// How many descriptions are other words.
    #[must_use]
    pub fn words(&self) -> usize {
        self.apis.iter().map(|api| api.words).sum()
    }

    /// The strongest effect; nothing where nothing has changed.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        let words = (self.words() > 0).then_some(Effect::None);
        self.changes().map(|change| change.effect).max().max(words)
    }

    /// How many changes have an effect.
    #[must_use]
    pub fn count(&self, effect: Effect) -> usize {
        let changes = self.changes();
        changes.filter(|change| change.effect == effect).count()
    }

    /// How many operations were added, removed, renamed or moved.
    pub(super) fn operations(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for subject in self.apis.iter().flat_map(|api| &api.subjects) {
            let changes = subject.changes.iter();
            let kinds: BTreeSet<_> = changes
                .filter(|change| change.what == What::Operation)
                .map(|change| change.kind)
                .collect();
            let number = match &subject.topic {
                Topic::Operations(names) => names.len(),
                _ => 1,
            };
            for kind in kinds {
                *counts.entry(kind).or_default() += number;
            }
        }
        counts
    }

    /// The report for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let effect = self.effect();
        let counts: BTreeMap<_, _> = Effect::ALL
            .iter()
            .map(|effect| (effect.word(), self.count(*effect)))
            .collect();
        json!({
            "effect": effect.map(Effect::word),
            "step": {
                "before_1_0": effect.map(|effect| Step::before_1(effect).to_string()),
                "from_1_0": effect.map(|effect| Step::from_1(effect).to_string()),
            },
            "counts": counts,
            "descriptions": self.words(),
            "apis": self.apis.iter().map(api_json).collect::<Vec<_>>(),
        })
    }
}

fn api_json(api: &Api) -> Value {
    json!({
        "scope": api.scope,
        "api": api.name,
        "descriptions": api.words,
        "subjects": api.subjects.iter().map(subject_json).collect::<Vec<_>>(),
    })
}

fn subject_json(subject: &Subject) -> Value {
    let mut value = match &subject.topic {
        Topic::Api => json!({"subject": "api"}),
        Topic::Operations(names) => json!({"subject": "operations", "names": names}),
        Topic::Operation(name) => json!({"subject": "operation", "name": name}),
        Topic::Type { name, was, used_by } => {
            json!({"subject": "type", "name": name, "was": was, "used_by": used_by})
        }
    };
    let changes = subject.changes.iter().map(|change| {
        json!({
            "kind": change.kind.to_string(),
            "what": change.what.to_string(),
            "names": change.names.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>(),
            "from": change.from,
            "to": change.to,
            "effect": change.effect.word(),
            "why": change.why,
        })
    });
    value["changes"] = changes.collect();
    value
}

//! What an import changes, compared with what base and overlays made before it: for its summary, which leaves out what stays.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::document::{Document, Operation};
use crate::extensions::Mismatch;
use crate::merge::api_name;
use crate::operations::{OperationKey, scoped_name};
use crate::overlay::StaleAction;
use crate::precedence::compare_versions;
use crate::report::{Fix, Fixes};

/// What an import changes.
#[derive(Debug, Default)]
pub struct Changes {
    /// The operations that there were not before, as `scope::name`.
    pub added: Vec<String>,
    /// The overlay actions that are stale and were not before.
    pub stale: Vec<StaleAction>,
    /// The extensions that do not fit and did before.
    pub mismatches: Vec<String>,
    /// The actions and extensions that are not stale any more.
    pub ended: Vec<String>,
    /// The fixes of what the base does not have.
    pub fixes: Fixes,
    /// The documents that are older than the one in the base.
    pub older: Vec<String>,
}

impl Changes {
    /// What the given documents bring that the base does not have.
    pub fn of_documents(base: &[Document], given: &[Document], fixes: &Fixes) -> Self {
        let known = |document: &Document| {
            let api = api_name(&document.title);
            base.iter().find(move |known| api_name(&known.title) == api)
        };
        let older = given.iter().filter_map(|document| {
            let known = known(document)?;
            let is_older = compare_versions(&document.version, &known.version) == Ordering::Less;
            is_older.then(|| {
                format!(
                    "{}: {:?} of version {}; the base has version {}",
                    document.name, document.title, document.version, known.version
                )
            })
        });
        let is_new = |fix: &&Fix| {
            let document = given
                .iter()
                .find(|document| document.name == fix.place.document);
            document.is_none_or(|document| {
                known(document).is_none_or(|known| has_changed(&fix.place.pointer, document, known))
            })
        };
        let new = fixes
            .iter()
            .map(|(rule, fixes)| (*rule, fixes.iter().filter(is_new).cloned().collect()));
        Self {
            older: older.collect(),
            fixes: new
                .filter(|(_, fixes): &(_, Vec<Fix>)| !fixes.is_empty())
                .collect(),
            ..Self::default()
        }
    }

    /// Adds the operations that are not among the former ones.
    pub(crate) fn find_added(
        &mut self,
        former: &BTreeMap<OperationKey, String>,
        present: &BTreeMap<OperationKey, String>,
    ) {
        let added = present.iter().filter(|(key, _)| !former.contains_key(*key));
        let names = added.map(|((path, _), name)| scoped_name(path, name));
        self.added = names.collect();
    }

    /// Adds what separates two states; where nothing is known of the former one, all that is stale is new.
    pub fn compare(&mut self, before: State, after: State) {
        let (new, ended) = separate(before.stale, after.stale, |one, other| {
            (&one.file, &one.target, &one.finding) == (&other.file, &other.target, &other.finding)
        });
        self.stale = new;
        self.ended = ended
            .iter()
            .map(|action| format!("{}: {}", action.file, action.found()))
            .collect();
        let (new, ended) = separate(before.mismatches, after.mismatches, |one, other| {
            one.problem() == other.problem()
        });
        self.mismatches = new.iter().map(Mismatch::to_string).collect();
        self.ended.extend(ended.iter().map(Mismatch::to_string));
    }
}

/// What is to be decided in a state of the specifications.
#[derive(Debug, Default)]
pub struct State {
    /// The stale overlay actions.
    pub stale: Vec<StaleAction>,
    /// The extensions that do not fit.
    pub mismatches: Vec<Mismatch>,
}

/// What is there and was not before, and what was there before and is not any more.
fn separate<T>(was: Vec<T>, is: Vec<T>, same: impl Fn(&T, &T) -> bool) -> (Vec<T>, Vec<T>) {
    let (kept, new): (Vec<T>, Vec<T>) = is
        .into_iter()
        .partition(|item| was.iter().any(|known| same(known, item)));
    let mut ended = was;
    ended.retain(|item| !kept.iter().any(|known| same(known, item)));
    (new, ended)
}

/// Whether the operation or the schema around a location in a document is not as another document has it.
fn has_changed(pointer: &str, document: &Document, known: &Document) -> bool {
    let unescaped = |token: &str| token.replace("~1", "/").replace("~0", "~");
    let steps: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    match steps.as_slice() {
        ["components", "schemas", name, ..] => {
            document.schemas.get(*name) != known.schemas.get(*name)
        }
        ["paths", path, rest @ ..] => {
            let method = rest.first().copied().unwrap_or("");
            let below = |operation: &&Operation| operation.path.ends_with(path);
            let concerned: Vec<&Operation> = document.operations.iter().filter(below).collect();
            let own = concerned
                .iter()
                .filter(|operation| operation.method == method);
            let own: Vec<&Operation> = own.copied().collect();
            let concerned = if own.is_empty() { concerned } else { own };
            concerned
                .iter()
                .any(|operation| !known.operations.contains(operation))
        }
        _ => document.operations != known.operations || document.schemas != known.schemas,
    }
}

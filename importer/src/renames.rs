//! Finds what became of operations that are gone: the new operation that is most like each, if one is like it at all.
//!
//! It only proposes. `x-former-name` in `overlays/21-renames.yaml` confirms, and gives the users of the crate the former name for a release.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::path_shape;

use crate::document::{Document, Operation};
use crate::similarity::overlap;

/// How like two operations have to be, from 0 to 1.
const LIKE: f64 = 0.6;

/// An operation that seems to have moved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Move {
    /// What it was: method and path.
    pub from: (String, String),
    /// What it is now.
    pub to: (String, String),
    /// How like the two are, from 0 to 1.
    pub likeness: f64,
}

/// The operations of `before` that moved, by what `after` has instead; no operation is used twice, the most alike first.
pub(crate) fn propose(before: &[Document], after: &[Document]) -> Vec<Move> {
    let (old, new) = (operations(before), operations(after));
    let known: BTreeSet<_> = old.iter().map(Operation::key).collect();
    let kept: BTreeSet<_> = new.iter().map(Operation::key).collect();
    let mut moves = Vec::new();
    for gone in old
        .iter()
        .filter(|operation| !kept.contains(&operation.key()))
    {
        for come in new
            .iter()
            .filter(|operation| !known.contains(&operation.key()))
        {
            let likeness = likeness(gone, come);
            if likeness >= LIKE {
                moves.push(Move {
                    from: (gone.method.clone(), gone.path.clone()),
                    to: (come.method.clone(), come.path.clone()),
                    likeness,
                });
            }
        }
    }
    moves.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    moves.retain(|found| {
        let free = !from.contains(&found.from) && !to.contains(&found.to);
        if free {
            from.insert(found.from.clone());
            to.insert(found.to.clone());
        }
        free
    });
    moves
}

/// The operations of all documents, each once, as the first document has it, with the path that the merged document has.
fn operations(documents: &[Document]) -> Vec<Operation> {
    let mut order: Vec<&Document> = documents.iter().collect();
    order.sort_by_key(|document| document.rank);
    let mut templates = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut operations = Vec::new();
    for operation in order.iter().flat_map(|document| &document.operations) {
        let shape = path_shape(&operation.path);
        let path = templates.entry(shape.clone()).or_insert(&operation.path);
        if known.insert((shape, &operation.method)) {
            operations.push(Operation {
                path: (*path).clone(),
                ..operation.clone()
            });
        }
    }
    operations
}

/// Half of it is the path, the rest upstream's id and tag and the parameters. Without the same method nothing is alike.
fn likeness(one: &Operation, other: &Operation) -> f64 {
    if one.method != other.method {
        return 0.0;
    }
    let parameters = |operation: &Operation| -> BTreeSet<String> {
        let parameters = operation
            .object
            .get("parameters")
            .and_then(|list| list.as_array());
        let names = parameters
            .into_iter()
            .flatten()
            .filter_map(|parameter| parameter["name"].as_str());
        names.map(str::to_owned).collect()
    };
    let segments = |operation: &Operation| -> BTreeSet<String> {
        path_shape(&operation.path)
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let same = |same: bool| if same { 1.0 } else { 0.0 };
    0.5 * overlap(&segments(one), &segments(other))
        + 0.25 * same(one.upstream_id == other.upstream_id)
        + 0.1 * same(one.upstream_tag == other.upstream_tag)
        + 0.15 * overlap(&parameters(one), &parameters(other))
}

/// The beginning of the overlay, where it does not exist yet.
pub(crate) const HEADER: &str = "overlay: 1.0.0
info:
  title: Former names of operations
  version: 1.0.0
actions:";

impl Move {
    /// The action to write into the overlay, given the name that the operation has had.
    pub(crate) fn action(&self, name: &str) -> String {
        let ((from_method, from), (to_method, to)) = (&self.from, &self.to);
        let was = from_method.to_uppercase();
        format!(
            "  - target: $.paths['{to}'].{to_method}\n    description: 'It was {was} {from}.'\n    update: {{x-former-name: {name}}}"
        )
    }
}

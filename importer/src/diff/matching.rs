//! Finds for each operation of the new documents the one that it was: the one in the same place, the one whose name is its former one, or else
//! the most similar one.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_codegen::surface::Operation;
use cisco_secure_access_openapi::path_shape;
use cisco_secure_access_openapi::words::words;

use super::Side;
use crate::similarity::{alike, overlap, pair_up};

/// An operation and its path scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// The path scope.
    pub(super) scope: &'a str,
    /// The operation.
    pub(super) operation: &'a Operation,
}

/// What became of the operations.
#[derive(Debug, Default)]
pub(super) struct Matches<'a> {
    /// Those that were and are.
    pub(super) pairs: Vec<(Entry<'a>, Entry<'a>)>,
    /// Those that are gone.
    pub(super) removed: Vec<Entry<'a>>,
    /// Those that are new.
    pub(super) added: Vec<Entry<'a>>,
}

/// How similar two operations are at least that are taken for one, of 1.
const ENOUGH: f64 = 0.6;

/// Matches the operations of two sides.
pub(super) fn matches<'a>(old: &'a Side<'_>, new: &'a Side<'_>) -> Matches<'a> {
    let mut found = Matches::default();
    let mut removed = entries(old);
    let mut by_place: BTreeMap<_, _> = entries(new)
        .into_iter()
        .map(|entry| (place(entry.operation), entry))
        .collect();
    removed.retain(|was| match by_place.remove(&place(was.operation)) {
        Some(is) => {
            found.pairs.push((*was, is));
            false
        }
        None => true,
    });
    let mut added: Vec<_> = by_place.into_values().collect();
    // An overlay says what it was.
    let confirmed = pair_up(&mut removed, &mut added, 1.0, |was, is| {
        let is_former = is.operation.former_name.as_ref() == Some(&was.operation.id);
        f64::from(is_former && was.scope == is.scope)
    });
    found.pairs.extend(confirmed);
    let alike = pair_up(&mut removed, &mut added, ENOUGH, |was, is| {
        similarity(was.operation, is.operation)
    });
    found.pairs.extend(alike);
    found.removed = removed;
    found.added = added;
    found
}

fn entries<'a>(side: &'a Side<'_>) -> Vec<Entry<'a>> {
    side.surfaces
        .iter()
        .flat_map(|(scope, surface)| {
            let operations = surface.operations.iter();
            operations.map(move |operation| Entry { scope, operation })
        })
        .collect()
}

/// Method and path, whatever its placeholders are called.
fn place(operation: &Operation) -> (String, &str) {
    (path_shape(&operation.path), &operation.method)
}

/// How similar two operations are, of 1: by their names, here and upstream, by path, method, arguments and response.
///
/// An operation on a collection is never one on its items: those resemble each other most, and are not the same.
fn similarity(one: &Operation, other: &Operation) -> f64 {
    if one.path.ends_with('}') != other.path.ends_with('}') {
        return 0.0;
    }
    let arguments = |operation: &Operation| -> BTreeSet<String> {
        let arguments = operation.arguments.iter();
        arguments.map(|argument| argument.name.clone()).collect()
    };
    let segments = |operation: &Operation| -> BTreeSet<String> {
        let path = path_shape(&operation.path);
        path.split('/').skip(1).flat_map(words).collect()
    };
    let responses = match (&one.response, &other.response) {
        (None, None) => 1.0,
        (Some(one), Some(other)) => alike(&one.to_string(), &other.to_string()),
        _ => 0.0,
    };
    let weighted = [
        (3.0, alike(&one.id, &other.id)),
        (2.0, alike(&one.upstream_id, &other.upstream_id)),
        (3.0, overlap(&segments(one), &segments(other))),
        (2.0, f64::from(one.method == other.method)),
        (1.0, overlap(&arguments(one), &arguments(other))),
        (1.0, responses),
    ];
    let sum: f64 = weighted.iter().map(|(weight, value)| weight * value).sum();
    sum / weighted.iter().map(|(weight, _)| weight).sum::<f64>()
}

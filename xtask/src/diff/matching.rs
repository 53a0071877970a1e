//! Finds for each operation of the new documents the one that it was: the one in the same place, or else the most similar one.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_codegen::names::words;
use cisco_secure_access_codegen::surface::Operation;

use crate::import::merge::shape;

use super::Side;

/// An operation and its path scope.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The path scope.
    pub scope: &'a str,
    /// The operation.
    pub operation: &'a Operation,
}

/// What became of the operations.
#[derive(Debug, Default)]
pub struct Matches<'a> {
    /// Those that were and are.
    pub pairs: Vec<(Entry<'a>, Entry<'a>)>,
    /// Those that are gone.
    pub removed: Vec<Entry<'a>>,
    /// Those that are new.
    pub added: Vec<Entry<'a>>,
}

/// How similar two operations are at least that are taken for one, of 1.
const ENOUGH: f64 = 0.6;

/// Matches the operations of two sides.
#[must_use]
pub fn matches<'a>(old: &'a Side<'_>, new: &'a Side<'_>) -> Matches<'a> {
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
    (shape(&operation.path), &operation.method)
}

/// How similar two operations are, of 1: by their names, here and upstream, by path, method, arguments and answer.
///
/// An operation on a collection is never one on its items: those resemble each other most, and are not the same.
#[must_use]
pub fn similarity(one: &Operation, other: &Operation) -> f64 {
    if one.path.ends_with('}') != other.path.ends_with('}') {
        return 0.0;
    }
    let arguments = |operation: &Operation| -> BTreeSet<String> {
        let arguments = operation.arguments.iter();
        arguments.map(|argument| argument.name.clone()).collect()
    };
    let segments = |operation: &Operation| -> BTreeSet<String> {
        let path = shape(&operation.path);
        path.split('/').skip(1).flat_map(words).collect()
    };
    let answers = match (&one.response, &other.response) {
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
        (1.0, answers),
    ];
    let sum: f64 = weighted.iter().map(|(weight, value)| weight * value).sum();
    sum / weighted.iter().map(|(weight, _)| weight).sum::<f64>()
}

/// How similar two names are, of 1: which words they share, in the singular or the plural.
#[must_use]
pub fn alike(one: &str, other: &str) -> f64 {
    let set = |name: &str| {
        let words = words(name).into_iter();
        words
            .map(|word| word.trim_end_matches('s').to_owned())
            .collect()
    };
    overlap(&set(one), &set(other))
}

/// What two sets share, of 1.
#[must_use]
pub fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let all = one.union(other).count();
    if all == 0 {
        return 1.0;
    }
    let shared = one.intersection(other).count();
    #[allow(clippy::cast_precision_loss, reason = "a handful of words")]
    let share = shared as f64 / all as f64;
    share
}

/// Takes out of both lists what is gone and what is new in its place: of what `score` finds like enough, the likest first.
pub fn pair_up<T: Copy>(
    removed: &mut Vec<T>,
    added: &mut Vec<T>,
    enough: f64,
    score: impl Fn(T, T) -> f64,
) -> Vec<(T, T)> {
    let mut likely: Vec<(f64, usize, usize)> = Vec::new();
    for (i, was) in removed.iter().enumerate() {
        let scores = added.iter().enumerate();
        let scores = scores.map(|(j, is)| (score(*was, *is), i, j));
        likely.extend(scores.filter(|(score, ..)| *score >= enough));
    }
    likely.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut gone, mut known) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, i, j) in likely {
        if !gone.contains(&i) && !known.contains(&j) {
            gone.insert(i);
            known.insert(j);
            pairs.push((removed[i], added[j]));
        }
    }
    let keep = |list: &mut Vec<T>, taken: &BTreeSet<usize>| {
        let mut indices = 0..;
        list.retain(|_| indices.next().is_some_and(|index| !taken.contains(&index)));
    };
    keep(removed, &gone);
    keep(added, &known);
    pairs
}

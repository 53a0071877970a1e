//! How similar names and sets are, and which of two lists belong together.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::words::words;

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
pub(crate) fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
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
pub(crate) fn pair_up<T: Copy>(
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

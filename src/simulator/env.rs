//! What stays the same while a simulator runs, and what everything that it makes up follows from.

use std::collections::BTreeMap;

use super::faker::SeededRng;
use super::quirks::Quirks;

/// The environment of a simulated service.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) rng: SeededRng,
    /// The regions of its cloud.
    pub(super) regions: &'static [&'static str],
    pub(super) quirks: Quirks,
    /// How many items collections have at the start.
    pub(super) sizes: Sizes,
}

/// How many items a collection has at the start, by the operation that lists it.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    pub(super) listed: BTreeMap<String, usize>,
    pub(super) others: usize,
}

impl Sizes {
    /// How many items the collection has that an operation lists.
    pub(super) fn of(&self, list: &str) -> usize {
        self.listed.get(list).copied().unwrap_or(self.others)
    }
}

//! The environment of a simulated service, which determines all generated values.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::clock::Clock;
use super::faker::SeededRng;
use super::quirks::Quirks;

/// The environment of a simulated service.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) rng: SeededRng,
    /// The regions of its cloud.
    pub(super) regions: &'static [&'static str],
    pub(super) quirks: Quirks,
    pub(super) clock: Clock,
    /// The kinds of traffic that reports of all kinds lack.
    pub(super) failed_reports: Vec<String>,
    /// The initial number of items of collections.
    pub(super) sizes: Sizes,
}

impl Env {
    /// The calendar time, for events that happen now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// The initial number of items of a collection, by its list operation.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    pub(super) listed: BTreeMap<String, usize>,
    pub(super) others: usize,
}

impl Sizes {
    /// Returns the initial number of items of the collection of a list operation.
    pub(super) fn of(&self, list: &str) -> usize {
        self.listed.get(list).copied().unwrap_or(self.others)
    }
}

//! What everything that a simulator makes up follows from.

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
}

impl Env {
    /// The calendar time: what a response says of something that happens now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

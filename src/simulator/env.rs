//! What stays the same while a simulator runs, and what everything that it makes up follows from.

use super::faker::SeededRng;
use super::quirks::Quirks;

/// The environment of a simulated service.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) rng: SeededRng,
    /// The regions of its cloud.
    pub(super) regions: &'static [&'static str],
    pub(super) quirks: Quirks,
    /// The kinds of traffic that reports of all kinds lack.
    pub(super) failed_reports: Vec<String>,
}

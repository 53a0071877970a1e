//! Jobs of many calls: small helpers over the generated operations.
//!
//! | Job | With | Calls |
//! | --- | --- | --- |
//! | Update a destination list to the wanted destinations | [`destinations`] | one for each 100 destinations to read, one for each 500 to change |
//! | Export activity for a time range of any length | [`activity`] | one for each 1,000 events |
//! | Change an access rule while others change rules, too | [`rules`] | a read and a write for each attempt |
//! | Restore access rules from a backup | [`rules::restore_rules`] | one for each rule, two for each deleted rule |
//! | Find an item by its name | [`Items::find_by_name`](crate::Items::find_by_name) | one for each page |
//! | Find an item by its name, or create it | [`ensure`] | one for each page, and one |
//! | Wait until a tunnel group is connected, a destination visible, a DLP index active | [`wait`] | one after each delay |
//!
//! A helper makes calls with the client that you pass to it, with the retries, rate limits and timeouts of the client, and fails with the
//! same [`Error`](crate::Error). Helpers store no state: to resume an interrupted job, call it again.

#[cfg(feature = "reporting")]
pub mod activity;
#[cfg(feature = "destination-lists")]
pub mod destinations;
mod ensure;
#[cfg(feature = "policy-rules")]
pub mod rules;
pub mod wait;

pub use ensure::{Ensured, ensure};

/// The progress of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The completed number.
    pub done: usize,
    /// The total number, as far as it is known.
    pub total: usize,
}

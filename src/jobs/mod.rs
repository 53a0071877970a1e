//! Jobs of many calls: small helpers over the generated operations.
//!
//! | Job | With | Calls |
//! | --- | --- | --- |
//! | Update a destination list to the wanted destinations | [`destinations`] | one for each 100 destinations to read, one for each 500 to change |
//! | Export a range of activity, however long | [`activity`] | one for each 1,000 events |
//! | Change an access rule while others change rules, too | [`rules`] | a read and a write for each attempt |
//! | Restore access rules from a backup | [`rules::restore_rules`] | one for each rule, two for one that is gone |
//! | Find something by its name | [`Items::find_by_name`](crate::Items::find_by_name) | one for each page |
//! | Find something by its name, or else create it | [`ensure`] | one for each page, and one |
//! | Wait until a tunnel group is connected, a destination visible, a DLP index active | [`wait`] | one after each delay |
//!
//! A program could do the same by itself: a helper makes calls with the client that it gets, with its retries, rate limits and timeouts, and
//! fails with the same [`Error`](crate::Error). None stores anything: a job that was interrupted resumes when it is called again.

#[cfg(feature = "reporting")]
pub mod activity;
#[cfg(feature = "destination-lists")]
pub mod destinations;
mod ensure;
#[cfg(feature = "policy-rules")]
pub mod rules;
pub mod wait;

pub use ensure::{Ensured, ensure};

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How much is done.
    pub done: usize,
    /// How much there is to do, as far as it is known by now.
    pub total: usize,
}

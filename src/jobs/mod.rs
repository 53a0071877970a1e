//! Jobs that take many calls: small helpers over the generated operations, where these alone make a job hard.
//!
//! | Job | With | Calls |
//! | --- | --- | --- |
//! | Make a destination list hold what it should | [`destinations`] | one for each 100 destinations to read, one for each 500 to change |
//! | Export a range of activity, however long | [`activity`] | one for each 1,000 events |
//! | Change an access rule while others change rules too | [`rules`] | a read and a write for each time that it is tried |
//! | Find something by its name | [`Items::find_by_name`](crate::Items::find_by_name) | one for each page |
//!
//! Nothing here does what a program could not do by itself: a helper makes calls with the client that it is given, with its retries, pacing
//! and deadlines, and fails with the same [`Error`](crate::Error). None keeps anything: what was interrupted goes on when it is called again.

#[cfg(feature = "reporting")]
pub mod activity;
#[cfg(feature = "destination-lists")]
pub mod destinations;
mod find;
#[cfg(feature = "policy-rules")]
pub mod rules;

pub use find::Named;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How much is done.
    pub done: usize,
    /// How much there is to do, as far as it is known by now.
    pub total: usize,
}

//! The conformance suite: calls of every operation, with values that are made from the documents.
//!
//! The build script writes a `case` for each operation, so one that is new in the documents is covered by the next run. `values` makes
//! arguments and responses from schemas; `server` plays the service, with a `collection` and its `faults` where it lists; `wire` compares the
//! received request with the expected one. The checks of each operation are in `calls`, `exactness`, `simulated`, `errors` and `paging`; `report`
//! makes a table of the results.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

pub mod calls;
pub mod case;
mod collection;
pub mod conversions;
pub mod errors;
pub mod exactness;
pub mod faults;
pub mod paging;
pub mod prism;
pub mod report;
pub mod server;
pub mod simulated;
pub mod specification;
pub mod values;
pub mod wire;

/// The generated cases, one module for each scope.
pub mod cases {
    include!(concat!(env!("OUT_DIR"), "/cases.rs"));

    /// All of them.
    pub fn all() -> impl Iterator<Item = &'static crate::case::Case> {
        ALL.iter().copied().flatten()
    }

    /// All conversions, with their scopes.
    pub fn conversions() -> impl Iterator<Item = (&'static str, &'static crate::case::Conversion)> {
        CONVERSIONS
            .iter()
            .flat_map(|(scope, conversions)| conversions.iter().map(move |found| (*scope, found)))
    }
}

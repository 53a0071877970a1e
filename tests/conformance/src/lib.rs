//! The conformance suite: calls of every operation, with values that are generated from the documents.
//!
//! The build script writes a `case` for each operation, so the next run covers new operations of the documents. `values` generates
//! arguments and responses from schemas. `server` simulates the service, with a `collection` and its `faults` for lists. `wire` compares
//! the received request with the expected one. The checks of each operation are in `calls`, `exactness`, `simulated`, `errors` and
//! `paging`. `report` creates a table of the results.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic fails the test"
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

    /// All cases.
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

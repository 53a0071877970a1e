//! The proof that every operation works: calls of all of them, with values that are made from the documents.
//!
//! The build script writes a `case` for each operation, so one that is new in the documents is covered by the next run. `values` makes
//! arguments and answers from schemas; `server` plays the service, with a `collection` and its `faults` where it lists; `wire` says whether what arrived
//! there is what was asked for. What is tried with each operation stands in `calls`, `exactness`, `simulated`, `errors` and `paging`; `report` makes a
//! table of it.

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
        [
            admin::CASES,
            auth::CASES,
            deployments::CASES,
            investigate::CASES,
            policies::CASES,
            reports::CASES,
        ]
        .into_iter()
        .flatten()
    }

    /// All conversions, with their scopes.
    pub fn conversions() -> impl Iterator<Item = (&'static str, &'static crate::case::Conversion)> {
        [
            ("admin", admin::CONVERSIONS),
            ("auth", auth::CONVERSIONS),
            ("deployments", deployments::CONVERSIONS),
            ("investigate", investigate::CONVERSIONS),
            ("policies", policies::CONVERSIONS),
            ("reports", reports::CONVERSIONS),
        ]
        .into_iter()
        .flat_map(|(scope, conversions)| conversions.iter().map(move |found| (scope, found)))
    }
}

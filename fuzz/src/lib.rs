//! What the fuzz targets share: changes to JSON, answers in the place of the network, and secrets that must not turn up.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a target that cannot go on has found something"
)]

pub mod edits;
pub mod import;
pub mod samples;
pub mod script;
pub mod secrets;

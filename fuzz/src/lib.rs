//! Shared code of the fuzz targets: mutations of JSON, scripted responses, and secrets that must not leak.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic is a finding"
)]

pub mod edits;
pub mod import;
pub mod samples;
pub mod script;
pub mod secrets;

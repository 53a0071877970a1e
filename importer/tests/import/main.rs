//! What `cargo xtask import` does with documents made for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod apis;
mod changes;
mod checks;
mod choices;
mod code;
mod documents;
mod edits;
mod expectations;
mod extensions;
mod fixes;
mod generation;
mod inputs;
mod kept_names;
mod merging;
mod mutations;
mod names;
mod numbers;
mod overlays;
mod pagination;
mod partial;
mod placeholders;
mod precedence;
mod rejections;
mod updates;
mod vendored;

//! The maintenance commands of `cisco-secure-access`, as a library so that tests can call them.

pub mod api;
pub mod check;
pub mod ci;
pub mod command;
pub mod conform;
pub mod coverage;
pub mod decode_failure;
pub mod diff;
pub mod docs;
pub mod documents;
pub mod examples;
pub mod expand;
pub mod features;
pub mod import;
mod marks;
pub mod names;
pub mod package;
mod packages;
mod process;
pub mod progress;
mod tools;
mod unknown;

use std::path::{Path, PathBuf};

/// The directory of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// The directory of the specifications in this workspace.
pub fn specs() -> PathBuf {
    workspace().join("specs")
}

//! Copies of this repository for tests: of all of it, to compile generated code in, and of its specifications, to import documents into.

#[cfg(unix)]
mod copy;
mod specifications;

use std::path::Path;

#[cfg(unix)]
pub use copy::RepositoryCopy;
pub use specifications::{copy_specifications, newer, single, whole};

/// The directory of this repository.
fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

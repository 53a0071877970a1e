//! Writes files that are either complete or unchanged.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::failure::{ExitStatus, Failure, Result};

/// Writes a file: the content goes to a file beside it, which then takes its place.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let mut beside = OsString::from(path);
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        let message = format!("{}: {error}", path.display());
        Failure::new(ExitStatus::Failure, message)
    })
}

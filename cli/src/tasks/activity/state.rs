//! The file that remembers where an interrupted export was.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::tasks::write::write;

/// What is left of an export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// The events.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The start of the range.
    pub(super) from: DateTime<Utc>,
    /// The end of the part that is not exported yet. Events are exported from the newest to the oldest.
    pub(super) to: DateTime<Utc>,
    /// The length of the output for the events before.
    pub(super) length: Option<u64>,
}

impl State {
    /// The state in a file, which replaces the range of the command line; this one if there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read, or is that of other events.
    pub(super) fn resumed(self, path: &Path) -> Result<Self> {
        let failed = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let json = match fs::read(path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(failed(error.to_string())),
        };
        let state: Self = serde_json::from_slice(&json).map_err(|_| {
            failed("this is not a file that an interrupted export wrote".to_owned())
        })?;
        match state.kind == self.kind {
            true => Ok(state),
            false => Err(failed(format!(
                "the interrupted export has --type {}; remove the file to begin another one",
                state.kind
            ))),
        }
    }

    /// The range that is not exported yet.
    pub(super) fn range(&self) -> Range<DateTime<Utc>> {
        self.from..self.to
    }

    /// Writes the state to a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn save(&self, path: &Path) -> Result<()> {
        write(path, &serde_json::to_vec(self).map_err(io::Error::other)?)
    }

    /// Removes the file of an export that is complete.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) fn remove(path: &Path) -> Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::usage(format!("{}: {error}", path.display())))
            }
            _ => Ok(()),
        }
    }
}

//! The editor of the user, and the file that it edits.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempPath;

use crate::failure::{ExitStatus, Failure, Result};

/// The editor if the environment has none.
const EDITOR: &str = "vi";

/// A text that is edited, in a file that others cannot read and that disappears at the end.
pub(super) struct Draft {
    path: TempPath,
}

impl Draft {
    /// Creates the file. Its name begins with the prefix.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(super) fn new(prefix: &str) -> Result<Self> {
        let file = tempfile::Builder::new()
            .prefix(prefix)
            .suffix(".yaml")
            .tempfile();
        Ok(Self {
            path: file.map_err(failed(&env::temp_dir()))?.into_temp_path(),
        })
    }

    /// Opens a text in the editor; returns the edited text.
    ///
    /// # Errors
    /// When the editor cannot be started, or fails.
    pub(super) fn edit(&self, text: &str) -> Result<String> {
        fs::write(&self.path, text).map_err(failed(&self.path))?;
        let set = |name| env::var(name).ok().filter(|text| !text.trim().is_empty());
        let editor = set("VISUAL").or_else(|| set("EDITOR"));
        let editor = editor.unwrap_or_else(|| EDITOR.to_owned());
        let status = command(&editor, &self.path).status();
        let status = status.map_err(|error| {
            Failure::usage(format!("the editor `{editor}` cannot be started: {error}"))
                .with_hint("Set VISUAL or EDITOR to your editor.")
        })?;
        match status.success() {
            true => fs::read_to_string(&self.path).map_err(failed(&self.path)),
            false => Err(Failure::new(
                ExitStatus::Failure,
                format!("the editor `{editor}` failed: {status}"),
            )),
        }
    }

    /// Keeps the file, and returns its path.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(super) fn keep(self) -> Result<PathBuf> {
        let kept = self.path.keep();
        kept.map_err(|error| failed(&error.path)(error.error))
    }
}

/// The command of an editor, which can have arguments: `code --wait`. On Unix, the shell reads it, as for other programs.
fn command(editor: &str, file: &Path) -> Command {
    if cfg!(unix) {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("{editor} \"$1\""))
            .arg("sh")
            .arg(file);
        return command;
    }
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(EDITOR));
    command.args(words).arg(file);
    command
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::new(ExitStatus::Failure, format!("{path}: {error}"))
}

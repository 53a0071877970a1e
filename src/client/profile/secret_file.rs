//! Secrets in files.

use std::path::{Path, PathBuf};

use super::file;
use super::thread::spawn_blocking;
use crate::error::Result;
use crate::secret::SecretString;

/// Checks a path: a relative one would depend on the directory in which a program is started.
pub(super) fn check_path(path: &Path) -> Result<(), String> {
    let is_unambiguous = path.is_absolute() || path.starts_with("~");
    match path.to_str() {
        Some(text) if is_unambiguous && !text.contains(char::is_control) => Ok(()),
        _ => Err("`file` must be an absolute path, or one that begins with `~/`".to_owned()),
    }
}

/// Returns the first line of a file.
pub(super) async fn first_line(path: &Path) -> Result<SecretString> {
    let path = expanded(path)?;
    spawn_blocking(move || {
        let Some(contents) = file::read(&path)? else {
            return Err(file::error(
                &path,
                "does not exist: create it with mode 600 and the secret in its first line",
            ));
        };
        if !contents.is_private {
            return Err(file::readable_by_others(&path));
        }
        Ok(contents.text.lines().next().unwrap_or_default().into())
    })
    .await
}

/// Replaces the file.
pub(super) async fn store(path: &Path, secret: SecretString) -> Result<()> {
    let path = expanded(path)?;
    spawn_blocking(move || file::write(&path, secret.expose_secret())).await
}

/// Removes the file.
pub(super) async fn delete(path: &Path) -> Result<()> {
    let path = expanded(path)?;
    spawn_blocking(move || match std::fs::remove_file(&path) {
        Err(reason) if reason.kind() != std::io::ErrorKind::NotFound => Err(file::error(
            &path,
            format_args!("cannot be removed: {reason}"),
        )),
        _ => Ok(()),
    })
    .await
}

/// The path with the home directory in the place of `~`.
fn expanded(path: &Path) -> Result<PathBuf> {
    let Ok(rest) = path.strip_prefix("~") else {
        return Ok(path.to_owned());
    };
    match std::env::home_dir() {
        Some(home) => Ok(home.join(rest)),
        None => Err(file::error(path, "the home directory is unknown")),
    }
}

//! Files that are safe to read: no other user can have written them.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use secrecy::zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::private_file::{self, create_directory};

/// The maximum size of a file, in bytes.
const MAX_FILE_SIZE: u64 = 1 << 20;
/// The maximum wait for another process that changes the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// The interval between attempts to acquire the lock.
const LOCK_POLL: Duration = Duration::from_millis(10);

/// The contents of a file.
pub(super) struct Contents {
    pub(super) text: Zeroizing<String>,
    /// Whether only the owner of the file can read it.
    pub(super) is_private: bool,
}

/// Reads a file; `None` if it does not exist.
///
/// # Errors
/// When it cannot be read, is not a regular file, is not UTF-8, belongs to another user, or is writable by others.
pub(super) fn read(path: &Path) -> Result<Option<Contents>> {
    // Opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(error(path, "expected a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(unreadable(path, &reason)),
    }
    let file = File::open(path).map_err(|reason| unreadable(path, &reason))?;
    let metadata = file
        .metadata()
        .map_err(|reason| unreadable(path, &reason))?;
    let is_private = check_permissions(path, &metadata)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE_SIZE + 1)
        .read_to_string(&mut text)
        .map_err(|reason| unreadable(path, &reason))?;
    if text.len() as u64 > MAX_FILE_SIZE {
        return Err(error(path, "the file is longer than 1 MiB"));
    }
    Ok(Some(Contents { text, is_private }))
}

/// Replaces a file, or the file that a symbolic link leads to; only its owner can read it. Creates its directory.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let file = resolved(path);
    create_parent(&file)
        .and_then(|()| private_file::replace(&file, text.as_bytes()))
        .map_err(|reason| error(path, format_args!("cannot be written: {reason}")))
}

/// Waits until no other process changes the file; the lock is released when it is dropped. Creates the directory of the file.
pub(super) fn lock(path: &Path) -> Result<File> {
    let failed = |reason: &dyn std::fmt::Display| {
        error(
            path,
            format_args!("cannot be locked for a change: {reason}"),
        )
    };
    let mut lock_path = resolved(path).into_os_string();
    // The lock file is never removed: otherwise, two processes could lock two files of the same name.
    lock_path.push(".lock");
    let lock_path = PathBuf::from(lock_path);
    let file = create_parent(&lock_path)
        .and_then(|()| private_file::open(&lock_path, OpenOptions::new().create(true)))
        .map_err(|reason| failed(&reason))?;
    let give_up = Instant::now() + LOCK_TIMEOUT;
    loop {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(fs4::TryLockError::WouldBlock) if Instant::now() < give_up => {
                std::thread::sleep(LOCK_POLL);
            }
            Err(fs4::TryLockError::WouldBlock) => {
                return Err(failed(&"another process holds the lock; try again"));
            }
            Err(reason) => return Err(failed(&io::Error::from(reason))),
        }
    }
}

/// The error of a file.
pub(super) fn error(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::configuration(format!("{}: {reason}", path.display()))
}

/// The error of a secret in a file that others can read.
pub(super) fn readable_by_others(path: &Path) -> Error {
    let reason = format!(
        "contains a secret, and others can read it: run `chmod 600 {}`",
        path.display()
    );
    error(path, reason)
}

fn unreadable(path: &Path, reason: &io::Error) -> Error {
    error(path, format_args!("cannot be read: {reason}"))
}

fn create_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        // A relative path without a directory has an empty parent.
        Some(directory) if directory != Path::new("") => create_directory(directory),
        _ => Ok(()),
    }
}

/// The path without symbolic links, if the file exists.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Checks that no other user can have written the file; returns whether only its owner can read it.
#[cfg(unix)]
fn check_permissions(path: &Path, metadata: &Metadata) -> Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o777);
    if owner != rustix::process::geteuid().as_raw() && owner != 0 {
        let reason = format!(
            "belongs to another user (uid {owner}): run `chown \"$(id -u)\" {}` if you trust its contents",
            path.display()
        );
        return Err(error(path, reason));
    }
    if mode & 0o022 != 0 {
        let reason = format!(
            "others can write it (mode {mode:04o}): check its contents, then run `chmod go-w {}`",
            path.display()
        );
        return Err(error(path, reason));
    }
    Ok(mode & 0o077 == 0)
}

/// The permissions of other systems are those of the directory of the user.
#[cfg(not(unix))]
fn check_permissions(_: &Path, _: &Metadata) -> Result<bool> {
    Ok(true)
}

//! Files that only their owner can read, and that are replaced atomically.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Creates a directory and its parents; only its owner can read a new one.
#[cfg(unix)]
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

#[cfg(not(unix))]
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(directory)
}

/// Opens a file for writing; only its owner can read a new one.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true).open(path)
}

/// Replaces the contents of a file: a reader sees either the contents before or those after.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    let temporary = path.with_extension(format!("{process}-{number}.tmp"));
    // A remainder of a crashed process with the same id.
    let _ = fs::remove_file(&temporary);
    let written = open(&temporary, OpenOptions::new().create_new(true))
        .and_then(|mut file| {
            file.write_all(contents)?;
            // Otherwise, the file can be empty after a power failure.
            file.sync_all()
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Whether the file belongs to the user of this process, and has none of these permissions.
#[cfg(unix)]
pub(crate) fn is_own(metadata: &Metadata, forbidden: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & forbidden == 0
}

#[cfg(not(unix))]
pub(crate) fn is_own(_: &Metadata, _: u32) -> bool {
    true
}

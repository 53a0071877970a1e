//! Tokens in files: one token for all runs of a program, also for those that run at the same time.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::{BoxError, BoxFuture, CacheLock, CachedToken, TokenCache};
use crate::error::{Error, Result};

/// How long to wait for another process that asks for a token.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// How often to look whether it is done.
const LOCK_POLL: Duration = Duration::from_millis(25);
/// No token is longer.
const LONGEST_FILE: u64 = 1 << 20;

/// Keeps tokens in the files of a folder, for a program that runs every few minutes.
///
/// The folder belongs to the user and nobody else may write there; a file is readable for its owner only (on Unix: mode 0600), its name is
/// a hash, and it holds a token but never an API key or secret. A file that is somebody else's, that others may read, or that is damaged
/// is not used: a new one takes its place. Files are replaced as a whole, so that no reader sees half of one, and processes that start
/// together ask for one token: the others wait for it.
///
/// On Windows the files have the permissions of their folder; use one in the profile of the user.
///
/// ```no_run
/// use cisco_secure_access::{Client, Credentials, auth::FileTokenCache};
///
/// let client = Client::builder()
///     .credentials(Credentials::from_env()?)
///     .token_cache(FileTokenCache::new("/var/lib/my-program/tokens")?)
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileTokenCache {
    folder: PathBuf,
}

impl FileTokenCache {
    /// A cache in this folder, which is made where it does not exist.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the folder cannot be made, or is not safe: it belongs to somebody
    /// else, or others may write there.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let refuse = |why: &dyn std::fmt::Display| {
            Error::configuration(format!(
                "the folder {} cannot keep tokens: {why}",
                folder.display()
            ))
        };
        make_folder(&folder).map_err(|error| refuse(&error))?;
        let metadata = fs::metadata(&folder).map_err(|error| refuse(&error))?;
        if !metadata.is_dir() {
            return Err(refuse(&"it is no folder"));
        }
        if !is_own(&metadata, 0o022) {
            return Err(refuse(
                &"it must belong to the user, and nobody else may write there",
            ));
        }
        Ok(Self { folder })
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.json"))
    }

    fn read(&self, key: &str) -> io::Result<Option<CachedToken>> {
        let file = match File::open(self.file(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() || !is_own(&metadata, 0o077) {
            return Ok(None);
        }
        let mut text = String::new();
        let read = file.take(LONGEST_FILE).read_to_string(&mut text);
        Ok(read.ok().and_then(|_| CachedToken::from_text(&text)))
    }

    fn write(&self, key: &str, token: &CachedToken) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = self
            .folder
            .join(format!("{key}.{}-{number}.tmp", std::process::id()));
        // One of a process that had this number and did not get to its end.
        let _ = fs::remove_file(&temporary);
        let written = private_file(&temporary, OpenOptions::new().create_new(true))
            .and_then(|mut file| file.write_all(token.to_text().as_bytes()))
            .and_then(|()| fs::rename(&temporary, self.file(key)));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

impl TokenCache for FileTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<CachedToken>, BoxError>> {
        Box::pin(async { Ok(self.read(key)?) })
    }

    fn put<'a>(&'a self, key: &'a str, token: CachedToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move { Ok(self.write(key, &token)?) })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            match fs::remove_file(self.file(key)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }
        })
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        Box::pin(async move {
            // The file stays: if it were removed, the next one could lock another file of the same name.
            let path = self.folder.join(format!("{key}.lock"));
            let file = private_file(&path, OpenOptions::new().create(true))?;
            let give_up = Instant::now() + LOCK_WAIT;
            loop {
                match fs4::FileExt::try_lock(&file) {
                    // The system unlocks the file when it is closed, also that of a process that ended.
                    Ok(()) => return Ok(CacheLock::new(file)),
                    Err(fs4::TryLockError::WouldBlock) if Instant::now() < give_up => {
                        tokio::time::sleep(LOCK_POLL).await;
                    }
                    Err(error) => return Err(io::Error::from(error).into()),
                }
            }
        })
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Opens a file for writing that, when it is new, only its owner can read.
fn private_file(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true).open(path)
}

/// Whether it belongs to the user of this process, and has none of these permissions.
#[cfg(unix)]
fn is_own(metadata: &Metadata, refused: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & refused == 0
}

#[cfg(not(unix))]
fn is_own(_: &Metadata, _: u32) -> bool {
    true
}

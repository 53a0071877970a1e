//! Access tokens in files, which all runs of a program share, including concurrent ones.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{AccessToken, BoxError, BoxFuture, CacheLock, TokenCache};
use crate::error::{Error, Result};
use crate::private_file::{self, create_directory, is_own};

/// The maximum wait for another process that requests a token.
const LOCK_TIMEOUT: Duration = Duration::from_secs(20);
/// The interval between attempts to acquire the lock.
const LOCK_POLL: Duration = Duration::from_millis(25);
/// The maximum size of a file, in bytes.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// A cache in the files of a directory, for a program that runs every few minutes.
///
/// The directory must belong to the user, and must not be writable by others. Only the owner can read a file (on Unix: mode 0600). The file
/// name is a hash. A file contains a token but never an API key or secret. A file that belongs to another user, is readable by others, or
/// is damaged, is ignored, and the next token replaces it. Files are replaced atomically. Processes that start at the same time request one
/// token: the others wait for it. Files are read and written on threads for blocking work.
///
/// On Windows, the files have the permissions of their directory. Use a directory in the profile of the user.
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
    directory: Arc<Path>,
}

impl FileTokenCache {
    /// Creates a cache in this directory, and creates the directory if it does not exist.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the directory cannot be created or is not safe: it belongs to
    /// another user, or others can write to it.
    pub fn new(directory: impl Into<PathBuf>) -> Result<Self> {
        let directory = directory.into();
        let reject = |reason: &dyn std::fmt::Display| {
            Error::configuration(format!(
                "the directory {} cannot store tokens: {reason}",
                directory.display()
            ))
        };
        create_directory(&directory).map_err(|error| reject(&error))?;
        let metadata = fs::metadata(&directory).map_err(|error| reject(&error))?;
        if !metadata.is_dir() {
            return Err(reject(&"it is not a directory"));
        }
        if !is_own(&metadata, 0o022) {
            return Err(reject(
                &"it must belong to the user, and must not be writable by others",
            ));
        }
        Ok(Self {
            directory: directory.into(),
        })
    }

    fn file(&self, name: impl std::fmt::Display) -> PathBuf {
        self.directory.join(name.to_string())
    }

    /// Runs blocking work with the cache on a thread for blocking work.
    async fn blocking<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Self, &str) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let (cache, key) = (self.clone(), key.to_owned());
        Ok(tokio::task::spawn_blocking(move || work(&cache, &key)).await??)
    }

    fn read(&self, key: &str) -> io::Result<Option<AccessToken>> {
        let file = match File::open(self.file(format_args!("{key}.json"))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() || !is_own(&metadata, 0o077) {
            return Ok(None);
        }
        let mut text = String::new();
        let read = file.take(MAX_FILE_SIZE).read_to_string(&mut text);
        Ok(read.ok().and_then(|_| AccessToken::from_text(&text)))
    }

    fn write(&self, key: &str, token: &AccessToken) -> io::Result<()> {
        let file = self.file(format_args!("{key}.json"));
        private_file::replace(&file, token.to_text().as_bytes())
    }

    /// The lock file of a key. It is never removed: otherwise, two processes could lock two files of the same name.
    fn lock_file(&self, key: &str) -> io::Result<File> {
        let path = self.file(format_args!("{key}.lock"));
        private_file::open(&path, OpenOptions::new().create(true))
    }
}

impl TokenCache for FileTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        Box::pin(self.blocking(key, Self::read))
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(self.blocking(key, move |cache, key| cache.write(key, &token)))
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        Box::pin(async move {
            let mut file = self.blocking(key, Self::lock_file).await?;
            let give_up = Instant::now() + LOCK_TIMEOUT;
            loop {
                let lock = move |_: &Self, _: &str| {
                    let locked = fs4::FileExt::try_lock(&file);
                    Ok((file, locked))
                };
                let locked;
                (file, locked) = self.blocking(key, lock).await?;
                match locked {
                    // The system releases the lock when the file is closed, also after a crash.
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

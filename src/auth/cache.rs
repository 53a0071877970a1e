//! Where tokens are kept between token requests: in memory, or wherever a program wants to share them.

use std::any::Any;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{BoxError, BoxFuture};
use crate::redacted::Redacted;

/// Keeps access tokens, for other clients, other runs of a program, or other machines.
///
/// The token endpoint takes 20 requests a minute for each key, and a token lives for an hour: a program that runs every few minutes, or a
/// fleet of workers with one key, should not ask for a token each time. [`FileTokenCache`](super::FileTokenCache) keeps tokens between the
/// runs of a program; without a cache of its own a client has a [`MemoryTokenCache`].
///
/// An entry is found by a key that is a hash of base URL, API key and organization; it tells nothing, and is good as a file name. A cache
/// may lose entries and may give ones that are over. A cache that fails does not fail the call: the client then asks for a token as if
/// nothing had been kept.
///
/// `Debug` must show no token: it is part of the `Debug` of a client.
pub trait TokenCache: fmt::Debug + Send + Sync {
    /// What is kept under this key.
    ///
    /// # Errors
    /// When the cache cannot be read.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<CachedToken>, BoxError>>;

    /// Keeps a token under this key, in the place of the one before.
    ///
    /// # Errors
    /// When the cache cannot be written.
    fn put<'a>(&'a self, key: &'a str, token: CachedToken) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Forgets what is kept under this key: the service rejected it.
    ///
    /// # Errors
    /// When the cache cannot be written.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Waits until nobody else holds the lock of this key. Its holder asks for a token; those who waited then find that token in the cache.
    ///
    /// A lock of a holder that is gone must come free by itself. Where this method is not implemented there is no lock, and clients that
    /// start together each ask for a token.
    ///
    /// # Errors
    /// When the lock cannot be had in reasonable time; the client goes on without.
    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(CacheLock::new(()))))
    }
}

impl<C: TokenCache + ?Sized> TokenCache for Arc<C> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<CachedToken>, BoxError>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: CachedToken) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).put(key, token)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).remove(key)
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        (**self).lock(key)
    }
}

/// The lock of a key of a [`TokenCache`]; free again when this is dropped.
pub struct CacheLock {
    _guard: Box<dyn Any + Send + Sync>,
}

impl CacheLock {
    /// A lock that is held until `guard` is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self {
            _guard: Box::new(guard),
        }
    }
}

impl fmt::Debug for CacheLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheLock").finish_non_exhaustive()
    }
}

/// An access token as a [`TokenCache`] keeps it.
#[derive(Clone)]
pub struct CachedToken {
    secret: SecretString,
    expires_at: SystemTime,
}

/// How a token is written where it leaves the process.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    access_token: std::borrow::Cow<'a, str>,
    /// In seconds since the epoch.
    expires_at: u64,
}

impl CachedToken {
    /// A token and when it ends.
    pub fn new(secret: impl Into<SecretString>, expires_at: SystemTime) -> Self {
        Self {
            secret: secret.into(),
            expires_at,
        }
    }

    /// The token itself. Whoever has it can make calls until it ends.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(super) fn into_secret(self) -> SecretString {
        self.secret
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// How long it is still good.
    pub(super) fn remaining(&self, now: SystemTime) -> Duration {
        self.expires_at.duration_since(now).unwrap_or_default()
    }

    /// The token and its end as a text, for a cache outside of the process. The text is as secret as the token.
    #[must_use]
    pub fn to_text(&self) -> String {
        let expires_at = self
            .expires_at
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let written = Written {
            access_token: self.secret().into(),
            expires_at: expires_at.as_secs(),
        };
        // A text and a number can always be written.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `None` where it is something else.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let written: Written<'_> = serde_json::from_str(text).ok()?;
        let expires_at = UNIX_EPOCH.checked_add(Duration::from_secs(written.expires_at))?;
        let token = written.access_token.as_bytes();
        // What no header can hold was never a token.
        let is_token = !token.is_empty() && token.iter().all(u8::is_ascii_graphic);
        is_token.then(|| Self::new(written.access_token.into_owned(), expires_at))
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedToken")
            .field("secret", &Redacted)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Keeps tokens in memory. A clone is the same cache, for several clients of one program.
#[derive(Clone, Default)]
pub struct MemoryTokenCache {
    entries: Arc<Mutex<HashMap<String, Entry>>>,
}

#[derive(Default)]
struct Entry {
    token: Option<CachedToken>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryTokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // Nothing that holds the lock can panic half way through a change.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, key: &str, token: Option<CachedToken>) {
        self.entries().entry(key.to_owned()).or_default().token = token;
    }
}

impl TokenCache for MemoryTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<CachedToken>, BoxError>> {
        let token = self
            .entries()
            .get(key)
            .and_then(|entry| entry.token.clone());
        Box::pin(std::future::ready(Ok(token)))
    }

    fn put<'a>(&'a self, key: &'a str, token: CachedToken) -> BoxFuture<'a, Result<(), BoxError>> {
        self.set(key, Some(token));
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        self.set(key, None);
        Box::pin(std::future::ready(Ok(())))
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        let lock = Arc::clone(&self.entries().entry(key.to_owned()).or_default().lock);
        Box::pin(async move { Ok(CacheLock::new(lock.lock_owned().await)) })
    }
}

impl fmt::Debug for MemoryTokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenCache").finish_non_exhaustive()
    }
}

/// The key of a token in a cache. The secret is no part of it.
pub(super) fn cache_key(base_url: &Url, api_key: &str, organization: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in [base_url.as_str(), api_key, organization.unwrap_or_default()] {
        // With the length, no two lists of parts make the same text.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut key = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

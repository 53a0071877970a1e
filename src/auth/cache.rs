//! Caches of access tokens: in memory, or implemented by the program.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{BoxError, BoxFuture};
use crate::secret::{Redacted, hash_of};

/// A cache of access tokens, which several clients, runs or machines share.
///
/// The token endpoint accepts 20 requests per minute for each key, and a token is valid for an hour. A program that runs every few minutes,
/// or several machines with one key, should not request a token each time. [`FileTokenCache`](super::FileTokenCache) stores tokens between
/// the runs of a program. By default, a client has a [`MemoryTokenCache`].
///
/// The cache key is a hash of base URL, API key and organization. It contains no secret, and is a valid file name. A cache may lose entries
/// and may return expired ones. If the service rejects a cached token, the next token replaces it. If the cache fails, the call does not
/// fail: the client requests a token. If the cache does not respond within
/// [`ClientBuilder::token_timeout`](crate::ClientBuilder::token_timeout), the call fails, and the error names the cache.
///
/// `Debug` must not show tokens: it is part of the `Debug` output of a client.
pub trait TokenCache: fmt::Debug + Send + Sync {
    /// Returns the token of a cache key.
    ///
    /// # Errors
    /// When the cache cannot be read.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>>;

    /// Stores the token of a cache key.
    ///
    /// # Errors
    /// When the cache cannot be written.
    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Stores the token of a cache key, for the holder of its [`lock`](Self::lock). A cache whose locks expire can reject the token of a
    /// holder whose lock has expired, because the next holder may already have stored a newer token. The default implementation is
    /// [`put`](Self::put).
    ///
    /// # Errors
    /// As for [`put`](Self::put).
    fn put_locked<'a>(
        &'a self,
        key: &'a str,
        token: AccessToken,
        lock: &'a CacheLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let _ = lock;
        self.put(key, token)
    }

    /// Waits for the lock of a cache key. Its holder requests a token, and the waiters then find that token in the cache.
    ///
    /// The lock must be released if its holder disappears. The default implementation does not lock: clients that start at the same time
    /// each request a token.
    ///
    /// # Errors
    /// When the lock cannot be acquired in reasonable time. The client then continues without the lock. It waits for at most two thirds of
    /// [`ClientBuilder::token_timeout`](crate::ClientBuilder::token_timeout).
    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(CacheLock::new(()))))
    }
}

impl<C: TokenCache + ?Sized> TokenCache for Arc<C> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).put(key, token)
    }

    fn put_locked<'a>(
        &'a self,
        key: &'a str,
        token: AccessToken,
        lock: &'a CacheLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).put_locked(key, token, lock)
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        (**self).lock(key)
    }
}

/// The lock of a key of a [`TokenCache`]. Dropping it releases the lock.
pub struct CacheLock {
    guard: Box<dyn Any + Send + Sync>,
}

impl CacheLock {
    /// Creates a lock that is held until `guard` is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self {
            guard: Box::new(guard),
        }
    }

    /// Returns the guard of the lock, if it has this type.
    #[must_use]
    pub fn guard<T: Any>(&self) -> Option<&T> {
        self.guard.downcast_ref()
    }
}

impl fmt::Debug for CacheLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheLock").finish_non_exhaustive()
    }
}

/// An access token with its expiry, as a [`TokenCache`] stores it and [`Client::access_token`](crate::Client::access_token) returns it.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_at: SystemTime,
}

/// The serialized form of a token.
#[derive(Serialize, Deserialize)]
struct StoredToken<'a> {
    access_token: std::borrow::Cow<'a, str>,
    /// In seconds since the epoch.
    expires_at: u64,
}

impl AccessToken {
    /// Creates a token with its expiry.
    pub fn new(secret: impl Into<SecretString>, expires_at: SystemTime) -> Self {
        Self {
            secret: secret.into(),
            expires_at,
        }
    }

    /// Returns the token. Anyone who has it can make calls until it expires.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(super) fn into_secret(self) -> SecretString {
        self.secret
    }

    /// Returns the expiry of the token.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Returns the remaining lifetime.
    pub(super) fn remaining(&self, now: SystemTime) -> Duration {
        self.expires_at.duration_since(now).unwrap_or_default()
    }

    /// Serializes the token and its expiry to a string, for a cache outside of the process. The string is as secret as the token.
    #[must_use]
    pub fn to_text(&self) -> String {
        let expires_at = self
            .expires_at
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let stored = StoredToken {
            access_token: self.expose_secret().into(),
            expires_at: expires_at.as_secs(),
        };
        // Serializing a string and a number cannot fail.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Parses a string of [`to_text`](Self::to_text); `None` for any other string.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let stored: StoredToken<'_> = serde_json::from_str(text).ok()?;
        let expires_at = UNIX_EPOCH.checked_add(Duration::from_secs(stored.expires_at))?;
        let token = stored.access_token.as_bytes();
        // A token must be a valid header value.
        let is_token = !token.is_empty() && token.iter().all(u8::is_ascii_graphic);
        is_token.then(|| Self::new(stored.access_token.into_owned(), expires_at))
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &Redacted)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A cache in memory. Clones share their entries, so that several clients can use one cache. It holds at most 1,000 tokens; when it is
/// full, it removes the token that expires first.
#[derive(Clone, Default)]
pub struct MemoryTokenCache {
    entries: Arc<Mutex<HashMap<String, Entry>>>,
}

/// The maximum number of tokens in a [`MemoryTokenCache`].
const MAX_ENTRIES: usize = 1000;

#[derive(Default)]
struct Entry {
    token: Option<AccessToken>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryTokenCache {
    /// Creates an empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the entry of a key.
    fn with_entry<T>(&self, key: &str, change: impl FnOnce(&mut Entry) -> T) -> T {
        let mut entries = self.entries();
        if !entries.contains_key(key) && entries.len() >= MAX_ENTRIES {
            let expiry = |entry: &Entry| entry.token.as_ref().map(AccessToken::expires_at);
            // An entry whose lock is held is in use.
            let unused = entries
                .iter()
                .filter(|(_, entry)| Arc::strong_count(&entry.lock) == 1);
            let first = unused.min_by_key(|(_, entry)| expiry(entry));
            if let Some(first) = first.map(|(key, _)| key.clone()) {
                entries.remove(&first);
            }
        }
        change(entries.entry(key.to_owned()).or_default())
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // No code panics in the middle of a change while it holds the lock.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenCache for MemoryTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        let token = self
            .entries()
            .get(key)
            .and_then(|entry| entry.token.clone());
        Box::pin(std::future::ready(Ok(token)))
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        self.with_entry(key, |entry| entry.token = Some(token));
        Box::pin(std::future::ready(Ok(())))
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        let lock = self.with_entry(key, |entry| Arc::clone(&entry.lock));
        Box::pin(async move { Ok(CacheLock::new(lock.lock_owned().await)) })
    }
}

impl fmt::Debug for MemoryTokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenCache").finish_non_exhaustive()
    }
}

/// Returns the cache key of a token. It does not depend on the secret.
pub(super) fn cache_key(base_url: &Url, api_key: &str, organization: Option<&str>) -> String {
    hash_of(&[base_url.as_str(), api_key, organization.unwrap_or_default()])
}

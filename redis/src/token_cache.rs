//! Access tokens on a Redis server.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::slice;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cisco_secure_access::auth::{AccessToken, BoxError, BoxFuture, CacheLock, TokenCache};
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::connection::Redis;
use crate::script::Script;

/// The lifetime of a lock, if its holder disappears: shorter than a client waits for it, so that only one of the others requests a token then.
const LOCK_LIFETIME: Duration = Duration::from_secs(10);
/// The lifetime of the number of the newest lock, longer than any lock is used.
const NUMBER_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// The maximum wait for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// The interval between attempts to acquire a lock, plus up to as much at random.
const LOCK_POLL: Duration = Duration::from_millis(25);
/// The interval between attempts to release a lock while the server does not respond.
const UNLOCK_INTERVAL: Duration = Duration::from_secs(1);

/// A cache of access tokens on a Redis server, which all processes with one API key share.
///
/// One process requests a token, while the others wait for it. The lock of the one that requests it expires, and has a fencing token: if its
/// holder comes back after the next one has got the lock, its token is not stored. The server removes a token when that expires. Lifetimes
/// are measured by the clock of the server.
///
/// ```no_run
/// use cisco_secure_access::{Client, Credentials};
/// use cisco_secure_access_redis::Redis;
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let redis = Redis::new("rediss://redis.example")?;
/// let client = Client::builder()
///     .credentials(Credentials::from_env()?)
///     .token_cache(redis.token_cache())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RedisTokenCache {
    redis: Redis,
    scripts: Arc<Scripts>,
}

#[derive(Debug)]
struct Scripts {
    get: Script,
    put: Script,
    lock: Script,
    unlock: Script,
}

impl Redis {
    /// Creates a cache of access tokens on this server.
    #[must_use]
    pub fn token_cache(&self) -> RedisTokenCache {
        RedisTokenCache::new(self.clone())
    }
}

impl RedisTokenCache {
    /// Creates a cache on a server.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            scripts: Arc::new(Scripts {
                get: Script::new(&[include_str!("scripts/token_get.lua")]),
                put: Script::new(&[include_str!("scripts/token_put.lua")]),
                lock: Script::new(&[include_str!("scripts/token_lock.lua")]),
                unlock: Script::new(&[include_str!("scripts/token_unlock.lua")]),
            }),
        }
    }

    fn token_key(&self, key: &str) -> String {
        self.redis.key(key, "token")
    }

    fn lock_key(&self, key: &str) -> String {
        self.redis.key(key, "lock")
    }

    fn number_key(&self, key: &str) -> String {
        self.redis.key(key, "lock-number")
    }

    /// Stores a token; `lock` is the number of the lock of its holder.
    async fn store(&self, key: &str, token: &AccessToken, lock: &str) -> Result<(), BoxError> {
        let lifetime = token.expires_at().duration_since(SystemTime::now());
        let lifetime = lifetime.unwrap_or_default().as_millis();
        if lifetime == 0 {
            return Ok(());
        }
        let keys = [
            self.token_key(key),
            self.lock_key(key),
            self.number_key(key),
        ];
        let (text, lifetime) = (token.to_text(), lifetime.to_string());
        let is_stored: bool = self
            .redis
            .run(&self.scripts.put, &keys, &[&text, &lifetime, lock])
            .await?;
        match is_stored {
            true => Ok(()),
            false => Err(
                "this token was not stored, because another client has acquired the lock and stores its own"
                    .into(),
            ),
        }
    }

    /// Acquires the lock of a key, if it is free. A lock whose number does not arrive is released, because the server may have granted it.
    async fn try_lock(self, key: String, holder: String) -> Result<Option<Lock>, BoxError> {
        let keys = [self.lock_key(&key), self.number_key(&key)];
        let lifetimes = [LOCK_LIFETIME, NUMBER_LIFETIME].map(|time| time.as_millis().to_string());
        let arguments = [&holder, lifetimes[0].as_str(), &lifetimes[1]];
        let lock = &self.scripts.lock;
        let number = match self.redis.run(lock, &keys, &arguments).await {
            Ok(0) => return Ok(None),
            number => number,
        };
        let mut lock = Lock {
            key: self.lock_key(&key),
            cache: self,
            holder,
            number: 0,
        };
        lock.number = number?;
        Ok(Some(lock))
    }
}

impl TokenCache for RedisTokenCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        Box::pin(async move {
            let found: Option<(String, u64)> = self
                .redis
                .run(&self.scripts.get, &[self.token_key(key)], &[])
                .await?;
            let token = found.and_then(|(text, lifetime)| {
                let token = AccessToken::from_text(&text)?;
                // The time in the text is of the clock of another machine.
                let expires_at = SystemTime::now() + Duration::from_millis(lifetime);
                Some(AccessToken::new(token.expose_secret(), expires_at))
            });
            Ok(token)
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move { self.store(key, &token, "").await })
    }

    fn put_locked<'a>(
        &'a self,
        key: &'a str,
        token: AccessToken,
        lock: &'a CacheLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let number = lock.guard().map(|lock: &Lock| lock.number.to_string());
        Box::pin(async move { self.store(key, &token, &number.unwrap_or_default()).await })
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        Box::pin(async move {
            let holder = format!("{:016x}{:016x}", random(), random());
            let give_up = Instant::now() + LOCK_TIMEOUT;
            while Instant::now() < give_up {
                // A lock that arrives after the caller has gone is dropped, and so released.
                let lock = self.clone().try_lock(key.to_owned(), holder.clone());
                if let Some(lock) = self.redis.complete(lock).await?? {
                    return Ok(CacheLock::new(lock));
                }
                let share = random() as f64 / u64::MAX as f64;
                tokio::time::sleep(LOCK_POLL.mul_f64(1.0 + share)).await;
            }
            Err(format!(
                "the lock of a token was not released within {} s",
                LOCK_TIMEOUT.as_secs()
            )
            .into())
        })
    }
}

/// A lock, which is released when it is dropped.
#[derive(Debug)]
struct Lock {
    cache: RedisTokenCache,
    key: String,
    holder: String,
    /// The fencing token: a later lock has a higher number.
    number: u64,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Without a runtime, the lock expires.
        let Ok(handle) = Handle::try_current() else {
            return;
        };
        let cache = self.cache.clone();
        let (key, holder) = (self.key.clone(), self.holder.clone());
        handle.spawn(async move {
            let unlock = &cache.scripts.unlock;
            let expires_at = Instant::now() + LOCK_LIFETIME;
            let unlock = async || {
                let keys = slice::from_ref(&key);
                let result = cache.redis.run::<u64>(unlock, keys, &[&holder]).await;
                result.is_ok()
            };
            while !unlock().await && Instant::now() < expires_at {
                tokio::time::sleep(UNLOCK_INTERVAL).await;
            }
        });
    }
}

/// Returns a random number: each hasher state hashes nothing to another number.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

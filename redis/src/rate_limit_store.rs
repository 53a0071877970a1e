//! Rate limits on a Redis server.
//!
//! The scripts have the algorithm. Each gets the keys of the bucket, and one JSON object.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cisco_secure_access::auth::{BoxError, BoxFuture};
use cisco_secure_access::rate_limit::{Bucket, Claim, Observation, RequestId, Usage};
use cisco_secure_access::{RateLimitStore, RateLimitWindow};
use redis::FromRedisValue;
use serde::{Deserialize, Serialize};

use crate::connection::Redis;
use crate::script::Script;

/// The time since its last claim for which a client is active.
const CLIENT_LIFETIME: Duration = Duration::from_secs(60);
/// The time in which active clients restore their requests after the server has lost its data or was away. Each of them tries once a second.
const RESTORE_TIME: Duration = Duration::from_secs(3);
/// The time without a command of any client after which nobody had reached the server, or nobody had a request.
const SILENCE: Duration = Duration::from_millis(1500);
/// The maximum number of buckets and clients whose generation is remembered.
const MAX_GENERATIONS: usize = 10_000;
/// The maximum of a number of requests or seconds in the scripts, which have no integers: the commands of the server and the replies, with 14
/// digits, reject larger ones. It is as good as no limit.
const MAX_NUMBER: u64 = 1_000_000_000_000;

const CLOCK: &str = include_str!("scripts/clock.lua");

/// A store of rate limits on a Redis server, which all processes with one API key share.
///
/// The requests of all processes together stay within the documented limits, and within those that responses report. Each operation is one
/// script on the server, which takes about 0.1 ms; a call that waits for its slot needs four. The server has one entry for each request
/// that a window counts.
///
/// ```no_run
/// use cisco_secure_access::{Client, Credentials, RateLimiting};
/// use cisco_secure_access_redis::Redis;
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let redis = Redis::new("rediss://redis.example")?;
/// let client = Client::builder()
///     .credentials(Credentials::from_env()?)
///     .rate_limiting(RateLimiting::Documented)
///     .rate_limit_store(redis.rate_limit_store())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RedisRateLimitStore {
    redis: Redis,
    scripts: Arc<Scripts>,
    /// The generation of the state of a bucket that each client last saw.
    generations: Arc<Mutex<HashMap<(String, u128), String>>>,
}

#[derive(Debug)]
struct Scripts {
    claim: Script,
    release: Script,
    complete: Script,
    restore: Script,
}

impl Scripts {
    /// Creates the scripts; `clock` defines the time.
    fn new(clock: &str) -> Self {
        let script = |body| Script::new(&[clock, include_str!("scripts/bucket.lua"), body]);
        Self {
            claim: script(include_str!("scripts/claim.lua")),
            release: script(include_str!("scripts/release.lua")),
            complete: script(include_str!("scripts/complete.lua")),
            restore: script(include_str!("scripts/restore.lua")),
        }
    }
}

/// The arguments of all scripts. Times are in microseconds.
#[derive(Serialize)]
struct Arguments<'a, T> {
    /// Requests and seconds.
    windows: Vec<(u64, u64)>,
    transit: u64,
    silence: u64,
    #[serde(flatten)]
    operation: &'a T,
}

/// The arguments of a claim, and a part of those of a completion.
#[derive(Serialize)]
struct ClaimArguments {
    request: String,
    client: String,
    client_lifetime: u64,
    /// The generation of the state that the client last saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<String>,
}

#[derive(Serialize)]
struct ReleaseArguments {
    request: String,
}

#[derive(Serialize)]
struct CompleteArguments {
    #[serde(flatten)]
    claim: ClaimArguments,
    limits: Vec<(u64, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowance: Option<AllowanceArguments>,
}

#[derive(Serialize)]
struct AllowanceArguments {
    requests: u64,
    reset: u64,
    is_rejection: bool,
}

#[derive(Serialize)]
struct RestoreArguments {
    sent: Vec<(String, u64)>,
    restore_time: u64,
}

#[derive(Deserialize)]
struct ClaimReply {
    generation: String,
    #[serde(default)]
    granted: bool,
    #[serde(default)]
    delay: f64,
    /// `None` if the server has lost the requests of the client.
    #[serde(flatten)]
    usage: Option<UsageReply>,
}

#[derive(Deserialize)]
struct UsageReply {
    clients: u64,
    rank: u64,
    /// Requests, seconds and used requests.
    #[serde(default)]
    windows: Vec<(u64, u64, u64)>,
}

impl From<UsageReply> for Usage {
    fn from(reply: UsageReply) -> Self {
        let windows = reply.windows.into_iter();
        let windows = windows
            .map(|(requests, seconds, used)| (RateLimitWindow::new(requests, seconds), used));
        Self::new(reply.clients, reply.rank, windows.collect())
    }
}

impl Redis {
    /// Creates a store of rate limits on this server.
    #[must_use]
    pub fn rate_limit_store(&self) -> RedisRateLimitStore {
        RedisRateLimitStore::new(self.clone())
    }
}

impl RedisRateLimitStore {
    /// Creates a store on a server.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self::with_clock(redis, CLOCK)
    }

    fn with_clock(redis: Redis, clock: &str) -> Self {
        Self {
            redis,
            scripts: Arc::new(Scripts::new(clock)),
            generations: Arc::default(),
        }
    }

    async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        bucket: &Bucket,
        operation: &impl Serialize,
    ) -> Result<T, BoxError> {
        let names = ["sent", "waiting", "slots", "clients", "limits", "bucket"];
        let keys = names.map(|name| self.redis.key(bucket.key().as_str(), name));
        let arguments = Arguments {
            windows: pairs(bucket.windows()),
            transit: micros(bucket.transit()),
            silence: micros(SILENCE),
            operation,
        };
        let arguments = serde_json::to_string(&arguments)?;
        self.redis.run(script, &keys, &[&arguments]).await
    }

    fn generations(&self) -> MutexGuard<'_, HashMap<(String, u128), String>> {
        // No code panics in the middle of a change while it holds the lock.
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the generation that a client has seen.
    fn remember(&self, bucket: &Bucket, client: u128, generation: String) {
        let mut generations = self.generations();
        if generations.len() >= MAX_GENERATIONS {
            generations.clear();
        }
        let key = (bucket.key().as_str().to_owned(), client);
        generations.insert(key, generation);
    }

    fn claim_arguments(&self, bucket: &Bucket, request: RequestId) -> ClaimArguments {
        let key = (bucket.key().as_str().to_owned(), request.client());
        ClaimArguments {
            request: request.to_string(),
            client: format!("{:032x}", request.client()),
            client_lifetime: micros(CLIENT_LIFETIME),
            generation: self.generations().get(&key).cloned(),
        }
    }

    async fn claim(&self, bucket: &Bucket, request: RequestId) -> Result<Claim, BoxError> {
        let arguments = self.claim_arguments(bucket, request);
        let reply: String = self.run(&self.scripts.claim, bucket, &arguments).await?;
        let reply: ClaimReply = serde_json::from_str(&reply)?;
        // A client that cannot restore its requests now does so when it returns to the store.
        if arguments.generation.as_ref() != Some(&reply.generation) {
            self.remember(bucket, request.client(), reply.generation);
        }
        let Some(usage) = reply.usage.map(Usage::from) else {
            return Ok(Claim::Forgotten);
        };
        Ok(match reply.granted {
            true => Claim::Granted(usage),
            // A slot is later than now, so the delay is not negative. Rounding up avoids a claim that comes too early.
            false => Claim::Delayed(Duration::from_micros(reply.delay.ceil() as u64), usage),
        })
    }

    async fn complete(
        &self,
        bucket: &Bucket,
        request: RequestId,
        observation: &Observation,
    ) -> Result<Option<Usage>, BoxError> {
        let arguments = CompleteArguments {
            claim: self.claim_arguments(bucket, request),
            limits: pairs(&observation.limits),
            allowance: observation.allowance.map(|allowance| AllowanceArguments {
                requests: allowance.requests.min(MAX_NUMBER),
                reset: micros(allowance.reset),
                is_rejection: allowance.is_rejection,
            }),
        };
        let reply: Option<String> = self.run(&self.scripts.complete, bucket, &arguments).await?;
        let Some(reply) = reply else {
            return Ok(None);
        };
        let reply: UsageReply = serde_json::from_str(&reply)?;
        Ok(Some(reply.into()))
    }

    async fn restore(
        &self,
        bucket: &Bucket,
        sent: &[(RequestId, Duration)],
    ) -> Result<(), BoxError> {
        if sent.is_empty() {
            return Ok(());
        }
        let sent = sent
            .iter()
            .map(|(request, age)| (request.to_string(), micros(*age)));
        let arguments = RestoreArguments {
            sent: sent.collect(),
            restore_time: micros(RESTORE_TIME),
        };
        self.run(&self.scripts.restore, bucket, &arguments).await
    }
}

impl RateLimitStore for RedisRateLimitStore {
    fn claim<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(self.claim(bucket, request))
    }

    fn release<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let arguments = ReleaseArguments {
                request: request.to_string(),
            };
            self.run(&self.scripts.release, bucket, &arguments).await
        })
    }

    fn complete<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
        observation: &'a Observation,
    ) -> BoxFuture<'a, Result<Option<Usage>, BoxError>> {
        Box::pin(self.complete(bucket, request, observation))
    }

    fn restore<'a>(
        &'a self,
        bucket: &'a Bucket,
        sent: &'a [(RequestId, Duration)],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(self.restore(bucket, sent))
    }
}

fn pairs(windows: &[RateLimitWindow]) -> Vec<(u64, u64)> {
    let pairs = windows
        .iter()
        .map(|window| [window.requests, window.seconds].map(|number| number.min(MAX_NUMBER)))
        .map(<(u64, u64)>::from);
    pairs.collect()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(dead_code, reason = "other tests also kill the server")]
#[path = "../tests/it/server.rs"]
mod server;

#[cfg(test)]
mod tests;

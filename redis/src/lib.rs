//! Shared access tokens and rate limits for a fleet of clients of [`cisco_secure_access`], on Redis or Valkey.
//!
//! An API key has one set of rate limits and should have one access token, however many processes use it. This crate keeps both on a
//! server that all of them reach:
//!
//! - [`RedisTokenCache`]: one process requests a token, and all use it.
//! - [`RedisRateLimitStore`]: all processes together stay within the rate limits, without a rejected call.
//!
//! ```no_run
//! use cisco_secure_access::{Client, RateLimiting};
//! use cisco_secure_access_redis::Redis;
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let redis = Redis::new("rediss://redis.example:6379")?;
//! let client = Client::builder()
//!     .credentials(cisco_secure_access::Credentials::from_env()?)
//!     .token_cache(redis.token_cache())
//!     .rate_limiting(RateLimiting::Documented)
//!     .rate_limit_store(redis.rate_limit_store())
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # The server
//!
//! Redis 6.2 or newer, or Valkey. The clock of the server is the only one that counts; those of the clients may differ from it, and from
//! each other. All keys begin with a [prefix](Builder::key_prefix) and expire. They contain hashes in place of API keys. All keys of a token
//! or of a bucket of limits have one hash tag, so that a server which is a proxy of a cluster can place them.
//!
//! The server must not evict keys (`maxmemory-policy noeviction`, the default of Redis): without a part of its keys, it would grant too many
//! requests. It needs no persistence.
//!
//! Access tokens are secrets: anyone who can read the keys can make calls until the tokens expire. So a connection without TLS is an error,
//! except to this machine; [`Builder::allow_plaintext`] makes exceptions. The certificate of the server must be of an authority that the
//! system trusts, or of one in [`Builder::root_certificates`].
//!
//! # When the server is away
//!
//! Calls do not fail, and no call waits for more than a few seconds because of it. Tokens come from the memory of each client, and are requested
//! from the service when they expire. Rate limits are divided: each client stays within its share of the limits that the server last
//! reported. The client logs one warning, tries the server again every second, and reports what it has sent meanwhile; so a server that has lost
//! its data gets them back from the clients that are active.

mod connection;
mod rate_limit_store;
mod script;
mod token_cache;

pub use connection::{Builder, ConfigurationError, Redis};
pub use rate_limit_store::RedisRateLimitStore;
pub use token_cache::RedisTokenCache;

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

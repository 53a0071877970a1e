//! A typed async Rust client for the Cisco Secure Access REST API. It covers every documented operation on the Global, China and Government
//! clouds.
//!
//! The operations are generated from OpenAPI documents when the crate is built. A handwritten runtime requests tokens, selects the cloud,
//! pages through lists, retries, and reports errors.
//!
//! # A client
//!
//! Create an API key in Secure Access under *Admin › API Keys*. It is valid on one cloud. The client sends nothing until the first call.
//!
//! ```
//! use cisco_secure_access::{Client, Cloud, Credentials};
//!
//! let client = Client::builder()
//!     .cloud(Cloud::China)
//!     .credentials(Credentials::new("key", "secret"))
//!     .build()?;
//! # Ok::<(), cisco_secure_access::Error>(())
//! ```
//!
//! [`Client::from_env`] reads all of these from the environment. Build one client and clone it: clones share connections and the token.
//!
//! # A call
//!
//! The client has a handle for each path scope. The handle has a method for each operation. [`api`] lists them, and you can search for an
//! operation by its path, such as `/deployments/v2/networktunnelgroups`. Required values are arguments, and optional values are setters.
//!
//! ```no_run
//! # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! # #[cfg(feature = "network-tunnel-groups")] {
//! let page = client.deployments().list_network_tunnel_groups().limit(50).send().await?;
//! for group in &page.data {
//!     println!("{:?} {:?}", group.name, group.status);
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # A list
//!
//! List operations have `items()` and `pages()`, which return streams:
//!
//! ```no_run
//! # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! # #[cfg(feature = "network-tunnel-groups")] {
//! use futures_util::TryStreamExt;
//!
//! let mut groups = client.deployments().list_network_tunnel_groups().items().prefetch(4);
//! while let Some(group) = groups.try_next().await? {
//!     println!("{:?}", group.name);
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! The client retries retryable failures. Any other failure is an [`Error`] with a [`kind`](Error::kind) to match on:
//!
//! ```no_run
//! # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! # #[cfg(feature = "sites")] {
//! match client.deployments().get_site(17).send().await {
//!     Ok(site) => println!("{:?}", site.name),
//!     Err(error) if error.is_not_found() => println!("no such site"),
//!     Err(error) => return Err(error),
//! }
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Tests
//!
//! With the feature `simulator`, `Simulator::builder().start()` starts a complete local service, for tests and experiments; see
//! [testing](guide::testing).
//!
//! # Jobs of many calls
//!
//! [`jobs`] has helpers that make many calls: they update a destination list, export a day of activity, change a rule while others change
//! it, restore rules from a backup, find an item by its name or create it, and wait for a condition.
//!
//! # Further reading
//!
//! The [`guide`] has a page for each topic: [authentication](guide::authentication), [clouds](guide::clouds),
//! [requests](guide::requests), [paging](guide::paging), [retries and limits](guide::limits), [a fleet](guide::fleet),
//! [errors](guide::errors),
//! [logs, traces and metrics](guide::observability), [testing](guide::testing) and [features](guide::features).
//!
//! Not affiliated with Cisco.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Some APIs do not use all parts of the runtime.
#![cfg_attr(not(all_operations), allow(dead_code, unused_imports, unused_macros))]

pub mod api;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod error;
#[cfg(doc)]
pub mod guide;
pub mod jobs;
mod operation;
mod outage;
mod pagination;
mod pipeline;
mod private_file;
pub mod rate_limit;
mod request;
mod response;
mod runtime;
mod secret;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "test-util")]
pub mod testing;
mod time;

pub use api::operations;
pub use auth::Credentials;
#[cfg(feature = "profiles")]
pub use client::profile;
pub use client::{
    Body, Client, ClientBuilder, Cloud, HttpService, RateLimiting, ReportsRegion, RetryPolicy,
    ServiceFn, service_fn,
};
pub use error::{Error, ErrorKind, Result};
pub use http::{Method, StatusCode};
pub use operation::{
    CloudKind, Operation, Pagination, PaginationStyle, RateLimit, RateLimitScope, RateLimitWindow,
    Security,
};
pub use pagination::{ContinuationToken, Items, Listing, Named, Pages};
pub use rate_limit::RateLimitStore;
pub use request::{
    Builder, Endpoint, IsSet, Regional, Request, ResponseFuture, Set, Untyped, Upload,
};
pub use response::{
    Deviation, Entries, Extra, JsonType, LenientDeserialize, Nullable, ParseEnumError, RawResponse,
    Required, Response, ResponseParts, UnknownInteger, UnknownValue,
};
#[cfg(feature = "test-util")]
pub use runtime::PausedClock;
pub use secret::SecretString;
pub use time::{DateOrTime, ReportingTime};
pub use {bytes, chrono, http, reqwest, secrecy, url};

/// The code in the README compiles.
#[cfg(all(doctest, all_operations, feature = "simulator"))]
#[doc = include_str!("../README.md")]
struct Readme;

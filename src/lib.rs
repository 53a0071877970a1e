//! The Cisco Secure Access REST API as typed async Rust: every documented operation, on the Global, China and Government clouds.
//!
//! The operations are generated from OpenAPI documents when the crate is built; the runtime around them gets tokens, chooses the cloud,
//! pages, retries and reports errors.
//!
//! # A client
//!
//! An API key is created in Secure Access under *Admin › API Keys*, and is valid on one cloud. Nothing is sent until the first call.
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
//! [`Client::from_env`] takes all of that from the environment. Build one client and clone it: clones share connections and the token.
//!
//! # A call
//!
//! The client has a handle for each path scope, with a method for each operation: [`api`] lists them, and the search finds an
//! operation by its path, such as `/deployments/v2/networktunnelgroups`. What is required are arguments, what is optional are setters.
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
//! Operations that list have `items()` and `pages()`, which are streams:
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
//! # When it fails
//!
//! Retryable failures are retried. Any other failure is an [`Error`] with a [`kind`](Error::kind) to match on:
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
//! # Without the service
//!
//! With the feature `simulator`, `Simulator::builder().start()` is the complete service on a loopback port, for tests and for trying things
//! out; see the page on [testing](guide::testing).
//!
//! # Jobs of many calls
//!
//! [`jobs`] has helpers for what takes many calls: updating a destination list, exporting a day of activity, changing a rule that others
//! change, too, restoring rules from a backup, finding something by its name or else creating it, and waiting until something is so.
//!
//! # Where to read on
//!
//! The [`guide`] has a page for each topic: [authentication](guide::authentication), [clouds](guide::clouds),
//! [requests](guide::requests), [paging](guide::paging), [retries and limits](guide::limits), [errors](guide::errors),
//! [logs, traces and metrics](guide::observability), [testing](guide::testing) and [features](guide::features).
//!
//! Not affiliated with Cisco.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Parts of the runtime serve operations that only some APIs have.
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
mod pagination;
mod pipeline;
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
pub use request::{
    Builder, Endpoint, IsSet, Regional, Request, ResponseFuture, Set, Undocumented, Upload,
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

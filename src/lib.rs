//! The Cisco Secure Access REST API as typed async Rust.
//!
//! Every documented operation of the six path scopes is a method here, generated from OpenAPI documents when the crate is built, over a
//! runtime that gets tokens, chooses the cloud, pages and reports errors.
//!
//! ```no_run
//! use cisco_secure_access::{Client, Cloud, Credentials};
//!
//! # async fn run() -> Result<(), cisco_secure_access::Error> {
//! let client = Client::builder()
//!     .cloud(Cloud::China)
//!     .credentials(Credentials::new("key", "secret"))
//!     .build()?;
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
//! Not affiliated with Cisco.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Parts of the runtime serve operations that only some APIs have.
#![cfg_attr(not(all_operations), allow(dead_code, unused_imports, unused_macros))]

pub mod api;
pub mod auth;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod choice;
mod client;
mod cloud;
#[cfg(feature = "codecs")]
#[doc(hidden)]
pub mod codec;
mod decode;
mod error;
mod nullable;
mod open_enum;
mod operation;
mod pagination;
mod read;
mod redacted;
mod request;
mod response;
mod runtime;
#[cfg(feature = "simulator")]
pub mod simulator;
mod time;
mod transport;
mod upload;

pub use auth::Credentials;
pub use call::Sending;
pub use client::{Client, ClientBuilder};
pub use cloud::{Cloud, ReportsRegion};
pub use error::{Error, ErrorKind, Result};
pub use nullable::Nullable;
pub use open_enum::UnknownValue;
pub use operation::{
    CloudName, Counted, Method, Operation, Pagination, PaginationStyle, RateLimit, Security,
    Window, operations,
};
pub use pagination::{Continuation, Items, Pages};
pub use request::Request;
pub use reqwest;
pub use response::{RawResponse, Response};
#[doc(hidden)]
pub use runtime::{Pause, Runtime};
pub use time::{DateOrTime, ReportingTime};
pub use transport::{HttpService, Pacing, RetryPolicy};
pub use upload::Upload;

pub(crate) use open_enum::open_enum;
pub(crate) use read::readable_record;
#[allow(unused_imports, reason = "only APIs with secrets need it")]
pub(crate) use redacted::Redacted;

/// The code in the README compiles.
#[cfg(all(doctest, scope = "deployments", feature = "simulator"))]
#[doc = include_str!("../README.md")]
struct Readme;

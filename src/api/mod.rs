//! The operations, one module for each path scope.
//!
//! The build script generates all modules from the documents in `specs/`. A module exists when the feature of its scope or of one of its
//! APIs is enabled; `auth` always exists. Each module contains the handle that [`Client`](crate::Client) returns, `types`, `requests` and
//! `operations`.

#![allow(
    clippy::all,
    deprecated,
    reason = "the generator writes for the compiler; what is deprecated is still generated"
)]

mod registry;

include!(concat!(env!("OUT_DIR"), "/scopes.rs"));

#[cfg(feature = "test-util")]
pub(crate) use registry::find_operation;
pub use registry::operations;

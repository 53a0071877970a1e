//! The OpenAPI documents of the `cisco-secure-access` crate as data.
//!
//! [`Document`] reads a document once: its operations become flat descriptions ([`Operation`], [`Parameter`], [`Body`], [`Pagination`]),
//! and its schemas stay JSON, which [`schema`] describes and the methods of its [`Root`] resolve. The generator, the simulator and the
//! conformance suite read documents through this crate alone.
//!
//! Only what `specs/` contains is accepted: references point to `components/schemas`, every operation has an id, a summary and one tag.
//! Everything else is an [`Error`] that says where it is and what is expected.
//!
//! ```
//! use cisco_secure_access_openapi::Document;
//!
//! let document = Document::parse("deployments", r##"{
//!     "openapi": "3.0.3",
//!     "paths": {"/deployments/v2/piers/{pierId}": {"get": {
//!         "operationId": "get_pier",
//!         "summary": "Get a pier",
//!         "tags": ["Piers"],
//!         "parameters": [{"name": "pierId", "in": "path", "schema": {"type": "integer"}}],
//!         "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pier"}}}}}
//!     }}},
//!     "components": {"schemas": {"Pier": {"type": "object", "properties": {"name": {"type": "string"}}}}}
//! }"##)?;
//!
//! let operation = document.operation("get_pier").ok_or("no such operation")?;
//! assert_eq!(operation.parameters[0].name, "pierId");
//! let pier = document.resolve(operation.response().ok_or("no body")?);
//! assert_eq!(pier["properties"]["name"]["type"], "string");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod candidates;
mod compose;
mod document;
mod error;
pub mod json;
mod operation;
mod pagination;
mod parameter;
mod path;
mod redact;
mod reference;
mod root;
pub mod schema;
mod secrets;
pub mod union;
#[cfg(feature = "validate")]
pub mod validate;
pub mod words;

pub use body::{Body, Content, Part};
pub use candidates::Candidates;
pub use document::Document;
pub use error::{Error, Result};
pub use operation::{Operation, RateLimit, Security};
pub use pagination::{Pagination, PaginationStyle};
pub use parameter::{Encoding, Location, Parameter, TimeForm};
pub use path::{Segment, path_shape, placeholders};
pub use redact::Redactor;
pub use reference::{component_name, component_pointer, reference};
pub use root::{Root, rust_name};

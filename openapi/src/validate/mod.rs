//! Validation of the values of requests against the documents, with the crate `jsonschema`. With the feature `validate`.
//!
//! [`Validators`] compiles the schemas of an operation: of each parameter and each media type of the body, together with the [`rules`] that
//! the documents state only in words. A [`SchemaValidator`] checks JSON; [`parameter_value`] converts what a query, a path or a command line
//! has in text. A [`Violation`] names the location in the value and what is expected, and never contains the value.
//!
//! Properties that a schema does not document are valid, as they are for the service, except in bodies whose rules exclude them;
//! [`undocumented`] finds them. [`request_schema`] is what requests are validated with, for readers.
//!
//! ```
//! use cisco_secure_access_openapi::Document;
//! use cisco_secure_access_openapi::validate::{Tolerance, Validators, undocumented};
//! use serde_json::json;
//!
//! let document = Document::parse("deployments", r##"{
//!     "openapi": "3.0.3",
//!     "paths": {"/deployments/v2/piers": {"post": {
//!         "operationId": "create_pier",
//!         "summary": "Create a pier",
//!         "tags": ["Piers"],
//!         "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pier"}}}},
//!         "responses": {"204": {}}
//!     }}},
//!     "components": {"schemas": {"Pier": {
//!         "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "side": {"enum": ["east", "west"]}}
//!     }}}
//! }"##)?;
//! let operation = document.operation("create_pier").ok_or("no such operation")?;
//! let validators = Validators::new(&document, operation);
//! let body = validators.body("application/json").ok_or("no body")?;
//!
//! let error = body.check(&mut json!({"name": "North", "side": "up"}), Tolerance::default()).unwrap_err();
//! assert_eq!((error.pointer.as_str(), error.message.as_str()), ("/side", "expected one of east, west"));
//!
//! let mut value = json!({"name": "North", "colour": "red"});
//! body.check(&mut value, Tolerance::default())?;
//! let schema = operation.body.as_ref().and_then(|body| body.json()).ok_or("no JSON")?;
//! assert_eq!(undocumented(&document, schema, &value), ["/colour"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod formats;
mod json_schema;
mod operation;
mod parameter;
mod prose;
mod report;
mod schema;
mod undocumented;
mod violation;

pub use json_schema::request_schema;
pub use operation::Validators;
pub use parameter::{label, parameter_value, typed};
pub use prose::{ProseRule, rules, sample};
pub use schema::{PropertyValidator, SchemaValidator, Tolerance};
pub use undocumented::undocumented;
pub use violation::Violation;

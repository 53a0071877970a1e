//! A request before and after its validation, and validation errors.

use std::collections::BTreeMap;
use std::fmt;

use cisco_secure_access_openapi::validate::{Tolerance, Violation};
use http::HeaderMap;
use serde_json::Value;

/// A request, before it is checked.
pub(crate) struct RawRequest<'a> {
    pub(crate) path: &'a BTreeMap<String, String>,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// The strictness of the validation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strictness {
    /// Whether a query parameter that is not documented is rejected; otherwise it is ignored.
    pub(crate) rejects_unknown_queries: bool,
    /// What else the values of parameters and bodies can be.
    pub(crate) values: Tolerance,
}

/// The content of a valid request.
#[derive(Debug, Default)]
pub(crate) struct ValidRequest {
    pub(crate) query: BTreeMap<String, Value>,
    pub(crate) body: Value,
    /// The undocumented parts of the request, each with its location.
    pub(crate) ignored: Vec<String>,
}

/// A validation error.
#[derive(Debug)]
pub(crate) struct ValidationError {
    /// The parameter, or the JSON pointer into the body.
    pub(crate) location: String,
    pub(crate) message: String,
    pub(crate) status: u16,
}

impl ValidationError {
    pub(crate) fn new(location: impl Into<String>, message: impl fmt::Display) -> Self {
        Self {
            location: location.into(),
            message: message.to_string(),
            status: 400,
        }
    }

    /// The parameter or the property, without what kind of location it is.
    pub(crate) fn subject(&self) -> &str {
        match self.location.split_once('`') {
            Some((_, rest)) => rest.split('`').next().unwrap_or_default(),
            None => self
                .location
                .strip_prefix("body /")
                .unwrap_or(&self.location),
        }
    }
}

impl From<Violation> for ValidationError {
    /// The error of a body.
    fn from(violation: Violation) -> Self {
        match violation.pointer.as_str() {
            "" => Self::new("body", violation.message),
            pointer => Self::new(format!("body {pointer}"), violation.message),
        }
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

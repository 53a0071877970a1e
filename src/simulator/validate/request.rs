//! A request before and after its validation, and what is wrong with one.

use std::collections::BTreeMap;
use std::fmt;

use http::HeaderMap;
use serde_json::Value;

/// A request, before it is checked.
pub(crate) struct RawRequest<'a> {
    pub(crate) path: &'a BTreeMap<String, String>,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The values that are valid though an enumeration does not list them: those that the service itself sends.
    pub(crate) unlisted: &'a [&'a str],
}

/// What a valid request says.
#[derive(Debug, Default)]
pub(crate) struct ValidRequest {
    pub(crate) query: BTreeMap<String, Value>,
    pub(crate) body: Value,
}

/// What is wrong with a request.
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
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

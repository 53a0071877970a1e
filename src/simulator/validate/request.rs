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
}

/// How exactly a request must be as its document says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strictness {
    /// Whether a query parameter that is not documented is rejected; otherwise it is ignored.
    pub(crate) rejects_unknown_queries: bool,
    /// Whether values of enumerations are accepted in any case.
    pub(crate) ignores_case: bool,
    /// The values that are valid though an enumeration does not list them: those that the service itself sends.
    pub(crate) unlisted: &'static [&'static str],
}

/// What a valid request says.
#[derive(Debug, Default)]
pub(crate) struct ValidRequest {
    pub(crate) query: BTreeMap<String, Value>,
    pub(crate) body: Value,
    /// What the request has and the operation does not document, each with its location.
    pub(crate) ignored: Vec<String>,
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

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

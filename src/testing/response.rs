//! Canned responses, and the queue of unused ones.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;

/// The token request, which "any operation" does not include: a client without a token makes no call.
const TOKEN_OPERATION: &str = "create_token";

/// A response that a test defines: a status, headers and a body, for one or several calls.
///
/// A JSON value converts to a response 200 with that body. A number converts to a response with that status and without a body.
#[derive(Clone)]
#[must_use = "a response does nothing until it is given to `respond`"]
pub struct CannedResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    times: u64,
}

impl CannedResponse {
    /// Creates a response with this status, without a body.
    ///
    /// # Panics
    /// When it is not a valid HTTP status.
    pub fn new(status: u16) -> Self {
        #[expect(clippy::expect_used, reason = "an invalid status is a bug of the test")]
        let status = StatusCode::from_u16(status).expect("an HTTP status from 100 to 999");
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            times: 1,
        }
    }

    /// Sets the body, as JSON.
    pub fn json(mut self, body: Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.headers.entry(CONTENT_TYPE).or_insert(json);
        self.body(body.to_string())
    }

    /// Sets the body, as bytes.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets a header, and replaces an earlier value.
    ///
    /// # Panics
    /// When the name or the value is not a valid HTTP header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        let (Ok(parsed), Ok(value)) = parsed else {
            panic!("`{name}: {value}` is not a valid HTTP header");
        };
        self.headers.insert(parsed, value);
        self
    }

    /// Sets the number of calls that get this response. (1)
    pub fn times(mut self, count: u64) -> Self {
        self.times = count;
        self
    }

    /// Applies the response to every further call.
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    pub(crate) fn to_response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status;
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

impl From<Value> for CannedResponse {
    fn from(body: Value) -> Self {
        Self::new(200).json(body)
    }
}

impl From<u16> for CannedResponse {
    fn from(status: u16) -> Self {
        Self::new(status)
    }
}

impl fmt::Debug for CannedResponse {
    /// Omits header values and body, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CannedResponse")
            .field("status", &self.status)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

/// The calls that get a canned response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Calls of this operation.
    Operation(String),
    /// All calls but token requests.
    Any,
}

impl Target {
    fn includes(&self, operation: &str) -> bool {
        match self {
            Self::Operation(id) => id == operation,
            Self::Any => operation != TOKEN_OPERATION,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(id) => write!(f, "`{id}`"),
            Self::Any => f.write_str("any operation"),
        }
    }
}

/// The unused canned responses, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(crate) struct CannedResponses(Arc<Mutex<Vec<(Target, CannedResponse)>>>);

impl CannedResponses {
    /// Adds a canned response for these calls.
    pub(crate) fn on(&self, target: Target) -> On {
        On {
            responses: self.clone(),
            target,
        }
    }

    /// Returns the response for a call: the first unused one.
    pub(crate) fn take(&self, operation: &str) -> Option<Response<Bytes>> {
        let mut queue = self.queue();
        let index = queue
            .iter()
            .position(|(target, _)| target.includes(operation))?;
        let canned = &mut queue[index].1;
        canned.times = canned.times.saturating_sub(1);
        let response = canned.to_response();
        if canned.times == 0 {
            drop(queue.remove(index));
        }
        Some(response)
    }

    /// Describes the expected calls: `` `get_site` twice ``.
    pub(crate) fn expected(&self) -> Vec<String> {
        let queue = self.queue();
        queue
            .iter()
            .map(|(target, response)| match response.times {
                1 => format!("{target} once"),
                u64::MAX => format!("{target} any number of times"),
                times => format!("{target} {times} times"),
            })
            .collect()
    }

    #[cfg(feature = "simulator")]
    pub(crate) fn clear(&self) {
        self.queue().clear();
    }

    fn queue(&self) -> MutexGuard<'_, Vec<(Target, CannedResponse)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The calls of an operation, or of any operation, which [`respond`](Self::respond) defines a response for.
#[derive(Debug)]
pub struct On {
    responses: CannedResponses,
    target: Target,
}

impl On {
    /// Adds a response for the next call, or for [several calls](CannedResponse::times). Responses are used in the order in which they were
    /// added.
    ///
    /// # Panics
    /// When the response applies to no call.
    pub fn respond(self, response: impl Into<CannedResponse>) -> Self {
        let response = response.into();
        assert!(response.times > 0, "a response for no call");
        let added = (self.target.clone(), response);
        self.responses.queue().push(added);
        self
    }
}

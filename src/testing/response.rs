//! A canned response, and the queue of those that are left.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::Value;

/// The token request, which "any operation" does not include: without a token, a client makes no call.
const TOKEN_OPERATION: &str = "create_token";

/// A response that a test defines: a status, headers and a body, for one call or several.
///
/// A JSON value alone is a response 200 with that body, a number alone is a response of that status without a body.
#[derive(Clone)]
#[must_use = "a response does nothing until it is given to `respond`"]
pub struct CannedResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    times: u64,
}

impl CannedResponse {
    /// A response of this status, without a body.
    ///
    /// # Panics
    /// When it is no status of HTTP.
    pub fn new(status: u16) -> Self {
        #[expect(clippy::expect_used, reason = "the test is wrong")]
        let status = StatusCode::from_u16(status).expect("a status of HTTP, 100 to 999");
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            times: 1,
        }
    }

    /// Its body, as JSON.
    pub fn json(mut self, body: Value) -> Self {
        let json = HeaderValue::from_static("application/json");
        self.headers.entry(CONTENT_TYPE).or_insert(json);
        self.body(body.to_string())
    }

    /// Its body, as it is sent.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A header, in place of another of its name.
    ///
    /// # Panics
    /// When name or value is none of HTTP's.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        let (Ok(parsed), Ok(value)) = parsed else {
            panic!("`{name}: {value}` is no header of HTTP");
        };
        self.headers.insert(parsed, value);
        self
    }

    /// How many calls get it. (1)
    pub fn times(mut self, count: u64) -> Self {
        self.times = count;
        self
    }

    /// Every call gets it.
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
    /// Without header values and body, which may be secret.
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

/// The canned responses that are left, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub(crate) struct CannedResponses(Arc<Mutex<Vec<(Target, CannedResponse)>>>);

impl CannedResponses {
    /// Starts a canned response of these calls.
    pub(crate) fn on(&self, target: Target) -> On {
        On {
            responses: self.clone(),
            target,
        }
    }

    /// The response of a call: the first that is left for it.
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

    /// Which calls are still expected, and how often: `` `get_site` twice ``.
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

    pub(crate) fn clear(&self) {
        self.queue().clear();
    }

    fn queue(&self) -> MutexGuard<'_, Vec<(Target, CannedResponse)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The calls of an operation, or of any: what [`respond`](Self::respond) gives a response to.
#[derive(Debug)]
pub struct On {
    responses: CannedResponses,
    target: Target,
}

impl On {
    /// Adds a response for the next call, or for as many as it [says](CannedResponse::times). Responses are used in the order in which they
    /// were added.
    ///
    /// # Panics
    /// When the response is for no call.
    pub fn respond(self, response: impl Into<CannedResponse>) -> Self {
        let response = response.into();
        assert!(response.times > 0, "a response for no call");
        let added = (self.target.clone(), response);
        self.responses.queue().push(added);
        self
    }
}

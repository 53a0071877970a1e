//! The typed response: a value, and the status and headers of its response.

use std::fmt;
use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

use super::Deviation;

/// The response to a call: its value, its status and its headers.
///
/// It dereferences to the value. To move the value or one of its fields out, use [`into_inner`](Self::into_inner).
///
/// ```
/// use cisco_secure_access::Response;
///
/// // A response for a test of your own code.
/// let response = Response::new(vec!["a", "b"]);
/// assert_eq!(response.len(), 2);
/// assert_eq!(response.into_inner(), ["a", "b"]);
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    parts: ResponseParts,
}

/// The metadata of a [`Response`].
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseParts {
    /// The HTTP status: 200, 201, 202 (queued) or 204.
    pub status: StatusCode,
    /// The headers of the response, such as `ratelimit-remaining`.
    pub headers: HeaderMap,
    /// The deviations of the body from its documentation.
    pub deviations: Vec<Deviation>,
    /// The number of requests that the call sent.
    pub attempts: u32,
}

impl<T> Response<T> {
    /// Creates a response with the status 200, for tests of programs that use this crate.
    pub fn new(value: T) -> Self {
        Self::from_parts(
            value,
            ResponseParts {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                deviations: Vec::new(),
                attempts: 1,
            },
        )
    }

    /// Creates a response from its parts.
    pub fn from_parts(value: T, parts: ResponseParts) -> Self {
        Self { value, parts }
    }

    /// Returns the value and drops the rest.
    ///
    /// Use it to move a field out of a response. Otherwise, the compiler reports `cannot move out of dereference of Response` (E0507).
    #[doc(alias = "E0507")]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the value and the metadata.
    pub fn into_parts(self) -> (T, ResponseParts) {
        (self.value, self.parts)
    }

    /// Converts the value of the response.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            parts: self.parts,
        }
    }

    /// Returns the HTTP status: 200, 201, 202 (queued) or 204.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// Returns the headers of the response, such as `ratelimit-remaining`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns the deviations of the body from its documentation, which are empty for nearly all responses.
    ///
    /// The values are in the `extra` of their objects. The client logs each kind of deviation once, as a WARN event; with
    /// [`ClientBuilder::strict_responses`](crate::ClientBuilder::strict_responses), a response with a deviation is an error.
    #[must_use]
    pub fn deviations(&self) -> &[Deviation] {
        &self.parts.deviations
    }

    /// Returns the number of requests that the call sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.parts.attempts
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Omits the headers, which can contain a token.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.parts.status)
            .field("value", &self.value)
            .field("deviations", &self.parts.deviations)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ResponseParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseParts")
            .field("status", &self.status)
            .field("deviations", &self.deviations)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

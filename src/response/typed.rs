//! The response that users get: a value, and what came with it.

use std::fmt;
use std::ops::{Deref, DerefMut};

use http::{HeaderMap, StatusCode};

use super::Deviation;

/// The response to a call: its value, with the status and headers that came with it.
///
/// It can be used like the value itself. To move the value out, or a field of it, use [`into_inner`](Self::into_inner).
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

/// What comes with the value of a [`Response`].
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseParts {
    /// The HTTP status: 200, 201, 202 (queued) or 204.
    pub status: StatusCode,
    /// The headers of the response, such as `ratelimit-remaining`.
    pub headers: HeaderMap,
    /// Where the body differs from its documentation.
    pub deviations: Vec<Deviation>,
    /// How many requests the call sent for this response.
    pub attempts: u32,
}

impl<T> Response<T> {
    /// A response with the status 200, for tests of programs that use this crate.
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

    /// A response of its parts.
    pub fn from_parts(value: T, parts: ResponseParts) -> Self {
        Self { value, parts }
    }

    /// The value alone.
    ///
    /// The compiler leads here where a program moves a field out of a response: `cannot move out of dereference of Response` (E0507).
    #[doc(alias = "E0507")]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The value and what came with it.
    pub fn into_parts(self) -> (T, ResponseParts) {
        (self.value, self.parts)
    }

    /// The response with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            parts: self.parts,
        }
    }

    /// The HTTP status: 200, 201, 202 (queued) or 204.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// The headers of the response, such as `ratelimit-remaining`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Where the body differs from its documentation; empty for nearly all responses.
    ///
    /// What differs is not lost: it is in the `extra` of the object that has it. The client logs each kind of deviation once, as a
    /// WARN event; with [`ClientBuilder::strict_responses`](crate::ClientBuilder::strict_responses) a response that deviates is an error.
    #[must_use]
    pub fn deviations(&self) -> &[Deviation] {
        &self.parts.deviations
    }

    /// How many requests the call sent for this response.
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

/// The headers are left out: they can hold a token.
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

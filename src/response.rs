//! Answers: the typed one that users get, and the raw one that the transport hands over.

use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::decode;
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::read::Read;

/// The answer to a call: its value, with the status and headers that came with it.
///
/// It can be used like the value itself; [`into_inner`](Self::into_inner) gives the value away.
#[derive(Clone, Debug)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status: 200, 201, 202 (queued) or 204.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers of the answer, such as `ratelimit-remaining`.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
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

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct RawResponse {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl RawResponse {
    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Self {
            operation,
            status,
            headers,
            body,
        }
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.body
    }

    pub(crate) fn decode<T: for<'de> Read<'de>>(self) -> Result<Response<T>> {
        match decode::from_body(&self.body) {
            Ok(value) => Ok(Response {
                value,
                status: self.status,
                headers: self.headers,
            }),
            Err(error) => {
                let what = decode::describe(&self.body, &error);
                Err(Error::decode(self, what, error))
            }
        }
    }
}

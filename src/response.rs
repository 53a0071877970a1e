//! Answers: the typed one that users get, and the raw one that the pipeline hands over.

use std::fmt;
use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::decode;
use crate::error::{Error, Result};
use crate::operation::{Operation, Security};
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

/// An answer as it came: status, headers and bytes.
///
/// ```no_run
/// # #[cfg(feature = "network-tunnel-groups")]
/// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
/// let answer = client.deployments().list_regions().send_raw().await?;
/// println!("{} {} bytes", answer.status(), answer.body().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RawResponse {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

/// No body that stands for a status or a redirect is longer.
const SHORT: usize = 8192;

/// A body that says by itself that it is an error.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "statusCode")]
    status: u16,
    #[serde(rename = "error")]
    _error: IgnoredAny,
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
            attempts: 0,
        }
    }

    /// The response to the last of so many requests.
    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// The response with the status that its body names: some errors come with status 200.
    pub(crate) fn with_status_of_body(self) -> Self {
        let meant = Some(StatusCode::OK)
            .filter(|ok| self.status == *ok)
            .and_then(|_| self.short_body("statusCode"))
            .map(|body: ErrorBody| body.status)
            .and_then(|status| StatusCode::from_u16(status).ok())
            .filter(|status| status.is_client_error() || status.is_server_error());
        match meant {
            Some(status) => Self { status, ..self },
            None => self,
        }
    }

    /// The body, if it is short and reads as a `T`, which has a property of this name: what answers have seldom is looked for fast.
    pub(crate) fn short_body<T: DeserializeOwned>(&self, property: &str) -> Option<T> {
        let may_be = self.body.len() <= SHORT
            && self
                .body
                .windows(property.len())
                .any(|part| part == property.as_bytes());
        may_be
            .then(|| serde_json::from_slice(&self.body).ok())
            .flatten()
    }

    /// The HTTP status: 200, 201, 202 (queued) or 204.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers of the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The bytes of the body, decompressed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body alone.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// How many requests the call sent for this answer.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Reads the body as JSON of a type of your own.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode), with the place in the body and the body itself.
    pub fn json<T: DeserializeOwned>(self) -> Result<Response<T>> {
        let value = serde_json::from_slice(&self.body);
        self.with_value(value)
    }

    /// Status, headers and body alone.
    pub(crate) fn into_http(self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn decode<T: for<'de> Read<'de>>(self) -> Result<Response<T>> {
        let value = decode::from_body(&self.body);
        self.with_value(value)
    }

    fn with_value<T>(self, value: serde_json::Result<T>) -> Result<Response<T>> {
        match value {
            Ok(value) => Ok(Response {
                value,
                status: self.status,
                headers: self.headers,
            }),
            Err(error) => {
                let what = match self.operation.security {
                    // Of an answer with a token in it nothing is shown.
                    Security::Basic => "the answer is not as documented".to_owned(),
                    Security::Bearer(_) => decode::describe(&self.body, &error),
                };
                let (operation, attempts) = (self.operation, self.attempts);
                Err(Error::decode(operation, self.into_http(), what).with_attempts(attempts))
            }
        }
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A body can hold a secret: that of a new API key.
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

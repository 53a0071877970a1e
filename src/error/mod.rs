//! The error type: what failed, in which operation, and what to do.
//!
//! `constructors` creates errors, `service_error` parses the body of an error response.

mod constructors;
mod service_error;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::operation::Operation;
use service_error::ServiceError;

/// The result of the fallible functions of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a call.
///
/// Match on its [`kind`](Self::kind). The message is for people. An error is cheap to clone. It contains data of the response, and neither
/// credentials nor access tokens of the client.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static Operation>,
    /// The method and path of an undocumented request.
    label: Option<Arc<str>>,
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Bytes,
    service_error: ServiceError,
    retry_after: Option<Duration>,
    attempts: u32,
    /// The certificate of the host is not signed by a trusted authority, so a retry would also fail.
    untrusted: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings or the environment are invalid, so the client cannot be built. Nothing was sent.
    Configuration,
    /// The request cannot be built: an argument is not valid in a URL, a header or a body. Nothing was sent.
    Request,
    /// The service rejected the key and secret. The client does not send them again for a minute.
    Authentication,
    /// The connection failed. The request did not reach the service.
    Connect,
    /// The request timed out. It may have been processed.
    Timeout,
    /// The connection broke before the response was complete. The request may have been processed.
    Connection,
    /// With [`RateLimiting`](crate::RateLimiting), the rate limit would delay the call beyond its total timeout. It was not sent, and
    /// [`Error::retry_after`] returns the delay.
    RateLimitWait,
    /// A redirect to a host that must not receive the access token; the error names the host.
    Redirect,
    /// An error response: see [`Error::status`].
    Service,
    /// The response is longer than [`ClientBuilder::max_response_size`](crate::ClientBuilder::max_response_size).
    ResponseTooLarge,
    /// A successful response that does not match its documentation: see [`Error::body`].
    Decode,
    /// A response with a success status that reports a failure: the request was not carried out, or only in part, such as a bulk call with
    /// `success: false`; or the response is incomplete, such as a 207. [`Error::body`] has the details.
    Partial,
    /// A list that cannot be completed. The stream has returned the items before the failure. The message says what to do.
    Incomplete,
    /// More than one item matches, or there are more items than requested.
    Ambiguous,
    /// The response does not have a value that the program requires: see [`Required`](crate::Required).
    MissingValue,
}

impl fmt::Display for ErrorKind {
    /// Returns a name for logs and metrics: `rate_limit_wait`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "configuration",
            Self::Request => "request",
            Self::Authentication => "authentication",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::RateLimitWait => "rate_limit_wait",
            Self::Redirect => "redirect",
            Self::Service => "service",
            Self::ResponseTooLarge => "response_too_large",
            Self::Decode => "decode",
            Self::Partial => "partial",
            Self::Incomplete => "incomplete",
            Self::Ambiguous => "ambiguous",
            Self::MissingValue => "missing_value",
        })
    }
}

impl Inner {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            operation: None,
            label: None,
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            service_error: ServiceError::default(),
            retry_after: None,
            attempts: 0,
            untrusted: false,
            source: None,
        }
    }
}

impl Error {
    /// Creates an error without a response, for tests of programs that use this crate. [`from_response`](Self::from_response) creates one
    /// from an error response.
    ///
    /// ```
    /// use cisco_secure_access::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Timeout, "no response in 60 s");
    /// assert!(error.is_timeout());
    /// assert_eq!(error.to_string(), "no response in 60 s");
    /// ```
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner::new(kind, message)))
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the operation of the call; `None` without a call, and for an undocumented request.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0
            .operation
            .filter(|operation| operation.is_documented())
    }

    /// Returns the HTTP status of the response; `None` without a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the number of the status; 0 without a response.
    fn status_number(&self) -> u16 {
        self.0.status.map_or(0, |status| status.as_u16())
    }

    /// Returns the headers of the response; empty without a response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the first 64 KiB of the response body; empty without a response.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns the message of the service, for any schema of the response.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_error.message.as_deref()
    }

    /// Returns the error code of the service: `invalid_request`.
    #[must_use]
    pub fn service_code(&self) -> Option<&str> {
        self.0.service_error.code.as_deref()
    }

    /// Returns the id of the request or transaction, for Cisco's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.service_error.request_id.as_deref()
    }

    /// Returns the delay before a retry that the service requests, or five seconds if a resource is locked. With
    /// [`ErrorKind::RateLimitWait`], it is the delay of the rate limit.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the number of requests that the call sent; 0 if nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the call can succeed later and is safe to repeat: the operation is idempotent, or the service did not process the request.
    /// The [`RetryPolicy`](crate::RetryPolicy) of the client retries such calls.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let may_repeat = self
            .0
            .operation
            .is_some_and(|operation| operation.idempotent);
        match self.0.kind {
            ErrorKind::Connect => !self.0.untrusted,
            ErrorKind::RateLimitWait => true,
            // No request was sent, because the acquisition of an access token failed.
            ErrorKind::Timeout | ErrorKind::Connection => may_repeat || self.0.attempts == 0,
            ErrorKind::Service => match self.status_number() {
                429 => true,
                409 => self.0.service_error.is_locked(),
                408 | 500 | 502 | 503 | 504 => may_repeat || self.0.attempts == 0,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the service may have processed the request.
    pub(crate) fn may_be_processed(&self) -> bool {
        match self.0.kind {
            ErrorKind::Timeout | ErrorKind::Connection => true,
            ErrorKind::Service => matches!(self.status_number(), 408 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// Whether the credentials are invalid or lack a permission: 401 or 403. An error that another server may have caused does not count:
    /// see [`Operation::upstream_errors`].
    #[must_use]
    pub fn is_auth(&self) -> bool {
        let is_status = matches!(self.status_number(), 401 | 403) && !self.is_upstream_error();
        self.0.kind == ErrorKind::Authentication || is_status
    }

    /// Whether the resource does not exist: 404. An error that another server may have caused does not count: see
    /// [`Operation::upstream_errors`].
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status_number() == 404 && !self.is_upstream_error()
    }

    /// Whether another server, which the service called, may have caused the error.
    fn is_upstream_error(&self) -> bool {
        let operation = self.0.operation.zip(self.0.status);
        operation.is_some_and(|(operation, status)| operation.is_upstream_error(status))
    }

    /// Whether the rate limit is exceeded: 429, or [`ErrorKind::RateLimitWait`].
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status_number() == 429 || self.0.kind == ErrorKind::RateLimitWait
    }

    /// Whether the resource already exists or is locked: 409.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status_number() == 409
    }

    /// Whether the request timed out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the connection failed, so that the request did not reach the service.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.label, self.0.operation) {
            (Some(label), _) => write!(f, "{label}: ")?,
            (None, Some(operation)) => write!(f, "{}: ", operation.id)?,
            (None, None) => {}
        }
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(f, " (attempts: {})", self.0.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.map(|operation| operation.id))
            .field("status", &self.status())
            .field("message", &self.0.message)
            .field("request_id", &self.0.service_error.request_id)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

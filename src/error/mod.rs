//! The one error type: what went wrong, in which operation, and what to do about it.
//!
//! `made` says how each failure becomes an error, `said` reads what the service says in its answer.

mod made;
mod said;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::operation::Operation;
use said::Said;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, or could not be made.
///
/// [`kind`](Self::kind) is there to `match` on; the message is for people. It is cheap to clone, and holds no secret: neither credentials
/// nor tokens, only what the service answered.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static Operation>,
    /// What was called, where that has no name.
    subject: Option<Arc<str>>,
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Bytes,
    said: Said,
    retry_after: Option<Duration>,
    attempts: u32,
    /// The host showed a certificate that nobody vouches for, and would again.
    untrusted: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built: something in its settings or in the environment. Nothing was sent.
    Configuration,
    /// The request cannot be built: an argument that no URL or body can hold. Nothing was sent.
    Request,
    /// The service refused the key and secret. Final: the same credentials will not be tried again.
    Authentication,
    /// No connection to the service: it was surely not reached.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// With [`Pacing`](crate::Pacing): the rate limit would keep the call waiting beyond its deadline. It was not sent, and
    /// [`Error::retry_after`] says how long it would wait.
    Pacing,
    /// The service pointed to a place where the access token must not go; the error names the host.
    Redirect,
    /// The service answered, and the answer is an error: see [`Error::status`].
    Service,
    /// The answer is longer than the client reads ([`ClientBuilder::answer_limit`](crate::ClientBuilder::answer_limit)).
    TooLong,
    /// The service answered with success, and the answer is not what is documented: see [`Error::body`].
    Decode,
    /// The service reports success, and says in the response that it did not carry out the request, or only a part of it: a bulk call
    /// with `success: false`. [`Error::body`] has the details.
    Partial,
    /// Nothing in a listing is what was looked for, such as an item of this name.
    Absent,
    /// More is there than was asked for, or than can be told apart: several items of one name, more items than a collection may have.
    TooMany,
}

impl Inner {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            operation: None,
            subject: None,
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            said: Said::default(),
            retry_after: None,
            attempts: 0,
            untrusted: false,
            source: None,
        }
    }
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that was called; `None` where no call was made, or of a request that no document describes.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0
            .operation
            .filter(|operation| operation.is_documented())
    }

    /// The HTTP status of the answer; `None` where there was none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The headers of the answer; empty where there was none.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body of the answer as it came, its first 64 KiB; empty where there was none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// What the service says in words, in whatever shape its answer has.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        self.0.said.message.as_deref()
    }

    /// The service's own name or number of the error: `invalid_request`.
    #[must_use]
    pub fn service_code(&self) -> Option<&str> {
        self.0.said.code.as_deref()
    }

    /// The service's name of the request or transaction, which its support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.said.request_id.as_deref()
    }

    /// How long the service asks to wait before the next attempt; five seconds where something is locked. With
    /// [`ErrorKind::Pacing`], how long the rate limit would keep the call waiting.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many requests the call sent, the one that failed last included; 0 where nothing was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the same call may go well later, and surely does no harm if it is made again: the operation may be repeated, or the
    /// service did nothing this time. The client's [`RetryPolicy`](crate::RetryPolicy) tries such calls again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let may_repeat = self
            .0
            .operation
            .is_some_and(|operation| operation.idempotent);
        match self.0.kind {
            ErrorKind::Connect => !self.0.untrusted,
            ErrorKind::Pacing => true,
            ErrorKind::Timeout | ErrorKind::Interrupted => may_repeat,
            ErrorKind::Service => match self.status() {
                Some(429) => true,
                Some(409) => self.0.said.is_locked(),
                Some(408 | 500 | 502 | 503 | 504) => may_repeat,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the service refused the credentials, or they do not allow this: 401 or 403.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        self.0.kind == ErrorKind::Authentication || matches!(self.status(), Some(401 | 403))
    }

    /// Whether there is no such thing: 404, or nothing in a listing that was looked for.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.0.kind == ErrorKind::Absent
    }

    /// Whether too many calls were made: 429, or the client's own pacing kept this one back.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429) || self.0.kind == ErrorKind::Pacing
    }

    /// Whether it exists already, or is locked: 409.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// Whether there was no answer in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether there was no connection: the service was surely not reached.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.subject, self.0.operation) {
            (Some(subject), _) => write!(f, "{subject}: ")?,
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
            .field("request_id", &self.0.said.request_id)
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

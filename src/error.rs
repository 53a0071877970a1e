//! The one error type: what went wrong, in which operation, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::client::Client;
use crate::cloud::Cloud;
use crate::operation::{Operation, Security};
use crate::response::RawResponse;
use crate::transport::told_wait;

/// How much of a body an error keeps.
const LARGEST_BODY: usize = 64 * 1024;
/// How long a call waits for what is locked, where the service does not say it: about as long as a change of a rule set takes.
const LOCKED_FOR: Duration = Duration::from_secs(5);

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
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self(Arc::new(Inner::new(ErrorKind::Configuration, message)))
    }

    pub(crate) fn request(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Request, operation, message)
    }

    /// A failure that is not that of a single call: of what several answers say together.
    pub(crate) fn of(
        kind: ErrorKind,
        operation: &'static Operation,
        message: impl Into<String>,
    ) -> Self {
        Self(Arc::new(Inner {
            operation: Some(operation),
            ..Inner::new(kind, message)
        }))
    }

    /// An answer with only a part of what was asked for, where that is no use.
    pub(crate) fn partial(operation: &'static Operation) -> Self {
        let status = StatusCode::MULTI_STATUS;
        let message = format!("the service answered {status}, with only a part of what there is");
        Self::of(ErrorKind::Service, operation, message).change(|inner| inner.status = Some(status))
    }

    /// A failure to get an answer at all.
    pub(crate) fn transport(
        operation: &'static Operation,
        host: &str,
        error: reqwest::Error,
    ) -> Self {
        let error = error.without_url();
        let cause = root_cause(&error);
        let untrusted = error.is_connect() && cause.contains("certificate");
        let (kind, message) = if untrusted {
            let message = format!(
                "cannot connect to {host}: {cause}; an authority that the system does not know is told to the client with `root_certificate`"
            );
            (ErrorKind::Connect, message)
        } else if error.is_connect() {
            let message = format!("cannot connect to {host}: {cause}");
            (ErrorKind::Connect, message)
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("no answer from {host} in time"))
        } else if error.is_builder() {
            let message = format!("the request cannot be built: {cause}");
            (ErrorKind::Request, message)
        } else {
            let message =
                format!("the connection to {host} broke before the answer was complete: {cause}");
            (ErrorKind::Interrupted, message)
        };
        Self(Arc::new(Inner {
            operation: Some(operation),
            untrusted,
            source: Some(Box::new(error)),
            ..Inner::new(kind, message)
        }))
    }

    /// An answer that began, or may have, and did not end.
    pub(crate) fn interrupted(
        operation: &'static Operation,
        host: &str,
        error: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        let message = format!(
            "the connection to {host} broke before the answer was complete: {}",
            root_cause(&*error)
        );
        Self(Arc::new(Inner {
            operation: Some(operation),
            source: Some(error),
            ..Inner::new(ErrorKind::Interrupted, message)
        }))
    }

    /// No answer within the time that the client gives it.
    pub(crate) fn timeout(operation: &'static Operation, host: &str, limit: Duration) -> Self {
        let message = format!("no answer from {host} in {} s", limit.as_secs_f64());
        Self(Arc::new(Inner {
            operation: Some(operation),
            ..Inner::new(ErrorKind::Timeout, message)
        }))
    }

    /// A call that the client's own pacing keeps beyond its deadline.
    pub(crate) fn pacing(operation: &'static Operation, wait: Duration, left: Duration) -> Self {
        let message = format!(
            "not sent: the rate limit lets it go in {:.1} s, and its deadline is in {:.1} s",
            wait.as_secs_f64(),
            left.as_secs_f64()
        );
        Self(Arc::new(Inner {
            operation: Some(operation),
            retry_after: Some(wait),
            ..Inner::new(ErrorKind::Pacing, message)
        }))
    }

    /// An answer that is longer than the client reads.
    pub(crate) fn too_long(
        operation: &'static Operation,
        status: StatusCode,
        limit: usize,
    ) -> Self {
        let message = format!(
            "the answer is longer than {limit} bytes, the most that this client reads: ask for less at a time, or set `answer_limit`"
        );
        Self(Arc::new(Inner {
            operation: Some(operation),
            status: Some(status),
            ..Inner::new(ErrorKind::TooLong, message)
        }))
    }

    /// An answer that the HTTP client got where it was not sent.
    pub(crate) fn led_on(operation: &'static Operation, host: &str) -> Self {
        let message = format!(
            "the HTTP client followed a redirect to {host} by itself: build it with `reqwest::redirect::Policy::none()`"
        );
        Self(Arc::new(Inner {
            operation: Some(operation),
            ..Inner::new(ErrorKind::Redirect, message)
        }))
    }

    /// An answer that is an error.
    pub(crate) fn service(response: RawResponse, client: &Client) -> Self {
        let operation = response.operation();
        let status = response.status_code();
        let said = Said::new(response.body(), response.headers());
        let is_locked = status == StatusCode::CONFLICT && said.is_locked();
        let retry_after = told_wait(status, response.headers(), client.runtime().date())
            .or(is_locked.then_some(LOCKED_FOR));
        let refused = matches!(operation.security, Security::Basic)
            && matches!(status.as_u16(), 400 | 401 | 403);
        let (kind, mut message) = if refused {
            let message =
                "the service refused the key and secret; they are not tried again".to_owned();
            (ErrorKind::Authentication, message)
        } else {
            (ErrorKind::Service, format!("the service answered {status}"))
        };
        if let Some(said) = &said.message {
            message.push_str(": ");
            message.push_str(said);
        }
        for advice in advice(operation, status)
            .into_iter()
            .chain(undocumented(operation, client.cloud()))
        {
            message.push_str("; ");
            message.push_str(&advice);
        }
        Self(Arc::new(Inner {
            operation: Some(operation),
            status: Some(status),
            attempts: response.attempts(),
            headers: response.headers().clone(),
            body: kept(response.into_body()),
            said,
            retry_after,
            ..Inner::new(kind, message)
        }))
    }

    /// An answer that points to a host where the call does not follow.
    pub(crate) fn redirect(response: &RawResponse, host: &str, why: &str) -> Self {
        let message = format!("the service points to {host}, and the call does not follow: {why}");
        Self(Arc::new(Inner {
            operation: Some(response.operation()),
            status: Some(response.status_code()),
            headers: response.headers().clone(),
            ..Inner::new(ErrorKind::Redirect, message)
        }))
    }

    /// An answer that cannot be read; `what` says where in it.
    pub(crate) fn decode(response: RawResponse, what: String) -> Self {
        Self(Arc::new(Inner {
            operation: Some(response.operation()),
            status: Some(response.status_code()),
            attempts: response.attempts(),
            headers: response.headers().clone(),
            body: match response.operation().security {
                // A token, or a part of one.
                Security::Basic => Bytes::new(),
                Security::Bearer(_) => kept(response.into_body()),
            },
            ..Inner::new(ErrorKind::Decode, what)
        }))
    }

    /// The error of a call that sent so many requests.
    pub(crate) fn after(self, attempts: u32) -> Self {
        self.change(|inner| inner.attempts = attempts)
    }

    /// The error of a request that has no name.
    pub(crate) fn about(self, subject: Arc<str>) -> Self {
        self.change(|inner| inner.subject = Some(subject))
    }

    /// Says more about why the call failed.
    pub(crate) fn because(self, why: String) -> Self {
        self.change(|inner| {
            inner.message.push_str("; ");
            inner.message.push_str(&why);
        })
    }

    /// Changes an error that nobody else has yet.
    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }

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

/// What is at the bottom of an error.
fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// The part of a body that an error keeps, and nothing that is longer in memory.
fn kept(body: Bytes) -> Bytes {
    match body.get(..LARGEST_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body,
    }
}

/// What can be done about an answer, where its status says it.
fn advice(operation: &Operation, status: StatusCode) -> Option<String> {
    match (status.as_u16(), operation.security) {
        (403, Security::Bearer([])) => Some("the API key may lack an OAuth scope".to_owned()),
        (403, Security::Bearer(scopes)) => Some(format!(
            "the API key may lack the OAuth scope {}",
            scopes.join(", ")
        )),
        (429, _) => Some("the rate limit is exceeded: wait before the next call".to_owned()),
        _ => None,
    }
}

/// Documentation lags the service, so the call was made; that it failed may be why the cloud does not document it.
fn undocumented(operation: &Operation, cloud: &Cloud) -> Option<String> {
    let name = cloud.name()?;
    let is_documented = operation.clouds.is_empty() || operation.clouds.contains(&name);
    (!is_documented).then(|| format!("the operation is not documented for the cloud `{cloud}`"))
}

/// What an error answer says, whatever its shape.
#[derive(Default)]
struct Said {
    message: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
}

impl Said {
    fn new(body: &[u8], headers: &HeaderMap) -> Self {
        const MESSAGES: &[&str] = &[
            "/message",
            "/data/message",
            "/error_description",
            "/error/message",
            "/error",
            "/errors/0/message",
            "/errors/0",
            "/data/errors/0/message",
            "/data/errors/0",
            "/data/error",
            "/detail",
            "/Error",
            "/body/Param error",
            "/status/text",
            "/error_id",
        ];
        const CODES: &[&str] = &[
            "/code",
            "/errorCode",
            "/error/code",
            "/errors/0/code",
            "/data/code",
            "/error",
            "/error_id",
            "/status/code",
        ];
        const REQUEST_IDS: &[&str] = &["/txId", "/transactionId", "/requestId"];
        const REQUEST_ID_HEADERS: &[&str] =
            &["x-request-id", "x-transaction-id", "x-amzn-requestid"];
        /// A text longer than this is an HTML page or the like.
        const LONGEST: usize = 500;

        let json = serde_json::from_slice::<Value>(body);
        let find = |places: &[&str]| {
            let json = json.as_ref().ok()?;
            places.iter().find_map(|place| match json.pointer(place)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        let plain = || std::str::from_utf8(body).ok().map(str::to_owned);
        let message = match &json {
            Ok(_) => find(MESSAGES),
            Err(_) => plain(),
        };
        let in_headers = || {
            REQUEST_ID_HEADERS
                .iter()
                .find_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned))
        };
        let short = |text: String| {
            let text = text.trim();
            let is_short = !text.is_empty() && text.len() <= LONGEST && !text.starts_with('<');
            is_short.then(|| text.to_owned())
        };
        Self {
            message: message.and_then(short),
            code: find(CODES).and_then(short),
            request_id: find(REQUEST_IDS).or_else(in_headers).and_then(short),
        }
    }

    /// Whether the service says that somebody else changes the same thing.
    fn is_locked(&self) -> bool {
        self.message
            .as_ref()
            .is_some_and(|message| message.to_ascii_lowercase().contains("locked"))
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

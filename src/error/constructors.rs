//! The constructors of errors: kind, message, and a hint for the user.

use std::error::Error as StdError;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::service_error::ServiceError;
use super::{Error, ErrorKind, Inner};
use crate::operation::{CloudKind, Operation, Security};

/// The maximum size of a response body in an error, in bytes.
const MAX_ERROR_BODY: usize = 64 * 1024;
/// The delay before a retry after a lock, if the service does not request one: about the duration of a rule change.
const LOCK_RETRY_DELAY: Duration = Duration::from_secs(5);

impl Error {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// The error of a missing value, with the location in the program that requires it.
    pub(crate) fn missing_value(location: &Location<'_>) -> Self {
        Self::new(
            ErrorKind::MissingValue,
            format!("the response lacks a value that is required at {location}"),
        )
    }

    pub(crate) fn request(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Request, operation, message)
    }

    /// An error of several responses.
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

    /// An incomplete response.
    pub(crate) fn partial(
        operation: &'static Operation,
        status: StatusCode,
        message: impl Into<String>,
    ) -> Self {
        Self::of(ErrorKind::Partial, operation, message).change(|inner| inner.status = Some(status))
    }

    /// A request that got no response.
    pub(crate) fn transport(
        operation: &'static Operation,
        host: &str,
        error: reqwest::Error,
    ) -> Self {
        let error = error.without_url();
        let untrusted = error.is_connect() && root_cause(&error).contains("certificate");
        let (kind, message) = if untrusted {
            let message = format!(
                "cannot connect to {host}: its certificate is not trusted; add its certificate authority with `root_certificate`"
            );
            (ErrorKind::Connect, message)
        } else if error.is_connect() {
            (ErrorKind::Connect, format!("cannot connect to {host}"))
        } else if error.is_timeout() {
            let message = format!("no response from {host} in time");
            (ErrorKind::Timeout, message)
        } else if error.is_builder() {
            let message = "the request cannot be built".to_owned();
            (ErrorKind::Request, message)
        } else {
            (ErrorKind::Connection, broken_connection(host))
        };
        Self::of(kind, operation, message).change(|inner| {
            inner.untrusted = untrusted;
            inner.source = Some(Arc::new(error));
        })
    }

    /// A connection that broke before the response was complete.
    pub(crate) fn connection(
        operation: &'static Operation,
        host: &str,
        error: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        Self::of(ErrorKind::Connection, operation, broken_connection(host))
            .change(|inner| inner.source = Some(error.into()))
    }

    /// A request that timed out.
    pub(crate) fn timeout(operation: &'static Operation, host: &str, limit: Duration) -> Self {
        let message = format!("no response from {host} in {} s", limit.as_secs_f64());
        Self::of(ErrorKind::Timeout, operation, message)
    }

    /// A call whose total timeout elapsed before it was sent.
    pub(crate) fn not_sent_in_time(operation: &'static Operation, limit: Duration) -> Self {
        let message = format!(
            "not sent: the total timeout elapsed after {} s without an access token",
            limit.as_secs_f64()
        );
        Self::of(ErrorKind::Timeout, operation, message)
    }

    /// A step of the token acquisition that timed out.
    pub(crate) fn token_timeout(step: &str, limit: Duration) -> Self {
        let message = format!(
            "no access token within {} s: {step} did not respond",
            limit.as_secs_f64()
        );
        Self::new(ErrorKind::Timeout, message)
    }

    /// A call that the rate limit would delay beyond its total timeout.
    pub(crate) fn rate_limit_wait(
        operation: &'static Operation,
        delay: Duration,
        remaining: Duration,
    ) -> Self {
        let message = format!(
            "not sent: the rate limit allows the request in {:.1} s, but only {:.1} s of the total timeout remain",
            delay.as_secs_f64(),
            remaining.as_secs_f64()
        );
        Self::of(ErrorKind::RateLimitWait, operation, message)
            .change(|inner| inner.retry_after = Some(delay))
    }

    /// A response that exceeds the maximum size.
    pub(crate) fn response_too_large(
        operation: &'static Operation,
        status: StatusCode,
        limit: usize,
    ) -> Self {
        let message = format!(
            "the response is longer than {limit} bytes, the maximum of this client: request less data, or increase `max_response_size`"
        );
        Self::of(ErrorKind::ResponseTooLarge, operation, message)
            .change(|inner| inner.status = Some(status))
    }

    /// A response from another URL than that of the request.
    pub(crate) fn followed_redirect(operation: &'static Operation, host: &str) -> Self {
        let message = format!(
            "the HTTP client followed a redirect to {host}: build it with `reqwest::redirect::Policy::none()`"
        );
        Self::of(ErrorKind::Redirect, operation, message)
    }

    /// An error response; `cloud` is the cloud that sent it, if the cloud has documents of its own.
    pub(crate) fn service(
        operation: &'static Operation,
        response: Response<Bytes>,
        retry_after: Option<Duration>,
        cloud: Option<CloudKind>,
    ) -> Self {
        let (head, body) = response.into_parts();
        let status = head.status;
        let service_error = ServiceError::new(&body, &head.headers);
        let is_locked = status == StatusCode::CONFLICT && service_error.is_locked();
        let retry_after = retry_after.or(is_locked.then_some(LOCK_RETRY_DELAY));
        let rejects_credentials = operation.security == Security::Basic
            && service_error.rejects_credentials(status, &body);
        let (kind, mut message) = if rejects_credentials {
            let message = "the service rejected the key and secret".to_owned();
            (ErrorKind::Authentication, message)
        } else {
            (
                ErrorKind::Service,
                format!("the service responded with {status}"),
            )
        };
        if let Some(text) = &service_error.message {
            message.push_str(": ");
            // The service may repeat data of the request, which must not add lines to an event or a terminal.
            message.extend(text.chars().flat_map(escaped));
        }
        for hint in hint(operation, status)
            .into_iter()
            .chain(undocumented(operation, cloud))
        {
            message.push_str("; ");
            message.push_str(&hint);
        }
        Self(Arc::new(Inner {
            operation: Some(operation),
            status: Some(status),
            headers: head.headers,
            body: kept(body),
            service_error,
            retry_after,
            ..Inner::new(kind, message)
        }))
    }

    /// A redirect that the client does not follow.
    pub(crate) fn redirect(
        operation: &'static Operation,
        response: Response<Bytes>,
        host: &str,
        reason: &str,
    ) -> Self {
        let message = format!("the redirect to {host} was not followed: {reason}");
        Self::of(ErrorKind::Redirect, operation, message).change(|inner| {
            inner.status = Some(response.status());
            inner.headers = response.into_parts().0.headers;
        })
    }

    /// A response with a success status that is an error. The error keeps the complete body.
    pub(crate) fn of_response(
        kind: ErrorKind,
        operation: &'static Operation,
        response: Response<Bytes>,
        message: String,
    ) -> Self {
        let (head, body) = response.into_parts();
        Self::of(kind, operation, message).change(|inner| {
            inner.status = Some(head.status);
            inner.headers = head.headers;
            inner.body = match operation.security {
                // The body can contain a token.
                Security::Basic => Bytes::new(),
                Security::Bearer(_) => body,
            };
        })
    }

    /// The error of a call without an access token.
    pub(crate) fn of_token(&self, operation: &'static Operation, attempts: u32) -> Self {
        Self(Arc::new(Inner {
            operation: Some(operation),
            attempts,
            message: format!("no access token: {}", self.0.message),
            ..(*self.0).clone()
        }))
    }

    /// Sets the number of requests that the call sent.
    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        self.change(|inner| inner.attempts = attempts)
    }

    /// Sets the name of the request, if its operation has none.
    pub(crate) fn with_label(self, label: Arc<str>) -> Self {
        self.change(|inner| inner.label = Some(label))
    }

    /// Prepends context to the message.
    pub(crate) fn with_context(self, context: String) -> Self {
        self.change(|inner| {
            inner.message.push_str("; ");
            inner.message.push_str(&context);
        })
    }

    /// Changes an error that has no other owner.
    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            change(inner);
        }
        self
    }
}

fn broken_connection(host: &str) -> String {
    format!("the connection to {host} broke before the response was complete")
}

/// Escapes characters that control a terminal: control characters, and Unicode characters that separate lines or change the direction.
fn escaped(c: char) -> impl Iterator<Item = char> {
    const DIRECTIONS: [char; 3] = ['\u{61c}', '\u{200e}', '\u{200f}'];
    let is_control = c.is_control()
        || DIRECTIONS.contains(&c)
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let (plain, escape) = match is_control {
        true => (None, Some(c.escape_default())),
        false => (Some(c), None),
    };
    plain.into_iter().chain(escape.into_iter().flatten())
}

/// Returns the innermost cause of an error.
fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Copies the part of a body that an error keeps, so that the error does not keep the complete buffer alive.
fn kept(body: Bytes) -> Bytes {
    match body.get(..MAX_ERROR_BODY) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body,
    }
}

/// Returns a hint about an error response, by its status.
fn hint(operation: &Operation, status: StatusCode) -> Option<String> {
    if operation.is_upstream_error(status) {
        let hint =
            "another server, which the service called for the request, may have caused this error";
        return Some(hint.to_owned());
    }
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

/// Returns a hint if the operation is not documented for the cloud. Documents lag the service, so the call was sent.
fn undocumented(operation: &Operation, cloud: Option<CloudKind>) -> Option<String> {
    let cloud = cloud?;
    let is_documented = operation.clouds.is_empty() || operation.clouds.contains(&cloud);
    (!is_documented).then(|| format!("the operation is not documented for the cloud `{cloud}`"))
}

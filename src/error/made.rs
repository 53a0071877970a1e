//! How each failure becomes an error: its kind, its message, and what to do about it.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::said::Said;
use super::{Error, ErrorKind, Inner};
use crate::client::Client;
use crate::cloud::Cloud;
use crate::operation::{Operation, Security};
use crate::response::RawResponse;
use crate::transport::told_wait;

/// How much of a body an error keeps.
const LARGEST_BODY: usize = 64 * 1024;
/// How long a call waits for what is locked, where the service does not say it: about as long as a change of a rule set takes.
const LOCKED_FOR: Duration = Duration::from_secs(5);

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

    /// A response that cannot be decoded; `message` says where. It keeps the whole body.
    pub(crate) fn decode(response: RawResponse, message: String) -> Self {
        Self::of_response(ErrorKind::Decode, response, message)
    }

    /// A response with a status of success whose `property` says that the request was not carried out, or only in part.
    pub(crate) fn not_carried_out(response: RawResponse, property: &str) -> Self {
        let message = format!(
            "the service responded {} with `{}: false`: it did not carry out the request, or only a part of it; the body says what",
            response.status_code(),
            property.trim_start_matches('/')
        );
        Self::of_response(ErrorKind::Partial, response, message)
    }

    fn of_response(kind: ErrorKind, response: RawResponse, message: String) -> Self {
        Self(Arc::new(Inner {
            operation: Some(response.operation()),
            status: Some(response.status_code()),
            attempts: response.attempts(),
            headers: response.headers().clone(),
            body: match response.operation().security {
                // A token, or a part of one.
                Security::Basic => Bytes::new(),
                Security::Bearer(_) => response.into_body(),
            },
            ..Inner::new(kind, message)
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

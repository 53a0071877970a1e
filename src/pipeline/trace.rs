//! The `tracing` span of a request, with events for its attempts and delays, and with the OpenTelemetry names for HTTP clients.
//!
//! The span does not contain tokens, secrets, headers, bodies, queries, path values or messages of the service. An error is recorded as its
//! status or kind.

use std::time::Duration;

use tracing::{Level, Span, debug, field::Empty, info_span, warn};

use super::request::PreparedRequest;
use crate::error::{Error, Result};
use crate::response::RawResponse;

/// The span of a request.
pub(super) fn request_span(request: &PreparedRequest) -> Span {
    let operation = request.operation;
    info_span!(
        target: "cisco_secure_access",
        "call",
        otel.name = format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        operation = operation.id,
        http.request.method = operation.method.as_str(),
        url.template = operation.path,
        server.address = request.url.host_str(),
        server.port = request.url.port_or_known_default(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
    )
}

/// Records the result of a request in its span.
pub(super) fn record_result(span: &Span, result: &Result<RawResponse>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts) = match result {
        Ok(response) => (Some(response.status()), response.attempts()),
        Err(error) => (error.status(), error.attempts()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
    if let Err(error) = result {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error_type(error).as_str());
    }
}

/// Emits the event of a completed attempt.
pub(super) fn attempt(response: &Result<RawResponse>, sent: u32) {
    if !tracing::enabled!(target: "cisco_secure_access", Level::DEBUG) {
        return;
    }
    let resent = sent.saturating_sub(1);
    match response {
        Ok(response) => debug!(
            target: "cisco_secure_access",
            {
                http.response.status_code = response.status().as_u16(),
                http.response.body.size = response.body().len(),
                http.request.resend_count = resent,
            },
            "response"
        ),
        Err(error) => debug!(
            target: "cisco_secure_access",
            {
                error.type = error_type(error),
                http.request.resend_count = resent,
            },
            "no response"
        ),
    }
}

/// Emits the event of a delay before a retry.
pub(super) fn retry(error: &Error, delay: Duration) {
    warn!(
        target: "cisco_secure_access",
        { error.type = error_type(error) },
        "retry in {:.1} s",
        delay.as_secs_f64()
    );
}

/// The status if there is one, otherwise the kind of the error.
pub(super) fn error_type(error: &Error) -> String {
    match error.status() {
        Some(status) => status.as_str().to_owned(),
        None => error.kind().to_string(),
    }
}

//! What a program can see of its calls with `tracing`: a span for each call, events for its attempts and waits, named as OpenTelemetry
//! names HTTP. No token, no secret, no header, no body, and of the URL neither query nor path values.

use std::time::Duration;

use tracing::{Level, Span, debug, field::Empty, info_span, warn};
use url::Url;

use crate::call::Call;
use crate::error::{Error, Result};
use crate::response::RawResponse;

/// The span of a call.
pub(super) fn call(call: &Call, url: &Url) -> Span {
    let operation = call.operation();
    info_span!(
        target: "cisco_secure_access",
        "call",
        otel.name = format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        operation = operation.id,
        http.request.method = operation.method.as_str(),
        url.template = operation.path,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
    )
}

/// What came of a call.
pub(super) fn end(span: &Span, result: &Result<RawResponse>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts) = match result {
        Ok(answer) => (Some(answer.status()), answer.attempts()),
        Err(error) => (error.status(), error.attempts()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
    if let Err(error) = result {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error_type(error).as_str());
    }
}

/// An attempt has ended.
pub(super) fn attempt(answer: &Result<RawResponse>, sent: u32) {
    if !tracing::enabled!(target: "cisco_secure_access", Level::DEBUG) {
        return;
    }
    let resent = sent.saturating_sub(1);
    match answer {
        Ok(answer) => debug!(
            target: "cisco_secure_access",
            {
                http.response.status_code = answer.status(),
                http.response.body.size = answer.body().len(),
                http.request.resend_count = resent,
            },
            "answered"
        ),
        Err(error) => debug!(
            target: "cisco_secure_access",
            {
                error.type = error_type(error),
                http.request.resend_count = resent,
            },
            "failed: {error}"
        ),
    }
}

/// A call waits to be tried again.
pub(super) fn retry(error: &Error, wait: Duration) {
    warn!(
        target: "cisco_secure_access",
        { error.type = error_type(error) },
        "tries again in {:.1} s: {error}",
        wait.as_secs_f64()
    );
}

/// The status where there is one, and the kind of the error where not.
fn error_type(error: &Error) -> String {
    match error.status() {
        Some(status) => status.to_string(),
        None => format!("{:?}", error.kind()).to_lowercase(),
    }
}

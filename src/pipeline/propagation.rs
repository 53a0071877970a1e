//! Trace context in requests (W3C Trace Context), so that the service or a proxy can continue the trace of a program.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// Adds the context of the current span, if there is one and the request does not set another.
pub(super) fn inject_trace_context(headers: &mut HeaderMap) {
    if headers.contains_key(TRACE_PARENT) {
        return;
    }
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    if !span.is_valid() {
        return;
    }
    let parent = format!(
        "00-{}-{}-{:02x}",
        span.trace_id(),
        span.span_id(),
        span.trace_flags()
    );
    if let Ok(parent) = HeaderValue::try_from(parent) {
        headers.insert(TRACE_PARENT, parent);
    }
    let state = span.trace_state().header();
    if let (false, Ok(state)) = (state.is_empty(), HeaderValue::try_from(state)) {
        headers.insert(TRACE_STATE, state);
    }
}

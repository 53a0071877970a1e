//! What response headers say about retries and rate limits.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

/// The delay that the service requests: `Retry-After` in seconds or as a date, or with status 429 the time until the rate limit resets.
pub(super) fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> Option<Duration> {
    let until = || {
        let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    };
    let reset = || {
        let is_limited = status == StatusCode::TOO_MANY_REQUESTS;
        seconds(headers, "ratelimit-reset").filter(|_| is_limited)
    };
    seconds(headers, RETRY_AFTER.as_str())
        .or_else(until)
        .or_else(reset)
}

/// The value of a header, if it has this type.
pub(super) fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The value of a header that counts seconds.
pub(super) fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header(headers, name)?).ok()
}

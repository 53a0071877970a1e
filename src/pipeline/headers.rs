//! Response headers for retries and rate limits.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

/// The maximum time until a rate limit resets, and the maximum window. A larger value is invalid.
pub(super) const MAX_RESET: Duration = Duration::from_secs(24 * 3600);
/// A number of seconds from which it is a Unix time.
const FIRST_EPOCH: f64 = 1e9;
/// A number from which it is a Unix time in milliseconds.
const FIRST_EPOCH_MILLIS: f64 = 1e11;

/// The time at which the service sent a response: its `Date`, or `now` without one. Times in other headers are compared with it, so that
/// the clocks of service and client can differ.
pub(super) fn response_date(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    date(headers, DATE.as_str()).unwrap_or(now)
}

/// The delay that the service requests: `Retry-After` in seconds or as a date, or, with status 429, the time until the rate limit resets.
pub(super) fn retry_after(
    status: StatusCode,
    headers: &HeaderMap,
    response_date: SystemTime,
) -> Option<Duration> {
    let until = || {
        let date = date(headers, RETRY_AFTER.as_str())?;
        Some(date.duration_since(response_date).unwrap_or_default())
    };
    let reset = || {
        let is_limited = status == StatusCode::TOO_MANY_REQUESTS;
        rate_limit_reset(headers, response_date).filter(|_| is_limited)
    };
    seconds(headers, RETRY_AFTER.as_str())
        .or_else(until)
        .or_else(reset)
}

/// The time until the rate limit resets: `ratelimit-reset` in seconds, as a Unix time, or as a date. Any other value is ignored.
pub(super) fn rate_limit_reset(headers: &HeaderMap, response_date: SystemTime) -> Option<Duration> {
    const RESET: &str = "ratelimit-reset";
    let until = |date: SystemTime| Some(date.duration_since(response_date).unwrap_or_default());
    let reset = match header::<f64>(headers, RESET) {
        None => until(date(headers, RESET)?),
        Some(number) if number < FIRST_EPOCH => Duration::try_from_secs_f64(number).ok(),
        Some(number) => {
            let seconds = match number < FIRST_EPOCH_MILLIS {
                true => number,
                false => number / 1000.0,
            };
            let since_epoch = Duration::try_from_secs_f64(seconds).ok()?;
            until(UNIX_EPOCH.checked_add(since_epoch)?)
        }
    };
    reset.filter(|reset| *reset <= MAX_RESET)
}

/// The value of a header, if it has this type.
pub(super) fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The value of a header that counts seconds.
fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header(headers, name)?).ok()
}

/// The value of a header that is a date.
fn date(headers: &HeaderMap, name: &str) -> Option<SystemTime> {
    let value = headers.get(name)?.to_str().ok()?;
    httpdate::parse_http_date(value.trim()).ok()
}

//! What a response says about limits.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use crate::operation::RateLimitWindow;
use crate::pipeline::headers::{MAX_RESET, header, rate_limit_reset, response_date, retry_after};
use crate::rate_limit::{Allowance, Observation};
use crate::response::RawResponse;

/// The maximum number of requests in a response header. Each request in a window is remembered, and the remaining ones are at most those of
/// a window.
pub(super) const MAX_WINDOW_REQUESTS: u64 = 100_000;

/// Reads what a response that has just arrived says about limits.
pub(super) fn observe(response: &RawResponse, system_time: SystemTime) -> Observation {
    Observation {
        limits: limits(response.headers()).collect(),
        allowance: allowance(response, system_time),
    }
}

/// The maximum number of further requests, in the headers of a response that has just arrived.
pub(super) fn allowance(response: &RawResponse, system_time: SystemTime) -> Option<Allowance> {
    let headers = response.headers();
    let date = response_date(headers, system_time);
    let status = response.status();
    let requested = retry_after(status, headers, date).filter(|delay| *delay <= MAX_RESET);
    match (status, requested) {
        (StatusCode::TOO_MANY_REQUESTS, Some(delay)) => Some(Allowance::new(0, delay, true)),
        _ => header(headers, "ratelimit-remaining")
            .zip(rate_limit_reset(headers, date))
            .map(|(remaining, reset): (u64, _)| {
                Allowance::new(remaining.min(MAX_WINDOW_REQUESTS), reset, false)
            }),
    }
}

/// The limits in response headers: `x-ratelimit-limit-second`, `-minute`, `-hour`, `-day`, or a number of seconds.
pub(super) fn limits(headers: &HeaderMap) -> impl Iterator<Item = RateLimitWindow> {
    headers.iter().filter_map(|(name, value)| {
        let unit = name.as_str().strip_prefix("x-ratelimit-limit-")?;
        let seconds = match unit {
            "second" => 1,
            "minute" => 60,
            "hour" => 3600,
            "day" => 86400,
            number => number.parse().ok().filter(|seconds| *seconds > 0)?,
        };
        if Duration::from_secs(seconds) > MAX_RESET {
            return None;
        }
        let requests: u64 = value.to_str().ok()?.trim().parse().ok()?;
        Some(RateLimitWindow::new(
            requests.min(MAX_WINDOW_REQUESTS),
            seconds,
        ))
    })
}

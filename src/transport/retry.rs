//! When a call is tried again, and how long it waits before that.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use super::trace;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, Result};

/// How a failed call is tried again.
///
/// An operation that may be repeated ([`Operation::idempotent`](crate::Operation::idempotent)) is tried again when the connection fails or
/// breaks, when there is no answer in time, and when the service answers 408, 429, 500, 502, 503 or 504. Any other only when the service
/// surely did nothing: there was no connection, it answered 429, or 409 because something is locked.
///
/// Before each new attempt the call waits as long as the service asks for, and on top of it a random time up to
/// [`base_delay`](Self::base_delay), doubled with each attempt.
///
/// ```
/// use std::time::Duration;
/// use cisco_secure_access::{Client, Credentials, RetryPolicy};
///
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .retry(RetryPolicy::new().attempts(6).max_delay(Duration::from_secs(10)))
///     .deadline(Duration::from_secs(300))
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client has it"]
pub struct RetryPolicy {
    attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    longest_wait: Duration,
    budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            longest_wait: Duration::from_secs(120),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// The policy that a client has where none is set: four attempts.
    pub fn new() -> Self {
        Self::default()
    }

    /// No call is tried again.
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// How often a call is tried, the first time included; 0 counts as 1. (4)
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest random wait before the second attempt; it doubles with each further one. (500 ms)
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Where the doubling ends. (30 s)
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest wait that the service may ask for. If it asks for more, the call fails at once, and [`Error::retry_after`] tells. (120 s)
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// How many retries all calls of a client together have in stock, against storms of them when the service is down. Ten calls that go
    /// well bring one back. (100)
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// The longest wait of the policy's own before the attempt after this one.
    fn delay(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.base_delay.saturating_mul(doubled).min(self.max_delay)
    }
}

/// The limits of a call in number and time.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) retry: RetryPolicy,
    /// For one attempt.
    pub(crate) timeout: Duration,
    /// For all of them, and the waits between.
    pub(crate) deadline: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            timeout: Duration::from_secs(60),
            deadline: None,
        }
    }
}

/// The retries that the calls of a client have in stock together, in tenths.
#[derive(Debug)]
pub(crate) struct Budget {
    tenths: AtomicU32,
    full: u32,
}

impl Budget {
    /// What a retry takes; a call that goes well brings 1.
    const RETRY: u32 = 10;

    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let full = policy.budget.saturating_mul(Self::RETRY);
        Self {
            tenths: AtomicU32::new(full),
            full,
        }
    }

    fn take(&self) -> bool {
        self.change(|tenths| tenths.checked_sub(Self::RETRY))
    }

    fn bring(&self) {
        self.change(|tenths| (tenths < self.full).then(|| tenths + 1));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tenths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
}

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    client: &'a Client,
    limits: &'a Limits,
    started: Instant,
    /// How many requests were sent.
    sent: u32,
    /// How many of them the policy counts.
    counted: u32,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(call: &'a Call) -> Self {
        let client = call.client();
        Self {
            client,
            limits: call.limits(),
            started: client.runtime().now(),
            sent: 0,
            counted: 0,
        }
    }

    /// Begins an attempt: how long it may take.
    pub(crate) fn begin(&mut self) -> Duration {
        self.sent += 1;
        self.counted += 1;
        let timeout = self.limits.timeout;
        self.left().map_or(timeout, |left| left.min(timeout))
    }

    /// The last attempt does not count: it failed for a reason that is gone.
    pub(crate) fn forgive(&mut self) {
        self.counted -= 1;
    }

    /// How much time is left for the call, if it has a deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        let elapsed = self.client.runtime().now().duration_since(self.started);
        Some(self.limits.deadline?.saturating_sub(elapsed))
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> u32 {
        self.sent
    }

    /// The call went well.
    pub(crate) fn succeed(&self) {
        self.client.budget().bring();
    }

    /// Waits until the call may be tried again.
    ///
    /// # Errors
    /// The error of the attempt where it is final.
    pub(crate) async fn pause(&self, error: Error) -> Result<()> {
        let policy = &self.limits.retry;
        if !error.is_retryable() || self.counted >= policy.attempts {
            return Err(error);
        }
        let runtime = self.client.runtime();
        let told = error.retry_after().unwrap_or_default();
        if told > policy.longest_wait {
            return Err(error.because(format!(
                "the service asks to wait for {}, which is longer than this client waits",
                shown(told)
            )));
        }
        // The random part on top keeps callers apart that are told the same.
        let wait = told + policy.delay(self.counted).mul_f64(runtime.chance());
        if let Some(left) = self.left().filter(|left| wait >= *left) {
            return Err(error.because(format!(
                "there is no time for another attempt: it would wait for {}, and the deadline of the call is in {}",
                shown(wait),
                shown(left)
            )));
        }
        if !self.client.budget().take() {
            return Err(error
                .because("it is not tried again: too many calls of this client fail".to_owned()));
        }
        trace::retry(&error, wait);
        runtime.wait(wait).await;
        Ok(())
    }
}

/// How long the service asks to wait, if it does: `Retry-After` in seconds or as a date, or after too many calls the seconds until the next
/// is accepted.
pub(crate) fn told_wait(
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> Option<Duration> {
    let until = || {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let date = httpdate::parse_http_date(text).ok()?;
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

/// The value of a header, if it is one of this type.
pub(super) fn header<T: FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// A header that counts seconds.
pub(super) fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header(headers, name)?).ok()
}

fn shown(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_end() {
        let policy = RetryPolicy::new()
            .base_delay(Duration::from_secs(1))
            .max_delay(Duration::from_secs(5));
        let delays: Vec<_> = [1, 2, 3, 4, 40, u32::MAX]
            .map(|attempts| policy.delay(attempts).as_secs())
            .into();
        assert_eq!(delays, [1, 2, 4, 5, 5, 5]);
    }

    #[test]
    fn the_budget_is_used_up_and_comes_back() {
        let budget = Budget::new(&RetryPolicy::new().budget(2));
        assert_eq!([(); 3].map(|()| budget.take()), [true, true, false]);
        for _ in 0..9 {
            budget.bring();
        }
        assert!(!budget.take());
        budget.bring();
        assert!(budget.take());
        for _ in 0..1000 {
            budget.bring();
        }
        assert_eq!([(); 3].map(|()| budget.take()), [true, true, false]);
    }
}

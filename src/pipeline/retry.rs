//! When a request is retried, and after which delay.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::{Method, StatusCode};

use super::context::PipelineContext;
use super::request::PreparedRequest;
use super::trace;
use crate::error::{Error, Result};

/// How failed calls are retried.
///
/// An idempotent operation ([`Operation::idempotent`](crate::Operation::idempotent)) is retried when the connection fails or breaks, when
/// there is no response in time, and after a response of 408, 429, 500, 502, 503 or 504. Any other operation is retried only if the
/// service did not process the request: without a connection, after 429, and after 409 because something is locked.
///
/// The delay before a retry is the one that the service requests, plus a random time of up to
/// [`initial_backoff`](Self::initial_backoff), doubled with each attempt.
///
/// ```
/// use std::time::Duration;
/// use cisco_secure_access::{Client, Credentials, RetryPolicy};
///
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .retry(RetryPolicy::new().max_attempts(6).max_backoff(Duration::from_secs(10)))
///     .total_timeout(Duration::from_secs(300))
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client has it"]
pub struct RetryPolicy {
    max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
    budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(120),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// The default policy of a client: four attempts.
    pub fn new() -> Self {
        Self::default()
    }

    /// No retries.
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// The maximum number of attempts, including the first; 0 counts as 1. (4)
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The upper bound of the random delay before the first retry; it doubles with each further retry. (500 ms)
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff;
        self
    }

    /// The upper bound of the random delay before any retry. (30 s)
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff;
        self
    }

    /// The longest delay that the service may request. If it requests a longer one, the call fails at once, and [`Error::retry_after`] is
    /// that delay. (120 s)
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// How many retries all calls of a client share, so that they add no load to a service that is down. Ten calls that succeed return one
    /// retry to the budget. (100)
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// The upper bound of the random delay after so many attempts.
    pub(crate) fn backoff(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.initial_backoff
            .saturating_mul(doubled)
            .min(self.max_backoff)
    }
}

/// The retries that all calls of a client share, in tenths.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    tenths: AtomicU32,
    capacity: u32,
}

impl RetryBudget {
    /// What a retry withdraws; a call that succeeds deposits 1.
    const RETRY: u32 = 10;

    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let capacity = policy.budget.saturating_mul(Self::RETRY);
        Self {
            tenths: AtomicU32::new(capacity),
            capacity,
        }
    }

    fn withdraw(&self) -> bool {
        self.change(|tenths| tenths.checked_sub(Self::RETRY))
    }

    fn deposit(&self) {
        self.change(|tenths| (tenths < self.capacity).then(|| tenths + 1));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tenths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
}

/// The attempts of one request.
pub(super) struct RetryState<'a> {
    context: &'a PipelineContext,
    request: &'a PreparedRequest,
    started: Instant,
    /// How many requests were sent.
    sent: u32,
    /// How many of them the policy counts.
    counted: u32,
    /// Whether the service may have processed an attempt that failed.
    may_be_processed: bool,
}

impl<'a> RetryState<'a> {
    pub(super) fn new(context: &'a PipelineContext, request: &'a PreparedRequest) -> Self {
        Self {
            context,
            request,
            started: context.runtime.now(),
            sent: 0,
            counted: 0,
            may_be_processed: false,
        }
    }

    /// Starts an attempt, and returns how long it may take.
    pub(super) fn start_attempt(&mut self) -> Duration {
        self.sent += 1;
        self.counted += 1;
        self.within_total(self.request.options.attempt_timeout)
    }

    /// A time limit, or what remains of the total timeout if that is less.
    pub(super) fn within_total(&self, limit: Duration) -> Duration {
        self.remaining()
            .map_or(limit, |remaining| remaining.min(limit))
    }

    /// Checks that the rate limit allows the request within the total timeout.
    ///
    /// # Errors
    /// [`ErrorKind::RateLimitWait`](crate::ErrorKind::RateLimitWait) when its slot is later.
    pub(super) fn check_rate_limit_delay(&self, slot: Instant) -> Result<()> {
        let delay = slot.saturating_duration_since(self.context.runtime.now());
        match self.remaining() {
            Some(remaining) if delay > remaining => {
                let error = Error::rate_limit_wait(self.request.operation, delay, remaining);
                Err(error.with_attempts(self.sent))
            }
            _ => Ok(()),
        }
    }

    /// Does not count the last attempt: the reason of its failure is fixed.
    pub(super) fn refund_attempt(&mut self) {
        self.counted -= 1;
    }

    /// What remains of the total timeout, if there is one.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let elapsed = self.context.runtime.now().duration_since(self.started);
        Some(self.request.options.total_timeout?.saturating_sub(elapsed))
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> u32 {
        self.sent
    }

    /// The request succeeded.
    pub(super) fn succeed(&self) {
        self.context.retry_budget.deposit();
    }

    /// Whether an error says that a resource is gone because an attempt before has deleted it.
    pub(super) fn is_deleted(&self, error: &Error) -> bool {
        self.may_be_processed
            && self.request.operation.method == Method::DELETE
            && error.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Delays the next attempt.
    ///
    /// # Errors
    /// The error of the attempt if it is final.
    pub(super) async fn backoff(&mut self, error: Error) -> Result<()> {
        let policy = &self.request.options.retry;
        if !error.is_retryable() || self.counted >= policy.max_attempts {
            return Err(error);
        }
        if !self.request.body.is_repeatable() {
            let reason = "it is not retried: its body can be sent only once";
            return Err(error.with_context(reason.to_owned()));
        }
        let runtime = &self.context.runtime;
        let requested = error.retry_after().unwrap_or_default();
        if requested > policy.max_retry_after {
            return Err(error.with_context(format!(
                "the service requests a delay of {}, more than this client accepts",
                shown(requested)
            )));
        }
        // The random part spreads callers that got the same delay.
        let delay = requested + policy.backoff(self.counted).mul_f64(runtime.random());
        if let Some(remaining) = self.remaining().filter(|remaining| delay >= *remaining) {
            return Err(error.with_context(format!(
                "there is no time for a retry: its delay is {}, and {} remain of the total timeout",
                shown(delay),
                shown(remaining)
            )));
        }
        if !self.context.retry_budget.withdraw() {
            let reason = "it is not retried: too many calls of this client fail";
            return Err(error.with_context(reason.to_owned()));
        }
        trace::retry(&error, delay);
        #[cfg(feature = "metrics")]
        self.context.metrics.record_resend(self.request);
        self.may_be_processed |= error.may_be_processed();
        runtime.sleep(delay).await;
        Ok(())
    }
}

fn shown(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_its_maximum() {
        let policy = RetryPolicy::new()
            .initial_backoff(Duration::from_secs(1))
            .max_backoff(Duration::from_secs(5));
        let backoffs: Vec<_> = [1, 2, 3, 4, 40, u32::MAX]
            .map(|attempts| policy.backoff(attempts).as_secs())
            .into();
        assert_eq!(backoffs, [1, 2, 4, 5, 5, 5]);
    }

    #[test]
    fn the_budget_is_used_up_and_refilled() {
        let budget = RetryBudget::new(&RetryPolicy::new().budget(2));
        assert_eq!([(); 3].map(|()| budget.withdraw()), [true, true, false]);
        for _ in 0..9 {
            budget.deposit();
        }
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw());
        for _ in 0..1000 {
            budget.deposit();
        }
        assert_eq!([(); 3].map(|()| budget.withdraw()), [true, true, false]);
    }
}

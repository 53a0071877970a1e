//! The retry state of a request: whether it is retried, and after which delay.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};

use super::context::PipelineContext;
use super::request::PreparedRequest;
use super::trace;
use crate::error::{Error, Result};

/// The attempts of one request.
pub(super) struct RetryState<'a> {
    context: &'a PipelineContext,
    request: &'a PreparedRequest,
    started: Instant,
    /// The number of requests that were sent.
    sent: u32,
    /// The number of attempts that count for the policy.
    counted: u32,
    /// Whether the service may have processed a failed attempt.
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

    /// Starts an attempt, and returns its time limit.
    pub(super) fn start_attempt(&mut self) -> Duration {
        self.sent += 1;
        self.counted += 1;
        self.within_total(self.request.options.attempt_timeout)
    }

    /// Returns a time limit, or the remaining total timeout if that is less.
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

    /// Does not count the last attempt, because the cause of its failure is fixed.
    pub(super) fn refund_attempt(&mut self) {
        self.counted -= 1;
    }

    /// Returns the remaining total timeout, if there is one.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let elapsed = self.context.runtime.now().duration_since(self.started);
        Some(self.request.options.total_timeout?.saturating_sub(elapsed))
    }

    /// Returns the number of requests that were sent.
    pub(super) fn sent(&self) -> u32 {
        self.sent
    }

    /// Records that the request succeeded.
    pub(super) fn succeed(&self) {
        self.context.retry_budget.deposit();
    }

    /// Whether an error means that an earlier attempt has deleted the resource.
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
                "the service requests a delay of {}, which is more than the maximum of this client",
                shown(requested)
            )));
        }
        // The random part spreads callers with the same delay.
        let delay = requested + policy.backoff(self.counted).mul_f64(runtime.random());
        if let Some(remaining) = self.remaining().filter(|remaining| delay >= *remaining) {
            return Err(error.with_context(format!(
                "there is no time for a retry: its delay is {}, but only {} of the total timeout remain",
                shown(delay),
                shown(remaining)
            )));
        }
        if !self.context.retry_budget.withdraw() {
            let reason = "it is not retried: the retry budget of this client is exhausted";
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

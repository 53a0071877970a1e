//! The retry policy, and the retry budget of a client.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[cfg(doc)]
use crate::error::Error;

/// A policy for retries of failed calls.
///
/// An idempotent operation ([`Operation::idempotent`](crate::Operation::idempotent)) is retried when the connection fails or breaks, when
/// the request times out, and after a response of 408, 429, 500, 502, 503 or 504. Any other operation is retried only if the service did
/// not process the request: when the connection fails, after 429, and after 409 for a lock.
///
/// The delay before a retry is the delay that the service requests, plus a random time of up to [`initial_backoff`](Self::initial_backoff),
/// which doubles with each attempt.
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
    pub(super) max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    pub(super) max_retry_after: Duration,
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
    /// Creates the default policy of a client: four attempts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a policy without retries.
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first; 0 counts as 1. (4)
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the upper bound of the random delay before the first retry. It doubles with each further retry. (500 ms)
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.initial_backoff = backoff;
        self
    }

    /// Sets the upper bound of the random delay before any retry. (30 s)
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.max_backoff = backoff;
        self
    }

    /// Sets the maximum delay that the service may request. If it requests a longer delay, the call fails at once, and
    /// [`Error::retry_after`] returns that delay. (120 s)
    pub fn max_retry_after(mut self, delay: Duration) -> Self {
        self.max_retry_after = delay;
        self
    }

    /// Sets the retry budget, which all calls of a client share so that they add no load to a service that is down. Ten successful calls
    /// return one retry to the budget. (100)
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// Returns the upper bound of the random delay after this number of attempts.
    pub(crate) fn backoff(&self, attempts: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
        self.initial_backoff
            .saturating_mul(doubled)
            .min(self.max_backoff)
    }
}

/// The retry budget of a client, in tenths of a retry.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    tenths: AtomicU32,
    capacity: u32,
}

impl RetryBudget {
    /// The cost of a retry. A successful call deposits 1.
    const RETRY: u32 = 10;

    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let capacity = policy.budget.saturating_mul(Self::RETRY);
        Self {
            tenths: AtomicU32::new(capacity),
            capacity,
        }
    }

    pub(super) fn withdraw(&self) -> bool {
        self.change(|tenths| tenths.checked_sub(Self::RETRY))
    }

    pub(super) fn deposit(&self) {
        self.change(|tenths| (tenths < self.capacity).then(|| tenths + 1));
    }

    fn change(&self, change: impl FnMut(u32) -> Option<u32>) -> bool {
        self.tenths
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
    }
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
    fn retries_withdraw_from_the_budget_and_successes_deposit() {
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

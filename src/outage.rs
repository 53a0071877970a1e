//! What a client logs about a part that it can do without: a token cache, or a store of rate limits.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a part of the client is away. The first failure is logged, and the first success after it.
#[derive(Debug)]
pub(crate) struct Outage {
    is_away: AtomicBool,
    failure: &'static str,
    recovery: &'static str,
}

impl Outage {
    /// Creates the state of a part that has not failed, with the messages of a failure, to which the error is added, and of the recovery.
    pub(crate) const fn new(failure: &'static str, recovery: &'static str) -> Self {
        Self {
            is_away: AtomicBool::new(false),
            failure,
            recovery,
        }
    }

    /// Returns the value of an operation of the part; `None` if it failed.
    pub(crate) fn report<T>(&self, result: Result<T, impl Display>) -> Option<T> {
        let was_away = self.is_away.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_away => {
                tracing::warn!(target: "cisco_secure_access", "{}: {error}", self.failure);
            }
            Ok(_) if was_away => {
                tracing::info!(target: "cisco_secure_access", "{}", self.recovery);
            }
            _ => {}
        }
        result.ok()
    }
}

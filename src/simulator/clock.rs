//! The time of a simulated service.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::faker::NOW;
use crate::runtime::PausedClock;

/// What tokens, rate limits and all times in responses follow.
///
/// It has two readings. Lifetimes and windows are measured in [`instant`](Self::instant). Responses contain [`now`](Self::now), which
/// does not depend on how fast a test runs: unless the clock is live, it changes only when a test advances it.
#[derive(Debug)]
pub(super) enum Clock {
    /// The time of Tokio, and what a test has added to it.
    System {
        start: Instant,
        advanced: Mutex<Duration>,
        /// Whether the calendar time moves with that of Tokio.
        is_live: bool,
    },
    /// A clock that the clients of the test share.
    Paused(PausedClock),
}

impl Clock {
    pub(super) fn system(is_live: bool) -> Self {
        Self::System {
            start: Instant::now(),
            advanced: Mutex::default(),
            is_live,
        }
    }

    pub(super) fn advance(&self, duration: Duration) {
        match self {
            Self::System { advanced, .. } => *locked(advanced) += duration,
            Self::Paused(clock) => clock.advance(duration),
        }
    }

    /// The monotonic time.
    pub(super) fn instant(&self) -> Instant {
        match self {
            Self::System { advanced, .. } => Instant::now() + *locked(advanced),
            Self::Paused(clock) => Instant::from_std(clock.now()),
        }
    }

    /// The calendar time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let elapsed = match self {
            Self::System {
                start,
                advanced,
                is_live,
            } => {
                let passed = is_live.then(|| start.elapsed()).unwrap_or_default();
                passed + *locked(advanced)
            }
            Self::Paused(clock) => clock.elapsed(),
        };
        DateTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()) + elapsed
    }
}

fn locked(duration: &Mutex<Duration>) -> MutexGuard<'_, Duration> {
    duration.lock().unwrap_or_else(PoisonError::into_inner)
}

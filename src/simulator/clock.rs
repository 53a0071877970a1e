//! The clock of a simulated service.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::{Either, select};
use tokio::sync::watch;
use tokio::time::Instant;

use super::faker::NOW;
use crate::runtime::PausedClock;

/// The clock for tokens, rate limits and all times in responses.
///
/// It has two readings. [`instant`](Self::instant) measures lifetimes and windows. Responses contain [`now`](Self::now), which does not
/// depend on the speed of a test: unless the clock is live, it changes only when a test advances it. Clones share the clock.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    /// The time of Tokio, and the time that a test has added.
    System {
        start: Instant,
        advanced: watch::Sender<Duration>,
        /// Whether the calendar time follows that of Tokio.
        is_live: bool,
    },
    /// A clock that the clients of the test share.
    Paused(PausedClock),
}

impl Clock {
    pub(super) fn system(is_live: bool) -> Self {
        Self::System {
            start: Instant::now(),
            advanced: watch::Sender::default(),
            is_live,
        }
    }

    pub(super) fn advance(&self, duration: Duration) {
        match self {
            Self::System { advanced, .. } => advanced.send_modify(|sum| *sum += duration),
            Self::Paused(clock) => clock.advance(duration),
        }
    }

    /// Completes when this time has elapsed: by itself, or because the test advances the clock.
    pub(super) fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self {
            Self::Paused(clock) => Box::pin(clock.latency(duration)),
            Self::System { advanced, .. } => {
                let (clock, mut advanced) = (self.clone(), advanced.subscribe());
                let end = self.instant() + duration;
                Box::pin(async move {
                    while let Some(remaining) = end.checked_duration_since(clock.instant())
                        && !remaining.is_zero()
                    {
                        let by_itself = std::pin::pin!(tokio::time::sleep(remaining));
                        let by_test = std::pin::pin!(advanced.changed());
                        match select(by_itself, by_test).await {
                            Either::Left(_) | Either::Right(_) => {}
                        }
                    }
                })
            }
        }
    }

    /// Returns the monotonic time.
    pub(super) fn instant(&self) -> Instant {
        match self {
            Self::System { advanced, .. } => Instant::now() + *advanced.borrow(),
            Self::Paused(clock) => Instant::from_std(clock.now()),
        }
    }

    /// Returns the calendar time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let elapsed = match self {
            Self::System {
                start,
                advanced,
                is_live,
            } => {
                let passed = is_live.then(|| start.elapsed()).unwrap_or_default();
                passed + *advanced.borrow()
            }
            Self::Paused(clock) => clock.elapsed(),
        };
        DateTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()) + elapsed
    }
}

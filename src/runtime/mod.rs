//! The clock and the random numbers of a client.

#[cfg(feature = "test-util")]
mod paused_clock;

use std::collections::hash_map::RandomState;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "test-util")]
pub use paused_clock::PausedClock;
#[cfg(feature = "test-util")]
use paused_clock::PausedTimer;

/// The source of time and random numbers.
#[derive(Clone, Debug, Default)]
pub(crate) enum Runtime {
    /// The clock of the system and the timers of Tokio.
    #[default]
    Tokio,
    /// A clock under the control of a test.
    #[cfg(feature = "test-util")]
    Paused(PausedClock),
}

impl Runtime {
    /// Returns the monotonic time, for time limits and rate limits.
    pub(crate) fn now(&self) -> Instant {
        match self {
            Self::Tokio => tokio::time::Instant::now().into_std(),
            #[cfg(feature = "test-util")]
            Self::Paused(clock) => clock.now(),
        }
    }

    /// Returns the calendar time, which the service uses in its responses.
    pub(crate) fn system_time(&self) -> SystemTime {
        match self {
            Self::Tokio => SystemTime::now(),
            #[cfg(feature = "test-util")]
            Self::Paused(clock) => clock.system_time(),
        }
    }

    /// Sleeps for a delay of the client: before a retry, or until the rate limit allows a request.
    pub(crate) fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.timer(duration, TimerKind::Sleep)
    }

    /// Sleeps for a delay of the client, as [`sleep`](Self::sleep), in a task of its own. A paused clock gives the calls more time to run
    /// before it advances, because it cannot count this delay as one of a call.
    pub(crate) fn sleep_in_task(
        &self,
        duration: Duration,
    ) -> impl Future<Output = ()> + Send + use<> {
        self.timer(duration, TimerKind::TaskSleep)
    }

    /// Completes when the time limit of a request has elapsed.
    pub(crate) fn timeout(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.timer(duration, TimerKind::Timeout)
    }

    /// Completes when the time limit of work that itself sleeps has elapsed.
    pub(crate) fn deadline(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        self.timer(duration, TimerKind::Deadline)
    }

    #[cfg(feature = "test-util")]
    fn timer(
        &self,
        duration: Duration,
        kind: TimerKind,
    ) -> impl Future<Output = ()> + Send + use<> {
        let paused = match self {
            Self::Tokio => None,
            Self::Paused(clock) => Some(PausedTimer::new(clock, duration, kind)),
        };
        async move {
            match paused {
                None => tokio::time::sleep(duration).await,
                Some(timer) => timer.await,
            }
        }
    }

    #[cfg(not(feature = "test-util"))]
    fn timer(&self, duration: Duration, _: TimerKind) -> impl Future<Output = ()> + Send + use<> {
        tokio::time::sleep(duration)
    }

    /// Returns a random number from 0 to 1, uniformly distributed.
    pub(crate) fn random(&self) -> f64 {
        match self {
            Self::Tokio => f64::from((random_number() >> 32) as u32) / f64::from(u32::MAX),
            #[cfg(feature = "test-util")]
            Self::Paused(clock) => clock.random(),
        }
    }
}

/// Returns a random number, which is random enough to spread clients and to distinguish them: each hasher state hashes nothing to another
/// number.
pub(crate) fn random_number() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The purpose of a timer. A paused clock treats each purpose differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimerKind {
    Sleep,
    /// A sleep of a task of a client, and not of a call.
    TaskSleep,
    Timeout,
    Deadline,
    /// A delay of a simulated service.
    #[cfg(feature = "simulator")]
    Latency,
}

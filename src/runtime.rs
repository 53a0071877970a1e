//! Time and randomness behind one trait, so that a test controls both.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _};
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A future that completes after some time.
pub type BoxSleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a client gets time and randomness from. For tests; not part of the documented interface.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// The monotonic time that timeouts and rate limits are measured in.
    fn now(&self) -> Instant;

    /// The calendar time, which the service dates its responses in.
    fn system_time(&self) -> SystemTime;

    /// Completes after a delay of the client's own: before a retry, or until the rate limit allows a request.
    fn sleep(&self, duration: Duration) -> BoxSleep;

    /// Completes when a request has been in flight for this long.
    fn timeout(&self, duration: Duration) -> BoxSleep;

    /// A number from 0 to 1, uniformly distributed.
    fn random(&self) -> f64;
}

/// The clock of the system and the timers of Tokio.
#[derive(Debug)]
pub(crate) struct TokioRuntime;

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxSleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn timeout(&self, duration: Duration) -> BoxSleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        // Each state hashes nothing to another number: enough to spread clients, without a crate for it.
        let number = RandomState::new().build_hasher().finish();
        f64::from((number >> 32) as u32) / f64::from(u32::MAX)
    }
}

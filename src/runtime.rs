//! Time and chance, in one place, so that tests can have both in their hand.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _};
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A future that only takes time.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the client knows of time and chance. For tests; not part of the documented interface.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// The time that deadlines are measured in.
    fn now(&self) -> Instant;

    /// The time that the service dates its answers in.
    fn date(&self) -> SystemTime;

    /// Waits before something is tried again.
    fn wait(&self, duration: Duration) -> Pause;

    /// Ends when what may take this long has taken it.
    fn limit(&self, duration: Duration) -> Pause;

    /// A number from 0 to 1, any as likely as another.
    fn chance(&self) -> f64;
}

/// The real one.
#[derive(Debug)]
pub(crate) struct Tokio;

impl Runtime for Tokio {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn date(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&self, duration: Duration) -> Pause {
        Box::pin(tokio::time::sleep(duration))
    }

    fn limit(&self, duration: Duration) -> Pause {
        Box::pin(tokio::time::sleep(duration))
    }

    fn chance(&self) -> f64 {
        // Each state hashes nothing to another number: enough to keep callers apart, and no crate for it.
        let number = RandomState::new().build_hasher().finish();
        f64::from((number >> 32) as u32) / f64::from(u32::MAX)
    }
}

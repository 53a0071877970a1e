//! Time under the control of a test: nobody sleeps.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cisco_secure_access::{BoxSleep, Runtime};
use tokio::sync::{Notify, watch};

use crate::scripted::Scripted;

/// Time that passes only when the client waits and none of its requests is under way, and chance that is always the longest.
#[derive(Debug)]
pub(crate) struct TestRuntime {
    start: Instant,
    waits: Arc<Mutex<Vec<Duration>>>,
    hung: Arc<Notify>,
    /// How many requests are under way.
    under_way: watch::Sender<usize>,
}

impl TestRuntime {
    /// Time for a client of this server: an attempt that the server does not answer has taken too long.
    pub(crate) fn new(server: &Scripted) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            waits: Arc::default(),
            hung: server.hung(),
            under_way: watch::Sender::new(0),
        })
    }

    /// How much time has passed.
    pub(crate) fn waited(&self) -> Duration {
        self.waits.lock().unwrap().iter().sum()
    }

    /// The waits so far, in milliseconds.
    pub(crate) fn waits(&self) -> Vec<u128> {
        let waits = self.waits.lock().unwrap();
        waits.iter().map(Duration::as_millis).collect()
    }
}

/// One that is under way, until it is dropped.
struct UnderWay(watch::Sender<usize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Runtime for TestRuntime {
    fn now(&self) -> Instant {
        self.start + self.waited()
    }

    /// It begins at Sun, 06 Nov 1994 08:49:37 GMT.
    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777) + self.waited()
    }

    fn sleep(&self, duration: Duration) -> BoxSleep {
        let waits = Arc::clone(&self.waits);
        let mut under_way = self.under_way.subscribe();
        Box::pin(async move {
            under_way.wait_for(|count| *count == 0).await.unwrap();
            waits.lock().unwrap().push(duration);
        })
    }

    fn timeout(&self, _: Duration) -> BoxSleep {
        self.under_way.send_modify(|count| *count += 1);
        let under_way = UnderWay(self.under_way.clone());
        let hung = Arc::clone(&self.hung);
        Box::pin(async move {
            hung.notified().await;
            drop(under_way);
        })
    }

    fn random(&self) -> f64 {
        1.0
    }
}

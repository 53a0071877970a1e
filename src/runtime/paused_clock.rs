//! A paused clock for tests.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use super::TimerKind;

/// The number of times that a sleep yields to other tasks before it considers the client idle.
const IDLE_POLLS: u32 = 16;
/// The same number for a delay of a task that is not part of a call, such as that of a simulated service: Tokio polls the future of a test
/// and its sockets once for 61 tasks.
const IDLE_POLLS_OF_TASK: u32 = 8 * 61;

/// A clock for tests of programs that use a client. Tests do not sleep, and can assert on every delay.
///
/// Time is paused while a request is in flight. When no request of its clients is in flight, the clock advances at once to the end of the
/// shortest sleep: delays before retries and delays of the rate limit take no real time. The delays of a simulator with this clock take no
/// real time either; shorter time limits of requests end first. All other time passes only with [`advance`](Self::advance): the expiry of a
/// token, and the time limits of requests. Random parts of delays have their maximum.
///
/// Clones share the clock. All clients that share it must run on one thread, such as that of `#[tokio::test]`.
///
/// ```
/// use std::time::Duration;
/// use cisco_secure_access::{Client, Credentials, PausedClock, service_fn};
/// use http::Response;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let service = service_fn(|request| async move {
///     let is_token = request.uri().path() == "/auth/v2/token";
///     let mut response = Response::new(r#"{"access_token": "t", "expires_in": 3600}"#);
///     if !is_token {
///         *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
///     }
///     Ok(response)
/// });
/// let clock = PausedClock::new();
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .http_service(service)
///     .clock(&clock)
///     .build()?;
/// # #[cfg(feature = "sites")] {
/// client.deployments().list_sites().send().await.unwrap_err();
/// assert_eq!(clock.sleeps(), [500, 1000, 2000].map(Duration::from_millis));
/// # }
/// # Ok::<(), cisco_secure_access::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct PausedClock(Arc<Mutex<State>>);

struct State {
    start: Instant,
    start_date: SystemTime,
    elapsed: Duration,
    /// The timers, by their end; the number distinguishes timers with the same end.
    timers: BTreeMap<(Duration, u64), Timer>,
    next_number: u64,
    sleeps: Vec<Duration>,
}

struct Timer {
    kind: TimerKind,
    waker: Option<Waker>,
}

impl PausedClock {
    /// Creates a clock that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// Creates a clock that starts at a calendar time.
    #[must_use]
    pub fn starting_at(date: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(State {
            start: Instant::now(),
            start_date: date,
            elapsed: Duration::ZERO,
            timers: BTreeMap::new(),
            next_number: 0,
            sleeps: Vec::new(),
        })))
    }

    /// Advances the time. Sleeps and time limits that end meanwhile complete.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        let to = state.elapsed.saturating_add(duration);
        state.advance_to(to);
    }

    /// Advances the time to the end of the next sleep or time limit; returns whether there is one.
    pub fn advance_to_next(&self) -> bool {
        let mut state = self.state();
        let next = state.next_end(|_| true);
        if let Some(end) = next {
            state.advance_to(end);
        }
        next.is_some()
    }

    /// Returns the elapsed time.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    /// Returns the completed sleeps of all clients, in order: delays before retries and delays of the rate limit.
    #[must_use]
    pub fn sleeps(&self) -> Vec<Duration> {
        self.state().sleeps.clone()
    }

    /// Returns the calendar time.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        let state = self.state();
        state.start_date + state.elapsed
    }

    /// Sleeps for a delay of a simulated service, which takes no real time.
    #[cfg(feature = "simulator")]
    pub(crate) fn latency(&self, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        PausedTimer::new(self, duration, TimerKind::Latency)
    }

    pub(crate) fn now(&self) -> Instant {
        let state = self.state();
        state.start + state.elapsed
    }

    #[expect(
        clippy::unused_self,
        reason = "the clock keeps the interface of the other time sources"
    )]
    pub(super) fn random(&self) -> f64 {
        1.0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for PausedClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PausedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PausedClock")
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}

impl State {
    fn advance_to(&mut self, elapsed: Duration) {
        self.elapsed = self.elapsed.max(elapsed);
        for timer in self.timers.range_mut(..=(elapsed, u64::MAX)) {
            if let Some(waker) = timer.1.waker.take() {
                waker.wake();
            }
        }
    }

    fn is_in_flight(&self) -> bool {
        self.timers
            .values()
            .any(|timer| timer.kind == TimerKind::Timeout)
    }

    /// Returns the end of the next timer of these kinds.
    fn next_end(&self, is_meant: impl Fn(TimerKind) -> bool) -> Option<Duration> {
        let mut later = self.timers.range((self.elapsed, u64::MAX)..);
        let (key, _) = later.find(|(_, timer)| is_meant(timer.kind))?;
        Some(key.0)
    }

    /// Returns the time to which an idle timer of this kind advances the clock; `None` if the timer waits for others.
    fn idle_until(&self, kind: TimerKind) -> Option<Duration> {
        match kind {
            TimerKind::Sleep | TimerKind::TaskSleep if !self.is_in_flight() => {
                self.next_end(|kind| matches!(kind, TimerKind::Sleep | TimerKind::TaskSleep))
            }
            #[cfg(feature = "simulator")]
            TimerKind::Latency => self.next_end(|_| true),
            _ => None,
        }
    }
}

impl TimerKind {
    /// Returns the number of times that a timer yields to other tasks before it advances the clock.
    fn idle_polls(self) -> u32 {
        match self {
            #[cfg(feature = "simulator")]
            Self::Latency => IDLE_POLLS_OF_TASK,
            Self::TaskSleep => IDLE_POLLS_OF_TASK,
            _ => IDLE_POLLS,
        }
    }
}

/// A timer of a paused clock.
pub(super) struct PausedTimer {
    clock: PausedClock,
    key: (Duration, u64),
    kind: TimerKind,
    duration: Duration,
    /// The number of polls since the clock last advanced.
    idle_polls: u32,
    polled_at: Duration,
}

impl PausedTimer {
    pub(super) fn new(clock: &PausedClock, duration: Duration, kind: TimerKind) -> Self {
        let mut state = clock.state();
        let key = (state.elapsed.saturating_add(duration), state.next_number);
        state.next_number += 1;
        state.timers.insert(key, Timer { kind, waker: None });
        drop(state);
        Self {
            clock: clock.clone(),
            key,
            kind,
            duration,
            idle_polls: 0,
            polled_at: Duration::ZERO,
        }
    }
}

impl Future for PausedTimer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.clock.state();
        if this.polled_at != state.elapsed {
            this.polled_at = state.elapsed;
            this.idle_polls = 0;
        }
        let idle_until = state.idle_until(this.kind);
        if let Some(end) = idle_until.filter(|_| this.idle_polls >= this.kind.idle_polls()) {
            state.advance_to(end);
        }
        if this.key.0 <= state.elapsed {
            if this.kind == TimerKind::Sleep {
                state.sleeps.push(this.duration);
            }
            return Poll::Ready(());
        }
        if let Some(timer) = state.timers.get_mut(&this.key) {
            timer.waker = Some(context.waker().clone());
        }
        if idle_until.is_some() {
            this.idle_polls += 1;
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for PausedTimer {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        state.timers.remove(&self.key);
        if !state.is_in_flight() {
            // Each sleep checks whether the client is idle now.
            for timer in state.timers.values_mut() {
                if let Some(waker) = timer.waker.take() {
                    waker.wake();
                }
            }
        }
    }
}

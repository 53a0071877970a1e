//! The rate limiter: it delays requests so that they stay within the rate limits of their operations.
//!
//! Each class of limits has a queue. Only its first waiter sleeps until the limits allow a request; the others wait for the queue to
//! move, so permits are granted in the order of arrival. Response headers correct the limits.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::select;
use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use super::context::PipelineContext;
use super::headers::{header, retry_after, seconds};
use super::request::PreparedRequest;
use crate::error::{Error, Result};
use crate::operation::{Operation, RateLimit, RateLimitScope};
use crate::response::RawResponse;
use crate::runtime::Runtime;

/// How long a request may be on its way to the service, and how much later than sent the service may count it.
const MAX_TRANSIT: Duration = Duration::from_secs(1);
/// No window and no wait that the service names is longer; what says so is a mistake, and may be beyond the end of all clocks.
const MAX_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// No window that the service names has room for more: each request in it is remembered.
const MAX_WINDOW_REQUESTS: usize = 100_000;

/// Whether a client delays calls to stay within the rate limits.
///
/// ```
/// use cisco_secure_access::{Client, Credentials, RateLimiting};
///
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .rate_limiting(RateLimiting::Documented)
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimiting {
    /// Calls are sent at once. What the service refuses is tried again as the [`RetryPolicy`](crate::RetryPolicy) says.
    #[default]
    Off,
    /// Calls keep to the limits that are documented for their operation ([`Operation::rate_limit`]), all windows at once: of 5 a second,
    /// 14 a minute and 350 in half an hour, the fifteenth call waits until the first is a minute old. Operations of one class share their
    /// limits, clones of a client share their line, and turns go in the order of arrival.
    ///
    /// Answers correct it: `ratelimit-remaining` and `ratelimit-reset` show what other programs with the same key use up, and
    /// `x-ratelimit-limit-minute` and its like replace what is documented. A call that would wait beyond its deadline fails at once with
    /// [`ErrorKind::RateLimitWait`](crate::ErrorKind::RateLimitWait); [`Client::rate_limit_delay`](crate::Client::rate_limit_delay) tells how long a call would
    /// wait.
    Documented,
}

/// The lines of a client and its clones.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    mode: RateLimiting,
    queues: Mutex<HashMap<BucketKey, Arc<Queue>>>,
}

/// What a rate limit counts together: a class of operations, for the API key or for one organization.
type BucketKey = (&'static str, Option<Box<str>>);

impl RateLimiter {
    pub(crate) fn new(mode: RateLimiting) -> Self {
        Self {
            mode,
            queues: Mutex::default(),
        }
    }

    /// The delay of a request that arrives now.
    pub(crate) fn delay(
        &self,
        operation: &Operation,
        organization: Option<&str>,
        now: Instant,
    ) -> Duration {
        self.queue(operation, organization)
            .map_or(Duration::ZERO, |queue| queue.state().delay(now))
    }

    /// Waits until the rate limit allows a request, if it has one. `remaining` is the time until the deadline.
    pub(super) async fn acquire(
        &self,
        context: &PipelineContext,
        request: &PreparedRequest,
        remaining: Option<Duration>,
    ) -> Result<Option<Permit>> {
        let operation = request.operation;
        let organization = request.authentication.organization();
        let Some(queue) = self.queue(operation, organization) else {
            return Ok(None);
        };
        let runtime = &context.runtime;
        let deadline = remaining.and_then(|remaining| runtime.now().checked_add(remaining));
        let in_time = |delay: Duration, now: Instant| match deadline {
            Some(deadline) if now + delay > deadline => Err(Error::rate_limit_wait(
                operation,
                delay,
                deadline.saturating_duration_since(now),
            )),
            _ => Ok(delay),
        };
        let waiter = queue.enqueue();
        if deadline.is_some() {
            let now = runtime.now();
            in_time(queue.state().delay_behind(waiter.ahead, now), now)?;
        }
        let started = runtime.now();
        let _first = queue.first.lock().await;
        loop {
            let now = runtime.now();
            let delay = in_time(queue.state().delay_behind(0, now), now)?;
            if delay.is_zero() {
                let number = queue.state().record_sent(now);
                let queue = Arc::clone(&queue);
                return Ok(Some(Permit {
                    queue,
                    number,
                    has_waited: now > started,
                }));
            }
            // A response that arrives meanwhile can make the delay shorter, or longer.
            select(runtime.sleep(delay), pin!(queue.response.notified())).await;
        }
    }

    fn queue(&self, operation: &Operation, organization: Option<&str>) -> Option<Arc<Queue>> {
        let limit = operation
            .rate_limit
            .filter(|_| self.mode == RateLimiting::Documented)?;
        let scope = match limit.scope {
            RateLimitScope::Key => None,
            RateLimitScope::Organization => organization.map(Into::into),
        };
        let mut queues = lock(&self.queues);
        let queue = queues
            .entry((limit.class, scope))
            .or_insert_with(|| Arc::new(Queue::new(limit)));
        Some(Arc::clone(queue))
    }
}

/// The callers of one class.
#[derive(Debug)]
struct Queue {
    /// Held by the first in the line; a fair lock, whose waiters are the rest of it.
    first: tokio::sync::Mutex<()>,
    /// Told each time that a request is over.
    response: Notify,
    state: Mutex<State>,
}

/// The place of a caller in a line, until it is dropped.
struct WaiterGuard<'a> {
    queue: &'a Queue,
    /// How many others are ahead of it.
    ahead: usize,
}

/// The turn of a caller that has sent its request and waits for the answer.
#[derive(Debug)]
pub(super) struct Permit {
    queue: Arc<Queue>,
    number: u64,
    has_waited: bool,
}

impl Permit {
    /// Whether it did not come at once.
    pub(super) fn has_waited(&self) -> bool {
        self.has_waited
    }

    /// The request is over: learns from its answer, if there is one.
    pub(super) fn complete(self, response: Option<&RawResponse>, runtime: &dyn Runtime) {
        let now = runtime.now();
        let mut state = self.queue.state();
        state.record_arrival(self.number, now);
        if let Some(response) = response {
            let date = runtime.system_time();
            let requested = retry_after(response.status_code(), response.headers(), date);
            state.observe_headers(response, requested, now);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.queue.state().in_flight -= 1;
        self.queue.response.notify_one();
    }
}

impl Queue {
    fn new(limit: RateLimit) -> Self {
        let windows = limit.windows.iter();
        Self {
            first: tokio::sync::Mutex::new(()),
            response: Notify::new(),
            state: Mutex::new(State {
                windows: windows
                    .map(|window| Window {
                        requests: usize::try_from(window.requests).unwrap_or(usize::MAX),
                        length: Duration::from_secs(window.seconds),
                    })
                    .collect(),
                ..State::default()
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn enqueue(&self) -> WaiterGuard<'_> {
        let mut state = self.state();
        let ahead = state.waiting;
        state.waiting += 1;
        WaiterGuard { queue: self, ahead }
    }
}

impl Drop for WaiterGuard<'_> {
    fn drop(&mut self) {
        self.queue.state().waiting -= 1;
    }
}

/// What is known of a class.
#[derive(Debug, Default)]
struct State {
    windows: Vec<Window>,
    /// The requests that the windows still count, in the order in which they were sent.
    sent: VecDeque<Sent>,
    /// How many were sent before those.
    forgotten: u64,
    /// How many callers stand in the line.
    waiting: usize,
    /// How many requests have no answer yet.
    in_flight: usize,
    /// What the service said it will accept.
    allowance: Option<Allowance>,
}

/// At most so many requests in any span of time as long as this.
#[derive(Clone, Copy, Debug)]
struct Window {
    requests: usize,
    length: Duration,
}

/// A request that was sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    at: Instant,
    /// When the service has surely counted it.
    arrived: Instant,
}

impl Sent {
    fn new(at: Instant) -> Self {
        let arrived = at + MAX_TRANSIT;
        Self { at, arrived }
    }
}

/// At most so many requests up to then.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    requests: usize,
    until: Instant,
}

impl State {
    /// How long a caller would wait that enters the line now.
    fn delay(&self, now: Instant) -> Duration {
        self.delay_behind(self.waiting, now)
    }

    /// How long a caller waits that has so many others before it.
    fn delay_behind(&self, others: usize, now: Instant) -> Duration {
        let mut planned: Vec<Instant> = Vec::with_capacity(others + 1);
        for _ in 0..=others {
            let earliest = planned.last().copied().unwrap_or(now);
            planned.push(self.next(&planned, earliest));
        }
        planned.last().map_or(Duration::ZERO, |turn| *turn - now)
    }

    /// When a request may be sent, not before `earliest`, when those that are `planned` have been sent.
    fn next(&self, planned: &[Instant], earliest: Instant) -> Instant {
        let windows = self.windows.iter().filter(|window| window.requests > 0);
        let by_windows = windows
            .filter_map(|window| {
                // The request that has to be out of the window when this one gets in.
                let index = (self.sent.len() + planned.len()).checked_sub(window.requests)?;
                let last = match index.checked_sub(self.sent.len()) {
                    Some(index) => *planned.get(index)?,
                    None => self.arrived_up_to(index),
                };
                Some(last + window.length)
            })
            .fold(earliest, Instant::max);
        match self.allowance {
            Some(allowance) if planned.len() >= allowance.requests => {
                by_windows.max(allowance.until)
            }
            _ => by_windows,
        }
    }

    /// When the request with this index and all before it have surely been counted.
    fn arrived_up_to(&self, index: usize) -> Instant {
        let mut latest = self.sent[index].arrived;
        for sent in self.sent.range(..index).rev() {
            if sent.at + MAX_TRANSIT <= latest {
                break;
            }
            latest = latest.max(sent.arrived);
        }
        latest
    }

    /// A request is sent; says its number.
    fn record_sent(&mut self, now: Instant) -> u64 {
        self.in_flight += 1;
        self.sent.push_back(Sent::new(now));
        let most = self.windows.iter().map(|window| window.requests).max();
        while self.sent.len() > most.unwrap_or_default() {
            self.sent.pop_front();
            self.forgotten += 1;
        }
        self.allowance = self
            .allowance
            .filter(|allowance| now < allowance.until)
            .map(|allowance| Allowance {
                requests: allowance.requests.saturating_sub(1),
                ..allowance
            });
        (self.forgotten + self.sent.len() as u64).saturating_sub(1)
    }

    /// The request with this number is over.
    fn record_arrival(&mut self, number: u64, now: Instant) {
        let index = number.checked_sub(self.forgotten);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(sent) = index.and_then(|index| self.sent.get_mut(index)) {
            sent.arrived = sent.arrived.min(now);
        }
    }

    /// What the service says about its limits.
    fn observe_headers(
        &mut self,
        response: &RawResponse,
        requested: Option<Duration>,
        now: Instant,
    ) {
        let headers = response.headers();
        for (length, requests) in limits(headers) {
            match self
                .windows
                .iter_mut()
                .find(|window| window.length == length)
            {
                Some(window) => window.requests = requests,
                None => self.windows.push(Window { requests, length }),
            }
        }
        let allowance = match (response.status_code(), requested) {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait)) => Some((0, wait)),
            _ => header::<usize>(headers, "ratelimit-remaining")
                // The service had not seen those that are still under way when it counted.
                .map(|remaining| remaining.saturating_sub(self.in_flight - 1))
                .zip(seconds(headers, "ratelimit-reset")),
        };
        if let Some((requests, wait)) = allowance {
            let new = Allowance {
                requests,
                until: now + wait.min(MAX_WINDOW),
            };
            self.allowance = Some(match self.allowance {
                // Answers overtake each other: of two that speak of the same time, the one that allows less is the newer.
                Some(old) if now < old.until => Allowance {
                    requests: old.requests.min(new.requests),
                    until: old.until.max(new.until),
                },
                _ => new,
            });
        }
    }
}

/// Limits that an answer names: `x-ratelimit-limit-second`, `-minute`, `-hour`, `-day`, or with a number of seconds.
fn limits(headers: &HeaderMap) -> impl Iterator<Item = (Duration, usize)> {
    headers.iter().filter_map(|(name, value)| {
        let unit = name.as_str().strip_prefix("x-ratelimit-limit-")?;
        let seconds = match unit {
            "second" => 1,
            "minute" => 60,
            "hour" => 3600,
            "day" => 86400,
            number => number.parse().ok().filter(|seconds| *seconds > 0)?,
        };
        let length = Some(Duration::from_secs(seconds)).filter(|length| *length <= MAX_WINDOW)?;
        let requests: usize = value.to_str().ok()?.trim().parse().ok()?;
        Some((length, requests.min(MAX_WINDOW_REQUESTS)))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds a lock can panic half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

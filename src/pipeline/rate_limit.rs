//! The rate limiter: it delays requests so that they stay within the rate limits of their operations.
//!
//! Each class of limits has a queue. A request that must wait reserves a slot, a point in time, and sleeps until then; no lock is held
//! while it sleeps. So a request that is not polled delays no other: its slot passes, and it gets another when it is polled again. A
//! dropped request releases its slot. Response headers correct the limits.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::select;
use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use super::headers::{MAX_RESET, header, rate_limit_reset, response_date, retry_after};
use super::request::PreparedRequest;
use crate::operation::{Operation, RateLimit, RateLimitScope};
use crate::response::RawResponse;
use crate::runtime::Runtime;

/// The maximum time that a request takes to the service, and that the service takes to count it.
const MAX_TRANSIT: Duration = Duration::from_secs(1);
/// The maximum number of requests in a window of a response header, because each request in it is remembered.
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
    /// Calls are sent at once. After a 429, they are retried according to the [`RetryPolicy`](crate::RetryPolicy).
    #[default]
    Off,
    /// Calls stay within the documented limits of their operation ([`Operation::rate_limit`]), in all windows at once: with 5 per second,
    /// 14 per minute and 350 per half hour, the fifteenth call is sent one minute after the first. Operations of one class share their
    /// limits, and so do clones of a client. Calls are sent in order of arrival. Each redirect counts as a request.
    ///
    /// Response headers correct the limits: `ratelimit-remaining` and `ratelimit-reset` include the requests of other programs with the
    /// same key, and headers such as `x-ratelimit-limit-minute` replace the documented limits. A call that the limits would delay beyond
    /// its total timeout fails at once with [`ErrorKind::RateLimitWait`](crate::ErrorKind::RateLimitWait).
    /// [`Client::rate_limit_delay`](crate::Client::rate_limit_delay) returns the delay of a call that starts now.
    Documented,
}

/// The queues of a client and its clones.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    mode: RateLimiting,
    queues: Mutex<HashMap<BucketKey, Arc<Queue>>>,
}

/// The scope of a rate limit: a class of operations, for the API key or for one organization.
type BucketKey = (&'static str, Option<Box<str>>);

impl RateLimiter {
    pub(crate) fn new(mode: RateLimiting) -> Self {
        Self {
            mode,
            queues: Mutex::default(),
        }
    }

    /// Returns the delay of a request that arrives now.
    pub(crate) fn delay(
        &self,
        operation: &Operation,
        organization: Option<&str>,
        now: Instant,
    ) -> Duration {
        let Some(queue) = self.queue(operation, organization) else {
            return Duration::ZERO;
        };
        let slot = queue.state().last_slot(now);
        slot.saturating_duration_since(now)
    }

    /// Adds a request to the queue of its class; `None` if it has no rate limit.
    pub(super) fn enqueue<'a>(
        &self,
        runtime: &'a Runtime,
        request: &PreparedRequest,
    ) -> Option<Waiter<'a>> {
        let organization = request.authentication.organization();
        let queue = self.queue(request.operation, organization)?;
        Some(Waiter::enqueue(queue, runtime))
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

/// The requests of one class.
#[derive(Debug)]
struct Queue {
    state: Mutex<State>,
}

impl Queue {
    fn new(limit: RateLimit) -> Self {
        let windows = limit.windows.iter().map(|window| Window {
            requests: usize::try_from(window.requests).unwrap_or(usize::MAX),
            length: Duration::from_secs(window.seconds),
        });
        Self {
            state: Mutex::new(State {
                windows: windows.collect(),
                ..State::default()
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A request in the queue, until it is dropped or gets its permit.
pub(super) struct Waiter<'a> {
    queue: Arc<Queue>,
    runtime: &'a Runtime,
    id: u64,
    /// Notified when its slot moves to an earlier time.
    earlier: Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn enqueue(queue: Arc<Queue>, runtime: &'a Runtime) -> Self {
        let earlier = Arc::new(Notify::new());
        let id = queue.state().enqueue(Arc::clone(&earlier), runtime.now());
        Self {
            queue,
            runtime,
            id,
            earlier,
        }
    }

    /// Returns the permit for the request, if the limits allow it now. The caller sends the request at once, because it counts from now on.
    ///
    /// # Errors
    /// Returns the slot of the request.
    pub(super) fn claim(&self) -> Result<Permit, Instant> {
        let arrives_by = self.queue.state().claim(self.id, self.runtime.now())?;
        Ok(Permit {
            queue: Arc::clone(&self.queue),
            arrives_by,
        })
    }

    /// Sleeps until the slot of the request, or until the slot moves to an earlier time.
    pub(super) async fn sleep_until(&self, slot: Instant) {
        let delay = slot.saturating_duration_since(self.runtime.now());
        let sleep = pin!(self.runtime.sleep(delay));
        select(sleep, pin!(self.earlier.notified())).await;
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.queue.state().leave(self.id, self.runtime.now());
    }
}

/// The permission to send a request, held until its response has arrived.
#[derive(Debug)]
pub(super) struct Permit {
    queue: Arc<Queue>,
    arrives_by: Instant,
}

impl Permit {
    /// Completes the request. The headers of its response, if there is one, correct the limits.
    pub(super) fn complete(self, response: Option<&RawResponse>, runtime: &Runtime) {
        let now = runtime.now();
        let mut state = self.queue.state();
        state.record_arrival(self.arrives_by, now);
        if let Some(response) = response {
            state.observe_headers(response, runtime.system_time(), now);
        }
        state.reschedule(now);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.queue.state().in_flight -= 1;
    }
}

/// The state of a class.
#[derive(Debug, Default)]
struct State {
    windows: Vec<Window>,
    /// The latest times at which the service counts each request that the windows still count, in ascending order.
    sent: VecDeque<Instant>,
    /// The number of requests without a response.
    in_flight: usize,
    /// The waiting requests, in order of arrival.
    waiters: VecDeque<Reservation>,
    next_id: u64,
    /// The limits that the service reported.
    allowance: Option<Allowance>,
}

/// The maximum number of requests in any span of time of this length.
#[derive(Clone, Copy, Debug)]
struct Window {
    requests: usize,
    length: Duration,
}

/// The slot of a waiting request.
#[derive(Debug)]
struct Reservation {
    id: u64,
    /// The time from which it may be sent.
    slot: Instant,
    earlier: Arc<Notify>,
}

/// The maximum number of requests until a point in time.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    requests: usize,
    until: Instant,
}

impl State {
    fn enqueue(&mut self, earlier: Arc<Notify>, now: Instant) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let slot = self.last_slot(now);
        self.waiters.push_back(Reservation { id, slot, earlier });
        id
    }

    /// Removes a waiter from the queue. Later waiters move up.
    fn leave(&mut self, id: u64, now: Instant) {
        let before = self.waiters.len();
        self.waiters.retain(|waiter| waiter.id != id);
        if self.waiters.len() < before {
            self.reschedule(now);
        }
    }

    /// Grants a permit to a waiter if the limits allow its request now; returns the latest time at which the service counts it.
    ///
    /// # Errors
    /// The time at which the request may be sent.
    fn claim(&mut self, id: u64, now: Instant) -> Result<Instant, Instant> {
        let Some(index) = self.waiters.iter().position(|waiter| waiter.id == id) else {
            return Err(now);
        };
        // The slot may have passed while the request was not polled, and other requests may have been sent since.
        let slot = self.schedule(index).next(self, now);
        if slot <= now {
            self.waiters.remove(index);
            let arrives_by = self.record_sent(now);
            self.reschedule(now);
            return Ok(arrives_by);
        }
        if self.waiters[index].slot != slot {
            self.waiters[index].slot = slot;
            self.reschedule(now);
        }
        Err(slot)
    }

    /// Returns the slot of a request that would arrive now.
    fn last_slot(&self, now: Instant) -> Instant {
        self.schedule(self.waiters.len()).next(self, now)
    }

    /// Returns the schedule of the sent requests, and of the first `count` waiters.
    fn schedule(&self, count: usize) -> Schedule<'_> {
        let mut schedule = Schedule::new(&self.sent);
        for waiter in self.waiters.iter().take(count) {
            schedule.push(waiter.slot);
        }
        schedule
    }

    /// Assigns the earliest slot that the limits allow to each waiter. A slot that has passed does not change: its waiter is about to claim
    /// it, or it is not polled and must not delay the others.
    fn reschedule(&mut self, now: Instant) {
        let mut waiters = std::mem::take(&mut self.waiters);
        let mut schedule = self.schedule(0);
        for waiter in &mut waiters {
            if waiter.slot > now {
                let slot = schedule.next(self, now);
                if slot < waiter.slot {
                    waiter.earlier.notify_one();
                }
                waiter.slot = slot;
            }
            schedule.push(waiter.slot);
        }
        self.waiters = waiters;
    }

    /// Records that a request is sent; returns the latest time at which the service counts it.
    fn record_sent(&mut self, now: Instant) -> Instant {
        self.in_flight += 1;
        let arrives_by = now + MAX_TRANSIT;
        insert(&mut self.sent, arrives_by);
        let most = self.windows.iter().map(|window| window.requests).max();
        while self.sent.len() > most.unwrap_or_default() {
            self.sent.pop_front();
        }
        self.allowance = self
            .allowance
            .filter(|allowance| now < allowance.until)
            .map(|allowance| Allowance {
                requests: allowance.requests.saturating_sub(1),
                ..allowance
            });
        arrives_by
    }

    /// Records that a request has completed: the service has counted it by now.
    fn record_arrival(&mut self, arrives_by: Instant, now: Instant) {
        if now < arrives_by
            && let Ok(index) = self.sent.binary_search(&arrives_by)
        {
            self.sent.remove(index);
            insert(&mut self.sent, now);
        }
    }

    /// Applies the limits in response headers.
    fn observe_headers(&mut self, response: &RawResponse, system_time: SystemTime, now: Instant) {
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
        let date = response_date(headers, system_time);
        let status = response.status();
        let requested = retry_after(status, headers, date).filter(|delay| *delay <= MAX_RESET);
        let allowance = match (status, requested) {
            (StatusCode::TOO_MANY_REQUESTS, Some(delay)) => Some((0, delay)),
            _ => header::<usize>(headers, "ratelimit-remaining")
                // The service had not counted the requests that are still in flight.
                .map(|remaining| remaining.saturating_sub(self.in_flight - 1))
                .zip(rate_limit_reset(headers, date)),
        };
        if let Some((requests, delay)) = allowance {
            let new = Allowance {
                requests,
                until: now + delay,
            };
            self.allowance = Some(match self.allowance {
                // Responses can arrive out of order. Of two for the same time, the one that allows less is newer.
                Some(old) if now < old.until => Allowance {
                    requests: old.requests.min(new.requests),
                    until: old.until.max(new.until),
                },
                _ => new,
            });
        }
    }
}

/// The times at which the windows count requests: those of sent requests, and slots.
struct Schedule<'a> {
    sent: &'a VecDeque<Instant>,
    /// In ascending order.
    slots: Vec<Instant>,
    /// The last slot, because requests are sent in order of arrival.
    last: Option<Instant>,
}

impl<'a> Schedule<'a> {
    fn new(sent: &'a VecDeque<Instant>) -> Self {
        Self {
            sent,
            slots: Vec::new(),
            last: None,
        }
    }

    /// Reserves a slot.
    fn push(&mut self, slot: Instant) {
        let index = self.slots.partition_point(|known| *known <= slot);
        self.slots.insert(index, slot);
        self.last = self.last.max(Some(slot));
    }

    /// Returns the time at which one more request may be sent.
    fn next(&self, state: &State, now: Instant) -> Instant {
        let earliest = self.last.map_or(now, |last| last.max(now));
        let windows = state.windows.iter().filter(|window| window.requests > 0);
        let by_windows = windows
            .filter_map(|window| {
                // The request that must leave the window first.
                let count = self.sent.len() + self.slots.len();
                let last = self.nth(count.checked_sub(window.requests)?)?;
                Some(last + window.length)
            })
            .fold(earliest, Instant::max);
        match state.allowance {
            Some(allowance) if self.slots.len() >= allowance.requests => {
                by_windows.max(allowance.until)
            }
            _ => by_windows,
        }
    }

    /// Returns the time with this index, in ascending order.
    fn nth(&self, index: usize) -> Option<Instant> {
        let (sent, slots) = (self.sent, &self.slots);
        // The number of slots before it.
        let mut low = index.saturating_sub(sent.len());
        let mut high = index.min(slots.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let last_sent = (index - middle)
                .checked_sub(1)
                .and_then(|last| sent.get(last));
            if last_sent.is_some_and(|last| *last > slots[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let candidates = [sent.get(index - low), slots.get(low)];
        candidates.into_iter().flatten().min().copied()
    }
}

/// Inserts a time in ascending order. New times are usually near the end.
fn insert(times: &mut VecDeque<Instant>, time: Instant) {
    let index = times.partition_point(|known| *known <= time);
    times.insert(index, time);
}

/// The limits in response headers: `x-ratelimit-limit-second`, `-minute`, `-hour`, `-day`, or a number of seconds.
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
        let length = Some(Duration::from_secs(seconds)).filter(|length| *length <= MAX_RESET)?;
        let requests: usize = value.to_str().ok()?.trim().parse().ok()?;
        Some((length, requests.min(MAX_WINDOW_REQUESTS)))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics in the middle of a change while it holds a lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_requests_and_slots_are_counted_together() {
        let start = Instant::now();
        let time = |seconds: &u64| start + Duration::from_secs(*seconds);
        let lists: [&[u64]; 5] = [&[], &[3], &[0, 2, 4, 6], &[1, 1, 1, 9], &[5, 7, 8, 9, 10]];
        for sent in lists {
            for slots in lists {
                let times: VecDeque<_> = sent.iter().map(time).collect();
                let mut schedule = Schedule::new(&times);
                for slot in slots.iter().rev() {
                    schedule.push(time(slot));
                }
                let mut all: Vec<_> = sent.iter().chain(slots).map(time).collect();
                all.sort_unstable();
                let found = (0..all.len()).map(|index| schedule.nth(index).unwrap());
                assert_eq!(found.collect::<Vec<_>>(), all, "{sent:?} {slots:?}");
                assert_eq!(schedule.nth(all.len()), None);
            }
        }
    }
}

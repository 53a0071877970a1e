//! The rate limiter: it delays requests so that they stay within the rate limits of their operations.
//!
//! Each class of limits has a queue. A request that has to wait reserves a slot, a point in time, and sleeps by itself until then; no lock is
//! held while it sleeps. So a request that nobody polls delays no other: its slot passes, and it gets another when it is polled again. A
//! request that is dropped gives its slot back. Response headers correct the limits.

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

/// How long a request may take to the service, and how much later than sent the service may count it.
const MAX_TRANSIT: Duration = Duration::from_secs(1);
/// The most requests that a window from a response header may have; each request in it is remembered.
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
    /// Calls are sent at once. After 429 they are retried as the [`RetryPolicy`](crate::RetryPolicy) says.
    #[default]
    Off,
    /// Calls stay within the limits that are documented for their operation ([`Operation::rate_limit`]), all windows at once: with 5 a
    /// second, 14 a minute and 350 in half an hour, the fifteenth call is sent when the first is a minute old. Operations of one class
    /// share their limits, and so do clones of a client. Calls are sent in the order of arrival. Each redirect counts as a request.
    ///
    /// Response headers correct the limits: `ratelimit-remaining` and `ratelimit-reset` show what other programs with the same key use, and
    /// `x-ratelimit-limit-minute` and its like replace the documented limits. A call that the limits would delay beyond its total
    /// timeout fails at once with [`ErrorKind::RateLimitWait`](crate::ErrorKind::RateLimitWait);
    /// [`Client::rate_limit_delay`](crate::Client::rate_limit_delay) is the delay of a call that starts now.
    Documented,
}

/// The queues of a client and its clones.
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
        let Some(queue) = self.queue(operation, organization) else {
            return Duration::ZERO;
        };
        let slot = queue.state().last_slot(now);
        slot.saturating_duration_since(now)
    }

    /// Puts a request into the queue of its class; `None` if it has no rate limit.
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

/// A request in the queue, until it is dropped or has its permit.
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

    /// The permit for the request, if the limits allow it now. The caller sends the request at once: from now on it counts.
    ///
    /// # Errors
    /// The slot of the request.
    pub(super) fn claim(&self) -> Result<Permit, Instant> {
        let arrives_by = self.queue.state().claim(self.id, self.runtime.now())?;
        Ok(Permit {
            queue: Arc::clone(&self.queue),
            arrives_by,
        })
    }

    /// Sleeps until its slot, or until the slot moves to an earlier time.
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

/// The permission to send a request, until its response has arrived.
#[derive(Debug)]
pub(super) struct Permit {
    queue: Arc<Queue>,
    arrives_by: Instant,
}

impl Permit {
    /// The request has ended; the headers of its response, if there is one, correct the limits.
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

/// What is known of a class.
#[derive(Debug, Default)]
struct State {
    windows: Vec<Window>,
    /// When the service has surely counted each request that the windows still count, in ascending order.
    sent: VecDeque<Instant>,
    /// How many requests have no response yet.
    in_flight: usize,
    /// Those that wait, in the order of arrival.
    waiters: VecDeque<Reservation>,
    next_id: u64,
    /// What the service said it will accept.
    allowance: Option<Allowance>,
}

/// At most so many requests in any span of time of this length.
#[derive(Clone, Copy, Debug)]
struct Window {
    requests: usize,
    length: Duration,
}

/// The slot of a request that waits.
#[derive(Debug)]
struct Reservation {
    id: u64,
    /// When it may be sent.
    slot: Instant,
    earlier: Arc<Notify>,
}

/// At most so many requests up to then.
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

    /// Takes a waiter out of the queue; those behind it move up.
    fn leave(&mut self, id: u64, now: Instant) {
        let before = self.waiters.len();
        self.waiters.retain(|waiter| waiter.id != id);
        if self.waiters.len() < before {
            self.reschedule(now);
        }
    }

    /// Grants a permit to a waiter if the limits allow its request now; returns when the service has surely counted it.
    ///
    /// # Errors
    /// When the request may be sent.
    fn claim(&mut self, id: u64, now: Instant) -> Result<Instant, Instant> {
        let Some(index) = self.waiters.iter().position(|waiter| waiter.id == id) else {
            return Err(now);
        };
        // Its slot may have passed while nobody polled it, and other requests may have been sent since.
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

    /// The slot of a request that would arrive now.
    fn last_slot(&self, now: Instant) -> Instant {
        self.schedule(self.waiters.len()).next(self, now)
    }

    /// The schedule of what was sent, and of the first `count` waiters.
    fn schedule(&self, count: usize) -> Schedule<'_> {
        let mut schedule = Schedule::new(&self.sent);
        for waiter in self.waiters.iter().take(count) {
            schedule.push(waiter.slot);
        }
        schedule
    }

    /// Gives each waiter the earliest slot that the limits allow. A slot that has passed stays: its waiter is about to claim it, or nobody
    /// polls it and it must not delay the others.
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

    /// A request is sent; returns when the service has surely counted it.
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

    /// A request has ended: the service has counted it by now.
    fn record_arrival(&mut self, arrives_by: Instant, now: Instant) {
        if now < arrives_by
            && let Ok(index) = self.sent.binary_search(&arrives_by)
        {
            self.sent.remove(index);
            insert(&mut self.sent, now);
        }
    }

    /// What the headers of a response say about the limits.
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
                // The service had not counted those that are still in flight.
                .map(|remaining| remaining.saturating_sub(self.in_flight - 1))
                .zip(rate_limit_reset(headers, date)),
        };
        if let Some((requests, delay)) = allowance {
            let new = Allowance {
                requests,
                until: now + delay,
            };
            self.allowance = Some(match self.allowance {
                // Responses overtake each other: of two for the same time, the one that allows less is newer.
                Some(old) if now < old.until => Allowance {
                    requests: old.requests.min(new.requests),
                    until: old.until.max(new.until),
                },
                _ => new,
            });
        }
    }
}

/// When the windows count requests: those that were sent, and those that have a slot.
struct Schedule<'a> {
    sent: &'a VecDeque<Instant>,
    /// In ascending order.
    slots: Vec<Instant>,
    /// The last slot: requests are sent in the order of arrival.
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

    /// When one more request may be sent.
    fn next(&self, state: &State, now: Instant) -> Instant {
        let earliest = self.last.map_or(now, |last| last.max(now));
        let windows = state.windows.iter().filter(|window| window.requests > 0);
        let by_windows = windows
            .filter_map(|window| {
                // The request that must have left the window.
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

    /// The time with this index among all, in ascending order.
    fn nth(&self, index: usize) -> Option<Instant> {
        let (sent, slots) = (self.sent, &self.slots);
        // How many slots are before it.
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

/// Inserts a time in ascending order; new ones are near the end.
fn insert(times: &mut VecDeque<Instant>, time: Instant) {
    let index = times.partition_point(|known| *known <= time);
    times.insert(index, time);
}

/// The limits that a response names: `x-ratelimit-limit-second`, `-minute`, `-hour`, `-day`, or a number of seconds.
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

//! Waiting in line instead of being refused: the rate limits of the operation table, kept by the client.
//!
//! Each class of limits has a line. Its first caller alone waits for the limits, the others for the line to move, so turns go in the
//! order of arrival, and a caller that gives up leaves nothing behind. What answers say about the limits is learned.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::select;
use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;

use super::retry::{header, seconds, told_wait};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::operation::{Counted, Operation, RateLimit};
use crate::response::RawResponse;
use crate::runtime::Runtime;

/// How long a request may be on its way to the service, and how much later than sent the service may count it.
const LONGEST_WAY: Duration = Duration::from_secs(1);
/// No window and no wait that the service names is longer; what says so is a mistake, and may be beyond the end of all clocks.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// No window that the service names has room for more: each request in it is remembered.
const MOST_REQUESTS: usize = 100_000;

/// Whether calls wait in line instead of being refused with 429.
///
/// ```
/// use cisco_secure_access::{Client, Credentials, Pacing};
///
/// let client = Client::builder()
///     .credentials(Credentials::new("key", "secret"))
///     .pacing(Pacing::Documented)
///     .build()?;
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pacing {
    /// Calls are sent at once. What the service refuses is tried again as the [`RetryPolicy`](crate::RetryPolicy) says.
    #[default]
    Off,
    /// Calls keep to the limits that are documented for their operation ([`Operation::rate_limit`]), all windows at once: of 5 a second,
    /// 14 a minute and 350 in half an hour, the fifteenth call waits until the first is a minute old. Operations of one class share their
    /// limits, clones of a client share their line, and turns go in the order of arrival.
    ///
    /// Answers correct it: `ratelimit-remaining` and `ratelimit-reset` show what other programs with the same key use up, and
    /// `x-ratelimit-limit-minute` and its like replace what is documented. A call that would wait beyond its deadline fails at once with
    /// [`ErrorKind::Pacing`](crate::ErrorKind::Pacing); [`Client::pacing_wait`](crate::Client::pacing_wait) tells how long a call would
    /// wait.
    Documented,
}

/// The lines of a client and its clones.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    lines: Mutex<HashMap<Class, Arc<Line>>>,
}

/// What is counted together: a class of operations, for the whole key or for one organization.
type Class = (&'static str, Option<Box<str>>);

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            lines: Mutex::default(),
        }
    }

    /// How long a call would wait now.
    pub(crate) fn wait(
        &self,
        operation: &Operation,
        organization: Option<&str>,
        now: Instant,
    ) -> Duration {
        self.line(operation, organization)
            .map_or(Duration::ZERO, |line| line.state().wait(now))
    }

    /// Waits until a call may be sent, if it is paced. `left` is the time until its deadline.
    pub(super) async fn turn(&self, call: &Call, left: Option<Duration>) -> Result<Option<Turn>> {
        let organization = call.client().tokens().organization();
        let Some(line) = self.line(call.operation(), organization) else {
            return Ok(None);
        };
        let runtime = call.client().runtime();
        let end = left.and_then(|left| runtime.now().checked_add(left));
        let in_time = |wait: Duration, now: Instant| match end {
            Some(end) if now + wait > end => Err(Error::pacing(
                call.operation(),
                wait,
                end.saturating_duration_since(now),
            )),
            _ => Ok(wait),
        };
        let place = line.enter();
        if end.is_some() {
            let now = runtime.now();
            in_time(line.state().wait_behind(place.others, now), now)?;
        }
        let begun = runtime.now();
        let _first = line.first.lock().await;
        loop {
            let now = runtime.now();
            let wait = in_time(line.state().wait_behind(0, now), now)?;
            if wait.is_zero() {
                let number = line.state().send(now);
                let line = Arc::clone(&line);
                return Ok(Some(Turn {
                    line,
                    number,
                    has_waited: now > begun,
                }));
            }
            // An answer that comes meanwhile can make the wait shorter, or longer.
            select(runtime.wait(wait), pin!(line.answered.notified())).await;
        }
    }

    fn line(&self, operation: &Operation, organization: Option<&str>) -> Option<Arc<Line>> {
        let limit = operation
            .rate_limit
            .filter(|_| self.pacing == Pacing::Documented)?;
        let counted = match limit.counted {
            Counted::Key => None,
            Counted::Organization => organization.map(Into::into),
        };
        let mut lines = lock(&self.lines);
        let line = lines
            .entry((limit.class, counted))
            .or_insert_with(|| Arc::new(Line::new(limit)));
        Some(Arc::clone(line))
    }
}

/// The callers of one class.
#[derive(Debug)]
struct Line {
    /// Held by the first in the line; a fair lock, whose waiters are the rest of it.
    first: tokio::sync::Mutex<()>,
    /// Told each time that a request is over.
    answered: Notify,
    state: Mutex<State>,
}

/// The place of a caller in a line, until it is dropped.
struct Place<'a> {
    line: &'a Line,
    /// How many others stood there before.
    others: usize,
}

/// The turn of a caller that has sent its request and waits for the answer.
#[derive(Debug)]
pub(super) struct Turn {
    line: Arc<Line>,
    number: u64,
    has_waited: bool,
}

impl Turn {
    /// Whether it did not come at once.
    pub(super) fn has_waited(&self) -> bool {
        self.has_waited
    }

    /// The request is over: learns from its answer, if there is one.
    pub(super) fn end(self, answer: Option<&RawResponse>, runtime: &dyn Runtime) {
        let now = runtime.now();
        let mut state = self.line.state();
        state.arrived(self.number, now);
        if let Some(answer) = answer {
            let told = told_wait(answer.status_code(), answer.headers(), runtime.date());
            state.learn(answer, told, now);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line.state().under_way -= 1;
        self.line.answered.notify_one();
    }
}

impl Line {
    fn new(limit: RateLimit) -> Self {
        let windows = limit.windows.iter();
        Self {
            first: tokio::sync::Mutex::new(()),
            answered: Notify::new(),
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

    fn enter(&self) -> Place<'_> {
        let mut state = self.state();
        let others = state.waiting;
        state.waiting += 1;
        Place { line: self, others }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.state().waiting -= 1;
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
    under_way: usize,
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
        let arrived = at + LONGEST_WAY;
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
    fn wait(&self, now: Instant) -> Duration {
        self.wait_behind(self.waiting, now)
    }

    /// How long a caller waits that has so many others before it.
    fn wait_behind(&self, others: usize, now: Instant) -> Duration {
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
            if sent.at + LONGEST_WAY <= latest {
                break;
            }
            latest = latest.max(sent.arrived);
        }
        latest
    }

    /// A request is sent; says its number.
    fn send(&mut self, now: Instant) -> u64 {
        self.under_way += 1;
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
    fn arrived(&mut self, number: u64, now: Instant) {
        let index = number.checked_sub(self.forgotten);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(sent) = index.and_then(|index| self.sent.get_mut(index)) {
            sent.arrived = sent.arrived.min(now);
        }
    }

    /// What the service says about its limits.
    fn learn(&mut self, answer: &RawResponse, told: Option<Duration>, now: Instant) {
        let headers = answer.headers();
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
        let allowance = match (answer.status_code(), told) {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait)) => Some((0, wait)),
            _ => header::<usize>(headers, "ratelimit-remaining")
                // The service had not seen those that are still under way when it counted.
                .map(|remaining| remaining.saturating_sub(self.under_way - 1))
                .zip(seconds(headers, "ratelimit-reset")),
        };
        if let Some((requests, wait)) = allowance {
            let new = Allowance {
                requests,
                until: now + wait.min(LONGEST_WAIT),
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
        let length = Some(Duration::from_secs(seconds)).filter(|length| *length <= LONGEST_WAIT)?;
        let requests: usize = value.to_str().ok()?.trim().parse().ok()?;
        Some((length, requests.min(MOST_REQUESTS)))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds a lock can panic half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Waiting in line instead of being refused: the rate limits of the operation table, kept by the client.
//!
//! Each class of limits has a line. Its first caller alone waits for the limits, the others for the line to move, so turns go in the
//! order of arrival, and a caller that gives up leaves nothing behind. What answers say about the limits is learned.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};

use super::retry::told_wait;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::operation::{Counted, Operation, RateLimit};
use crate::response::RawResponse;
use crate::runtime::Runtime;

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
        let end = left.map(|left| runtime.now() + left);
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
        let _first = line.first.lock().await;
        loop {
            let now = runtime.now();
            let wait = in_time(line.state().wait_behind(0, now), now)?;
            if wait.is_zero() {
                line.state().send(now);
                return Ok(Some(Turn(Arc::clone(&line))));
            }
            runtime.wait(wait).await;
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
pub(super) struct Turn(Arc<Line>);

impl Turn {
    /// Learns from the answer.
    pub(super) fn learn(&self, answer: &RawResponse, runtime: &dyn Runtime) {
        let told = told_wait(answer.status_code(), answer.headers(), runtime.date());
        self.0.state().learn(answer, told, runtime.now());
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

impl Line {
    fn new(limit: RateLimit) -> Self {
        let windows = limit.windows.iter();
        Self {
            first: tokio::sync::Mutex::new(()),
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
    /// When requests were sent, as far back as the windows reach.
    sent: VecDeque<Instant>,
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

impl Window {
    /// The time that a request counts: with some more for those that are on the way for a shorter time than others.
    fn span(&self) -> Duration {
        self.length + (self.length / 10).min(Duration::from_secs(1))
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
        let count = self.sent.len() + planned.len();
        // The request that stands so far back among all that were or will be sent.
        let back = |requests: usize| {
            let index = count.checked_sub(requests)?;
            let in_plan = index.checked_sub(self.sent.len());
            match in_plan {
                Some(index) => planned.get(index).copied(),
                None => self.sent.get(index).copied(),
            }
        };
        let windows = self.windows.iter().filter(|window| window.requests > 0);
        let by_windows = windows
            .filter_map(|window| Some(back(window.requests)? + window.span()))
            .fold(earliest, Instant::max);
        match self.allowance {
            Some(allowance) if planned.len() >= allowance.requests => {
                by_windows.max(allowance.until)
            }
            _ => by_windows,
        }
    }

    /// A request is sent.
    fn send(&mut self, now: Instant) {
        self.under_way += 1;
        self.sent.push_back(now);
        let longest = self.windows.iter().map(|window| window.requests).max();
        while self.sent.len() > longest.unwrap_or_default() {
            self.sent.pop_front();
        }
        self.allowance = self
            .allowance
            .filter(|allowance| now < allowance.until)
            .map(|allowance| Allowance {
                requests: allowance.requests.saturating_sub(1),
                ..allowance
            });
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
            _ => number(headers, "ratelimit-remaining")
                // The service had not seen those that are still under way when it counted.
                .map(|remaining| remaining.saturating_sub(self.under_way - 1))
                .zip(seconds(headers, "ratelimit-reset")),
        };
        if let Some((requests, wait)) = allowance {
            let new = Allowance {
                requests,
                until: now + wait,
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
        let requests = value.to_str().ok()?.trim().parse().ok()?;
        Some((Duration::from_secs(seconds), requests))
    })
}

fn number(headers: &HeaderMap, name: &str) -> Option<usize> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds a lock can panic half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

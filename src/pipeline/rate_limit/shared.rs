//! The queue of a class whose requests a store counts for all its clients.
//!
//! Requests wait in order of arrival. A task claims one slot at a time and hands it to the first request, so that a client has one
//! reservation in the store, however many requests wait, and a request that is not polled delays no other. A request that has its slot
//! uses it at once, or loses it.
//!
//! While the store is away, the task grants slots by a schedule of its own: the share of the client of the limits that the store last
//! reported.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::future::select;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use url::Url;

use super::schedule::{MAX_TRANSIT, State as Schedule};
use super::share::share;
use super::store_client::StoreClient;
use super::{QueueKey, lock};
use crate::operation::{RateLimit, RateLimitScope};
use crate::rate_limit::{Bucket, BucketKey, Claim, Observation, RateLimitStore, RequestId, Usage};
use crate::runtime::Runtime;

/// The maximum time between two claims of a waiting request, and between two attempts to reach a store that is away.
const CLAIM_INTERVAL: Duration = Duration::from_secs(1);
/// The time for which a request can use its slot, from the claim: the time limit of the store, and a quarter of a second.
const SLOT_LIFETIME: Duration = Duration::from_millis(750);

/// The queues of a client with a store.
#[derive(Debug)]
pub(super) struct SharedQueues {
    store: Arc<StoreClient>,
    base_url: String,
    /// The queue of each class, with the API key that it was created for.
    queues: Mutex<HashMap<QueueKey, (String, Arc<SharedQueue>)>>,
}

impl SharedQueues {
    pub(super) fn new(store: Arc<dyn RateLimitStore>, base_url: &Url) -> Self {
        Self {
            store: Arc::new(StoreClient::new(store)),
            base_url: base_url.to_string(),
            queues: Mutex::default(),
        }
    }

    /// Returns the queue of a class. After a change of the API key, it is another one.
    pub(super) fn queue(
        &self,
        limit: &RateLimit,
        key: QueueKey,
        api_key: &str,
    ) -> Arc<SharedQueue> {
        let mut queues = lock(&self.queues);
        if let Some((known, queue)) = queues.get(&key)
            && known == api_key
        {
            return Arc::clone(queue);
        }
        let counted_for = match (limit.scope, &key.1) {
            (RateLimitScope::Organization, Some(organization)) => ["organization", organization],
            _ => ["key", api_key],
        };
        let parts = [&[self.base_url.as_str(), limit.class][..], &counted_for].concat();
        let transit = SLOT_LIFETIME + MAX_TRANSIT;
        let bucket = Bucket::new(
            BucketKey::of(&parts),
            limit.windows.iter().copied(),
            transit,
        );
        let queue = Arc::new(SharedQueue::new(Arc::clone(&self.store), bucket));
        queues.insert(key, (api_key.to_owned(), Arc::clone(&queue)));
        queue
    }

    /// Returns the time until the slot of the request that waits first.
    pub(super) fn delay(&self, key: &QueueKey, now: Instant) -> Duration {
        let queues = lock(&self.queues);
        let slot = queues.get(key).and_then(|(_, queue)| queue.slot(now));
        slot.map_or(Duration::ZERO, |slot| slot.saturating_duration_since(now))
    }
}

/// The requests of one class.
#[derive(Debug)]
pub(super) struct SharedQueue {
    store: Arc<StoreClient>,
    state: Mutex<State>,
    /// Notified when the task has to look again: the first waiter has arrived, the last one has left, or a slot of the schedule moves to an
    /// earlier time.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// The bucket of the requests, with the limits that the store last reported.
    bucket: Arc<Bucket>,
    /// The waiting requests, in order of arrival.
    waiters: VecDeque<(u64, Arc<Notify>)>,
    next_waiter: u64,
    /// The slots that were granted and not yet used, by waiter.
    grants: HashMap<u64, Grant>,
    /// Whether the task runs that claims slots.
    is_claiming: bool,
    /// The time at which the first waiter gets its slot at the earliest.
    slot: Option<Instant>,
    /// The requests that this client has sent, with the latest times at which the service counts them.
    sent: VecDeque<(RequestId, Instant)>,
    /// What the store last reported, and when.
    usage: Option<(Usage, Instant)>,
    /// The schedule without the store, while that is away, and the time of the next attempt to reach it.
    alone: Option<(Schedule, Instant)>,
}

/// A slot for a request.
#[derive(Clone, Copy, Debug)]
struct Grant {
    request: RequestId,
    /// The time of the claim. The store has granted the slot later, on its own clock.
    claimed_at: Instant,
    origin: Origin,
}

/// What has granted a slot.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Store,
    /// The schedule of the client, which counts the request at this time.
    Alone(Instant),
}

impl Grant {
    fn is_usable(&self, now: Instant) -> bool {
        now <= self.claimed_at + SLOT_LIFETIME
    }
}

/// What the task does.
enum Step {
    /// It claims a slot for a request that waits.
    Claim,
    /// It returns to the store, from this time.
    Return(Instant),
}

/// The result of a step.
enum Next {
    Grant(Grant),
    ClaimAt(Instant),
}

impl SharedQueue {
    fn new(store: Arc<StoreClient>, bucket: Bucket) -> Self {
        Self {
            store,
            state: Mutex::new(State::new(bucket)),
            changed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn bucket(&self) -> Arc<Bucket> {
        Arc::clone(&self.state().bucket)
    }

    /// Returns the time at which a request that arrives now gets its slot at the earliest.
    fn slot(&self, now: Instant) -> Option<Instant> {
        let state = self.state();
        match &state.alone {
            Some((schedule, _)) if state.waiters.is_empty() => Some(schedule.last_slot(now)),
            _ => state.slot.filter(|_| !state.waiters.is_empty()),
        }
    }

    /// Starts the task, unless it runs.
    fn start_claiming(self: &Arc<Self>, state: &mut State, runtime: &Runtime) {
        if !std::mem::replace(&mut state.is_claiming, true) {
            tokio::spawn(Arc::clone(self).claim_slots(runtime.clone()));
        }
    }

    /// Claims slots until no request waits, and until the store knows what this client has sent without it.
    async fn claim_slots(self: Arc<Self>, runtime: Runtime) {
        let running = Running(&self);
        let mut claimed = None;
        while let Some(step) = running.next_step(runtime.now()) {
            let next = match step {
                Step::Claim => {
                    let request = *claimed.get_or_insert_with(|| self.store.next_request());
                    self.next(request, &runtime).await
                }
                Step::Return(retry_at) => self.return_to_store(retry_at, &runtime).await,
            };
            match next {
                Next::Grant(grant) => {
                    claimed = None;
                    self.hand_over(grant, &runtime);
                }
                Next::ClaimAt(slot) => {
                    self.announce(slot);
                    let delay = slot.saturating_duration_since(runtime.now());
                    let sleep = pin!(runtime.sleep_in_task(delay.min(CLAIM_INTERVAL)));
                    select(sleep, pin!(self.changed.notified())).await;
                }
            }
        }
        if let Some(request) = claimed {
            self.release_in_store(request, &runtime).await;
        }
    }

    /// Reports to a store that was away, while no request waits.
    async fn return_to_store(&self, retry_at: Instant, runtime: &Runtime) -> Next {
        let is_back = runtime.now() >= retry_at && self.restore(runtime).await.is_some();
        let now = runtime.now();
        let mut state = self.state();
        match &mut state.alone {
            Some((_, retry_at)) if !is_back => {
                if *retry_at <= now {
                    *retry_at = now + CLAIM_INTERVAL;
                }
                Next::ClaimAt(*retry_at)
            }
            _ => {
                state.alone = None;
                Next::ClaimAt(now)
            }
        }
    }

    /// Completes a request in the store. Its report is newer than that of the claim, which matters if the store then fails.
    async fn complete_in_store(
        &self,
        request: RequestId,
        observation: &Observation,
        runtime: &Runtime,
    ) {
        let bucket = self.bucket();
        let complete = self.store.store.complete(&bucket, request, observation);
        if let Some(Some(usage)) = self.store.result_of(complete, runtime).await {
            self.state().record_usage(usage, runtime.now());
        }
    }

    async fn release_in_store(&self, request: RequestId, runtime: &Runtime) {
        let bucket = self.bucket();
        let release = self.store.store.release(&bucket, request);
        self.store.result_of(release, runtime).await;
    }

    /// Claims a slot, from the store or without it.
    async fn next(&self, request: RequestId, runtime: &Runtime) -> Next {
        let retry_at = self.state().alone.as_ref().map(|(_, retry_at)| *retry_at);
        let is_away = retry_at.is_some_and(|retry_at| runtime.now() < retry_at);
        if !is_away && let Some(next) = self.claim(request, runtime).await {
            return next;
        }
        self.claim_alone(request, runtime.now(), !is_away)
    }

    /// Claims a slot from the store; `None` if that is away.
    async fn claim(&self, request: RequestId, runtime: &Runtime) -> Option<Next> {
        if self.state().alone.is_some() {
            self.restore(runtime).await?;
        }
        let mut claimed_at = runtime.now();
        let mut claim = self.claim_in_store(request, runtime).await?;
        if claim == Claim::Forgotten {
            self.restore(runtime).await?;
            claimed_at = runtime.now();
            claim = self.claim_in_store(request, runtime).await?;
        }
        let now = runtime.now();
        let (next, usage) = match claim {
            Claim::Granted(usage) => {
                let grant = Grant {
                    request,
                    claimed_at,
                    origin: Origin::Store,
                };
                (Next::Grant(grant), usage)
            }
            Claim::Delayed(delay, usage) => (Next::ClaimAt(now + delay), usage),
            Claim::Forgotten => return Some(Next::ClaimAt(now + CLAIM_INTERVAL)),
        };
        let mut state = self.state();
        state.alone = None;
        state.record_usage(usage, now);
        Some(next)
    }

    async fn claim_in_store(&self, request: RequestId, runtime: &Runtime) -> Option<Claim> {
        let bucket = self.bucket();
        let claim = self.store.store.claim(&bucket, request);
        self.store.result_of(claim, runtime).await
    }

    /// Reports the requests to the store that this client has sent, and that a window may still count.
    async fn restore(&self, runtime: &Runtime) -> Option<()> {
        let (bucket, sent) = {
            let state = self.state();
            let sent: Vec<_> = state.counted(runtime.now()).collect();
            (Arc::clone(&state.bucket), sent)
        };
        let restore = self.store.store.restore(&bucket, &sent);
        self.store.result_of(restore, runtime).await
    }

    /// Claims a slot from the schedule of this client. `has_failed` says whether the store has just failed.
    fn claim_alone(&self, request: RequestId, now: Instant, has_failed: bool) -> Next {
        let mut state = self.state();
        if state.alone.is_none() {
            let schedule = match &state.usage {
                Some((usage, at)) => share(usage, *at, now),
                None => {
                    let windows = state.bucket.windows().iter().copied();
                    Schedule::new(windows.map(Into::into).collect(), VecDeque::new())
                }
            };
            state.alone = Some((schedule, now));
        }
        let Some((schedule, retry_at)) = &mut state.alone else {
            return Next::ClaimAt(now);
        };
        if has_failed {
            *retry_at = now + CLAIM_INTERVAL;
        }
        let slot = schedule.last_slot(now);
        if slot > now {
            return Next::ClaimAt(slot.min(*retry_at));
        }
        Next::Grant(Grant {
            request,
            claimed_at: now,
            origin: Origin::Alone(schedule.record_sent(now + SLOT_LIFETIME)),
        })
    }

    /// Hands a slot to the first waiter. A slot that nobody uses is released.
    fn hand_over(self: &Arc<Self>, grant: Grant, runtime: &Runtime) {
        let mut state = self.state();
        state.slot = None;
        let first = match grant.is_usable(runtime.now()) {
            true => state.waiters.pop_front(),
            false => None,
        };
        match first {
            Some((waiter, changed)) => {
                state.record_sent(grant);
                state.grants.insert(waiter, grant);
                changed.notify_one();
            }
            None => {
                drop(state);
                self.release(grant, runtime);
            }
        }
    }

    /// Releases a slot of the store. A slot of the schedule passes.
    fn release(self: &Arc<Self>, grant: Grant, runtime: &Runtime) {
        // Without a runtime, the slot passes.
        if let (Origin::Store, Ok(handle)) = (grant.origin, Handle::try_current()) {
            let (queue, runtime) = (Arc::clone(self), runtime.clone());
            handle.spawn(async move {
                queue.release_in_store(grant.request, &runtime).await;
            });
        }
    }

    /// Announces a later slot to the waiters: it can be beyond their time limits.
    fn announce(&self, slot: Instant) {
        let mut state = self.state();
        let announced = state.slot.replace(slot);
        if announced.is_none_or(|announced| slot > announced + CLAIM_INTERVAL) {
            for (_, changed) in &state.waiters {
                changed.notify_one();
            }
        }
    }
}

impl State {
    fn new(bucket: Bucket) -> Self {
        Self {
            bucket: Arc::new(bucket),
            waiters: VecDeque::new(),
            next_waiter: 0,
            grants: HashMap::new(),
            is_claiming: false,
            slot: None,
            sent: VecDeque::new(),
            usage: None,
            alone: None,
        }
    }

    /// Records a report of the store. Its limits apply from now on, also when the store has forgotten them.
    fn record_usage(&mut self, usage: Usage, now: Instant) {
        let known = self.bucket.windows().iter();
        let reported = usage.windows.iter().map(|(window, _)| window);
        if !known.eq(reported.clone()) {
            self.bucket = Arc::new(Bucket::new(
                self.bucket.key().clone(),
                reported.copied(),
                self.bucket.transit(),
            ));
        }
        self.usage = Some((usage, now));
    }

    /// Returns the requests of this client that a window may still count, with their ages.
    fn counted(&self, now: Instant) -> impl Iterator<Item = (RequestId, Duration)> {
        let lengths = self.bucket.windows().iter().map(|window| window.seconds);
        let longest = Duration::from_secs(lengths.max().unwrap_or_default());
        let ages = self.sent.iter().map(move |(request, counted_at)| {
            (*request, now.saturating_duration_since(*counted_at))
        });
        ages.filter(move |(_, age)| *age < longest)
    }

    /// Records a request that has its slot, and that is sent now.
    fn record_sent(&mut self, grant: Grant) {
        let most = self.bucket.windows().iter().map(|window| window.requests);
        let most = usize::try_from(most.max().unwrap_or_default()).unwrap_or(usize::MAX);
        let counted_at = grant.claimed_at + SLOT_LIFETIME + MAX_TRANSIT;
        self.sent.push_back((grant.request, counted_at));
        while self.sent.len() > most {
            self.sent.pop_front();
        }
    }
}

/// The task that claims slots, until it ends or its runtime drops it.
struct Running<'a>(&'a SharedQueue);

impl Running<'_> {
    /// Returns what to do next; `None` if the task ends.
    fn next_step(&self, now: Instant) -> Option<Step> {
        let state = self.0.state();
        if !state.waiters.is_empty() {
            return Some(Step::Claim);
        }
        let (_, retry_at) = state.alone.as_ref()?;
        state.counted(now).next()?;
        Some(Step::Return(*retry_at))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.is_claiming = false;
        // A request that arrived meanwhile starts the task again.
        for (_, changed) in &state.waiters {
            changed.notify_one();
        }
    }
}

/// A request in the queue, until it is dropped or gets its permit.
pub(in crate::pipeline) struct SharedWaiter<'a> {
    queue: Arc<SharedQueue>,
    runtime: &'a Runtime,
    id: u64,
    /// Notified when it has a slot, or when it is known that the slot comes later.
    changed: Arc<Notify>,
}

impl<'a> SharedWaiter<'a> {
    pub(super) fn enqueue(queue: Arc<SharedQueue>, runtime: &'a Runtime) -> Self {
        let changed = Arc::new(Notify::new());
        let mut state = queue.state();
        let id = state.next_waiter;
        state.next_waiter += 1;
        state.waiters.push_back((id, Arc::clone(&changed)));
        if state.alone.is_some() {
            // The task may wait until it returns to the store.
            queue.changed.notify_one();
        }
        drop(state);
        Self {
            queue,
            runtime,
            id,
            changed,
        }
    }

    /// Returns the permit for the request, if it has a slot. The caller sends the request at once.
    ///
    /// # Errors
    /// Returns the earliest time of the slot.
    pub(super) fn claim(&self) -> Result<SharedPermit, Instant> {
        let now = self.runtime.now();
        let mut state = self.queue.state();
        if let Some(grant) = state.grants.remove(&self.id) {
            if grant.is_usable(now) {
                return Ok(SharedPermit {
                    queue: Arc::clone(&self.queue),
                    grant,
                });
            }
            // It was not polled, or waited for a token: it is the first to get another slot.
            state.sent.retain(|(request, _)| *request != grant.request);
            self.queue.release(grant, self.runtime);
            state
                .waiters
                .push_front((self.id, Arc::clone(&self.changed)));
        }
        self.queue.start_claiming(&mut state, self.runtime);
        Err(state.slot.map_or(now, |slot| slot.max(now)))
    }

    /// Waits until the request has a slot, or until the earliest time of the slot changes.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Drop for SharedWaiter<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        let waiting = state.waiters.len();
        state.waiters.retain(|(id, _)| *id != self.id);
        if state.waiters.is_empty() && waiting > 0 {
            self.queue.changed.notify_one();
        }
        if let Some(grant) = state.grants.remove(&self.id) {
            state.sent.retain(|(request, _)| *request != grant.request);
            drop(state);
            self.queue.hand_over(grant, self.runtime);
        }
    }
}

/// The permission to send a request, held until its response has arrived.
#[derive(Debug)]
pub(in crate::pipeline) struct SharedPermit {
    queue: Arc<SharedQueue>,
    grant: Grant,
}

impl SharedPermit {
    /// Completes the request. The observation of its response corrects the limits of all clients.
    pub(super) fn complete(self, mut observation: Observation, runtime: &Runtime) {
        let now = runtime.now();
        let mut state = self.queue.state();
        let request = self.grant.request;
        let mut sent = state.sent.iter_mut().rev();
        if let Some((_, counted_at)) = sent.find(|(known, _)| *known == request) {
            *counted_at = now.min(*counted_at);
        }
        match self.grant.origin {
            Origin::Alone(counted_at) => {
                // The share is a part of the limits that the store has reported.
                if state.usage.is_some() {
                    observation.limits.clear();
                }
                if let Some((schedule, _)) = &mut state.alone {
                    schedule.record_arrival(counted_at, now);
                    let limits = observation.limits.iter().copied();
                    schedule.observe(limits, observation.allowance, now);
                    self.queue.changed.notify_one();
                }
            }
            Origin::Store => {
                let (queue, runtime) = (Arc::clone(&self.queue), runtime.clone());
                tokio::spawn(async move {
                    queue
                        .complete_in_store(request, &observation, &runtime)
                        .await;
                });
            }
        }
    }
}

impl Drop for SharedPermit {
    fn drop(&mut self) {
        if let (Origin::Alone(_), Some((schedule, _))) =
            (self.grant.origin, &mut self.queue.state().alone)
        {
            schedule.leave_flight();
        }
    }
}

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

use super::observation::MAX_WINDOW_REQUESTS;
use super::schedule::{MAX_TRANSIT, State as Schedule};
use super::share::share;
use super::store_client::StoreClient;
use super::{QueueKey, lock};
use crate::operation::{RateLimit, RateLimitScope, RateLimitWindow};
use crate::pipeline::headers::MAX_RESET;
use crate::rate_limit::{Bucket, BucketKey, Claim, Observation, RateLimitStore, RequestId, Usage};
use crate::runtime::Runtime;

/// The maximum time between two claims of a waiting request, and between two attempts to reach a store that is away.
const CLAIM_INTERVAL: Duration = Duration::from_secs(1);
/// The time for which a request can use its slot, from the claim: the time limit of the store, and a quarter of a second.
const SLOT_LIFETIME: Duration = Duration::from_millis(750);
/// The time after which a task without a step is overdue, because nobody drives its runtime. A step takes at most two operations of the store
/// and a claim interval.
const TASK_LIFETIME: Duration = Duration::from_secs(3);
/// The maximum number of requests that one operation restores, within the time limit of the store.
const RESTORE_BATCH: usize = 1000;
/// The maximum number of clients that a store reports.
const MAX_CLIENTS: u64 = 1_000_000;

/// The queues of a client with a store.
#[derive(Debug)]
pub(super) struct SharedQueues {
    store: Arc<StoreClient>,
    base_url: String,
    /// The queues of each class, with the organization or the API key that the service counts their requests for. The last one was used
    /// last.
    queues: Mutex<HashMap<QueueKey, QueuesOfClass>>,
}

/// Queues with what their requests are counted for.
type QueuesOfClass = Vec<(String, Arc<SharedQueue>)>;

impl SharedQueues {
    pub(super) fn new(store: Arc<dyn RateLimitStore>, base_url: &Url) -> Self {
        Self {
            store: Arc::new(StoreClient::new(store)),
            base_url: base_url.to_string(),
            queues: Mutex::default(),
        }
    }

    /// Returns the queue of a class, for an organization or an API key. A new one replaces those that have nothing to remember.
    pub(super) fn queue(
        &self,
        limit: &RateLimit,
        key: QueueKey,
        api_key: &str,
        now: Instant,
    ) -> Arc<SharedQueue> {
        let counted_for = match (limit.scope, &key.1) {
            (RateLimitScope::Organization, Some(organization)) => ["organization", organization],
            _ => ["key", api_key],
        };
        let mut queues = lock(&self.queues);
        if let Some(of_class) = queues.get_mut(&key)
            && let Some(index) = of_class.iter().position(|(id, _)| id == counted_for[1])
        {
            let last = of_class.len() - 1;
            of_class.swap(index, last);
            return Arc::clone(&of_class[last].1);
        }
        queues.retain(|_, of_class| {
            of_class.retain(|(_, queue)| !SharedQueue::is_idle(queue, now));
            !of_class.is_empty()
        });
        let parts = [&[self.base_url.as_str(), limit.class][..], &counted_for].concat();
        let transit = SLOT_LIFETIME + MAX_TRANSIT;
        let bucket = Bucket::new(
            BucketKey::of(&parts),
            limit.windows.iter().copied(),
            transit,
        );
        let queue = Arc::new(SharedQueue::new(Arc::clone(&self.store), bucket));
        let entry = (counted_for[1].to_owned(), Arc::clone(&queue));
        queues.entry(key).or_default().push(entry);
        queue
    }

    /// Returns the time until the slot of the request that waits first.
    pub(super) fn delay(&self, key: &QueueKey, now: Instant) -> Duration {
        let queues = lock(&self.queues);
        let queue = queues.get(key).and_then(|of_class| of_class.last());
        let slot = queue.and_then(|(_, queue)| queue.slot(now));
        slot.map_or(Duration::ZERO, |slot| slot.saturating_duration_since(now))
    }
}

/// The requests of one class.
#[derive(Debug)]
pub(super) struct SharedQueue {
    store: Arc<StoreClient>,
    state: Mutex<State>,
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
    /// The task that claims slots, if it runs.
    task: Option<Task>,
    /// The time at which the first waiter gets its slot at the earliest.
    slot: Option<Instant>,
    /// The requests that this client has sent, with the latest times at which the service counts them.
    sent: VecDeque<(RequestId, Instant)>,
    /// What the store last reported, and when.
    usage: Option<(Usage, Instant)>,
    /// The schedule without the store, while that is away, and the time of the next attempt to reach it.
    alone: Option<(Schedule, Instant)>,
}

/// The task that claims slots.
#[derive(Debug)]
struct Task {
    /// The time of its last step.
    stepped_at: Instant,
    /// Notified when the task has to look again: the first waiter has arrived, the last one has left, or a slot of the schedule moves to an
    /// earlier time. Each task has its own.
    changed: Arc<Notify>,
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

    /// Whether nobody uses the queue, and it has no request that a window may still count.
    fn is_idle(self: &Arc<Self>, now: Instant) -> bool {
        Arc::strong_count(self) == 1 && self.state().counted(now).next().is_none()
    }

    /// Starts the task, unless it runs. An overdue one is replaced, and ends if its runtime is driven again.
    fn start_claiming(self: &Arc<Self>, state: &mut State, runtime: &Runtime) {
        let now = runtime.now();
        let is_running = |task: &Task| now < task.stepped_at + TASK_LIFETIME;
        if state.task.as_ref().is_some_and(is_running) {
            return;
        }
        let changed = Arc::new(Notify::new());
        state.task = Some(Task {
            stepped_at: now,
            changed: Arc::clone(&changed),
        });
        tokio::spawn(Arc::clone(self).claim_slots(changed, runtime.clone()));
    }

    /// Claims slots until no request waits, and until the store knows what this client has sent without it.
    async fn claim_slots(self: Arc<Self>, changed: Arc<Notify>, runtime: Runtime) {
        let running = Running {
            queue: &self,
            changed: &changed,
        };
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
                    select(sleep, pin!(changed.notified())).await;
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

    /// Completes a request in the store. Its report is newer than that of the claim, which matters if the store then fails. If it fails
    /// already, the schedule of this client observes the response.
    async fn complete_in_store(
        self: &Arc<Self>,
        request: RequestId,
        observation: Observation,
        runtime: &Runtime,
    ) {
        let bucket = self.bucket();
        let complete = self.store.store.complete(&bucket, request, &observation);
        let result = self.store.result_of(complete, runtime).await;
        let now = runtime.now();
        let mut state = self.state();
        match result {
            Some(usage) => {
                if let Some(usage) = usage {
                    state.record_usage(usage, now);
                }
            }
            None => {
                if state.alone.is_none() {
                    state.leave_store(now).1 = now + CLAIM_INTERVAL;
                }
                state.observe_alone(observation, now);
                self.start_claiming(&mut state, runtime);
            }
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
        if self.state().has_to_restore(runtime.now()) {
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
            Claim::Delayed(delay, usage) => (Next::ClaimAt(now + delay.min(MAX_RESET)), usage),
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
        // A store that has forgotten a client without requests expects an empty list.
        let none = sent.is_empty().then_some(&sent[..]);
        for batch in sent.chunks(RESTORE_BATCH).chain(none) {
            if let Some(task) = &mut self.state().task {
                task.stepped_at = runtime.now();
            }
            let restore = self.store.store.restore(&bucket, batch);
            self.store.result_of(restore, runtime).await?;
        }
        Some(())
    }

    /// Claims a slot from the schedule of this client. `has_failed` says whether the store has just failed.
    fn claim_alone(&self, request: RequestId, now: Instant, has_failed: bool) -> Next {
        let mut state = self.state();
        let (schedule, retry_at) = state.leave_store(now);
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
            None => self.release(&mut state, grant, runtime),
        }
    }

    /// Releases a slot that nobody uses. A slot of the schedule passes, without a request in flight.
    fn release(self: &Arc<Self>, state: &mut State, grant: Grant, runtime: &Runtime) {
        if let Origin::Alone(_) = grant.origin {
            state.leave_flight();
            return;
        }
        // Without a runtime, the slot passes.
        if let Ok(handle) = Handle::try_current() {
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
            task: None,
            slot: None,
            sent: VecDeque::new(),
            usage: None,
            alone: None,
        }
    }

    fn wake_task(&self) {
        if let Some(task) = &self.task {
            task.changed.notify_one();
        }
    }

    /// Returns the schedule without the store, and the time of the next attempt to reach it.
    fn leave_store(&mut self, now: Instant) -> &mut (Schedule, Instant) {
        let (usage, bucket) = (&self.usage, &self.bucket);
        self.alone.get_or_insert_with(|| {
            let schedule = match usage {
                Some((usage, at)) => share(usage, *at, now),
                None => {
                    let windows = bucket.windows().iter().copied();
                    Schedule::new(windows.map(Into::into).collect(), VecDeque::new())
                }
            };
            (schedule, now)
        })
    }

    /// Whether the store was away, and may not know all requests of this client.
    fn has_to_restore(&self, now: Instant) -> bool {
        self.alone.is_some() && self.counted(now).next().is_some()
    }

    /// Corrects the limits of the schedule without the store.
    fn observe_alone(&mut self, mut observation: Observation, now: Instant) {
        // The share is a part of the limits that the store has reported.
        if self.usage.is_some() {
            observation.limits.clear();
        }
        if let Some((schedule, _)) = &mut self.alone {
            let limits = observation.limits.iter().copied();
            schedule.observe(limits, observation.allowance, now);
            self.wake_task();
        }
    }

    /// Records that a request of the schedule without the store is not in flight any more.
    fn leave_flight(&mut self) {
        if let Some((schedule, _)) = &mut self.alone {
            schedule.leave_flight();
        }
    }

    /// Records a report of the store. Its limits apply from now on, also when the store has forgotten them.
    fn record_usage(&mut self, usage: Usage, now: Instant) {
        let usage = within_bounds(usage);
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

    /// Returns the requests of this client that a window may still count, with their ages. The age of a request that the service may not
    /// have counted yet is zero.
    fn counted(&self, now: Instant) -> impl Iterator<Item = (RequestId, Duration)> {
        let lengths = self.bucket.windows().iter().map(|window| window.seconds);
        let longest = Duration::from_secs(lengths.max().unwrap_or_default());
        let ages = self.sent.iter().map(move |(request, counted_at)| {
            let age = now.checked_duration_since(*counted_at);
            let age = age.map(|age| age.max(Duration::from_micros(1)));
            (*request, age.unwrap_or_default())
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

/// Returns a report of the store within the bounds that the service itself has, so that times can be computed from it.
fn within_bounds(mut usage: Usage) -> Usage {
    usage.clients = usage.clients.min(MAX_CLIENTS);
    for (window, _) in &mut usage.windows {
        *window = RateLimitWindow::new(
            window.requests.min(MAX_WINDOW_REQUESTS),
            window.seconds.min(MAX_RESET.as_secs()),
        );
    }
    usage
}

/// The task that claims slots, until it ends or its runtime drops it.
struct Running<'a> {
    queue: &'a SharedQueue,
    changed: &'a Arc<Notify>,
}

impl Running<'_> {
    /// Returns the task in the state, unless another one has replaced it.
    fn task<'s>(&self, state: &'s mut State) -> Option<&'s mut Task> {
        let task = state.task.as_mut();
        task.filter(|task| Arc::ptr_eq(&task.changed, self.changed))
    }

    /// Returns what to do next; `None` if the task ends.
    fn next_step(&self, now: Instant) -> Option<Step> {
        let mut state = self.queue.state();
        self.task(&mut state)?.stepped_at = now;
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
        let mut state = self.queue.state();
        if self.task(&mut state).is_none() {
            return;
        }
        state.task = None;
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
            state.wake_task();
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
            self.queue.release(&mut state, grant, self.runtime);
            state
                .waiters
                .push_front((self.id, Arc::clone(&self.changed)));
        }
        self.queue.start_claiming(&mut state, self.runtime);
        Err(state.slot.map_or(now, |slot| slot.max(now)))
    }

    /// Waits until the request has a slot, until the earliest time of the slot changes, or until the task may be overdue.
    pub(super) async fn changed(&self) {
        let overdue = pin!(self.runtime.deadline(TASK_LIFETIME));
        select(overdue, pin!(self.changed.notified())).await;
    }
}

impl Drop for SharedWaiter<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        let waiting = state.waiters.len();
        state.waiters.retain(|(id, _)| *id != self.id);
        if state.waiters.is_empty() && waiting > 0 {
            state.wake_task();
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
    /// Completes the request. The observation of its response corrects the limits of all clients, or those of this client while the store is
    /// away.
    pub(super) fn complete(self, observation: Observation, runtime: &Runtime) {
        let now = runtime.now();
        let mut state = self.queue.state();
        let request = self.grant.request;
        let mut sent = state.sent.iter_mut().rev();
        if let Some((_, counted_at)) = sent.find(|(known, _)| *known == request) {
            *counted_at = now.min(*counted_at);
        }
        if let Some((schedule, _)) = &mut state.alone {
            if let Origin::Alone(counted_at) = self.grant.origin {
                schedule.record_arrival(counted_at, now);
            }
            state.observe_alone(observation, now);
        } else {
            let (queue, runtime) = (Arc::clone(&self.queue), runtime.clone());
            tokio::spawn(async move {
                queue
                    .complete_in_store(request, observation, &runtime)
                    .await;
            });
        }
    }
}

impl Drop for SharedPermit {
    fn drop(&mut self) {
        if let Origin::Alone(_) = self.grant.origin {
            self.queue.state().leave_flight();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{BoxError, BoxFuture};

    /// A store that is away.
    #[derive(Debug)]
    struct NoStore;

    impl NoStore {
        fn fail<'a, T>() -> BoxFuture<'a, Result<T, BoxError>> {
            Box::pin(async { Err("there is no store".into()) })
        }
    }

    impl RateLimitStore for NoStore {
        fn claim<'a>(
            &'a self,
            _: &'a Bucket,
            _: RequestId,
        ) -> BoxFuture<'a, Result<Claim, BoxError>> {
            Self::fail()
        }

        fn release<'a>(
            &'a self,
            _: &'a Bucket,
            _: RequestId,
        ) -> BoxFuture<'a, Result<(), BoxError>> {
            Self::fail()
        }

        fn complete<'a>(
            &'a self,
            _: &'a Bucket,
            _: RequestId,
            _: &'a Observation,
        ) -> BoxFuture<'a, Result<Option<Usage>, BoxError>> {
            Self::fail()
        }
    }

    #[test]
    fn each_api_key_keeps_its_queue_until_it_is_idle() {
        let url = Url::parse("https://service.example").unwrap();
        let queues = SharedQueues::new(Arc::new(NoStore), &url);
        let limits = crate::api::deployments::operations::LIST_SITES.rate_limit;
        let limit = limits.unwrap();
        let now = Instant::now();
        let queue = |api_key| queues.queue(&limit, (limit.class, None), api_key, now);
        let (old, new) = (queue("old"), queue("new"));
        for _ in 0..3 {
            assert!(Arc::ptr_eq(&old, &queue("old")));
            assert!(Arc::ptr_eq(&new, &queue("new")));
        }
        drop((old, new));
        let next = queue("next");
        let of_class = &lock(&queues.queues)[&(limit.class, None)];
        assert!(matches!(&of_class[..], [(_, only)] if Arc::ptr_eq(only, &next)));
    }
}

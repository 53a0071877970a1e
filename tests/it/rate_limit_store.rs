//! Clients that share a store of rate limits, against a service that counts their requests, with a clock that advances only when a client
//! waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cisco_secure_access::api::deployments::operations::LIST_SITES;
use cisco_secure_access::auth::{BoxError, BoxFuture};
use cisco_secure_access::rate_limit::{Bucket, Claim, Observation, RequestId, Usage};
use cisco_secure_access::{
    Client, ClientBuilder, Credentials, ErrorKind, PausedClock, RateLimitStore, RateLimiting,
    Result, RetryPolicy, service_fn,
};
use futures_util::future::{join_all, try_join_all};
use http::Response;
use tokio::sync::Semaphore;

use crate::logs;

/// The limits of the operation: requests and seconds.
const WINDOWS: [(usize, u64); 3] = [(5, 1), (14, 60), (350, 1800)];

/// What the store does with an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Condition {
    #[default]
    Available,
    Failing,
    Hanging,
    Panicking,
    /// It cannot be reached, but restores an empty list, for which it has nothing to do.
    RestoringNothing,
}

/// A store in memory.
#[derive(Debug)]
struct MemoryStore {
    clock: PausedClock,
    state: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    condition: Condition,
    /// The times at which requests count.
    sent: Vec<(RequestId, Duration)>,
    /// The requests that wait, in order.
    waiting: Vec<RequestId>,
    clients: Vec<u128>,
    /// The clients whose requests are forgotten.
    forgotten: Vec<u128>,
    /// The clients that have not returned since the store was away.
    away: Vec<u128>,
    observations: Vec<Observation>,
}

impl MemoryStore {
    fn new(clock: &PausedClock) -> Arc<Self> {
        Arc::new(Self {
            clock: clock.clone(),
            state: Mutex::default(),
        })
    }

    fn set(&self, condition: Condition) {
        let mut state = self.state.lock().unwrap();
        state.condition = condition;
        if condition != Condition::Available {
            state.away = state.clients.clone();
        }
    }

    /// Forgets everything, as a server does that restarts.
    fn forget(&self) {
        let mut state = self.state.lock().unwrap();
        state.sent.clear();
        state.waiting.clear();
        state.forgotten = std::mem::take(&mut state.clients);
    }

    /// The result of an operation on the buckets of calls.
    fn result<'a, T: Send + 'a>(
        &'a self,
        operation: impl FnOnce(&mut Store, Duration) -> T,
    ) -> BoxFuture<'a, Result<T, BoxError>> {
        let mut state = self.state.lock().unwrap();
        match state.condition {
            Condition::Available => {
                let value = operation(&mut state, self.clock.elapsed());
                Box::pin(async move { Ok(value) })
            }
            Condition::Failing | Condition::RestoringNothing => {
                Box::pin(async { Err("the store has no power".into()) })
            }
            Condition::Hanging => {
                let clock = self.clock.clone();
                Box::pin(async move {
                    // The time limit of the client passes.
                    tokio::task::yield_now().await;
                    clock.advance_to_next();
                    std::future::pending().await
                })
            }
            Condition::Panicking => Box::pin(async { std::panic::panic_any("the store broke") }),
        }
    }
}

impl Store {
    fn claim(&mut self, request: RequestId, transit: Duration, now: Duration) -> Claim {
        if self.forgotten.contains(&request.client()) {
            return Claim::Forgotten;
        }
        if !self.clients.contains(&request.client()) {
            self.clients.push(request.client());
        }
        if !self.forgotten.is_empty() || !self.away.is_empty() {
            // Until all have restored their requests.
            let usage = Usage::new(1, 0, vec![(window(14, 60), 0)]);
            return Claim::Delayed(Duration::from_secs(1), usage);
        }
        if !self.waiting.contains(&request) {
            self.waiting.push(request);
        }
        let ahead = self.waiting.iter().take_while(|other| **other != request);
        let ahead = ahead.count();
        self.sent.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        let slots = WINDOWS.map(|(requests, seconds)| {
            let length = Duration::from_secs(seconds);
            match requests.checked_sub(ahead + 1) {
                None => now + length,
                Some(index) => self
                    .sent
                    .get(index)
                    .map_or(now, |(_, at)| (*at).min(now) + length),
            }
        });
        let slot = slots.into_iter().max().unwrap().max(now);
        let usage = self.usage(request, now);
        if slot > now {
            return Claim::Delayed(slot - now, usage);
        }
        self.waiting.retain(|other| *other != request);
        self.sent.push((request, now + transit));
        Claim::Granted(usage)
    }

    fn usage(&self, request: RequestId, now: Duration) -> Usage {
        let windows = WINDOWS.map(|(requests, seconds)| {
            let counts = |at: &Duration| *at + Duration::from_secs(seconds) > now;
            let used = self.sent.iter().filter(|(_, at)| counts(at)).count();
            (window(requests as u64, seconds), used as u64)
        });
        let rank = self.clients.iter().position(|id| *id == request.client());
        let clients = self.clients.len().max(1) as u64;
        Usage::new(clients, rank.unwrap_or_default() as u64, windows.to_vec())
    }
}

fn window(requests: u64, seconds: u64) -> cisco_secure_access::RateLimitWindow {
    cisco_secure_access::RateLimitWindow::new(requests, seconds)
}

/// Whether a bucket is that of token requests.
fn is_of_tokens(bucket: &Bucket) -> bool {
    bucket.windows() == [window(20, 60)]
}

impl RateLimitStore for MemoryStore {
    fn claim<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<Claim, BoxError>> {
        if is_of_tokens(bucket) {
            return Box::pin(async {
                Ok(Claim::Granted(Usage::new(1, 0, vec![(window(20, 60), 0)])))
            });
        }
        self.result(|store, now| store.claim(request, bucket.transit(), now))
    }

    fn release<'a>(
        &'a self,
        _: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        self.result(|store, _| {
            store.waiting.retain(|other| *other != request);
            store.sent.retain(|(other, _)| *other != request);
        })
    }

    fn complete<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
        observation: &'a Observation,
    ) -> BoxFuture<'a, Result<Option<Usage>, BoxError>> {
        if is_of_tokens(bucket) {
            return Box::pin(async { Ok(None) });
        }
        self.result(|store, now| {
            for (_, at) in store.sent.iter_mut().filter(|(other, _)| *other == request) {
                *at = now.min(*at);
            }
            store.observations.push(observation.clone());
            let is_known = !store.forgotten.contains(&request.client());
            is_known.then(|| store.usage(request, now))
        })
    }

    fn restore<'a>(
        &'a self,
        bucket: &'a Bucket,
        sent: &'a [(RequestId, Duration)],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let condition = self.state.lock().unwrap().condition;
        if sent.is_empty() && condition == Condition::RestoringNothing {
            return Box::pin(async { Ok(()) });
        }
        self.result(|store, now| {
            for (request, age) in sent {
                store.forgotten.retain(|client| *client != request.client());
                store.away.retain(|client| *client != request.client());
                if !store.sent.iter().any(|(known, _)| known == request) {
                    let at = match age.is_zero() {
                        true => now + bucket.transit(),
                        false => now.saturating_sub(*age),
                    };
                    store.sent.push((*request, at));
                }
            }
        })
    }
}

/// A service that rejects requests beyond its limits, and clients that share a store.
struct Fleet {
    clock: PausedClock,
    store: Arc<MemoryStore>,
    clients: Vec<Client>,
    arrivals: Arc<Mutex<Vec<Duration>>>,
}

impl Fleet {
    fn new(clients: usize) -> Self {
        let clock = PausedClock::new();
        let store = MemoryStore::new(&clock);
        let arrivals: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let clients = (0..clients).map(|_| client(&clock, &store, &arrivals));
        let clients = clients.collect();
        Self {
            clock,
            store,
            clients,
            arrivals,
        }
    }

    /// Makes calls with all clients at the same time.
    async fn call(&self, each: usize) {
        let calls = self.clients.iter().flat_map(|client| vec![client; each]);
        try_join_all(calls.map(call)).await.unwrap();
    }

    fn arrivals(&self) -> usize {
        self.arrivals.lock().unwrap().len()
    }
}

fn client(
    clock: &PausedClock,
    store: &Arc<MemoryStore>,
    arrivals: &Arc<Mutex<Vec<Duration>>>,
) -> Client {
    let (time, record) = (clock.clone(), Arc::clone(arrivals));
    let service = service_fn(move |request| {
        let is_token = request.uri().path() == "/auth/v2/token";
        let now = time.elapsed();
        let record = Arc::clone(&record);
        async move {
            if is_token {
                let token = r#"{"access_token": "hush", "expires_in": 36000}"#;
                return Ok(Response::new(token));
            }
            let mut arrivals = record.lock().unwrap();
            arrivals.push(now);
            let is_over = WINDOWS.iter().any(|(requests, seconds)| {
                let length = Duration::from_secs(*seconds);
                arrivals.iter().filter(|at| **at + length > now).count() > *requests
            });
            let mut response = Response::new("[]");
            *response.status_mut() = if is_over { 429 } else { 200 }.try_into().unwrap();
            Ok(response)
        }
    });
    builder(clock, store).http_service(service).build().unwrap()
}

fn builder(clock: &PausedClock, store: &Arc<MemoryStore>) -> ClientBuilder {
    Client::builder()
        .credentials(Credentials::new("key", "hush"))
        .clock(clock)
        .retry(RetryPolicy::none())
        .rate_limiting(RateLimiting::Documented)
        .rate_limit_store(Arc::clone(store))
}

async fn call(client: &Client) -> Result<()> {
    client.deployments().list_sites().send().await.map(drop)
}

#[tokio::test]
async fn clients_stay_within_the_limits_together() {
    let fleet = Fleet::new(4);
    fleet.call(10).await;
    assert_eq!(fleet.arrivals(), 40);
    // Not slower than one client: 14 in each of the first two minutes, the rest at the start of the third.
    let elapsed = fleet.clock.elapsed();
    assert!(elapsed < Duration::from_secs(124), "{elapsed:?}");
}

#[tokio::test]
async fn each_client_gets_its_turn() {
    let fleet = Fleet::new(2);
    let [busy, other] = &fleet.clients[..] else {
        unreachable!()
    };
    let mut waiting: Vec<_> = (0..200).map(|_| Box::pin(call(busy))).collect();
    for _ in 0..14 {
        call(other).await.unwrap();
    }
    for call in &mut waiting {
        assert!(futures_util::poll!(call).is_pending());
    }
    // The other client gets every second slot of two minutes; it does not wait for 200 calls.
    let calls = try_join_all((0..14).map(|_| call(other)));
    let rest = join_all(waiting);
    futures_util::future::select(Box::pin(calls), Box::pin(rest)).await;
    let elapsed = fleet.clock.elapsed();
    assert!(elapsed < Duration::from_secs(130), "{elapsed:?}");
}

#[tokio::test]
async fn a_call_that_is_not_polled_delays_no_other() {
    let fleet = Fleet::new(1);
    let client = &fleet.clients[0];
    fleet.call(14).await;
    let mut idle = Box::pin(call(client));
    assert!(futures_util::poll!(&mut idle).is_pending());
    for _ in 0..28 {
        call(client).await.unwrap();
    }
    assert!(fleet.clock.elapsed() < Duration::from_secs(200));
    idle.await.unwrap();
}

#[tokio::test]
async fn a_dropped_call_releases_its_claim() {
    let fleet = Fleet::new(1);
    fleet.call(14).await;
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(call(&fleet.clients[0]))).collect();
    for call in &mut waiting {
        assert!(futures_util::poll!(call).is_pending());
    }
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fleet.store.state.lock().unwrap().waiting.len(), 1);
    assert!(fleet.clients[0].rate_limit_delay(&LIST_SITES) > Duration::from_secs(50));
    drop(waiting);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(fleet.store.state.lock().unwrap().waiting.is_empty());
    assert_eq!(fleet.store.state.lock().unwrap().sent.len(), 14);
}

#[tokio::test]
async fn a_delay_beyond_the_total_timeout_fails_at_once() {
    let fleet = Fleet::new(1);
    fleet.call(14).await;
    let before = fleet.clock.elapsed();
    let request = fleet.clients[0].deployments().list_sites();
    let request = request.total_timeout(Duration::from_secs(30));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimitWait);
    assert_eq!(fleet.clock.elapsed(), before, "nobody waited");
}

#[tokio::test]
async fn clients_stay_within_their_shares_while_the_store_is_away() {
    for condition in [Condition::Failing, Condition::Hanging, Condition::Panicking] {
        let (log, _guard) = logs::log();
        let fleet = Fleet::new(4);
        fleet.call(2).await;
        let before = fleet.clock.elapsed();
        fleet.store.set(condition);
        // The service rejects what is beyond its limits, and rejected calls fail.
        fleet.call(6).await;
        let elapsed = fleet.clock.elapsed() - before;
        // A quarter of 14 a minute is 3, so 6 take two minutes at most.
        assert!(
            elapsed < Duration::from_secs(130),
            "{condition:?}: {elapsed:?}"
        );
        // Each client says once that the store is away, and once that it is back.
        let warnings = |log: &str| log.matches("the rate limit store failed").count();
        assert_eq!(warnings(&log.text()), 4, "{condition:?}");

        fleet.store.set(Condition::Available);
        fleet.clock.advance(Duration::from_secs(1));
        fleet.call(10).await;
        let text = log.text();
        assert_eq!(warnings(&text), 4, "{condition:?}");
        assert_eq!(
            text.matches("is available again").count(),
            4,
            "{condition:?}"
        );
        assert!(!text.contains("hush"));
    }
}

#[tokio::test]
async fn a_store_that_has_forgotten_everything_gets_it_back() {
    let fleet = Fleet::new(3);
    fleet.call(4).await;
    fleet.store.forget();
    // Without the earlier requests, the service would reject some of these.
    fleet.call(4).await;
    assert_eq!(fleet.arrivals(), 24);
}

#[tokio::test]
async fn a_client_that_never_reached_the_store_uses_the_documented_limits() {
    let fleet = Fleet::new(1);
    fleet.store.set(Condition::Failing);
    fleet.call(20).await;
    assert!(fleet.clock.elapsed() < Duration::from_secs(63));
}

#[tokio::test]
async fn responses_are_reported_to_the_store() {
    let clock = PausedClock::new();
    let store = MemoryStore::new(&clock);
    let service = service_fn(|request| async move {
        let response = Response::builder()
            .header("ratelimit-remaining", "3")
            .header("ratelimit-reset", "17")
            .header("x-ratelimit-limit-minute", "20");
        let body = match request.uri().path() {
            "/auth/v2/token" => r#"{"access_token": "hush", "expires_in": 36000}"#,
            _ => "[]",
        };
        Ok(response.body(body)?)
    });
    let client = Client::builder()
        .credentials(Credentials::new("key", "hush"))
        .http_service(service)
        .clock(&clock)
        .rate_limiting(RateLimiting::Documented)
        .rate_limit_store(Arc::clone(&store))
        .build()
        .unwrap();
    call(&client).await.unwrap();
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    let state = store.state.lock().unwrap();
    let [observation] = &state.observations[..] else {
        panic!("{:?}", state.observations)
    };
    assert_eq!(observation.limits, [window(20, 60)]);
    let allowance = observation.allowance.unwrap();
    assert_eq!(
        (allowance.requests, allowance.reset),
        (3, Duration::from_secs(17))
    );
    assert!(!allowance.is_rejection);
}

/// A client of a service that rejects the first call with 429 for half a minute, when the gate opens, and the gate.
fn rejected_client(clock: &PausedClock, store: &Arc<MemoryStore>) -> (Client, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let opened = Arc::clone(&gate);
    let calls = Arc::new(AtomicUsize::new(0));
    let service = service_fn(move |request| {
        let is_token = request.uri().path() == "/auth/v2/token";
        let is_first = !is_token && calls.fetch_add(1, Ordering::Relaxed) == 0;
        let gate = Arc::clone(&opened);
        async move {
            if is_token {
                let token = r#"{"access_token": "hush", "expires_in": 36000}"#;
                return Ok(Response::new(token));
            }
            if is_first {
                gate.acquire().await?.forget();
                let response = Response::builder().status(429).header("retry-after", "30");
                return Ok(response.body("")?);
            }
            Ok(Response::new("[]"))
        }
    });
    let client = builder(clock, store).http_service(service).build();
    (client.unwrap(), gate)
}

async fn run_tasks() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_response_to_a_request_without_the_store_reaches_it_when_it_is_back() {
    let clock = PausedClock::new();
    let store = MemoryStore::new(&clock);
    let (client, gate) = rejected_client(&clock, &store);
    store.set(Condition::Failing);
    let first = tokio::spawn({
        let client = client.clone();
        async move { call(&client).await }
    });
    run_tasks().await;
    store.set(Condition::Available);
    clock.advance(Duration::from_secs(1));
    call(&client).await.unwrap();
    {
        // It may be counted later.
        let state = store.state.lock().unwrap();
        assert!(state.sent.iter().any(|(_, at)| *at > clock.elapsed()));
    }
    gate.add_permits(1);
    first.await.unwrap().unwrap_err();
    run_tasks().await;
    let state = store.state.lock().unwrap();
    let is_rejection = |observation: &Observation| {
        let allowance = observation.allowance;
        allowance.is_some_and(|allowance| allowance.is_rejection)
    };
    assert!(state.observations.iter().any(is_rejection));
    assert!(state.sent.iter().all(|(_, at)| *at <= clock.elapsed()));
}

#[tokio::test]
async fn a_response_to_a_request_of_the_store_counts_while_that_is_away() {
    for is_known_to_be_away in [false, true] {
        let clock = PausedClock::new();
        let store = MemoryStore::new(&clock);
        let (client, gate) = rejected_client(&clock, &store);
        let first = tokio::spawn({
            let client = client.clone();
            async move { call(&client).await }
        });
        run_tasks().await;
        store.set(Condition::Failing);
        if is_known_to_be_away {
            call(&client).await.unwrap();
        }
        gate.add_permits(1);
        first.await.unwrap().unwrap_err();
        run_tasks().await;
        call(&client).await.unwrap();
        let elapsed = clock.elapsed();
        assert!(elapsed >= Duration::from_secs(30), "{elapsed:?}");
    }
}

#[test]
fn a_call_does_not_wait_for_a_runtime_that_nobody_drives() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build();
    let (first, second) = (runtime().unwrap(), runtime().unwrap());
    let fleet = Fleet::new(1);
    fleet.store.set(Condition::Failing);
    // The task that returns to the store stays on the first runtime.
    first.block_on(fleet.call(1));
    second.block_on(async {
        let mut call = std::pin::pin!(fleet.call(1));
        for _ in 0..20 {
            for _ in 0..50 {
                if futures_util::poll!(&mut call).is_ready() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            fleet.clock.advance(Duration::from_secs(1));
        }
        panic!("the call waits for the first runtime");
    });
    // The first task ends, and does not disturb the second one.
    first.block_on(run_tasks());
    second.block_on(fleet.call(1));
}

#[tokio::test]
async fn a_client_without_requests_does_not_say_that_the_store_is_back() {
    let (log, _guard) = logs::log();
    let fleet = Fleet::new(1);
    fleet.store.set(Condition::Failing);
    fleet.call(1).await;
    fleet.clock.advance(Duration::from_secs(1801));
    run_tasks().await;
    fleet.store.set(Condition::RestoringNothing);
    fleet.call(1).await;
    assert!(!log.text().contains("is available again"));
    assert_eq!(log.text().matches("the rate limit store failed").count(), 1);
}

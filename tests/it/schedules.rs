//! Rate limits and tokens under many schedules: calls are polled in a random order, stop being polled, and are dropped at every await
//! point, while the service, the credentials provider and the token cache fail.
//!
//! Some schedules are random; others drop one call after each number of polls, so that every await point is covered.
//!
//! A random schedule depends only on its seed. `SCHEDULES=10000` in the environment runs this number of them, `SEED=7` runs a single one.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cisco_secure_access::api::deployments::operations::LIST_SITES;
use cisco_secure_access::auth::{
    AccessToken, BoxError, BoxFuture, CacheLock, CredentialsProvider, MemoryTokenCache, TokenCache,
};
use cisco_secure_access::bytes::Bytes;
use cisco_secure_access::http::{Request, Response, StatusCode};
use cisco_secure_access::{
    Body, Client, Credentials, Error, ErrorKind, PausedClock, RateLimiting, RetryPolicy, service_fn,
};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::task::JoinHandle;

/// The number of schedules.
const SCHEDULES: u64 = 1_000;
/// The number of times that all other tasks can run before time passes.
const YIELDS: usize = 150;

/// Random numbers that depend only on a seed (SplitMix64).
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in this number of times.
    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn fork(&mut self) -> Self {
        Self(self.next())
    }
}

/// Random numbers for several tasks.
#[derive(Clone, Debug)]
struct Shared(Arc<Mutex<Random>>);

impl Shared {
    fn new(random: Random) -> Self {
        Self(Arc::new(Mutex::new(random)))
    }

    fn below(&self, end: u64) -> u64 {
        self.0.lock().unwrap().below(end)
    }

    fn one_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Lets other tasks run, a random number of times.
    async fn yields(&self) {
        for _ in 0..self.below(4) {
            tokio::task::yield_now().await;
        }
    }
}

/// Tasks that are not polled for some time.
#[derive(Clone, Default)]
struct Freezer(Arc<(AtomicBool, Mutex<Vec<Waker>>)>);

impl Freezer {
    /// Polls all of them again.
    fn thaw(&self) {
        self.0.0.store(true, Ordering::Relaxed);
        for waker in self.0.1.lock().unwrap().drain(..) {
            waker.wake();
        }
    }
}

/// A future that is polled late, stops being polled, or is dropped.
struct Disturbed<F> {
    future: Option<Pin<Box<F>>>,
    random: Random,
    polls: u64,
    freezes_at: Option<u64>,
    drops_at: Option<u64>,
    freezer: Freezer,
}

impl<F> Disturbed<F> {
    fn new(future: F, random: &mut Random, freezer: &Freezer) -> Self {
        // A call is polled up to fifty times.
        let mut sometimes = |times| random.one_in(times).then(|| random.below(50));
        Self {
            future: Some(Box::pin(future)),
            freezes_at: sometimes(5),
            drops_at: sometimes(3),
            random: random.fork(),
            polls: 0,
            freezer: freezer.clone(),
        }
    }
}

impl<F: Future> Future for Disturbed<F> {
    /// `None` if it was dropped.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.random.one_in(3) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if this.drops_at == Some(this.polls) {
            this.future = None;
            return Poll::Ready(None);
        }
        let (is_thawed, frozen) = &*this.freezer.0;
        if this.freezes_at == Some(this.polls) && !is_thawed.load(Ordering::Relaxed) {
            frozen.lock().unwrap().push(context.waker().clone());
            return Poll::Pending;
        }
        this.polls += 1;
        let future = this.future.as_mut().unwrap();
        future.as_mut().poll(context).map(Some)
    }
}

/// Runs schedules.
fn schedules<F: Future<Output = ()>>(schedule: impl Fn(Random) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.parse().unwrap());
    let seeds = match variable("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("SCHEDULES").unwrap_or(SCHEDULES),
    };
    for seed in seeds {
        let current = Current(seed);
        runtime.block_on(schedule(Random(seed)));
        std::mem::forget(current);
    }
}

/// Names the schedule that panics.
struct Current(u64);

impl Drop for Current {
    fn drop(&mut self) {
        println!("SEED={}", self.0);
    }
}

/// Lets polled calls end while others are not polled, and then all.
async fn finish_all<T>(
    client: &Client,
    tasks: &[JoinHandle<T>],
    freezer: &Freezer,
    clock: &PausedClock,
) {
    // Polled calls end, independently of the others.
    let others = {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..2 {
                let _ = client.deployments().list_sites().await;
            }
        })
    };
    finish(&[others], clock, "while others are not polled").await;
    freezer.thaw();
    finish(tasks, clock, "when all are polled").await;
}

/// Waits for tasks; time passes when no task can run.
async fn finish<T>(tasks: &[JoinHandle<T>], clock: &PausedClock, what: &str) {
    for _ in 0..1000 {
        for _ in 0..YIELDS {
            if tasks.iter().all(JoinHandle::is_finished) {
                return;
            }
            tokio::task::yield_now().await;
        }
        clock.advance_to_next();
    }
    panic!("{what}: a call does not end");
}

/// The limits of the class of the calls: requests and seconds.
const WINDOWS: [(usize, u64); 3] = [(5, 1), (14, 60), (350, 1800)];

/// A service that records the time of each request.
struct Counting {
    clock: PausedClock,
    random: Shared,
    arrivals: Mutex<Vec<Duration>>,
    /// Whether its responses contain the remaining limit.
    names_remaining: AtomicBool,
}

impl Counting {
    async fn respond(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Result<Response<String>, BoxError> {
        if request.uri().path() == "/auth/v2/token" {
            return Ok(Response::new(self.token().await));
        }
        self.arrivals.lock().unwrap().push(self.clock.elapsed());
        self.random.yields().await;
        if self.names_remaining.load(Ordering::Relaxed) {
            let response = Response::builder()
                .header("ratelimit-remaining", "1")
                .header("ratelimit-reset", "600");
            return Ok(response.body("[]".to_owned())?);
        }
        match self.random.below(12) {
            0 => Err("the connection broke".into()),
            1 => {
                let response = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
                Ok(response.header("retry-after", "1").body("{}".to_owned())?)
            }
            _ => Ok(Response::new("[]".to_owned())),
        }
    }

    /// A token that may expire while calls wait for their slots, from an endpoint that may be slow.
    async fn token(&self) -> String {
        self.random.yields().await;
        if self.random.one_in(2) && !self.names_remaining.load(Ordering::Relaxed) {
            self.clock
                .advance(Duration::from_secs(self.random.below(5)));
        }
        let lifetime = [1, 40, 36000][self.random.below(3) as usize];
        format!(r#"{{"access_token": "t", "expires_in": {lifetime}}}"#)
    }

    fn check(&self) {
        check_limits(self.arrivals.lock().unwrap().clone());
    }
}

/// No span of time has more requests than a limit allows.
fn check_limits(mut arrivals: Vec<Duration>) {
    arrivals.sort_unstable();
    for (requests, seconds) in WINDOWS {
        for span in arrivals.windows(requests + 1) {
            let span = span[requests] - span[0];
            assert!(
                span >= Duration::from_secs(seconds),
                "{requests} in {span:?}: {arrivals:?}"
            );
        }
    }
}

#[test]
fn rate_limits_hold_in_every_schedule() {
    schedules(|mut random| async move {
        let clock = PausedClock::new();
        let service = Arc::new(Counting {
            clock: clock.clone(),
            random: Shared::new(random.fork()),
            arrivals: Mutex::default(),
            names_remaining: AtomicBool::new(false),
        });
        let responding = Arc::clone(&service);
        let client = Client::builder()
            .credentials(Credentials::new("key", "hush"))
            .rate_limiting(RateLimiting::Documented)
            .http_service(service_fn(move |request| {
                Arc::clone(&responding).respond(request)
            }))
            .clock(&clock)
            .build()
            .unwrap();
        let freezer = Freezer::default();
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let client = client.clone();
                let has_timeout = random.one_in(4);
                let calls = async move {
                    for _ in 0..3 {
                        let mut request = client.deployments().list_sites();
                        if has_timeout {
                            request = request.total_timeout(Duration::from_secs(30));
                        }
                        if let Err(error) = request.await {
                            check_error(&error);
                        }
                    }
                };
                tokio::spawn(Disturbed::new(calls, &mut random, &freezer))
            })
            .collect();
        finish_all(&client, &tasks, &freezer, &clock).await;
        service.check();

        // No waiter, no slot and no request in flight remain.
        clock.advance(Duration::from_secs(1801));
        assert_eq!(client.rate_limit_delay(&LIST_SITES), Duration::ZERO);
        service.names_remaining.store(true, Ordering::Relaxed);
        let before = clock.elapsed();
        client.deployments().list_sites().await.unwrap();
        assert_eq!(clock.elapsed(), before);
        let delay = client.rate_limit_delay(&LIST_SITES);
        assert_eq!(
            delay,
            Duration::ZERO,
            "one request remains, and none is in flight"
        );
    });
}

/// The failures that the service of a schedule has.
fn check_error(error: &Error) {
    let is_known = matches!(
        error.kind(),
        ErrorKind::Connection | ErrorKind::Service | ErrorKind::RateLimitWait | ErrorKind::Timeout
    );
    assert!(is_known, "{error:?}");
}

/// A step of the token acquisition, which responds late, fails, or never responds.
#[derive(Clone, Debug)]
struct Step {
    random: Shared,
    is_healthy: Arc<AtomicBool>,
}

impl Step {
    async fn run(&self) -> Result<(), BoxError> {
        self.random.yields().await;
        if self.is_healthy.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.random.below(12) {
            0 => Err("it failed".into()),
            1 => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
struct Provider(Step);

impl CredentialsProvider for Provider {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            self.0.run().await?;
            Ok(Credentials::new("key", "hush"))
        })
    }
}

#[derive(Debug)]
struct Cache(Step, MemoryTokenCache);

impl TokenCache for Cache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, BoxError>> {
        Box::pin(async {
            self.0.run().await?;
            self.1.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: AccessToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            self.0.run().await?;
            self.1.put(key, token).await
        })
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<CacheLock, BoxError>> {
        Box::pin(async {
            self.0.run().await?;
            self.1.lock(key).await
        })
    }
}

/// A service that issues tokens and revokes them.
struct Issuing {
    step: Step,
    /// The number of the valid token.
    good: AtomicUsize,
    issued: AtomicUsize,
    /// The number of token requests in flight.
    in_flight: AtomicUsize,
}

/// A token request in flight, until it is dropped.
struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Issuing {
    async fn respond(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Result<Response<String>, BoxError> {
        let json = |status: u16, body: String| {
            let mut response = Response::new(body);
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            Ok(response)
        };
        if request.uri().path() == "/auth/v2/token" {
            let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
            let _in_flight = InFlight(&self.in_flight);
            assert_eq!(before, 0, "one token request at a time");
            self.step.run().await?;
            let is_healthy = self.step.is_healthy.load(Ordering::Relaxed);
            return match self.step.random.below(8) {
                0 if !is_healthy => json(401, r#"{"message": "no"}"#.to_owned()),
                1 if !is_healthy => json(500, "{}".to_owned()),
                _ => {
                    let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
                    self.good.store(number, Ordering::Relaxed);
                    json(
                        200,
                        format!(r#"{{"access_token": "token-{number}", "expires_in": 600}}"#),
                    )
                }
            };
        }
        self.step.random.yields().await;
        let number = request.headers()["authorization"]
            .to_str()?
            .trim_start_matches("Bearer token-")
            .parse::<usize>()?;
        if number != self.good.load(Ordering::Relaxed) {
            return json(401, "{}".to_owned());
        }
        if self.step.random.one_in(20) {
            // Revoked.
            self.good.store(0, Ordering::Relaxed);
        }
        json(200, "[]".to_owned())
    }
}

#[test]
fn every_schedule_gets_a_token() {
    schedules(|mut random| async move {
        let clock = PausedClock::new();
        let is_healthy = Arc::new(AtomicBool::new(false));
        let step = Step {
            random: Shared::new(random.fork()),
            is_healthy: Arc::clone(&is_healthy),
        };
        let service = Arc::new(Issuing {
            step: step.clone(),
            good: AtomicUsize::new(0),
            issued: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
        });
        let responding = Arc::clone(&service);
        let client = Client::builder()
            .credentials_provider(Provider(step.clone()))
            .token_cache(Cache(step, MemoryTokenCache::new()))
            .retry(RetryPolicy::none())
            .http_service(service_fn(move |request| {
                Arc::clone(&responding).respond(request)
            }))
            .clock(&clock)
            .build()
            .unwrap();
        let freezer = Freezer::default();
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (client, clock) = (client.clone(), clock.clone());
                let pauses: Vec<_> = (0..3).map(|_| random.below(250)).collect();
                let calls = async move {
                    for pause in pauses {
                        let _ = client.deployments().list_sites().await;
                        clock.advance(Duration::from_secs(pause));
                    }
                };
                tokio::spawn(Disturbed::new(calls, &mut random, &freezer))
            })
            .collect();
        finish_all(&client, &tasks, &freezer, &clock).await;

        // When all services respond again, the next call succeeds, in bounded time and with few tokens.
        is_healthy.store(true, Ordering::Relaxed);
        clock.advance(Duration::from_secs(61));
        let issued = service.issued.load(Ordering::Relaxed);
        let last = tokio::spawn({
            let client = client.clone();
            async move {
                let mut results = Vec::new();
                for _ in 0..3 {
                    results.push(client.deployments().list_sites().await.map(drop));
                }
                results
            }
        });
        finish(
            std::slice::from_ref(&last),
            &clock,
            "when everything responds",
        )
        .await;
        let results = last.await.unwrap();
        // The first call may still get the failure of a token request that was in flight.
        let failed: Vec<_> = results
            .iter()
            .skip(1)
            .filter(|result| result.is_err())
            .collect();
        assert!(failed.is_empty(), "{results:?}");
        assert!(service.issued.load(Ordering::Relaxed) <= issued + 3);
    });
}

/// A service that delays the call with the header `x-call` at every step that a call can wait for, and responds to the others at once.
struct Winding {
    clock: PausedClock,
    arrivals: Mutex<Vec<Duration>>,
    issued: AtomicUsize,
    in_flight: AtomicUsize,
    /// The number of requests of the call.
    steps: AtomicUsize,
    /// Whether its responses contain the remaining limit.
    names_remaining: AtomicBool,
}

impl Winding {
    async fn respond(self: Arc<Self>, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        let _in_flight = InFlight(&self.in_flight);
        let response = Response::builder();
        if request.uri().path() == "/auth/v2/token" {
            tokio::task::yield_now().await;
            let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
            let token = format!(r#"{{"access_token": "token-{number}", "expires_in": 36000}}"#);
            return Ok(response.body(late(token))?);
        }
        self.arrivals.lock().unwrap().push(self.clock.elapsed());
        tokio::task::yield_now().await;
        if self.names_remaining.load(Ordering::Relaxed) {
            let response = response
                .header("ratelimit-remaining", "1")
                .header("ratelimit-reset", "600");
            return Ok(response.body(late("[]".to_owned()))?);
        }
        let step = match request.headers().contains_key("x-call") {
            true => self.steps.fetch_add(1, Ordering::Relaxed),
            false => usize::MAX,
        };
        Ok(match step {
            0 => response.status(503).body(late("{}".to_owned()))?,
            1 => {
                let response = response.status(307).header("location", "/moved");
                response.body(Body::empty())?
            }
            2 => response.status(401).body(late("{}".to_owned()))?,
            3 => return Err("the connection broke".into()),
            _ => response.body(late("[]".to_owned()))?,
        })
    }
}

/// A body that arrives after its head.
fn late(text: String) -> Body {
    let frame = async {
        tokio::task::yield_now().await;
        Ok::<_, BoxError>(Frame::data(Bytes::from(text)))
    };
    Body::new(StreamBody::new(futures_util::stream::once(Box::pin(frame))))
}

/// Drops a call after this number of polls, and returns whether it was still pending.
async fn is_dropped_after(polls: usize) -> bool {
    let clock = PausedClock::new();
    let step = Step {
        random: Shared::new(Random(polls as u64)),
        is_healthy: Arc::new(AtomicBool::new(true)),
    };
    let service = Arc::new(Winding {
        clock: clock.clone(),
        arrivals: Mutex::default(),
        issued: AtomicUsize::new(0),
        in_flight: AtomicUsize::new(0),
        steps: AtomicUsize::new(0),
        names_remaining: AtomicBool::new(false),
    });
    let responding = Arc::clone(&service);
    let client = Client::builder()
        .credentials_provider(Provider(step.clone()))
        .token_cache(Cache(step, MemoryTokenCache::new()))
        .rate_limiting(RateLimiting::Documented)
        .http_service(service_fn(move |request| {
            Arc::clone(&responding).respond(request)
        }))
        .clock(&clock)
        .build()
        .unwrap();
    let calls = |count: usize| {
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..count {
                client.deployments().list_sites().await.unwrap();
            }
        })
    };
    // The calls before it use the limit of the minute; those after it move up when it is dropped.
    finish(&[calls(12)], &clock, "before").await;
    let request = client.deployments().list_sites().header("x-call", "it");
    let mut call = Box::pin(request.send());
    let mut behind = Vec::new();
    let mut has_ended = false;
    for poll in 0..polls {
        if futures_util::poll!(&mut call).is_ready() {
            has_ended = true;
            break;
        }
        if poll == 0 {
            behind.extend([calls(2), calls(2)]);
        }
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }
    drop(call);
    behind.push(calls(1));
    finish(&behind, &clock, "behind a call that was dropped").await;
    check_limits(service.arrivals.lock().unwrap().clone());
    assert_eq!(service.in_flight.load(Ordering::Relaxed), 0);
    assert!(service.issued.load(Ordering::Relaxed) <= 2);

    // No waiter, no slot and no request in flight remain.
    clock.advance(Duration::from_secs(1801));
    assert_eq!(client.rate_limit_delay(&LIST_SITES), Duration::ZERO);
    service.names_remaining.store(true, Ordering::Relaxed);
    finish(&[calls(1)], &clock, "after a call that was dropped").await;
    let delay = client.rate_limit_delay(&LIST_SITES);
    assert_eq!(delay, Duration::ZERO, "one request remains");
    !has_ended
}

#[test]
fn a_call_is_dropped_at_every_await_point() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut polls = 0;
    loop {
        let current = Current(polls as u64);
        let is_dropped = runtime.block_on(is_dropped_after(polls));
        std::mem::forget(current);
        if !is_dropped {
            break;
        }
        polls += 1;
    }
    // Tokens, slots, redirects, retries and bodies make it wait at least this number of times.
    assert!(polls > 40, "{polls}");
    println!("dropped after each of {polls} numbers of polls");
}

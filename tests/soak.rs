//! A hundred thousand calls to a simulator that fails one time in twenty, over a real socket: with rate limits, listings with prefetch,
//! tokens with a short lifetime, and calls that are dropped at a random time.
//!
//! It takes some minutes, so it runs only on request; `SOAK_CALLS` in the environment sets another number of calls:
//!
//! ```text
//! cargo test --test soak -- --ignored --nocapture
//! ```
//!
//! Calls are made in rounds. After each, the results of the client are compared with what the simulator received and kept: nothing that
//! succeeded is lost, nothing that may have been processed is done twice, and memory does not grow.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use cisco_secure_access::api::deployments::operations::LIST_SITES;
use cisco_secure_access::api::deployments::types::SiteRequest;
use cisco_secure_access::auth::{BoxError, BoxFuture};
use cisco_secure_access::simulator::{Fault, RecordedRequest, Simulator};
use cisco_secure_access::{
    Body, Client, Error, ErrorKind, HttpService, RateLimiting, Result, RetryPolicy,
};
use futures_util::TryStreamExt as _;
use http::{HeaderName, HeaderValue, Request, Response};
use tokio::task::JoinSet;
use tower_layer::Layer;
use tower_service::Service;

/// The default number of calls.
const CALLS: usize = 100_000;
/// The number of calls between two comparisons of client and simulator.
const ROUND: usize = 2_000;
/// The number of calls in flight.
const TASKS: usize = 64;
/// The lifetime of a token.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3);
/// The collection that calls create and delete in.
const SITES: &str = "/deployments/v2/sites";
/// The number of network tunnel groups, and the page size.
const GROUPS: usize = 20;
const PAGE: i64 = 5;
/// The number of requests per second that the simulator accepts for each class.
const RATE: u64 = 200;
/// One call in this number is dropped before it ends.
const CANCELLED: u64 = 10;
/// The maximum growth of the process memory after a tenth of the calls, in KiB.
const GROWTH: usize = 8 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes some minutes"]
async fn a_hundred_thousand_calls_with_faults() {
    let calls = std::env::var("SOAK_CALLS").map_or(CALLS, |calls| calls.parse().unwrap());
    let simulator = simulator().await;
    let client = simulator
        .client_builder()
        .retry(RetryPolicy::new().initial_backoff(Duration::from_millis(2)))
        .rate_limiting(RateLimiting::Documented)
        .http_layer(WidenWindows)
        .build()
        .unwrap();
    let before = simulator.ids(SITES).len();

    let start = Instant::now();
    let mut sum = Sum::default();
    let mut uncertain = BTreeSet::new();
    let mut early = None;
    while sum.calls < calls {
        let first = sum.calls;
        let last = calls.min(first + ROUND);
        let completed = round(&client, first, last).await;
        assert_eq!(completed.len(), last - first, "every call has ended");
        sum.add(&completed, &simulator);
        sum.processed += check_kept(&completed, &mut uncertain, &simulator, before);
        tidy(&simulator, before);
        if early.is_none() && sum.calls * 10 >= calls {
            early = Some(memory("VmRSS"));
        }
    }
    let (early, late) = (early.unwrap(), memory("VmRSS"));

    println!("{sum}");
    println!(
        "{:.0} calls a second",
        sum.calls as f64 / start.elapsed().as_secs_f64()
    );
    println!(
        "memory: {early} KiB after a tenth, {late} KiB at the end, {} KiB at most",
        memory("VmHWM")
    );
    assert!(
        late <= early + GROWTH,
        "memory grew from {early} to {late} KiB"
    );
    assert!(sum.delayed > 0, "the rate limit delayed no call");
    // The faults cause five in a thousand; without rate limiting, most requests would be rejected.
    assert!(
        sum.rejected * 50 < sum.requests,
        "{} of {} requests are beyond the rate limit",
        sum.rejected,
        sum.requests
    );
    // Dropped calls have no slot: the next call is sent within the second that the limit counts.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(client.rate_limit_delay(&LIST_SITES), Duration::ZERO);
}

/// A simulator in which one call in twenty fails.
async fn simulator() -> Simulator {
    let statuses = [(408, 2), (500, 4), (502, 3), (503, 8), (504, 3)];
    let mut faults: Vec<(Fault, u32)> = statuses
        .into_iter()
        .map(|(status, share)| (Fault::status(status), share))
        .collect();
    faults.extend([
        (Fault::status(429).header("retry-after", "0"), 5),
        (Fault::reset(), 8),
        (Fault::lost_response(), 5),
        (Fault::truncated(), 5),
        (Fault::delay(Duration::from_millis(20)), 3),
        (Fault::slow(Duration::from_millis(20)), 3),
        (Fault::expired_token(), 1),
    ]);
    assert_eq!(faults.iter().map(|(_, share)| share).sum::<u32>(), 50);
    let builder = Simulator::builder()
        .seed(7)
        .token_lifetime(TOKEN_LIFETIME)
        .tunnel_groups(GROUPS)
        .rate_limit("deployments", RATE, 1)
        .rate_limit("network-tunnel-groups", RATE, 1)
        .rate_limit("policies", RATE, 1)
        .rate_limit("reporting", RATE, 1)
        .record_bodies();
    let with_faults = faults.into_iter().fold(builder, |builder, (fault, share)| {
        builder.fault_everywhere(fault.with_probability(f64::from(share) / 1000.0))
    });
    with_faults.start().await.unwrap()
}

/// Replaces the longer windows of the documented rate limits: they would take the test a month.
struct WidenWindows;

#[derive(Clone)]
struct WithWindows(HttpService);

impl Layer<HttpService> for WidenWindows {
    type Service = WithWindows;

    fn layer(&self, service: HttpService) -> WithWindows {
        WithWindows(service)
    }
}

impl Service<Request<Body>> for WithWindows {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        const WINDOWS: [&str; 3] = [
            "x-ratelimit-limit-minute",
            "x-ratelimit-limit-1800",
            "x-ratelimit-limit-hour",
        ];
        let response = self.0.call(request);
        Box::pin(async {
            let mut response = response.await?;
            for name in WINDOWS {
                let value = HeaderValue::from_static("1000000");
                let headers = response.headers_mut();
                headers.insert(HeaderName::from_static(name), value);
            }
            Ok(response)
        })
    }
}

/// Random numbers that depend only on the number of a call (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % end
    }
}

/// The result of a call.
struct Completed {
    action: Action,
    outcome: Outcome,
    /// Whether the rate limit delayed it.
    is_delayed: bool,
}

enum Action {
    Read,
    /// The name of the created resource.
    Create(String),
    /// The name of the deleted resource.
    Delete(String),
}

enum Outcome {
    Success,
    Failure(Error),
    /// It was dropped.
    Cancelled,
}

impl Outcome {
    fn error(&self) -> Option<&Error> {
        match self {
            Self::Failure(error) => Some(error),
            Self::Success | Self::Cancelled => None,
        }
    }

    /// Whether it is unknown if the service processed the request.
    fn is_uncertain(&self) -> bool {
        match self {
            Self::Success => false,
            Self::Failure(error) => {
                matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
            }
            Self::Cancelled => true,
        }
    }
}

/// Makes the calls with these numbers.
async fn round(client: &Client, first: usize, last: usize) -> Vec<Completed> {
    let next = Arc::new(AtomicUsize::new(first));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (client, next) = (client.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut completed = Vec::new();
            let mut own = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= last {
                    break completed;
                }
                completed.push(call(&client, number, &mut own).await);
            }
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// Makes the call with this number; `own` are the sites that the task has created.
async fn call(client: &Client, number: usize, own: &mut Vec<(i64, String)>) -> Completed {
    let is_delayed = !client.rate_limit_delay(&LIST_SITES).is_zero();
    let mut random = Random(number as u64);
    let deployments = client.deployments();
    let (action, outcome) = match number % 8 {
        0..=2 => {
            let name = format!("Pier {number}");
            let site = SiteRequest::new(&name);
            let created = run(&mut random, deployments.create_site(&site).send()).await;
            let outcome = match created {
                Some(Ok(site)) => {
                    own.push((site.site_id.unwrap(), name.clone()));
                    Outcome::Success
                }
                Some(Err(error)) => Outcome::Failure(error),
                None => Outcome::Cancelled,
            };
            (Action::Create(name), outcome)
        }
        3 | 4 if !own.is_empty() => {
            let (id, name) = own.swap_remove(0);
            let deleted = run(&mut random, deployments.delete_site(id).send()).await;
            (Action::Delete(name), outcome(deleted))
        }
        5 => {
            let groups = run(&mut random, list_groups(client)).await;
            (Action::Read, outcome(groups))
        }
        6 => {
            let rules = client.policies().list_access_rules().send();
            (Action::Read, outcome(run(&mut random, rules).await))
        }
        7 => {
            let activity = client
                .reports()
                .list_dns_activity()
                .from("-1days")
                .to("now")
                .limit(20);
            (
                Action::Read,
                outcome(run(&mut random, activity.send()).await),
            )
        }
        _ => {
            let sites = deployments.list_sites().limit(10).send();
            (Action::Read, outcome(run(&mut random, sites).await))
        }
    };
    Completed {
        action,
        outcome,
        is_delayed,
    }
}

/// Runs a call, or drops it before it ends: before it is polled, or up to some milliseconds later. `None` if it was dropped.
async fn run<T>(random: &mut Random, call: impl Future<Output = Result<T>>) -> Option<Result<T>> {
    if random.below(CANCELLED) > 0 {
        return Some(call.await);
    }
    let delay = Duration::from_micros(random.below(20_000));
    tokio::time::timeout(delay, call).await.ok()
}

fn outcome<T>(result: Option<Result<T>>) -> Outcome {
    match result {
        Some(Ok(_)) => Outcome::Success,
        Some(Err(error)) => Outcome::Failure(error),
        None => Outcome::Cancelled,
    }
}

/// Lists all tunnel groups with prefetch; retryable errors do not end it.
async fn list_groups(client: &Client) -> Result<()> {
    let deployments = client.deployments();
    let request = deployments.list_network_tunnel_groups().limit(PAGE);
    let mut groups = request.items().prefetch(3);
    let mut ids = Vec::new();
    let mut failures = 0;
    loop {
        match groups.try_next().await {
            Ok(Some(group)) => ids.push(group.id),
            Ok(None) => break,
            Err(error) if error.is_retryable() && failures < 2 => failures += 1,
            Err(error) => return Err(error),
        }
    }
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (GROUPS, GROUPS));
    Ok(())
}

/// Compares the results of the client with the state of the simulator; returns the number of creates of uncertain outcome that were
/// processed. `uncertain` are the names of those that may be processed after their call.
fn check_kept(
    completed: &[Completed],
    uncertain: &mut BTreeSet<String>,
    simulator: &Simulator,
    before: usize,
) -> usize {
    let kept = simulator.items(SITES);
    let kept = kept[before..].iter().map(|site| site["name"].as_str());
    let kept: Vec<&str> = kept.map(Option::unwrap).collect();
    let mut names: BTreeSet<&str> = kept.iter().copied().collect();
    assert_eq!(names.len(), kept.len(), "nothing is there twice");
    let deleted: BTreeMap<&str, &Outcome> = completed
        .iter()
        .filter_map(|call| match &call.action {
            Action::Delete(name) => Some((name.as_str(), &call.outcome)),
            _ => None,
        })
        .collect();
    let mut processed = 0;
    for call in completed {
        let Action::Create(name) = &call.action else {
            continue;
        };
        let is_kept = names.remove(name.as_str());
        match (&call.outcome, deleted.get(name.as_str())) {
            (Outcome::Success, None) => assert!(is_kept, "{name} is lost"),
            (Outcome::Success, Some(Outcome::Success)) => {
                assert!(!is_kept, "{name} was deleted");
            }
            (Outcome::Success, Some(Outcome::Cancelled)) => {}
            (Outcome::Success, Some(Outcome::Failure(error))) => {
                // An attempt before the last may have deleted it.
                let may_be_gone = deleted[name.as_str()].is_uncertain() || error.attempts() > 1;
                assert!(is_kept || may_be_gone, "{name} is lost: {error}");
            }
            (outcome, _) if outcome.is_uncertain() => {
                processed += usize::from(is_kept);
                uncertain.insert(name.clone());
            }
            (Outcome::Failure(error), _) => {
                assert!(!is_kept, "{name} was not created: {error}");
            }
            (Outcome::Cancelled, _) => {}
        }
    }
    // The service may process a request after its call was dropped.
    names.retain(|name| !uncertain.contains(*name));
    assert!(names.is_empty(), "nobody created {names:?}");
    processed
}

/// No request to create a resource was repeated after it may have been processed.
fn check_record(requests: &[RecordedRequest]) {
    let mut last: BTreeMap<&str, Option<u16>> = BTreeMap::new();
    for request in requests {
        let Some(name) = request.body.as_ref().and_then(|body| body["name"].as_str()) else {
            continue;
        };
        if let Some(status) = last.insert(name, request.status) {
            // Rejected for its token, or for the rate limit.
            let was_rejected = matches!(status, Some(400 | 429));
            assert!(was_rejected, "{name} was repeated after {status:?}");
        }
    }
}

/// Removes the requests and items of a round, so that the next round starts in the same state.
fn tidy(simulator: &Simulator, before: usize) {
    simulator.clear_requests();
    for id in simulator.ids(SITES).iter().skip(before) {
        simulator.remove_item(SITES, id);
    }
}

/// A line of `/proc/self/status`, in KiB.
fn memory(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The results of all calls so far.
#[derive(Default)]
struct Sum {
    calls: usize,
    requests: usize,
    token_requests: usize,
    /// The number of requests that the simulator rejected with 429.
    rejected: usize,
    /// The number of calls that the rate limit delayed.
    delayed: usize,
    cancelled: usize,
    created: usize,
    deleted: usize,
    uncertain_creates: usize,
    /// The number of them that the simulator processed.
    processed: usize,
    errors: BTreeMap<String, usize>,
}

impl Sum {
    fn add(&mut self, completed: &[Completed], simulator: &Simulator) {
        let requests = simulator.requests();
        check_record(&requests);
        self.calls += completed.len();
        self.requests += requests.len();
        self.token_requests += simulator.token_requests();
        let rejected = requests
            .iter()
            .filter(|request| request.status == Some(429));
        self.rejected += rejected.count();
        for call in completed {
            self.delayed += usize::from(call.is_delayed);
            match (&call.action, &call.outcome) {
                (_, Outcome::Cancelled) => self.cancelled += 1,
                (Action::Create(_), Outcome::Success) => self.created += 1,
                (Action::Delete(_), Outcome::Success) => self.deleted += 1,
                _ => {}
            }
            if matches!(call.action, Action::Create(_)) && call.outcome.is_uncertain() {
                self.uncertain_creates += 1;
            }
            if let Some(error) = call.outcome.error() {
                *self.errors.entry(cause(error)).or_default() += 1;
            }
        }
    }
}

/// Checks that a fault causes an error; returns its kind.
fn cause(error: &Error) -> String {
    let operation = error
        .operation()
        .map_or("no call", |operation| operation.id);
    let status = error.status().map(|status| status.as_u16());
    let known = match (error.kind(), status) {
        (ErrorKind::Connection, None) => true,
        (ErrorKind::Service, Some(400)) => error.service_code() == Some("invalid_request"),
        (ErrorKind::Service, Some(status)) => [408, 429, 500, 502, 503, 504].contains(&status),
        _ => false,
    };
    assert!(known, "{error:?}");
    let status = status.map_or(String::new(), |status| format!(" {status}"));
    format!("{operation}: {}{status}", error.kind())
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} calls, {} of them delayed by the rate limit, {} dropped",
            self.calls, self.delayed, self.cancelled
        )?;
        writeln!(
            f,
            "{} requests, {} of them for tokens, {} beyond the rate limit",
            self.requests, self.token_requests, self.rejected
        )?;
        writeln!(
            f,
            "created {}, deleted {}, creates of uncertain outcome {}, of them processed {}",
            self.created, self.deleted, self.uncertain_creates, self.processed
        )?;
        let failed: usize = self.errors.values().sum();
        write!(f, "errors {failed}")?;
        for (cause, count) in &self.errors {
            write!(f, "\n{count:8}  {cause}")?;
        }
        Ok(())
    }
}

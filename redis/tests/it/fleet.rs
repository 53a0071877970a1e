//! A fleet of processes with one API key, against a simulator that enforces rate limits.
//!
//! A process of the fleet is this test program: [`member`] is what it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cisco_secure_access::api::deployments::operations::LIST_REGIONS;
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Client, Cloud, Credentials, RateLimiting, RetryPolicy};
use cisco_secure_access_redis::Redis;
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::time::timeout;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::proxy;
use crate::server::RedisServer;

/// The environment of a process: where the services are, and what it does.
const REDIS: &str = "FLEET_REDIS";
const SERVICE: &str = "FLEET_SERVICE";
const KEY: &str = "FLEET_KEY";
const SECRET: &str = "FLEET_SECRET";
const CALLS: &str = "FLEET_CALLS";
const RETURNS: &str = "FLEET_RETURNS";
const REPORT: &str = "FLEET_REPORT";

/// A limit that is never reached.
const UNLIMITED: u64 = 50_000;
/// The number of calls that a process makes at the same time.
const CONCURRENCY: usize = 2;

/// The time after which something that should happen is taken to be missing, on a machine however slow.
const LIMIT: Duration = Duration::from_secs(180);
/// The longest pause of a process on a machine that is fast enough: a slower one does not keep the time limits of the client for a command
/// of Redis and for the arrival of a request.
const MAX_PAUSE: Duration = Duration::from_millis(150);

/// A limit of a fleet, which all processes share: requests and seconds.
type Limit = (u64, u64);

/// Processes, and the servers that they use.
struct Fleet {
    redis: RedisServer,
    redis_url: String,
    simulator: Simulator,
    directory: TempDir,
    processes: Vec<(Child, PathBuf)>,
    /// The number of returns of the store for which a process makes more calls.
    returns: u64,
    started: Instant,
    pauses: Arc<Pauses>,
}

/// The longest pause of a process, in microseconds: how late it wakes up.
#[derive(Default)]
struct Pauses(AtomicU64);

impl Pauses {
    async fn measure(&self) {
        loop {
            let due = tokio::time::Instant::now() + Duration::from_millis(10);
            tokio::time::sleep_until(due).await;
            let pause = due.elapsed().as_micros() as u64;
            self.0.fetch_max(pause, Ordering::Relaxed);
        }
    }
}

/// What a process reports.
struct Report {
    calls: u64,
    errors: Vec<String>,
    warnings: u64,
    returns: u64,
    /// The longest pause in microseconds.
    pause: u64,
}

impl Fleet {
    /// Starts the servers; `None` where Redis is missing.
    async fn start(limits: &[Limit]) -> Option<Self> {
        let redis = RedisServer::start()?;
        let class = LIST_REGIONS.rate_limit.unwrap().class;
        // The simulator reports the limits of these windows, so that they replace the documented ones.
        let unlimited = [1, 60, 1800].map(|seconds| (UNLIMITED, seconds));
        let simulator = unlimited.iter().chain(limits).fold(
            Simulator::builder().real_time(),
            |builder, (requests, seconds)| builder.rate_limit(class, *requests, *seconds),
        );
        let pauses = Arc::new(Pauses::default());
        let measured = Arc::clone(&pauses);
        tokio::spawn(async move { measured.measure().await });
        Some(Self {
            redis_url: redis.url(),
            redis,
            simulator: simulator.start().await.unwrap(),
            directory: TempDir::new().unwrap(),
            processes: Vec::new(),
            returns: 0,
            started: Instant::now(),
            pauses,
        })
    }

    /// Starts processes that make this number of calls each; `program` starts each of them, if it is not empty.
    fn launch(&mut self, processes: usize, calls: u64, program: &[&str]) {
        for _ in 0..processes {
            let report = format!("{}.report", self.processes.len());
            let report = self.directory.path().join(report);
            let own = std::env::current_exe().unwrap();
            let mut command = match program {
                [] => Command::new(own),
                [program, arguments @ ..] => {
                    let mut command = Command::new(program);
                    command.args(arguments).arg(own);
                    command
                }
            };
            let child = command
                .args(["--ignored", "--exact", "fleet::member"])
                .env(REDIS, &self.redis_url)
                .env(SERVICE, self.simulator.base_url().as_str())
                .env(KEY, self.simulator.credentials().key())
                .env(SECRET, self.simulator.secret())
                .env(CALLS, calls.to_string())
                .env(RETURNS, self.returns.to_string())
                .env(REPORT, &report)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            self.processes.push((child, report));
        }
    }

    /// Waits until the service has received this number of calls.
    async fn reach(&mut self, calls: usize) {
        self.wait_until(|fleet| fleet.responses().len() >= calls)
            .await;
    }

    /// Waits for a state that the processes bring about.
    async fn wait_until(&mut self, is_reached: impl Fn(&Self) -> bool) {
        let wait = async {
            loop {
                let mut processes = self.processes.iter_mut();
                let is_running = processes.any(|(child, _)| child.try_wait().unwrap().is_none());
                if is_reached(self) {
                    return;
                }
                assert!(is_running, "all processes have ended");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LIMIT, wait).await.expect("the state is reached");
    }

    /// Kills a process, as `kill -9` does.
    fn kill(&mut self, index: usize) {
        self.processes[index].0.kill().unwrap();
        self.processes[index].0.wait().unwrap();
    }

    /// The status of each call, without those of token requests.
    fn responses(&self) -> Vec<u16> {
        let requests = self.simulator.requests();
        let calls = requests
            .iter()
            .filter(|request| request.operation == Some(LIST_REGIONS.id));
        calls.filter_map(|request| request.status).collect()
    }

    /// Waits for all processes that were not killed; returns their reports, and the time since the start in seconds.
    async fn finish(&mut self) -> (Vec<Report>, f64) {
        let wait = async {
            for (child, _) in &mut self.processes {
                while child.try_wait().unwrap().is_none() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        timeout(LIMIT, wait).await.expect("the processes end");
        let paths = self.processes.iter().map(|(_, path)| path);
        let reports = paths.filter_map(|path| Report::read(path)).collect();
        (reports, self.started.elapsed().as_secs_f64())
    }

    /// Whether the machine was too slow for the time limits of the client.
    fn is_too_slow(&self, reports: &[Report]) -> bool {
        let own = self.pauses.0.load(Ordering::Relaxed);
        let pauses = reports.iter().map(|report| report.pause);
        let longest = Duration::from_micros(pauses.chain([own]).max().unwrap_or_default());
        if longest > MAX_PAUSE {
            println!("the machine is too slow: a process has paused for {longest:?}");
        }
        longest > MAX_PAUSE
    }

    /// Checks what holds for every fleet: one token, and no call beyond the limit.
    fn check(&self, reports: &[Report]) {
        assert_eq!(self.simulator.token_requests(), 1, "token requests");
        let responses = self.responses();
        let rejected = responses.iter().filter(|status| **status == 429).count();
        let places = responses
            .iter()
            .enumerate()
            .filter(|(_, status)| **status == 429);
        let places: Vec<_> = places.map(|(place, _)| place).collect();
        if rejected > 0 && self.is_too_slow(reports) {
            return;
        }
        assert_eq!(rejected, 0, "of {} calls: {places:?}", responses.len());
        for report in reports {
            assert!(report.errors.is_empty(), "{:?}", report.errors);
        }
    }

    /// Checks that no process has missed the store.
    fn check_presence(&self, reports: &[Report]) {
        let warnings: u64 = reports.iter().map(|report| report.warnings).sum();
        assert!(warnings == 0 || self.is_too_slow(reports), "{warnings}");
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for (child, _) in &mut self.processes {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Report {
    /// Reads the report of a process; `None` if it was killed.
    fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let mut lines = text.lines();
        let mut number = || lines.next()?.parse::<u64>().ok();
        let [calls, warnings, returns, pause] = [number()?, number()?, number()?, number()?];
        Some(Self {
            calls,
            warnings,
            returns,
            pause,
            errors: lines.map(str::to_owned).collect(),
        })
    }
}

/// Counts what the client logs about the store.
#[derive(Clone, Default)]
struct Events {
    warnings: Arc<AtomicU64>,
    returns: Arc<AtomicU64>,
}

impl<S: tracing::Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        struct Message(String);
        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    self.0 = format!("{value:?}");
                }
            }
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        if message.0.contains("rate limit store failed") {
            self.warnings.fetch_add(1, Ordering::Relaxed);
        }
        if message.0.contains("rate limit store is available again") {
            self.returns.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A process of a fleet: makes calls, and writes a report.
#[test]
#[ignore = "a process of a fleet, which other tests start"]
fn member() {
    let Ok(path) = std::env::var(REPORT) else {
        return;
    };
    let events = Events::default();
    let subscriber = tracing_subscriber::registry().with(events.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let variable = |name: &str| std::env::var(name).unwrap();
    let redis = Redis::new(variable(REDIS)).unwrap();
    let client = Client::builder()
        .cloud(Cloud::Custom(variable(SERVICE).parse().unwrap()))
        .credentials(Credentials::new(variable(KEY), variable(SECRET)))
        .token_cache(redis.token_cache())
        .rate_limiting(RateLimiting::Documented)
        .rate_limit_store(redis.rate_limit_store())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let remaining = AtomicU64::new(variable(CALLS).parse().unwrap());
    let returns: u64 = variable(RETURNS).parse().unwrap();
    let results: Mutex<Vec<Option<String>>> = Mutex::default();
    let worker = async || {
        let take = |count: u64| count.checked_sub(1);
        while remaining
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
            || events.returns.load(Ordering::Relaxed) < returns
        {
            let response = client.deployments().list_regions().send().await;
            let error = response
                .err()
                .map(|error| error.to_string().replace('\n', " "));
            results.lock().unwrap().push(error);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pauses = Pauses::default();
    runtime.block_on(async {
        tokio::select! {
            () = pauses.measure() => {}
            _ = join_all((0..CONCURRENCY).map(|_| worker())) => {}
        }
    });

    let results = results.into_inner().unwrap();
    let mut report = format!(
        "{}\n{}\n{}\n{}\n",
        results.len(),
        events.warnings.load(Ordering::Relaxed),
        events.returns.load(Ordering::Relaxed),
        pauses.0.load(Ordering::Relaxed)
    );
    for error in results.iter().flatten() {
        report.push_str(error);
        report.push('\n');
    }
    fs::write(path, report).unwrap();
}

/// Returns the shortest time in seconds in which the limits allow this number of calls.
fn ideal_time(calls: u64, limits: &[Limit]) -> u64 {
    let mut times: Vec<u64> = Vec::new();
    for call in 0..calls {
        let slots = limits.iter().map(|(requests, seconds)| {
            let leaving = call.checked_sub(*requests);
            leaving.map_or(0, |leaving| times[leaving as usize] + seconds)
        });
        times.push(slots.max().unwrap_or_default());
    }
    times.last().copied().unwrap_or_default()
}

/// Runs a fleet; returns the used part of the limits.
async fn run(processes: usize, calls: u64, limits: &[Limit]) -> Option<f64> {
    let mut fleet = Fleet::start(limits).await?;
    fleet.launch(processes, calls, &[]);
    fleet.reach(1).await;
    fleet.started = Instant::now();
    let (reports, elapsed) = fleet.finish().await;
    fleet.check(&reports);
    assert_eq!(reports.len(), processes);
    assert!(reports.iter().all(|report| report.calls == calls));
    fleet.check_presence(&reports);
    let sent = processes as u64 * calls;
    let used = ideal_time(sent, limits) as f64 / elapsed;
    println!(
        "{processes} processes made {sent} calls in {elapsed:.1} s, {used:.3} of the limits {limits:?}"
    );
    Some(used)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_one_token_and_the_limit() {
    run(5, 20, &[(20, 1)]).await;
}

// A machine that is too slow for the limits does not use them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes two minutes of a machine with little else to do"]
async fn twenty_processes_use_the_limits() {
    // A hundred times the documented requests in the documented windows.
    if let Some(used) = run(20, 200, &[(500, 1), (1400, 60), (35_000, 1800)]).await {
        assert!(used >= 0.95, "{used}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes half a minute of a machine with little else to do"]
async fn twenty_processes_share_a_short_window() {
    // A request counts until its response has arrived, so each window costs the duration of a call. The result is a measurement.
    run(20, 200, &[(320, 2)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_go_on_when_processes_are_killed() {
    let Some(mut fleet) = Fleet::start(&[(20, 2)]).await else {
        return;
    };
    fleet.launch(3, 1000, &[]);
    fleet.launch(3, 16, &[]);
    fleet.reach(30).await;
    // They wait for their slots, or for responses.
    fleet.kill(0);
    fleet.kill(1);
    fleet.reach(45).await;
    fleet.kill(2);
    let (reports, _) = fleet.finish().await;
    fleet.check(&reports);
    assert_eq!(reports.len(), 3);
    for report in &reports {
        assert_eq!(report.calls, 16);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_requests_the_token_when_the_first_is_killed() {
    let Some(mut fleet) = Fleet::start(&[(20, 1)]).await else {
        return;
    };
    // The response to the first token request takes a minute.
    let minute = Duration::from_secs(60);
    fleet.simulator.fault_everywhere(Fault::slow(minute));
    fleet.launch(1, 4, &[]);
    fleet
        .wait_until(|fleet| fleet.simulator.token_requests() > 0)
        .await;
    fleet.kill(0);
    fleet.launch(3, 4, &[]);
    // Its lock expires by itself, sooner than in one window of the limits.
    let locks: Vec<String> = fleet.redis.command(&["KEYS", "*:lock"]).await;
    let lifetime: i64 = fleet.redis.command(&["PTTL", &locks[0]]).await;
    assert!((1..=10_000).contains(&lifetime), "{lifetime}");
    fleet
        .redis
        .command::<()>(&["PEXPIRE", &locks[0], "1"])
        .await;
    let (reports, _) = fleet.finish().await;
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(|report| report.errors.is_empty()));
    assert_eq!(fleet.simulator.token_requests(), 2);
}

/// Checks that processes stay within the limit while Redis is away, that each logs one event, and another one when Redis is back.
async fn check_absence(away: fn(&mut RedisServer), back: fn(&mut RedisServer)) {
    let Some(mut fleet) = Fleet::start(&[(40, 2)]).await else {
        return;
    };
    fleet.returns = 1;
    fleet.launch(4, 60, &[]);
    fleet.reach(60).await;
    away(&mut fleet.redis);
    fleet.reach(130).await;
    back(&mut fleet.redis);
    let (reports, _) = fleet.finish().await;
    fleet.check(&reports);
    assert_eq!(reports.len(), 4);
    for report in &reports {
        assert!(report.calls >= 60);
        assert!(report.returns >= 1);
        // A slow machine may miss the store again.
        let missed = report.warnings - report.returns;
        assert!(missed <= 1, "{} warnings", report.warnings);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_go_on_with_their_shares_while_redis_is_killed() {
    check_absence(RedisServer::kill, RedisServer::restart).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_go_on_with_their_shares_while_redis_does_not_respond() {
    check_absence(RedisServer::stop, RedisServer::go_on).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_redis_is_no_absence() {
    let Some(mut fleet) = Fleet::start(&[(20, 1)]).await else {
        return;
    };
    let port = proxy::start(
        Arc::new(fleet.redis.port().into()),
        Duration::from_millis(60),
    )
    .await;
    fleet.redis_url = format!("redis://127.0.0.1:{port}");
    fleet.launch(3, 20, &[]);
    let (reports, _) = fleet.finish().await;
    fleet.check(&reports);
    assert_eq!(reports.len(), 3);
    for report in &reports {
        assert_eq!(report.calls, 20);
    }
    fleet.check_presence(&reports);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clocks_of_the_processes_do_not_matter() {
    if Command::new("faketime").arg("--version").output().is_err() {
        println!("skipped: the program faketime cannot be started");
        return;
    }
    let Some(mut fleet) = Fleet::start(&[(20, 1)]).await else {
        return;
    };
    // The monotonic clock stays, as it does when the date of a machine is wrong.
    for offset in ["+1h", "-1h", "+0s"] {
        fleet.launch(2, 15, &["faketime", "--exclude-monotonic", "-f", offset]);
    }
    let (reports, _) = fleet.finish().await;
    fleet.check(&reports);
    assert_eq!(reports.len(), 6);
}

//! A hundred thousand calls to a simulator that fails one time in twenty, over a real socket.
//!
//! It takes some minutes, so it runs only when it is asked for; `SOAK_CALLS` in the environment sets another number of calls:
//!
//! ```text
//! cargo test --test soak -- --ignored --nocapture
//! ```
//!
//! Calls are made in rounds. After each, what the client was told is compared with what the simulator got and kept: nothing that was
//! answered is lost, nothing that may have been carried out is done again, and memory does not grow.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cisco_secure_access::api::deployments::types::SiteRequest;
use cisco_secure_access::simulator::{Fault, RecordedRequest, Simulator};
use cisco_secure_access::{Client, Error, ErrorKind, Result, RetryPolicy};
use tokio::task::JoinSet;

/// How many calls there are, where the environment does not say it.
const CALLS: usize = 100_000;
/// How many calls are made between two looks at what came of them.
const ROUND: usize = 2_000;
/// How many calls are under way at the same time.
const TASKS: usize = 64;
/// How long a token lives.
const TOKEN_LIFE: Duration = Duration::from_secs(3);
/// Where the things that are created can be seen.
const SITES: &str = "/deployments/v2/sites";
/// How much more memory the process may have at the end than after a tenth of the calls, in KiB.
const GROWTH: usize = 8 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes some minutes"]
async fn a_hundred_thousand_calls_with_faults() {
    let calls = std::env::var("SOAK_CALLS").map_or(CALLS, |calls| calls.parse().unwrap());
    let simulator = simulator().await;
    let client = simulator
        .client_builder()
        .retry(RetryPolicy::new().initial_backoff(Duration::from_millis(2)))
        .build()
        .unwrap();
    let before = simulator.ids(SITES).len();

    let start = Instant::now();
    let mut sum = Sum::default();
    let mut early = None;
    while sum.calls < calls {
        let first = sum.calls;
        let last = calls.min(first + ROUND);
        let ended = round(&client, first, last).await;
        assert_eq!(ended.len(), last - first, "every call has ended");
        sum.add(&ended, &simulator);
        sum.carried_out += check_kept(&ended, &simulator, before);
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
}

/// A simulator in which one call in twenty goes wrong.
async fn simulator() -> Simulator {
    let statuses = [(408, 2), (500, 4), (502, 3), (503, 8), (504, 3)];
    let mut faults: Vec<(Fault, u32)> = statuses
        .into_iter()
        .map(|(status, share)| (Fault::status(status), share))
        .collect();
    faults.extend([
        (Fault::status(429).header("retry-after", "0"), 5),
        (Fault::reset(), 8),
        (Fault::lost_answer(), 5),
        (Fault::truncated(), 5),
        (Fault::delay(Duration::from_millis(20)), 3),
        (Fault::slow(Duration::from_millis(20)), 3),
        (Fault::expired_token(), 1),
    ]);
    assert_eq!(faults.iter().map(|(_, share)| share).sum::<u32>(), 50);
    let builder = Simulator::builder()
        .seed(7)
        .token_life(TOKEN_LIFE)
        .record_bodies();
    let with_faults = faults.into_iter().fold(builder, |builder, (fault, share)| {
        builder.fault_everywhere(fault.with_probability(f64::from(share) / 1000.0))
    });
    with_faults.start().await.unwrap()
}

/// A call that has ended, and how.
struct Ended {
    what: What,
    error: Option<Error>,
}

enum What {
    Read,
    /// The name of what was created.
    Create(String),
    /// The name of what was deleted.
    Delete(String),
}

/// Makes the calls with these numbers.
async fn round(client: &Client, first: usize, last: usize) -> Vec<Ended> {
    let next = Arc::new(AtomicUsize::new(first));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (client, next) = (client.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut ended = Vec::new();
            let mut own = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= last {
                    break ended;
                }
                ended.push(call(&client, number, &mut own).await);
            }
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// Makes the call of this number; `own` are the sites that the task has created.
async fn call(client: &Client, number: usize, own: &mut Vec<(i64, String)>) -> Ended {
    let deployments = client.deployments();
    let read = |result: Result<()>| Ended {
        what: What::Read,
        error: result.err(),
    };
    match number % 8 {
        0..=2 => {
            let name = format!("Pier {number}");
            let created = deployments
                .create_site(&SiteRequest::new(&name))
                .send()
                .await;
            let created = created.map(|site| own.push((site.site_id.unwrap(), name.clone())));
            Ended {
                what: What::Create(name),
                error: created.err(),
            }
        }
        3 | 4 if !own.is_empty() => {
            let (id, name) = own.swap_remove(0);
            let deleted = deployments.delete_site(id).send().await;
            Ended {
                what: What::Delete(name),
                error: deleted.err(),
            }
        }
        5 => read(
            deployments
                .list_network_tunnel_groups()
                .send()
                .await
                .map(drop),
        ),
        6 => read(client.policies().list_access_rules().send().await.map(drop)),
        7 => read(
            client
                .reports()
                .list_dns_activity("-1days", "now", 20)
                .send()
                .await
                .map(drop),
        ),
        _ => read(deployments.list_sites().limit(10).send().await.map(drop)),
    }
}

/// Compares what the client was told with what the simulator keeps; gives how many creates of unknown outcome were carried out.
fn check_kept(ended: &[Ended], simulator: &Simulator, before: usize) -> usize {
    let kept = simulator.items(SITES);
    let kept = kept[before..].iter().map(|site| site["name"].as_str());
    let kept: Vec<&str> = kept.map(Option::unwrap).collect();
    let mut names: BTreeSet<&str> = kept.iter().copied().collect();
    assert_eq!(names.len(), kept.len(), "nothing is there twice");
    let deleted: BTreeMap<&str, Option<&Error>> = ended
        .iter()
        .filter_map(|call| match &call.what {
            What::Delete(name) => Some((name.as_str(), call.error.as_ref())),
            _ => None,
        })
        .collect();
    let mut carried_out = 0;
    for call in ended {
        let What::Create(name) = &call.what else {
            continue;
        };
        let is_kept = names.remove(name.as_str());
        match (&call.error, deleted.get(name.as_str())) {
            (None, None) => assert!(is_kept, "{name} is lost"),
            (None, Some(None)) => assert!(!is_kept, "{name} was deleted"),
            (None, Some(Some(error))) if error.is_not_found() => {
                assert!(!is_kept, "{name} was deleted by an attempt before");
            }
            (None, Some(Some(error))) => {
                // An attempt before the last may have deleted it.
                let may_be_gone = is_unknown(error) || error.attempts() > 1;
                assert!(is_kept || may_be_gone, "{name} is lost: {error}");
            }
            (Some(error), _) if is_unknown(error) => carried_out += usize::from(is_kept),
            (Some(error), _) => assert!(!is_kept, "{name} was not created: {error}"),
        }
    }
    assert!(names.is_empty(), "nobody created {names:?}");
    carried_out
}

/// Whether nobody can tell if the service did what it was asked for.
fn is_unknown(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout)
}

/// No request to create something was sent once more after it may have been carried out.
fn check_record(requests: &[RecordedRequest]) {
    let mut last: BTreeMap<&str, Option<u16>> = BTreeMap::new();
    for request in requests {
        let Some(name) = request.body.as_ref().and_then(|body| body["name"].as_str()) else {
            continue;
        };
        if let Some(status) = last.insert(name, request.status) {
            // Refused for its token, or for now.
            let was_refused = matches!(status, Some(400 | 429));
            assert!(was_refused, "{name} was sent again after {status:?}");
        }
    }
}

/// Forgets the requests, and removes what is left of a round, so that the next begins as this one did.
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

/// What came of all calls so far.
#[derive(Default)]
struct Sum {
    calls: usize,
    requests: usize,
    token_requests: usize,
    created: usize,
    deleted: usize,
    unknown_creates: usize,
    /// How many of them the simulator did carry out.
    carried_out: usize,
    errors: BTreeMap<String, usize>,
}

impl Sum {
    fn add(&mut self, ended: &[Ended], simulator: &Simulator) {
        let requests = simulator.requests();
        check_record(&requests);
        self.calls += ended.len();
        self.requests += requests.len();
        self.token_requests += simulator.token_requests();
        for call in ended {
            match (&call.what, &call.error) {
                (What::Create(_), None) => self.created += 1,
                (What::Create(_), Some(error)) if is_unknown(error) => self.unknown_creates += 1,
                (What::Delete(_), None) => self.deleted += 1,
                _ => {}
            }
            if let Some(error) = &call.error {
                *self.errors.entry(cause(error)).or_default() += 1;
            }
        }
    }
}

/// What an error is about; stops where no fault leads to it.
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
            "{} calls, {} requests, of them {} for tokens",
            self.calls, self.requests, self.token_requests
        )?;
        writeln!(
            f,
            "created {}, deleted {}, creates of unknown outcome {}, of them carried out {}",
            self.created, self.deleted, self.unknown_creates, self.carried_out
        )?;
        let failed: usize = self.errors.values().sum();
        write!(f, "errors {failed}")?;
        for (cause, count) in &self.errors {
            write!(f, "\n{count:8}  {cause}")?;
        }
        Ok(())
    }
}

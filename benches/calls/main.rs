//! Measures the cost of the runtime, compared with a handwritten program on reqwest and serde.
//!
//! One program has several roles, so that client and server are separate processes, and each can be run in valgrind.
//!
//! ```text
//! calls instructions [--write]           compares instruction counts with the baseline, or writes it: the gate
//! calls server MILLISECONDS              serves on a free port, with a delay before each response; prints the base URL
//! calls sdk|bare URL CALLS               requests one site this number of times, sequentially
//! calls list|list-bare URL CONCURRENCY   lists 250,000 destinations, with this number of concurrent requests
//! calls export|export-bare URL EVENTS    exports DNS activity; `export-bare` only receives the responses
//! calls decode                           decodes pages of each kind with the types of the crate and with handwritten types, and prints the speed
//! calls decode-sdk|decode-bare KIND PAGES  decodes this number of pages with one of them
//! calls site COUNT                       decodes a site with handwritten types
//! calls token COUNT                      gets the access token
//! calls limited|unlimited CALLS          calls without a network, with and without rate limiting
//! ```

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints its results, and a panic ends it"
)]

mod by_hand;
mod instructions;
mod pages;
mod rows;
mod server;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::DateTime;
use cisco_secure_access::jobs::activity;
use cisco_secure_access::{Client, Cloud, Credentials, RateLimiting};
use futures_util::TryStreamExt as _;
use tokio::runtime::Runtime;

use pages::{Decoder, ROWS, offline_client};
use rows::Kind;
use server::DESTINATIONS;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["instructions"] => instructions::check(false),
        ["instructions", "--write"] => instructions::check(true),
        _ => {
            run(&arguments);
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a role.
fn run(arguments: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match *arguments {
        ["server", delay] => {
            runtime.block_on(server::serve(Duration::from_millis(number(delay) as u64)))
        }
        ["sdk", url, calls] => timed(|| runtime.block_on(sdk(url, number(calls)))),
        ["bare", url, calls] => timed(|| runtime.block_on(by_hand::call(url, number(calls)))),
        ["list", url, prefetch] => with_memory(list(url, number(prefetch))),
        ["list-bare", url, concurrency] => with_memory(by_hand::list(url, number(concurrency))),
        ["export", url, events] => with_memory(export(url, number(events))),
        ["export-bare", url, events] => with_memory(by_hand::export(url, number(events))),
        ["decode"] => Kind::ALL
            .iter()
            .for_each(|kind| decode_times(&runtime, *kind)),
        ["decode-sdk", kind, pages] => {
            let decoder = Decoder::new(&runtime, kind_named(kind));
            (0..number(pages)).for_each(|_| assert_eq!(decoder.by_crate(), ROWS));
        }
        ["decode-bare", kind, pages] => {
            let decoder = Decoder::new(&runtime, kind_named(kind));
            (0..number(pages)).for_each(|_| assert_eq!(decoder.by_hand(), ROWS));
        }
        ["site", count] => {
            let body = server::site().to_string();
            for _ in 0..number(count) {
                let site: by_hand::Site = serde_json::from_str(&body).unwrap();
                assert_eq!(site.name.as_deref(), Some("Harbour"));
            }
        }
        ["token", count] => runtime.block_on(token(number(count))),
        ["limited", calls] => runtime.block_on(offline(RateLimiting::Documented, number(calls))),
        ["unlimited", calls] => runtime.block_on(offline(RateLimiting::Off, number(calls))),
        _ => println!("see benches/calls.sh"),
    }
}

/// Runs a task on the runtime of a program with `#[tokio::main]`, and prints its duration and the peak memory.
fn with_memory(work: impl Future<Output = ()>) {
    let runtime = Runtime::new().unwrap();
    timed(|| runtime.block_on(work));
    println!("{}", peak_memory());
}

fn number(argument: &str) -> usize {
    argument.parse().unwrap()
}

fn kind_named(name: &str) -> Kind {
    let mut kinds = Kind::ALL.into_iter();
    kinds.find(|kind| kind.name() == name).unwrap()
}

/// Prints the duration of a task, in seconds.
fn timed(work: impl FnOnce()) {
    let start = Instant::now();
    work();
    println!("{:.3}", start.elapsed().as_secs_f64());
}

/// The peak memory of the process, in MiB.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or_else(
        || "-".to_owned(),
        |kilobytes: u64| format!("{}", kilobytes / 1024),
    )
}

fn client(url: &str) -> Client {
    Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new("key", "secret"))
        .build()
        .unwrap()
}

async fn sdk(url: &str, calls: usize) {
    let client = client(url);
    for _ in 0..calls {
        let site = client.deployments().get_site(1479).send().await.unwrap();
        assert_eq!(site.name.as_deref(), Some("Harbour"));
    }
}

async fn list(url: &str, prefetch: usize) {
    let client = client(url);
    let mut items = client
        .policies()
        .list_destinations(7)
        .items()
        .prefetch(prefetch);
    let mut count = 0;
    while let Some(item) = items.try_next().await.unwrap() {
        assert!(item.id.is_some());
        count += 1;
    }
    assert_eq!(count, DESTINATIONS);
}

/// The end of the exported range, in epoch milliseconds.
const END: i64 = 1_767_225_600_000;

/// Exports this number of events, of which there is one in each millisecond.
async fn export(url: &str, count: usize) {
    let reports = client(url).reports();
    let time = |milliseconds| DateTime::from_timestamp_millis(milliseconds).unwrap();
    let range = time(END - i64::try_from(count).unwrap())..time(END);
    let mut events = activity::export(range, move |from, to, limit| {
        let request = reports.list_dns_activity().from(from).to(to);
        request.limit(limit).send()
    })
    .prefetch();
    let mut received = 0;
    while let Some(event) = events.try_next().await.unwrap() {
        assert!(event.domain.is_some());
        received += 1;
    }
    assert_eq!(received, count);
}

/// Gets the access token, which the client already has.
async fn token(count: usize) {
    let client = offline_client("".into(), |builder| builder);
    for _ in 0..count {
        let token = client.access_token().await.unwrap();
        assert_eq!(token.expose_secret(), "t");
    }
}

/// Calls an operation with a documented limit of 2,000 requests a minute, which is not reached.
async fn offline(rate_limiting: RateLimiting, calls: usize) {
    let client = offline_client(r#"{"data": []}"#.into(), |builder| {
        builder.rate_limiting(rate_limiting)
    });
    for _ in 0..calls {
        let request = client.reports().list_api_usage_keys();
        let request = request.from("2026-01-01").to("2026-01-31");
        request.send().await.unwrap();
    }
}

fn decode_times(runtime: &Runtime, kind: Kind) {
    let decoder = Decoder::new(runtime, kind);
    let bytes = decoder.page.len();
    let rate = |work: &dyn Fn() -> usize| {
        let mut best = Duration::MAX;
        for _ in 0..100 {
            let start = Instant::now();
            assert_eq!(work(), ROWS);
            best = best.min(start.elapsed());
        }
        bytes as f64 / best.as_secs_f64() / 1e6
    };
    let (by_hand, by_crate) = (|| decoder.by_hand(), || decoder.by_crate());
    // Alternating, so that the load of the machine affects both.
    let (hand, ours) = (rate(&by_hand), rate(&by_crate));
    let (hand, ours) = (hand.max(rate(&by_hand)), ours.max(rate(&by_crate)));
    println!(
        "| {}, {} kB | {hand:.0} | {ours:.0} | {:.2} |",
        kind.name(),
        bytes / 1000,
        ours / hand
    );
}

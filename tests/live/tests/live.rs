//! The live test on a tenant, and the same test on the simulator.
//!
//! On a tenant it needs credentials in the environment; it only reads, and stays within the published rate limits:
//!
//! ```text
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \
//!     cargo test -p live -- --ignored --nocapture
//! ```
//!
//! `LIVE_RATE_LIMITS=off` disables the rate limits, for a simulator of your own (`SECURE_ACCESS_CLOUD=http://127.0.0.1:8080`).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic fails the test, and the table is the output of the test"
)]

use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{ClientBuilder, RateLimiting};
use live::report::Outcome;
use live::run;
use serde_json::{Value, json};

/// The directory of a report.
fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[tokio::test]
#[ignore = "needs credentials of a tenant"]
async fn a_tenant() {
    let rate_limiting = match std::env::var("LIVE_RATE_LIMITS").as_deref() {
        Ok("off") => RateLimiting::Off,
        _ => RateLimiting::Documented,
    };
    let settings = ClientBuilder::from_env()
        .unwrap()
        .rate_limiting(rate_limiting);
    let directory = directory("live");
    println!("| operation | status | outcome |\n| --- | --- | --- |");
    let report = run(settings, &directory, |row| println!("{row}"))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let table = directory.join("report.md");
    fs::create_dir_all(&directory).unwrap();
    fs::write(&table, report.to_string()).unwrap();
    println!(
        "\n{}\n\nThis table is also in {}; the files that it names are beside it.",
        report.summary(),
        table.display()
    );
    let failures = report.failures().count();
    assert_eq!(
        failures, 0,
        "some responses cannot be decoded; attach the table and the files that it names to an issue: they contain no value of the tenant"
    );
}

#[tokio::test]
async fn every_response_of_the_simulator_is_decoded() {
    let simulator = Simulator::builder().start().await.unwrap();
    let report = run(simulator.client_builder(), &directory("live-none"), |_| {})
        .await
        .unwrap();
    println!("{report}");

    assert_eq!(report.failures().count(), 0, "{report}");
    let decoded = report
        .0
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::Decoded));
    assert!(decoded.count() > 200, "{}", report.summary());
    let mut requests = simulator.requests().into_iter();
    let changes = requests.find(|request| {
        let is_token = request.operation == Some("create_token");
        request.method != "GET" && !is_token
    });
    assert!(changes.is_none(), "{changes:?}");
}

#[tokio::test]
async fn a_response_that_cannot_be_decoded_is_saved_without_its_values() {
    let simulator = Simulator::builder().start().await.unwrap();
    let site = json!({"siteId": {"main": 8_162_517}, "name": "Quay 43", "isDefault": true, "quay.test": "hush"});
    simulator.fault(
        "list_sites",
        Fault::status(200).body(json!([site])).always(),
    );
    simulator.fault("list_regions", Fault::status(403).always());
    simulator.fault("list_networks", Fault::status(404).always());

    let directory = directory("live-one");
    let mut rows = 0;
    let report = run(simulator.client_builder(), &directory, |_| rows += 1)
        .await
        .unwrap();

    let problem = "the response differs from its documentation at $[0].siteId";
    let failures: Vec<_> = report.failures().map(|row| row.operation).collect();
    assert_eq!((failures, rows), (vec!["list_sites"], report.0.len()));
    let row = report.row("list_sites").unwrap();
    assert_eq!(row.status, Some(200));
    assert!(row.to_string().contains(problem), "{row}");
    let Outcome::NotDecoded {
        file: Some(file), ..
    } = &row.outcome
    else {
        panic!("{row}");
    };

    let text = fs::read_to_string(file).unwrap();
    for value in ["8162517", "Quay", "quay", "hush"] {
        assert!(!text.contains(value), "{text}");
    }
    let kept: Value = serde_json::from_str(&text).unwrap();
    let redacted = json!([{
        "siteId": {"undocumented-1": 2_222_222},
        "name": "xxxxxxxx",
        "isDefault": true,
        "undocumented-3": "xxxx",
    }]);
    assert_eq!(kept["operation"], "deployments.list_sites");
    assert_eq!(kept["response"], redacted);
    assert!(
        kept["problem"].as_str().unwrap().contains(problem),
        "{text}"
    );

    let text = |operation| report.row(operation).unwrap().to_string();
    assert_eq!(
        text("list_regions"),
        "| list_regions | 403 | rejected: the key may lack deployments.regions:read |"
    );
    assert_eq!(
        text("list_networks"),
        "| list_networks | 404 | rejected: the resource does not exist |"
    );
    assert_eq!(
        text("get_network"),
        "| get_network |  | not called: no value for `network_id` |"
    );
    // An id is taken from any response, but this value is not an id.
    assert_eq!(
        text("get_site"),
        "| get_site |  | not called: no value for `site_id` |"
    );
}

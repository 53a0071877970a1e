//! The live run on a tenant, and the same on the simulator.
//!
//! On a tenant it needs credentials in the environment; it only reads, and stays within the published rate limits:
//!
//! ```text
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \
//!     cargo test -p live -- --ignored --nocapture
//! ```
//!
//! `LIVE_PACING=off` lets it go as fast as it can, for a simulator of your own (`SECURE_ACCESS_CLOUD=http://127.0.0.1:8080`).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and the table is what the run is for"
)]

use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{ClientBuilder, RateLimiting};
use live::report::Outcome;
use live::run;
use serde_json::{Value, json};

/// Where reports are kept.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[tokio::test]
#[ignore = "it needs credentials of a tenant"]
async fn a_tenant() {
    let pacing = match std::env::var("LIVE_PACING").as_deref() {
        Ok("off") => RateLimiting::Off,
        _ => RateLimiting::Documented,
    };
    let settings = ClientBuilder::from_env().unwrap().rate_limiting(pacing);
    let folder = folder("live");
    println!("| operation | status | outcome |\n| --- | --- | --- |");
    let report = run(settings, &folder, |row| println!("{row}"))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let table = folder.join("report.md");
    fs::create_dir_all(&folder).unwrap();
    fs::write(&table, report.to_string()).unwrap();
    println!(
        "\n{}\n\nThis table is also in {}; the files that it names are beside it.",
        report.summary(),
        table.display()
    );
    let failures = report.failures().count();
    assert_eq!(
        failures, 0,
        "responses are not decoded; attach the table and the files that it names to an issue: they hold no value of the tenant"
    );
}

#[tokio::test]
async fn the_simulator_responds_with_what_the_crate_reads() {
    let simulator = Simulator::builder().start().await.unwrap();
    let report = run(simulator.client_builder(), &folder("live-none"), |_| {})
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
async fn a_response_that_is_not_read_is_kept_without_its_values() {
    let simulator = Simulator::builder().start().await.unwrap();
    let site = json!({"siteId": {"main": 8_162_517}, "name": "Quay 43", "isDefault": true, "quay.test": "hush"});
    simulator.fault(
        "list_sites",
        Fault::status(200).body(json!([site])).always(),
    );
    simulator.fault("list_regions", Fault::status(403).always());
    simulator.fault("list_networks", Fault::status(404).always());

    let folder = folder("live-one");
    let mut rows = 0;
    let report = run(simulator.client_builder(), &folder, |_| rows += 1)
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
        "| list_regions | 403 | refused: the key may lack deployments.regions:read |"
    );
    assert_eq!(
        text("list_networks"),
        "| list_networks | 404 | refused: there is no such thing here |"
    );
    assert_eq!(
        text("get_network"),
        "| get_network |  | not asked: no value for `network_id` |"
    );
    // An id is taken from any response, but this one is no id.
    assert_eq!(
        text("get_site"),
        "| get_site |  | not asked: no value for `site_id` |"
    );
}

//! `activity export`.

use std::collections::BTreeSet;
use std::time::Duration;

use cisco_secure_access::simulator::{Fault, Simulator};
use serde_json::Value;

use crate::program::{Program, Result};

const RANGE: [&str; 8] = [
    "activity",
    "export",
    "--from",
    "2026-01-12",
    "--to",
    "2026-01-14",
    "--type",
    "proxy",
];

/// The times of the events, in the order of the output. The other properties are made up anew for each request.
fn times(ndjson: &str) -> Result<Vec<i64>> {
    let event = |line: &str| -> Result<i64> {
        let event: Value = serde_json::from_str(line)?;
        Ok(event["timestamp"].as_i64().ok_or("no time")?)
    };
    ndjson.lines().map(event).collect()
}

/// The times of the events in CSV.
fn times_of_csv(csv: &str) -> Result<Vec<i64>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let is_time = |name: &str| name == "timestamp";
    let column = reader
        .headers()?
        .iter()
        .position(is_time)
        .ok_or("no time")?;
    let time = |row: csv::Result<csv::StringRecord>| -> Result<i64> { Ok(row?[column].parse()?) };
    reader.records().map(time).collect()
}

/// The arguments after `--from` in the message of an interrupted export.
fn continuation(stderr: &str) -> Result<Vec<&str>> {
    let line = stderr.lines().last().unwrap_or_default();
    let (_, arguments) = line
        .split_once("repeat the command with ")
        .ok_or("no continuation")?;
    Ok(arguments.split(' ').collect())
}

#[tokio::test]
async fn all_events_of_a_range_are_exported_newest_first() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let all = program.run(&RANGE).await.ends_with(0);
    let exported = times(all.stdout())?;
    assert!(exported.len() > 100 && exported.is_sorted_by(|one, other| one >= other));
    let small = program
        .run(&[&RANGE[..], &["--page-size", "50"]].concat())
        .await
        .ends_with(0);
    assert_eq!(times(small.stdout())?, exported);
    let all = [
        "activity",
        "export",
        "--from",
        "2026-01-13",
        "--to",
        "2026-01-14",
        "--jq",
        ".type",
    ];
    let kinds = program.run(&all).await.ends_with(0);
    let kinds: BTreeSet<_> = kinds.stdout().lines().collect();
    assert!(
        kinds.contains("dns") && kinds.contains("proxy"),
        "{kinds:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_range_can_be_longer_than_a_request() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let export = [
        "activity",
        "export",
        "--from",
        "2025-11-20",
        "--to",
        "2026-01-14",
        "--type",
        "intrusion",
    ];
    let whole = program.run(&export).await.ends_with(0);
    let exported = times(whole.stdout())?;
    assert!(exported.is_sorted_by(|one, other| one >= other));
    let mut parts = String::new();
    for (from, to) in [("2025-12-20", "2026-01-14"), ("2025-11-20", "2025-12-20")] {
        let part = [
            "activity",
            "export",
            "--from",
            from,
            "--to",
            to,
            "--type",
            "intrusion",
        ];
        parts.push_str(program.run(&part).await.ends_with(0).stdout());
    }
    assert_eq!(exported, times(&parts)?);
    Ok(())
}

#[tokio::test]
async fn an_interrupted_export_says_where_it_continues() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let export = [&RANGE[..], &["--page-size", "50"]].concat();
    let all = program.run(&export).await.ends_with(0);

    simulator.fault(
        "list_proxy_activity",
        Fault::delay(Duration::from_secs(3600)).on_call(3),
    );
    let first = program
        .interrupt(&export, "list_proxy_activity", 2)
        .await?
        .ends_with(130);
    simulator.clear_faults();
    simulator.fault("list_proxy_activity", Fault::status(403).on_call(2));
    let rest = continuation(first.stderr())?;
    let again = [
        &["activity", "export", "--type", "proxy", "--page-size", "50"],
        &rest[..],
    ]
    .concat();
    let second = program.run(&again).await.ends_with(3);
    let rest = continuation(second.stderr())?;
    let third = program
        .run(&[&["activity", "export", "--type", "proxy"], &rest[..]].concat())
        .await
        .ends_with(0);
    assert!(!first.stdout().is_empty() && !second.stdout().is_empty());
    let parts = [first.stdout(), second.stdout(), third.stdout()].concat();
    assert_eq!(times(&parts)?, times(all.stdout())?);
    Ok(())
}

#[tokio::test]
async fn a_file_with_a_state_continues_by_itself() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    for format in ["ndjson", "csv"] {
        let export = [&RANGE[..], &["--page-size", "50", "--output", format]].concat();
        let all = program.run(&export).await.ends_with(0);
        let export = [&export[..], &["--file", format, "--resume-file", "state"]].concat();
        simulator.fault("list_proxy_activity", Fault::status(403).on_call(3));
        program
            .run(&export)
            .await
            .ends_with(3)
            .reports(&["run the same command again"]);
        assert!(program.path("state").exists());
        // A run that was killed may have written a part of what the state does not know.
        program.write(format, &(program.read(format)? + "half a li"))?;
        let run = program.run(&export).await.ends_with(0);
        assert_eq!(run.stdout(), "");
        let times = if format == "csv" { times_of_csv } else { times };
        assert_eq!(times(&program.read(format)?)?, times(all.stdout())?);
        assert!(!program.path("state").exists());
    }
    Ok(())
}

#[tokio::test]
async fn the_state_of_other_events_and_other_formats_are_rejected() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let export = [
        &RANGE[..],
        &[
            "--page-size",
            "50",
            "--file",
            "events",
            "--resume-file",
            "state",
        ],
    ]
    .concat();
    simulator.fault("list_proxy_activity", Fault::status(403).on_call(2));
    program.run(&export).await.ends_with(3);
    let dns = export
        .iter()
        .map(|word| if *word == "proxy" { "dns" } else { word });
    let run = program.run(&Vec::from_iter(dns)).await.ends_with(2);
    run.reports(&["state", "--type proxy"]);
    program.write("state", "{}")?;
    program
        .run(&export)
        .await
        .ends_with(2)
        .reports(&["state", "not a file"]);
    let run = program
        .run(&[&RANGE[..], &["--output", "yaml"]].concat())
        .await
        .ends_with(2);
    run.reports(&["ndjson or csv"]);
    let run = program
        .run(&["activity", "export", "--from", "yesterday"])
        .await
        .ends_with(2);
    run.reports(&["--from", "2026-01-14T08:30:00Z", "-1days"]);
    let run = program
        .run(&[
            "activity",
            "export",
            "--from",
            "2026-01-14",
            "--to",
            "2026-01-13",
        ])
        .await;
    run.ends_with(2).reports(&["ends before it starts"]);
    Ok(())
}

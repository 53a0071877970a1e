//! What others can do to the program: the service, the reader of its output, and other users of the machine.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod program;

use std::process::Stdio;

use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::testing::CannedResponse;
use program::Program;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

async fn simulator() -> Simulator {
    Simulator::builder().start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_sequences_of_the_service_do_not_reach_a_table() {
    let simulator = simulator().await;
    let name = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}pier\r\nfake  row";
    simulator
        .on("list_sites")
        .respond(CannedResponse::new(200).json(json!([{"siteId": 1, "name": name}])));
    let finished = Program::on(&simulator)
        .run(&["deployments", "list-sites", "-o", "table"])
        .await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        !finished
            .stdout
            .contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\r'])
    );
    assert_eq!(finished.stdout.lines().count(), 2, "{}", finished.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_of_the_service_cannot_control_the_terminal() {
    let simulator = simulator().await;
    let body = json!({"message": "no\u{1b}[2J site"});
    simulator
        .on("list_sites")
        .respond(CannedResponse::new(404).json(body));
    let finished = Program::on(&simulator)
        .run(&["deployments", "list-sites"])
        .await;
    assert_eq!(finished.status, 4);
    assert!(!finished.stderr.contains('\u{1b}'), "{:?}", finished.stderr);
    assert!(
        finished.stderr.contains("\\u{1b}[2J site"),
        "{:?}",
        finished.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn json_keeps_what_the_service_sends() {
    let simulator = simulator().await;
    let sites = json!([{"siteId": 1, "name": "\u{1b}[2J", "new": {"deep": [1.5, null]}}]);
    simulator
        .on("list_sites")
        .respond(CannedResponse::new(200).json(sites.clone()));
    let finished = Program::on(&simulator)
        .run(&["deployments", "list-sites"])
        .await;
    assert_eq!(
        serde_json::from_str::<Value>(&finished.stdout).unwrap(),
        sites
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_hundred_megabytes_is_read_or_rejected() {
    let simulator = simulator().await;
    let site = json!({"siteId": 1, "name": "x".repeat(1000)}).to_string();
    let sites = format!("[{}{site}]", format!("{site},").repeat(100_000));
    assert!(sites.len() > 100_000_000);
    simulator
        .on("list_sites")
        .respond(CannedResponse::new(200).body(sites));
    let arguments = [
        "deployments",
        "list-sites",
        "--jq",
        ".siteId",
        "--max-items",
        "5",
    ];
    let finished = Program::on(&simulator).run(&arguments).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(finished.stdout, "1\n".repeat(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_no_json_is_its_own_exit_status() {
    let simulator = simulator().await;
    let program = Program::on(&simulator);
    for body in ["<html>", "[{\"siteId\": 1},", ""] {
        simulator
            .on("list_sites")
            .respond(CannedResponse::new(200).body(body));
        let finished = program.run(&["deployments", "list-sites"]).await;
        assert_eq!(finished.status, 8, "{body}: {}", finished.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_closes_the_output_is_no_failure() {
    let simulator = Simulator::builder()
        .items("list_sites", 5_000)
        .start()
        .await
        .unwrap();
    let program = Program::on(&simulator);
    for format in ["json", "ndjson", "csv", "yaml", "table"] {
        let mut child = program
            .command(&["deployments", "list-sites", "-o", format])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.next_line().await.unwrap().is_some(), "{format}");
        drop(lines);
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{format}: {output:?}");
        assert!(output.stderr.is_empty(), "{format}: {output:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_list_says_how_to_continue() {
    let simulator = Simulator::builder()
        .items("list_sites", 40)
        .start()
        .await
        .unwrap();
    // One of the pages behind the first one does not come.
    simulator.fault(
        "list_sites",
        Fault::delay(std::time::Duration::from_secs(600)).on_call(2),
    );
    let program = Program::on(&simulator);
    let arguments = [
        "deployments",
        "list-sites",
        "--page-size",
        "5",
        "-o",
        "ndjson",
    ];
    let mut child = program.command(&arguments).spawn().unwrap();
    let id = child.id().unwrap().to_string();
    // Further pages are requested when the first one is complete.
    while simulator
        .requests()
        .iter()
        .filter(|request| request.operation == Some("list_sites"))
        .count()
        < 2
    {
        tokio::task::yield_now().await;
    }
    let killed = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap();
    assert!(killed.success());
    let mut first = String::new();
    tokio::io::AsyncReadExt::read_to_string(child.stdout.as_mut().unwrap(), &mut first)
        .await
        .unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(report["error"]["status"], "interrupted");
    let token = report["error"]["resume"].as_str().expect("a token");
    simulator.clear_faults();
    let resumed = program
        .run(&[&arguments[..], &["--resume", token]].concat())
        .await;
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    let ids: Vec<Value> = (first + &resumed.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["siteId"].clone())
        .collect();
    assert_eq!(json!(ids), json!((1001..=1040).collect::<Vec<_>>()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_output_has_a_secret() {
    let simulator = simulator().await;
    let program = Program::on(&simulator).with("PASSPHRASE", "Hush0123456789hush");
    let group = [
        "deployments",
        "create-network-tunnel-group",
        "--name",
        "Pier",
        "--region",
        "us-east-1",
        "--auth-id-prefix",
        "pier-0001",
        "--passphrase",
        "env:PASSPHRASE",
        "-vv",
    ];
    for arguments in [
        &group[..],
        &[&group[..], &["--dry-run"]].concat(),
        &["deployments", "list-sites", "-vv", "--dry-run"],
        &["whoami", "-vv"],
    ] {
        let finished = program.run(arguments).await;
        let output = format!("{}{}", finished.stdout, finished.stderr).to_lowercase();
        assert!(!output.contains("hush"), "{arguments:?}: {output}");
        assert_eq!(finished.status, 0, "{arguments:?}: {output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_path_sends_nothing() {
    let simulator = simulator().await;
    let program = Program::on(&simulator);
    let delete = [
        "api",
        "DELETE",
        "/deployments/v2/sites/1001",
        "--yes",
        "--dry-run",
    ];
    let finished = program.run(&delete).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stdout.starts_with("DELETE http://127.0.0.1"),
        "{}",
        finished.stdout
    );

    let group = program.file(
        "group.json",
        r#"{"name": "Pier", "passphrase": "Hush0123456789hush"}"#,
    );
    let body = format!("@{group}");
    let create = [
        "api",
        "POST",
        "/deployments/v2/networktunnelgroups",
        "--body",
        &body,
        "--dry-run",
    ];
    let finished = program.run(&create).await;
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stdout.contains("Pier"), "{}", finished.stdout);
    assert!(
        !finished.stdout.to_lowercase().contains("hush"),
        "{}",
        finished.stdout
    );
    assert!(simulator.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_statuses_say_what_failed() {
    let simulator = simulator().await;
    let program = Program::on(&simulator);
    let list = ["deployments", "list-sites"];
    for (status, expected) in [(400, 1), (401, 3), (403, 3), (404, 4), (409, 5), (500, 1)] {
        simulator
            .on("list_sites")
            .respond(CannedResponse::new(status).always());
        let finished = program.run(&list).await;
        assert_eq!(finished.status, expected, "{status}: {}", finished.stderr);
        simulator.clear_faults();
    }
    // The response does not come in time.
    simulator.fault(
        "list_regions",
        Fault::delay(std::time::Duration::from_secs(600)),
    );
    let limited = program
        .run(&["deployments", "list-regions", "--timeout", "0.5"])
        .await;
    assert_eq!(limited.status, 6, "{}", limited.stderr);
    let unreachable = Program::without_credentials()
        .with("SECURE_ACCESS_CLOUD", "http://127.0.0.1:1")
        .with("SECURE_ACCESS_API_KEY", "key")
        .with("SECURE_ACCESS_API_SECRET", "hush")
        .run(&[&list[..], &["--timeout", "20"]].concat())
        .await;
    assert_eq!(unreachable.status, 7, "{}", unreachable.stderr);
    let nobody = Program::without_credentials().run(&list).await;
    assert_eq!(nobody.status, 2, "{}", nobody.stderr);
    assert!(
        nobody.stderr.contains("secure-access login"),
        "{}",
        nobody.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_share_a_token_in_a_private_file() {
    let simulator = simulator().await;
    let program = Program::on(&simulator);
    for _ in 0..3 {
        assert_eq!(
            program.run(&["deployments", "list-regions"]).await.status,
            0
        );
    }
    assert_eq!(simulator.token_requests(), 1);
    let header = program.run(&["token", "--header"]).await;
    assert!(header.stdout.starts_with("authorization: Bearer "));
    assert_eq!(simulator.token_requests(), 1);
    let alone = program
        .run(&["deployments", "list-regions", "--no-token-cache"])
        .await;
    assert_eq!((alone.status, simulator.token_requests()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_completes_operations_flags_and_values() {
    let program = Program::without_credentials().with("SECURE_ACCESS_COMPLETE", "bash");
    let cases: [(&[&str], &str, &str); 4] = [
        (&["secure-access", "depl"], "1", "deployments"),
        (
            &["secure-access", "deployments", "list-si"],
            "2",
            "list-sites",
        ),
        (
            &["secure-access", "deployments", "list-sites", "--page"],
            "3",
            "--page-size",
        ),
        (
            &[
                "secure-access",
                "deployments",
                "list-network-tunnel-groups",
                "--sort-by",
                "cre",
            ],
            "4",
            "createdAt",
        ),
    ];
    for (words, index, expected) in cases {
        let mut command = program.command(&[&["--"], words].concat());
        command
            .env("_CLAP_COMPLETE_INDEX", index)
            .env("_CLAP_IFS", "\n")
            .env("_CLAP_COMPLETE_COMP_TYPE", "9");
        let output = command.output().await.unwrap();
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(
            found.lines().any(|line| line == expected),
            "{words:?}: {found}"
        );
    }
}

//! `destinations sync`.

use std::fmt::Write as _;
use std::time::Duration;

use cisco_secure_access::simulator::{Fault, Simulator};
use serde_json::json;

use crate::program::{Program, Result};

const LISTS: &str = "/policies/v2/destinationlists";
const LIST: &str = "/policies/v2/destinationlists/1001/destinations";

/// The destinations of the first list, in alphabetical order.
fn destinations(simulator: &Simulator) -> Vec<String> {
    let rows = simulator.items(LIST);
    let texts = rows.iter().filter_map(|row| row["destination"].as_str());
    let mut destinations: Vec<_> = texts.map(str::to_owned).collect();
    destinations.sort_unstable();
    destinations
}

fn hosts(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "host{number:06}.example.net");
        text
    })
}

fn changes(simulator: &Simulator) -> usize {
    let requests = simulator.requests();
    let changes = requests.iter().filter(|request| request.method != "GET");
    changes
        .filter(|request| request.operation != Some("create_token"))
        .count()
}

#[tokio::test]
async fn a_list_gets_the_destinations_of_a_file() -> Result {
    let simulator = Simulator::builder().record_bodies().start().await?;
    let program = Program::new(&simulator);
    let before = destinations(&simulator);
    let kept = &before[0];
    program.write(
        "list.txt",
        &format!("# ours\n{kept}\n\na.example\tby hand\nB.example\n"),
    )?;
    let sync = ["destinations", "sync", "Destination list 001", "list.txt"];

    let plan = program
        .run(&[&sync[..], &["--dry-run"]].concat())
        .await
        .ends_with(0);
    let plan = plan.reports(&["Destination list 001 (1001): 2 to add, 2 to remove, 1 unchanged"]);
    for line in [
        format!("- {}", before[1]),
        format!("- {}", before[2]),
        "+ a.example".to_owned(),
    ] {
        assert!(
            plan.stdout().lines().any(|known| known == line),
            "{line}: {}",
            plan.stdout()
        );
    }
    let unconfirmed = program.run(&sync).await.ends_with(2);
    unconfirmed.reports(&["Remove 2 destinations from Destination list 001", "--yes"]);
    assert_eq!(
        (destinations(&simulator), changes(&simulator)),
        (before.clone(), 0)
    );

    let done = program
        .run(&[&sync[..], &["--yes"]].concat())
        .await
        .ends_with(0);
    let expected = json!({"id": 1001, "name": "Destination list 001", "added": 2, "removed": 2, "unchanged": 1});
    assert_eq!(done.json()?, expected);
    assert_eq!(
        destinations(&simulator),
        ["B.example", "a.example", kept.as_str()]
    );
    let comments = simulator.items(LIST);
    assert!(comments.iter().any(|row| row["comment"] == "by hand"));

    let again = program.run(&sync).await.ends_with(0);
    assert_eq!(again.json()?["unchanged"], 3);
    assert_eq!(changes(&simulator), 2);
    Ok(())
}

#[tokio::test]
async fn what_is_on_the_list_can_be_kept() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let sync = ["destinations", "sync", "1001", "-", "--keep"];
    let done = program
        .run_with_input(&sync, "comment,destination\nwhy,a.example\n")
        .await;
    assert_eq!(done.ends_with(0).json()?["removed"], 0);
    assert_eq!(destinations(&simulator).len(), 4);
    Ok(())
}

#[tokio::test]
async fn every_invalid_line_is_reported_before_anything_is_sent() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    program.write(
        "list.txt",
        "a.example\nno host\n\nb.example/x,y\nexample .com\n",
    )?;
    let run = program
        .run(&["destinations", "sync", "1001", "list.txt", "--yes"])
        .await
        .ends_with(2);
    run.reports(&[
        "list.txt: 3 lines",
        "line 2: `no host`",
        "line 4: ",
        "line 5: ",
    ]);
    program.write("list.txt", "# nothing\n")?;
    let run = program
        .run(&["destinations", "sync", "1001", "list.txt", "--yes"])
        .await
        .ends_with(2);
    run.reports(&["no destinations", "--allow-empty"]);
    let run = program
        .run(&["destinations", "sync", "1001", "missing.txt"])
        .await
        .ends_with(2);
    run.reports(&["missing.txt"]);
    assert!(simulator.requests().is_empty());
    program
        .run(&[
            "destinations",
            "sync",
            "1001",
            "list.txt",
            "--yes",
            "--allow-empty",
        ])
        .await
        .ends_with(0);
    assert!(destinations(&simulator).is_empty());
    Ok(())
}

#[tokio::test]
async fn a_list_has_an_id_or_an_unambiguous_name() -> Result {
    let simulator = Simulator::builder().start().await?;
    let twin = simulator.add_item(LISTS, &json!({"name": "Destination list 001"}))?;
    let program = Program::new(&simulator);
    program.write("list.txt", "a.example\n")?;
    let sync = |list| ["destinations", "sync", list, "list.txt", "--keep"];
    let run = program
        .run(&sync("Destination list 001"))
        .await
        .ends_with(2);
    run.reports(&["1001", &twin, "Use the id."]);
    let run = program.run(&sync("destination list 2")).await.ends_with(4);
    run.reports(&["no destination list", "Did you mean `Destination list 00"]);
    program.run(&sync(&twin)).await.ends_with(0);
    Ok(())
}

#[tokio::test]
async fn an_interrupted_sync_continues() -> Result {
    let simulator = Simulator::builder()
        .items("list_destinations", 0)
        .start()
        .await?;
    let program = Program::new(&simulator);
    program.write("list.txt", &hosts(2200))?;
    let sync = ["destinations", "sync", "1001", "list.txt"];
    simulator.fault(
        "add_destinations",
        Fault::delay(Duration::from_secs(3600)).on_call(3),
    );
    let run = program
        .interrupt(&sync, "add_destinations", 2)
        .await?
        .ends_with(130);
    run.reports(&[
        "interrupted",
        "1000 of 2200 changes are made",
        "run the command again",
    ]);
    assert_eq!(destinations(&simulator).len(), 1000);

    simulator.clear_faults();
    simulator.fault("add_destinations", Fault::status(403).on_call(2));
    let run = program.run(&sync).await.ends_with(3);
    run.reports(&[
        "1200 to add",
        "500 of 1200 changes are made",
        "run the command again",
    ]);

    let run = program.run(&sync).await.ends_with(0);
    assert_eq!(run.json()?["added"], 700);
    assert_eq!(destinations(&simulator).len(), 2200);
    let run = program.run(&sync).await.ends_with(0);
    assert_eq!(run.json()?["unchanged"], 2200);
    Ok(())
}

#[tokio::test]
async fn a_reader_of_the_plan_can_stop() -> Result {
    use tokio::io::AsyncBufReadExt as _;
    let simulator = Simulator::builder()
        .items("list_destinations", 0)
        .start()
        .await?;
    let program = Program::new(&simulator);
    program.write("list.txt", &hosts(20_000))?;
    let mut child = program
        .command(&["destinations", "sync", "1001", "list.txt", "--dry-run"])
        .spawn()?;
    let mut stdout = tokio::io::BufReader::new(child.stdout.take().ok_or("no output")?);
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    drop(stdout);
    assert_eq!(line, "+ host000000.example.net\n");
    let output = child.wait_with_output().await?;
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
    Ok(())
}

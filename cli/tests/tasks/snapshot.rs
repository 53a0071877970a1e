//! `snapshot`.

use std::time::Duration;

use cisco_secure_access::simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::program::{Program, Result, Run};

const SITES: &str = "/deployments/v2/sites";

/// A snapshot of some collections: the others have slow rate limits.
const SNAPSHOT: [&str; 4] = [
    "snapshot",
    "configuration",
    "--only",
    "policies,deployments/sites",
];

/// The row of a collection in the result.
fn row(run: &Run, collection: &str) -> Result<Value> {
    let rows = run.json()?;
    let rows = rows.as_array().ok_or("no list")?;
    let row = rows.iter().find(|row| row["collection"] == collection);
    Ok(row.cloned().unwrap_or_default())
}

#[tokio::test]
async fn a_snapshot_follows_the_configuration() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let first = program.run(&SNAPSHOT).await.ends_with(0);
    let name = simulator.items(SITES)[0]["name"]
        .as_str()
        .unwrap_or_default()
        .replace(' ', "-");
    let site: Value = serde_json::from_str(
        &program.read(&format!("configuration/deployments/sites/{name}.json"))?,
    )?;
    assert_eq!(site["siteId"], 1001);
    assert_eq!(row(&first, "deployments/sites")?["added"], 3);
    let rule: Value = serde_json::from_str(
        &program.read("configuration/policies/access_rules/Access-rule-001.json")?,
    )?;
    assert!(rule["ruleConditions"].is_array(), "{rule}");
    let list: Value = serde_json::from_str(
        &program.read("configuration/policies/destination_lists/Destination-list-001.json")?,
    )?;
    assert_eq!(list["destinations"].as_array().map(Vec::len), Some(3));

    let again = program.run(&SNAPSHOT).await.ends_with(0).json()?;
    for row in again.as_array().ok_or("no list")? {
        assert_eq!(
            (&row["added"], &row["changed"], &row["removed"]),
            (&json!(0), &json!(0), &json!(0)),
            "{row}"
        );
    }

    program.write("configuration/deployments/sites/ours.json", "{}")?;
    simulator.remove_item(SITES, "1001");
    simulator.add_item(SITES, &json!({"name": "../Harbour"}))?;
    simulator.set_item(
        "/policies/v2/rules",
        "1001",
        &json!({"ruleDescription": "changed"}),
    )?;
    let changed = program.run(&SNAPSHOT).await.ends_with(0);
    let expected = json!({"collection": "deployments/sites", "items": 3, "added": 1, "changed": 0, "removed": 1});
    assert_eq!(row(&changed, "deployments/sites")?, expected);
    assert_eq!(row(&changed, "policies/access_rules")?["changed"], 1);
    assert!(
        program
            .path("configuration/deployments/sites/Harbour.json")
            .exists()
    );
    assert!(
        program
            .path("configuration/deployments/sites/ours.json")
            .exists()
    );
    assert!(
        !program
            .path(&format!("configuration/deployments/sites/{name}.json"))
            .exists()
    );
    Ok(())
}

#[tokio::test]
async fn a_collection_that_fails_is_reported_and_keeps_its_files() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    program.run(&SNAPSHOT).await.ends_with(0);
    simulator.fault("list_sites", Fault::status(403));
    simulator.fault("get_access_rule", Fault::status(404));
    let run = program.run(&SNAPSHOT).await.ends_with(3);
    let run = run.reports(&[
        "2 collections could not be read",
        "deployments/sites: ",
        "policies/access_rules: ",
    ]);
    assert_eq!(row(&run, "policies/destination_lists")?["items"], 3);
    assert_eq!(
        std::fs::read_dir(program.path("configuration/deployments/sites"))?.count(),
        3
    );
    Ok(())
}

#[tokio::test]
async fn an_interrupted_snapshot_keeps_what_it_has() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    simulator.fault(
        "list_application_lists",
        Fault::delay(Duration::from_secs(3600)),
    );
    let run = program
        .interrupt(&SNAPSHOT, "get_access_rule", 3)
        .await?
        .ends_with(130);
    run.reports(&["interrupted", "Run the command again"]);
    assert_eq!(
        std::fs::read_dir(program.path("configuration/deployments/sites"))?.count(),
        3
    );
    simulator.clear_faults();
    let run = program.run(&SNAPSHOT).await.ends_with(0);
    assert_eq!(row(&run, "policies/application_lists")?["added"], 3);
    assert_eq!(row(&run, "deployments/sites")?["added"], 0);
    Ok(())
}

#[tokio::test]
async fn what_changes_by_itself_can_be_left_out() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let snapshot = [
        "snapshot",
        "configuration",
        "--only",
        "policies/destination_lists",
        "--stable",
    ];
    program.run(&snapshot).await.ends_with(0);
    let list: Value = serde_json::from_str(
        &program.read("configuration/policies/destination_lists/Destination-list-001.json")?,
    )?;
    assert_eq!(
        (&list["meta"], list["access"].is_string()),
        (&json!({}), true)
    );
    let run = program
        .run(&["snapshot", "configuration", "--only", "policies/nothing"])
        .await
        .ends_with(2);
    run.reports(&["there is no collection `policies/nothing`"]);
    let plan = program
        .run(&["snapshot", "other", "--dry-run"])
        .await
        .ends_with(0);
    assert_eq!(
        row(&plan, "policies/access_rules")?["operations"],
        json!(["list-access-rules", "get-access-rule"])
    );
    assert!(!program.path("other").exists());
    Ok(())
}

//! `compare`.

use cisco_secure_access::simulator::{Fault, Simulator};
use serde_json::json;

use crate::program::{Program, Result};

const LISTS: &str = "/policies/v2/destinationlists";

#[tokio::test]
async fn the_differences_of_two_organizations_are_printed() -> Result {
    let (one, other) = (
        Simulator::builder().start().await?,
        Simulator::builder().start().await?,
    );
    let program = Program::with_profiles(&[("china", &one), ("global", &other)])?;
    let compare = [
        "compare",
        "china",
        "global",
        "--only",
        "policies/destination_lists,deployments/sites",
    ];
    let same = program
        .run(&compare)
        .await
        .ends_with(0)
        .reports(&["0 differences"]);
    assert_eq!(same.json()?, json!([]));

    one.add_item(LISTS, &json!({"name": "Customs", "access": "allow"}))?;
    other.set_item(LISTS, "1001", &json!({"access": "block"}))?;
    one.set_item(LISTS, "1001", &json!({"access": "allow"}))?;
    other.remove_item(&format!("{LISTS}/1002/destinations"), "1001");
    let differ = program
        .run(&compare)
        .await
        .ends_with(1)
        .reports(&["the configurations differ"]);
    let rows = differ.json()?;
    let rows = rows.as_array().ok_or("no list")?;
    let row = |name: &str| rows.iter().find(|row| row["name"] == name);
    assert_eq!(
        row("Customs").map(|row| &row["difference"]),
        Some(&json!("only in china"))
    );
    let access = row("Destination list 001").ok_or("no row")?;
    assert_eq!(
        (&access["property"], &access["china"], &access["global"]),
        (&json!("access"), &json!("allow"), &json!("block"))
    );
    let destinations = row("Destination list 002").ok_or("no row")?;
    assert_eq!(destinations["china"].as_array().map(Vec::len), Some(1));
    assert_eq!(destinations["global"], json!([]));

    other.fault("list_sites", Fault::status(403));
    let failed = program.run(&compare).await.ends_with(3);
    failed.reports(&["deployments/sites: "]);

    let program = program.with("SECURE_ACCESS_CLOUD", "global");
    program
        .run(&compare)
        .await
        .ends_with(2)
        .reports(&["SECURE_ACCESS_CLOUD is set"]);
    Ok(())
}

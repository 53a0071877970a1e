//! Items that are found by their names.

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{ErrorKind, Result};
use serde_json::json;

use super::calls;
use crate::simulator::hurried;

const SITES: &str = "/deployments/v2/sites";

#[tokio::test]
async fn an_item_of_many_is_found_by_its_name() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_sites", 450)
        .items("list_access_rules", 30)
        .start()
        .await?;
    let client = hurried(&simulator);
    let sites = || client.deployments().list_sites().limit(100).items();
    let site = sites().find_by_name("Site 321").await?;
    assert_eq!(site.unwrap().site_id, Some(1321));
    let pages = "to the page without items, which is the end";
    assert_eq!(calls(&simulator, "list_sites"), 6, "{pages}");

    simulator.clear_requests();
    let site = sites().find(|site| site.site_id == Some(1102)).await?;
    assert_eq!(site.unwrap().name.as_deref(), Some("Site 102"));
    assert_eq!(calls(&simulator, "list_sites"), 2, "to where it is");
    assert_eq!(sites().find(|_| false).await?, None);

    let rules = client.policies().list_access_rules().limit(10).items();
    let rule = rules.find_by_name("Access rule 022").await?;
    assert_eq!(rule.unwrap().rule_id, Some(1022));
    Ok(())
}

#[tokio::test]
async fn no_match_and_several_matches_are_distinguished() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_sites", 250)
        .start()
        .await?;
    let client = hurried(&simulator);
    let sites = || client.deployments().list_sites().limit(100).items();
    assert_eq!(sites().find_by_name("site 001").await?, None);

    for _ in 0..2 {
        simulator.add_item(SITES, &json!({"name": "Pier"})).unwrap();
    }
    let error = sites().find_by_name("Pier").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Ambiguous, None)
    );
    assert_eq!(
        error.to_string(),
        "list_sites: there is more than one item of the name `Pier`"
    );

    simulator.clear_requests();
    let early = |id: Option<i64>| id.is_some_and(|id| id < 1010);
    let error = sites()
        .find_unique(|site| early(site.site_id))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert_eq!(calls(&simulator, "list_sites"), 1, "the second decides");
    let site = sites()
        .find_unique(|site| site.site_id == Some(1250))
        .await?;
    assert_eq!(site.unwrap().name.as_deref(), Some("Site 250"));
    Ok(())
}

#[tokio::test]
async fn items_with_another_name_property_are_found_by_name() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = simulator.client()?;
    let lists = "/policies/v2/applicationLists";
    simulator.add_item(lists, &json!({"applicationListName": "Games"}))?;
    let found = client.policies().list_application_lists().items();
    let found = found.find_by_name("Games").await?.unwrap();
    assert_eq!(found.application_list_name.as_deref(), Some("Games"));

    let profiles = client.policies().list_security_profiles().items();
    assert!(
        profiles
            .find_by_name("Security profile 002")
            .await?
            .is_some()
    );
    Ok(())
}

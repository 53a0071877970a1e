//! Updates of destination lists.

use std::collections::BTreeSet;
use std::time::Instant;

use cisco_secure_access::api::policies::types::AddDestination;
use cisco_secure_access::jobs::destinations::{CurrentList, Plan};
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Client, ErrorKind, Result};
use serde_json::json;

use super::calls;
use crate::scripted::{Scripted, ScriptedResponse};
use crate::simulator::hurried;

const LIST: i64 = 1001;
const LISTS: &str = "/policies/v2/destinationlists";
const DESTINATIONS: &str = "/policies/v2/destinationlists/1001/destinations";

/// Hosts with these numbers.
fn hosts(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let numbers = numbers.into_iter();
    numbers
        .map(|number| format!("host{number}.example.com"))
        .collect()
}

/// A simulator with a list of these destinations.
async fn simulator(destinations: &[String]) -> Result<Simulator> {
    let simulator = Simulator::builder()
        .items("list_destinations", 0)
        .start()
        .await?;
    for destination in destinations {
        simulator
            .add_item(DESTINATIONS, &json!({"destination": destination}))
            .unwrap();
    }
    Ok(simulator)
}

/// Returns the destinations on the list.
fn on_list(simulator: &Simulator) -> BTreeSet<String> {
    let items = simulator.items(DESTINATIONS);
    let destinations: BTreeSet<_> = items
        .iter()
        .map(|item| item["destination"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(destinations.len(), items.len(), "each once");
    destinations
}

async fn plan(client: &Client, wanted: &[String]) -> Result<Plan> {
    let current = CurrentList::read(client, LIST, |_| {}).await?;
    Ok(current.plan(wanted.iter().map(AddDestination::new)))
}

#[tokio::test]
async fn a_list_has_exactly_the_wanted_destinations() -> Result<()> {
    let simulator = simulator(&hosts(0..1000)).await?;
    let client = hurried(&simulator);
    let mut progress = Vec::new();
    let current =
        CurrentList::read(&client, LIST, |now| progress.push((now.done, now.total))).await?;
    assert_eq!((current.len(), current.list().id), (1000, Some(LIST)));
    let expected: Vec<_> = (1..=10).map(|page| (page * 100, 1000)).collect();
    assert_eq!(progress, expected);

    let wanted = hosts(700..1900);
    let plan = current.plan(wanted.iter().map(AddDestination::new));
    let removals: Vec<_> = plan
        .removals()
        .iter()
        .map(|removal| removal.destination.clone())
        .collect();
    assert_eq!(removals, hosts(0..700), "in the order of their ids");
    let additions: Vec<_> = plan
        .additions()
        .iter()
        .filter_map(|addition| addition.destination.clone())
        .collect();
    assert_eq!(additions, hosts(1000..1900), "in the order that is wanted");
    assert_eq!(plan.request_count(), 4);

    progress.clear();
    plan.apply(|now| progress.push((now.done, now.total)))
        .await?;
    assert_eq!(
        progress,
        [(500, 1600), (700, 1600), (1200, 1600), (1600, 1600)]
    );
    assert_eq!(on_list(&simulator), wanted.iter().cloned().collect());
    assert_eq!(calls(&simulator, "list_destinations"), 10);
    assert_eq!(calls(&simulator, "remove_destinations"), 2);
    assert_eq!(calls(&simulator, "add_destinations"), 2);

    let plan = self::plan(&client, &wanted).await?;
    assert!(
        plan.is_empty() && plan.request_count() == 0,
        "nothing is left"
    );
    plan.apply(|_| panic!("nothing is done")).await?;
    Ok(())
}

#[tokio::test]
async fn unwanted_destinations_can_stay() -> Result<()> {
    let simulator = simulator(&hosts(0..10)).await?;
    let client = hurried(&simulator);
    let plan = plan(&client, &hosts(8..12)).await?.without_removals();
    assert_eq!((plan.removals().len(), plan.additions().len()), (0, 2));
    plan.apply(|_| {}).await?;
    assert_eq!(on_list(&simulator), hosts(0..12).into_iter().collect());
    Ok(())
}

#[tokio::test]
async fn an_interrupted_update_resumes() -> Result<()> {
    let wanted = hosts(400..2900);
    for (operation, fault, removed, added) in [
        // the call that fails                                                   what is done by then
        ("remove_destinations", Fault::status(400), 0, 0),
        ("add_destinations", Fault::status(500).on_call(3), 400, 1000),
        ("add_destinations", Fault::reset().on_call(1), 400, 0),
        (
            "add_destinations",
            Fault::lost_response().on_call(4),
            400,
            2000,
        ),
    ] {
        let simulator = simulator(&hosts(0..500)).await?;
        let client = hurried(&simulator);
        simulator.fault(operation, fault);
        let error = plan(&client, &wanted).await?.apply(|_| {}).await;
        assert_eq!(error.unwrap_err().operation().unwrap().id, operation);

        let rest = plan(&client, &wanted).await?;
        assert_eq!(rest.removals().len(), 400 - removed, "{operation}");
        assert_eq!(rest.additions().len(), 2400 - added, "{operation}");
        rest.apply(|_| {}).await?;
        assert_eq!(on_list(&simulator), wanted.iter().cloned().collect());
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_read_is_an_error() -> Result<()> {
    let simulator = simulator(&hosts(0..1000)).await?;
    let client = hurried(&simulator);
    simulator.fault("list_destinations", Fault::status(400).on_call(7));
    let error = CurrentList::read(&client, LIST, |_| {}).await.unwrap_err();
    assert_eq!(error.operation().unwrap().id, "list_destinations");
    let error = CurrentList::read(&client, 999_999, |_| {})
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");

    let page = r#"{"status": {}, "meta": {"total": 1}, "data": [{"destination": "example.com"}]}"#;
    let list = r#"{"status": {}, "data": {"id": 1001}}"#;
    let responses = [list, page].map(|body| ScriptedResponse::json(200, body));
    let server = Scripted::responding(responses, ScriptedResponse::json(200, "{}")).await;
    let error = CurrentList::read(&server.client(), LIST, |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    Ok(())
}

#[tokio::test]
async fn destinations_with_equal_hosts_in_another_case_are_equal() -> Result<()> {
    let there = ["Example.com", "example.org/Path", "10.0.0.1"].map(str::to_owned);
    let simulator = simulator(&there).await?;
    let client = hurried(&simulator);
    let wanted = [
        "example.COM",
        "example.org/path",
        "example.net",
        "Example.net",
    ];
    let plan = plan(&client, &wanted.map(str::to_owned)).await?;
    let removals: Vec<_> = plan.removals().iter().map(|it| &it.destination).collect();
    assert_eq!(removals, ["example.org/Path", "10.0.0.1"]);
    let additions = plan.additions().iter();
    let additions: Vec<_> = additions
        .map(|it| it.destination.as_deref().unwrap())
        .collect();
    assert_eq!(additions, ["example.org/path", "example.net"]);
    Ok(())
}

#[tokio::test]
async fn a_current_list_can_be_iterated() -> Result<()> {
    let simulator = simulator(&["Example.COM/Path".to_owned(), "10.0.0.1".to_owned()]).await?;
    let current = CurrentList::read(&hurried(&simulator), LIST, |_| {}).await?;
    let mut destinations: Vec<_> = current.iter().collect();
    destinations.sort_unstable();
    let ids: Vec<i64> = simulator
        .ids(DESTINATIONS)
        .iter()
        .map(|id| id.parse().unwrap())
        .collect();
    assert_eq!(
        destinations,
        [("10.0.0.1", ids[1]), ("example.com/Path", ids[0])]
    );
    assert_eq!(current.iter().len(), current.len());
    for (destination, _) in &current {
        assert!(current.contains(destination));
        assert!(current.get(destination).is_some());
    }
    assert!(current.contains("EXAMPLE.com/Path"));
    assert!(!current.contains("example.com/path"));
    Ok(())
}

#[tokio::test]
async fn third_party_lists_take_100_destinations_per_request() -> Result<()> {
    let simulator = simulator(&[]).await?;
    let list = json!({"name": "Feed", "access": "thirdparty_block"});
    let id = simulator.add_item(LISTS, &list).unwrap().parse().unwrap();
    let client = hurried(&simulator);
    let current = CurrentList::read(&client, id, |_| {}).await?;
    assert!(current.is_empty());
    let plan = current.plan(hosts(0..250).into_iter().map(AddDestination::new));
    assert_eq!(plan.request_count(), 3);
    plan.apply(|_| {}).await?;
    assert_eq!(calls(&simulator, "add_destinations"), 3);
    Ok(())
}

#[tokio::test]
async fn a_quarter_of_a_million_destinations_are_synced() -> Result<()> {
    const ALL: usize = 250_000;
    let simulator = simulator(&hosts(0..ALL)).await?;
    let client = hurried(&simulator);
    let begin = Instant::now();
    // The organization has its maximum of destinations, so removals must come first.
    let wanted = hosts(3000..ALL + 3000);
    let plan = plan(&client, &wanted).await?;
    let read = begin.elapsed();
    assert_eq!(plan.removals().len(), 3000);
    assert_eq!(plan.additions().len(), 3000);
    assert_eq!(plan.request_count(), 12);
    plan.apply(|_| {}).await?;
    println!(
        "read and compared in {read:.1?}, synced in {:.1?}",
        begin.elapsed()
    );
    assert_eq!(calls(&simulator, "list_destinations"), ALL / 100);
    let ids = simulator.ids(DESTINATIONS);
    assert_eq!(ids.len(), ALL);
    assert_eq!(ids.first().map(String::as_str), Some("4001"));
    Ok(())
}

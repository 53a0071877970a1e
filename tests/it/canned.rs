//! Canned responses, with and without the simulator.

use cisco_secure_access::http::Method;
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::testing::{CannedResponse, CannedService};
use cisco_secure_access::{ErrorKind, PausedClock, Result};
use serde_json::{Value, json};

fn site(name: &str) -> Value {
    json!({"siteId": 17, "name": name})
}

#[tokio::test]
async fn calls_get_their_responses_in_order() -> Result<()> {
    let service = CannedService::new();
    let client = service.client()?;
    let limited = CannedResponse::new(429).header("retry-after", "1").times(2);
    service
        .on("get_site")
        .respond(site("Harbour"))
        .respond(limited)
        .respond(site("Pier"));
    service.on("list_sites").respond(json!([]));
    assert_eq!(
        service.unused(),
        [
            "`get_site` once",
            "`get_site` 2 times",
            "`get_site` once",
            "`list_sites` once"
        ]
    );
    let clock = PausedClock::new();
    let client_with_clock = service.client_builder().clock(&clock).build()?;

    let name = |site: &cisco_secure_access::api::deployments::types::Site| site.name.clone();
    let first = client.deployments().get_site(17).await?;
    assert_eq!(name(&first).as_deref(), Some("Harbour"));
    assert!(client.deployments().list_sites().await?.is_empty());
    let last = client_with_clock.deployments().get_site(17).await?;
    assert_eq!(name(&last).as_deref(), Some("Pier"));
    assert_eq!(clock.sleeps().len(), 2);
    assert_eq!(service.unused(), [""; 0]);
    Ok(())
}

#[tokio::test]
async fn an_unexpected_call_fails_at_once_and_names_the_expected_calls() -> Result<()> {
    let service = CannedService::new();
    let client = service.client()?;
    let error = client.deployments().get_site(17).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let text = error.to_string();
    let expected = "unexpected call of `get_site`, GET /deployments/v2/sites/17: expected no call";
    assert!(text.contains(expected), "{text}");

    service.on("list_sites").respond(503);
    service
        .on("delete_site")
        .respond(CannedResponse::new(204).always());
    let error = client.deployments().get_site(17).await.unwrap_err();
    let text = error.to_string();
    let expected = "expected `list_sites` once, `delete_site` any number of times";
    assert!(text.contains(expected), "{text}");
    Ok(())
}

#[tokio::test]
async fn any_operation_excludes_the_token_request() -> Result<()> {
    let service = CannedService::new();
    service
        .on_any()
        .respond(CannedResponse::from(json!({"id": 3})).always());
    let client = service.client()?;
    let undocumented = client.request(Method::GET, "/deployments/v2/piers");
    assert_eq!(undocumented.send::<Value>().await?["id"], 3);
    client.deployments().get_site(17).await?;

    service.on("create_token").respond(401);
    let error = service.client()?.deployments().get_site(17).await;
    assert!(error.unwrap_err().is_auth());
    Ok(())
}

#[test]
#[should_panic(expected = "there is no operation `get_star`")]
fn an_operation_that_does_not_exist_is_rejected() {
    let _ = CannedService::new().on("get_star");
}

#[tokio::test]
async fn the_simulator_responds_as_usual_after_its_canned_responses() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = simulator
        .client_builder()
        .clock(&PausedClock::new())
        .build()?;
    let sites = || async {
        client
            .deployments()
            .list_sites()
            .await
            .map(|sites| sites.len())
    };
    simulator
        .on("list_sites")
        .respond(json!([site("Harbour")]))
        .respond(json!([]));
    simulator.fault("list_sites", Fault::status(503));
    assert_eq!(sites().await?, 1, "after the fault");
    assert_eq!(sites().await?, 0);
    assert_eq!(sites().await?, 3);

    simulator
        .on_any()
        .respond(CannedResponse::new(404).always());
    assert!(sites().await.unwrap_err().is_not_found());
    simulator.clear_faults();
    assert_eq!(sites().await?, 3);

    // A body that is not JSON.
    simulator
        .on("list_sites")
        .respond(CannedResponse::new(200).body("<html>"));
    assert_eq!(sites().await.unwrap_err().kind(), ErrorKind::Decode);
    Ok(())
}

//! Items that are found or created.

use std::sync::Arc;

use cisco_secure_access::api::deployments::types::{Site, SiteRequest};
use cisco_secure_access::jobs::{Ensured, ensure};
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Body, Client, ErrorKind, PausedClock, Response, Result, service_fn};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;

use super::calls;
use crate::simulator::hurried;

const SITES: &str = "/deployments/v2/sites";

async fn pier(client: &Client) -> Result<Ensured<Site, Response<Site>>> {
    let deployments = client.deployments();
    let body = SiteRequest::new("Pier");
    let create = deployments.create_site(&body);
    ensure("Pier", || deployments.list_sites().items(), create).await
}

/// A simulator in which another caller creates the site just before this one, and a client of it.
async fn raced() -> Result<(Arc<Simulator>, Client)> {
    let simulator = Arc::new(Simulator::builder().items("list_sites", 3).start().await?);
    let service = Arc::clone(&simulator);
    let service = service_fn(move |request: Request<Body>| {
        let simulator = Arc::clone(&service);
        async move {
            let (head, body) = request.into_parts();
            if head.method == "POST" && head.uri.path() == SITES {
                simulator.add_item(SITES, &json!({"name": "Pier"})).unwrap();
                simulator.fault("create_site", Fault::status(409));
            }
            let body = body.collect().await?.to_bytes();
            Ok(simulator.call(Request::from_parts(head, body)).await?)
        }
    });
    let builder = simulator.client_builder().http_service(service);
    Ok((simulator, builder.clock(&PausedClock::new()).build()?))
}

#[tokio::test]
async fn a_missing_item_is_created_once() -> Result<()> {
    let simulator = Simulator::builder().items("list_sites", 3).start().await?;
    let client = hurried(&simulator);
    let created = pier(&client).await?;
    assert!(created.is_created());
    let found = pier(&client).await?;
    assert!(!found.is_created());
    let Ensured::Found(site) = &found else {
        panic!("{found:?}");
    };
    assert_eq!(site.name.as_deref(), Some("Pier"));
    assert_eq!(found.into_inner().site_id, created.into_inner().site_id);
    assert_eq!(calls(&simulator, "create_site"), 1);
    assert_eq!(simulator.items(SITES).len(), 4);
    Ok(())
}

#[tokio::test]
async fn an_item_that_another_caller_creates_concurrently_is_found() -> Result<()> {
    let (simulator, client) = raced().await?;
    let site = pier(&client).await?;
    assert!(!site.is_created());
    assert_eq!(site.into_inner().name.as_deref(), Some("Pier"));
    assert_eq!(calls(&simulator, "create_site"), 1);
    assert_eq!(simulator.items(SITES).len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_conflict_with_another_item_is_an_error() -> Result<()> {
    let simulator = Simulator::builder().items("list_sites", 3).start().await?;
    let client = hurried(&simulator);
    simulator.fault("create_site", Fault::status(409));
    let error = pier(&client).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert_eq!(error.operation().unwrap().id, "create_site");
    assert_eq!(calls(&simulator, "create_site"), 1, "not sent again");
    Ok(())
}

#[tokio::test]
async fn nothing_is_created_if_the_list_fails_or_has_duplicates() -> Result<()> {
    let simulator = Simulator::builder().items("list_sites", 3).start().await?;
    let client = hurried(&simulator);
    simulator.fault("list_sites", Fault::status(403).on_call(1));
    assert!(pier(&client).await.unwrap_err().is_auth());
    for _ in 0..2 {
        simulator.add_item(SITES, &json!({"name": "Pier"})).unwrap();
    }
    let error = pier(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert_eq!(calls(&simulator, "create_site"), 0);
    Ok(())
}

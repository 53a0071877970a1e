//! Record and replay, and the content of cassettes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use cisco_secure_access::api::admin::types::CreateApiKeyRequest;
use cisco_secure_access::api::deployments::types::SiteRequest;
use cisco_secure_access::http::Method;
use cisco_secure_access::simulator::{Recorder, Redirect, Replay, Simulator, SimulatorBuilder};
use cisco_secure_access::{Client, ErrorKind, Result};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;

/// A cassette in memory.
#[derive(Clone, Default)]
struct Cassette(Arc<Mutex<Vec<u8>>>);

impl Cassette {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn replay(&self) -> Result<Replay> {
        self.text().parse()
    }
}

impl Write for Cassette {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A simulator, and a recorded client of it.
fn recorded(builder: SimulatorBuilder) -> Result<(Simulator, Client, Cassette)> {
    let cassette = Cassette::default();
    let simulator = builder.start_without_socket()?;
    let recorder = Recorder::new(cassette.clone());
    let client = simulator.client_builder().http_layer(recorder).build()?;
    Ok((simulator, client, cassette))
}

/// Makes some calls, and returns data of their responses.
async fn program(client: &Client) -> Result<Vec<String>> {
    let deployments = client.deployments();
    let mut seen = Vec::new();
    let mut groups = deployments.list_network_tunnel_groups().items();
    while let Some(group) = groups.try_next().await? {
        seen.push(format!("{:?} {:?}", group.status, group.device_type));
    }
    let sites = deployments.list_sites().items().collect_all(100).await?;
    seen.push(sites.len().to_string());
    for site in sites.iter().rev() {
        let one = deployments.get_site(site.site_id.unwrap()).await?;
        seen.push(format!("{}", one.site_id == site.site_id));
    }
    let created = deployments
        .create_site(&SiteRequest::new("Harbour"))
        .await?;
    seen.push(format!("{:?}", created.is_default));
    let missing = deployments.get_site(99_999).await.unwrap_err();
    seen.push(format!("{:?}", missing.status()));
    let events = client.reports().list_activity().from("-1days").to("now");
    let events = events.items().take(2100).try_collect::<Vec<_>>().await?;
    seen.push(events.len().to_string());
    Ok(seen)
}

#[tokio::test]
async fn a_replay_returns_the_recorded_responses() -> Result<()> {
    for builder in [
        Simulator::builder(),
        Simulator::builder().redirect_reports(Redirect::Status(307)),
        Simulator::builder().redirect_reports(Redirect::Body),
    ] {
        // Without undocumented values, which are values of the organization.
        let (simulator, client, cassette) = recorded(builder.quirks([]).tunnel_groups(230))?;
        let live = program(&client).await?;
        drop(simulator);
        let replay = cassette.replay()?;
        assert_eq!(program(&replay.client()?).await?, live);
        assert_eq!(replay.remaining(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_call_that_is_not_on_the_cassette_fails_and_names_the_most_similar() -> Result<()> {
    let (_simulator, client, cassette) = recorded(Simulator::builder())?;
    client.deployments().list_sites().limit(5).await?;
    client.deployments().list_regions().await?;
    let replay = cassette.replay()?;
    let client = replay.client()?;

    let other = client.deployments().list_sites().limit(7).await;
    let error = other.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let expected = "the cassette has no call GET /deployments/v2/sites?limit=7; \
                    the most similar one is GET /deployments/v2/sites?limit=5";
    assert!(error.to_string().contains(expected), "{error}");

    client.deployments().list_regions().await?;
    let error = client.deployments().list_regions().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the cassette has only 1 of the call"),
        "{error}"
    );
    assert_eq!(replay.remaining(), 1);

    let empty = "".parse::<Replay>()?.client()?;
    let error = empty.deployments().list_regions().await.unwrap_err();
    assert!(error.to_string().contains("it is empty"), "{error}");
    let error = "{}".parse::<Replay>().unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
    Ok(())
}

#[tokio::test]
async fn no_value_of_the_organization_is_on_a_cassette() -> Result<()> {
    let (simulator, client, cassette) = recorded(Simulator::builder())?;
    client
        .deployments()
        .create_site(&SiteRequest::new("Lanternquay"))
        .await?;
    client
        .investigate()
        .get_whois("lanternquay.test")
        .await
        .ok();
    let undocumented = client.request(Method::POST, "/deployments/v2/lanternquay/sites");
    let undocumented = undocumented.query("quay", "lanternquay");
    undocumented
        .json(&serde_json::json!({"lanternquay": "lanternquay"}))
        .send::<Value>()
        .await
        .ok();

    let text = cassette.text();
    assert!(!text.to_lowercase().contains("lanternquay"), "{text}");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines.len(),
        simulator.requests().len() - 1,
        "all but the token request"
    );
    assert_eq!(lines[0]["request"]["body"]["name"], "xxxxxxxxxxxxxxxx");
    assert_eq!(lines[0]["request"]["operation"], "create_site");
    Ok(())
}

#[tokio::test]
async fn no_secret_is_on_a_cassette() -> Result<()> {
    let (simulator, client, cassette) = recorded(Simulator::builder())?;
    let key = CreateApiKeyRequest::builder()
        .name("hushed")
        .scopes(["deployments.sites:read"])
        .build();
    let created = client.admin().create_api_key(&key).await?;
    assert!(created.key.as_ref().unwrap().client_secret.is_some());
    let mut calls = 0;
    for operation in cisco_secure_access::operations() {
        for everything in [false, true] {
            let Some(example) = simulator.example_request(operation.id, everything) else {
                continue;
            };
            let url = example.uri().to_string();
            let (path, query) = url.split_once('?').unwrap_or((&url, ""));
            let mut request = client.request(example.method().clone(), path);
            for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
                request = request.query(name.into_owned(), value);
            }
            if let Ok(body) = serde_json::from_slice::<Value>(example.body()) {
                request = request.json(&body);
            }
            request.send_raw().await.ok();
            calls += 1;
        }
    }
    let text = cassette.text();
    assert!(calls > 700 && text.lines().count() > 700, "{calls}");
    for line in text.lines() {
        assert!(!line.contains("hush"), "{line}");
        assert!(!line.to_lowercase().contains("bearer "), "{line}");
    }
    Ok(())
}

#[tokio::test]
async fn a_cassette_that_cannot_be_written_fails_the_call() -> Result<()> {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let simulator = Simulator::builder().start_without_socket()?;
    let client = simulator
        .client_builder()
        .http_layer(Recorder::new(Full))
        .build()?;
    let error = client.deployments().list_sites().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(
        error.to_string().contains("the cassette cannot be written"),
        "{error}"
    );
    Ok(())
}

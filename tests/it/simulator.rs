//! The simulator from the view of its users: validation, records, and secrets.

use cisco_secure_access::api::admin::types::CreateApiKeyRequest;
use cisco_secure_access::api::deployments::types::SiteRequest;
use cisco_secure_access::simulator::{Fault, Redirect, Simulator};
use cisco_secure_access::{Client, Cloud, Credentials, Error, PausedClock, Result};

/// A client that does not wait between attempts.
pub(crate) fn client(simulator: &Simulator, credentials: Credentials) -> Client {
    Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(credentials)
        .clock(&PausedClock::new())
        .build()
        .unwrap()
}

pub(crate) fn hurried(simulator: &Simulator) -> Client {
    client(simulator, simulator.credentials())
}

/// The status and the message of an error.
fn rejection<T: std::fmt::Debug>(result: Result<T>) -> (Option<u16>, String) {
    let error: Error = result.unwrap_err();
    (
        error.status().map(|status| status.as_u16()),
        error.to_string(),
    )
}

#[tokio::test]
async fn the_third_call_fails_and_is_retried() -> Result<()> {
    let simulator = Simulator::builder().tunnel_groups(2).start().await?;
    simulator.fault("list_network_tunnel_groups", Fault::status(503).on_call(3));
    let client = hurried(&simulator);
    for _ in 0..3 {
        let page = client
            .deployments()
            .list_network_tunnel_groups()
            .send()
            .await?;
        assert_eq!(page.data.len(), 2);
    }
    let requests = simulator.requests();
    let statuses: Vec<_> = requests
        .iter()
        .filter_map(|request| request.status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 503, 200], "the token first");
    Ok(())
}

#[tokio::test]
async fn a_rejection_names_the_parameter_or_the_path_in_the_body() -> Result<()> {
    let simulator = Simulator::builder().strict_queries(true).start().await?;
    let client = hurried(&simulator);
    let deployments = client.deployments();

    let (status, text) = rejection(deployments.list_sites().limit(0).send().await);
    assert_eq!(status, Some(400));
    assert!(text.contains("query parameter `limit`"), "{text}");

    let unknown = deployments.list_sites().query("colour", "red").send().await;
    let (status, text) = rejection(unknown);
    assert_eq!(status, Some(400));
    assert!(text.contains("query parameter `colour`"), "{text}");

    let long = SiteRequest::new("a".repeat(256));
    let (status, text) = rejection(deployments.create_site(&long).send().await);
    assert_eq!(status, Some(400));
    assert!(text.contains("body /name"), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() -> Result<()> {
    let simulator = Simulator::builder()
        .key("reader", ["deployments.sites:read"])
        .start()
        .await?;
    let client = client(&simulator, simulator.credentials_of("reader"));
    client.deployments().list_sites().send().await?;
    let created = client
        .deployments()
        .create_site(&SiteRequest::new("Pier"))
        .send()
        .await;
    let (status, text) = rejection(created);
    assert_eq!(status, Some(403));
    assert!(text.contains("deployments.sites:write"), "{text}");
    Ok(())
}

#[tokio::test]
async fn an_operation_that_the_cloud_does_not_have_is_not_found() -> Result<()> {
    let simulator = Simulator::builder().cloud(Cloud::China).start().await?;
    let client = hurried(&simulator);
    let (status, _) = rejection(client.deployments().list_sites().send().await);
    assert_eq!(status, Some(404));
    client.deployments().list_regions().send().await?;
    Ok(())
}

#[tokio::test]
async fn the_record_has_bodies_of_requests_and_responses_without_secrets() -> Result<()> {
    let simulator = Simulator::builder().record_bodies().start().await?;
    let client = hurried(&simulator);
    let group =
        cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest::builder()
            .auth_id_prefix("pier-seven")
            .name("Pier")
            .passphrase("Pier7hushhushhushhush")
            .region("us-east-1")
            .build();
    client
        .deployments()
        .create_network_tunnel_group(&group)
        .send()
        .await?;
    let child = client.for_organization(7);
    child.deployments().list_regions().send().await?;

    let requests = simulator.requests();
    let operations: Vec<_> = requests
        .iter()
        .map(|request| request.operation.unwrap())
        .collect();
    let expected = [
        "create_token",
        "create_network_tunnel_group",
        "create_token",
        "list_regions",
    ];
    assert_eq!(operations, expected);
    let body = requests[1].body.as_ref().unwrap();
    assert_eq!(body["name"], "Pier");
    assert_eq!(requests[3].organization.as_deref(), Some("7"));
    let response = requests[1].response_body.as_ref().unwrap();
    assert_eq!(response["name"], "Pier");
    assert_eq!(
        requests[1].response_headers["content-type"],
        "application/json"
    );
    let token = requests[0].response_body.as_ref().unwrap();
    assert_eq!(token["expires_in"], 3600);
    assert!(!format!("{simulator:?} {requests:?}").contains("hush"));

    simulator.clear_requests();
    assert_eq!(simulator.requests(), []);
    Ok(())
}

#[tokio::test]
async fn a_created_key_works_until_it_is_refreshed() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let admin = hurried(&simulator).admin();
    let request = CreateApiKeyRequest::builder()
        .name("Pier")
        .scopes(["deployments.sites:read"])
        .build();
    let created = admin.create_api_key(&request).send().await?;
    let key = created.key.as_ref().unwrap();
    let (id, secret) = (
        key.client_id.clone().unwrap(),
        key.client_secret.clone().unwrap(),
    );
    let old = Credentials::new(id.as_str(), secret.expose_secret());
    client(&simulator, old.clone())
        .deployments()
        .list_sites()
        .send()
        .await?;
    let denied = client(&simulator, old.clone())
        .deployments()
        .list_networks()
        .send()
        .await;
    assert_eq!(
        rejection(denied).0,
        Some(403),
        "it has the scopes that were requested"
    );

    let refreshed = admin
        .refresh_api_key(key.id.clone().unwrap())
        .send()
        .await?;
    let key = refreshed.key.as_ref().unwrap();
    assert_eq!(key.client_id.as_deref(), Some(id.as_str()));
    let error = client(&simulator, old)
        .deployments()
        .list_sites()
        .send()
        .await;
    assert!(error.unwrap_err().is_auth());
    let secret = key.client_secret.as_ref().unwrap();
    let new = Credentials::new(id, secret.expose_secret());
    client(&simulator, new)
        .deployments()
        .list_sites()
        .send()
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_key_that_never_expires_can_be_created() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let request = CreateApiKeyRequest::without_expiry()
        .name("Pier")
        .scopes(["deployments.sites:read"])
        .build();
    let created = hurried(&simulator).admin().create_api_key(&request).await?;
    let key = created.key.as_ref().unwrap();
    assert_eq!(key.expire_at, None);
    Ok(())
}

#[tokio::test]
async fn operations_that_do_not_exist_are_rejected_at_the_start() {
    let started = Simulator::builder().items("list_stars", 3).start().await;
    let error = started.unwrap_err().to_string();
    assert!(error.contains("`list_stars`"), "{error}");
}

#[tokio::test]
async fn the_simulator_without_a_socket_behaves_the_same() -> Result<()> {
    let simulator = Simulator::builder()
        .fault("list_sites", Fault::reset())
        .redirect_reports(Redirect::Status(307))
        .start_without_socket()?;
    let client = simulator
        .client_builder()
        .clock(&PausedClock::new())
        .build()?;
    assert_eq!(client.deployments().list_sites().send().await?.len(), 3);
    client
        .reports()
        .get_summary()
        .from("-1days")
        .to("now")
        .send()
        .await?;
    let statuses: Vec<_> = simulator
        .requests()
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(200), None, Some(200), Some(307), Some(200)]);
    Ok(())
}

//! The handwritten program: calls on reqwest, and structs with serde's derive that have the same fields as the types of the crate.

#![allow(dead_code, reason = "the fields are only decoded")]

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use crate::END;
use crate::server::DESTINATIONS;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Site {
    origin_id: Option<i64>,
    is_default: Option<bool>,
    pub(crate) name: Option<String>,
    modified_at: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    internal_network_count: Option<i64>,
    va_count: Option<i64>,
    site_id: Option<i64>,
}

/// The minimum of a careful program: one token, no redirects, a time limit, a check of the status.
struct Program {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Program {
    async fn start(url: &str) -> Self {
        #[derive(Deserialize)]
        struct Token {
            access_token: String,
        }
        let http = reqwest::Client::builder()
            .user_agent("bare/1")
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let token = http
            .post(format!("{url}/auth/v2/token"))
            .basic_auth("key", Some("secret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials")
            .send()
            .await
            .unwrap();
        let token: Token = serde_json::from_slice(&token.bytes().await.unwrap()).unwrap();
        Self {
            http,
            url: url.to_owned(),
            token: token.access_token,
        }
    }

    /// Returns the body of a response.
    async fn get(&self, path: &str) -> Bytes {
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header("accept", "application/json")
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        response.bytes().await.unwrap()
    }
}

/// Requests one site this number of times.
pub(crate) async fn call(url: &str, calls: usize) {
    let program = Program::start(url).await;
    for _ in 0..calls {
        let site = program
            .get(&format!("/deployments/v2/sites/{}", 1479))
            .await;
        let site: Site = serde_json::from_slice(&site).unwrap();
        assert_eq!(site.name.as_deref(), Some("Harbour"));
    }
}

/// Lists the destinations, of which it knows the number, with this number of concurrent requests.
pub(crate) async fn list(url: &str, concurrency: usize) {
    let program = &Program::start(url).await;
    let pages = stream::iter(1..=DESTINATIONS / 100).map(|page| async move {
        let path = format!("/policies/v2/destinationlists/7/destinations?page={page}&limit=100");
        program.get(&path).await
    });
    let mut pages = pages.buffered(concurrency);
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page: Page<Destination> = serde_json::from_slice(&page).unwrap();
        count += page.data.len();
    }
    assert_eq!(count, DESTINATIONS);
}

/// Receives this number of events and does not look at them: what the server can send.
pub(crate) async fn export(url: &str, count: usize) {
    let program = Program::start(url).await;
    for end in (0..count)
        .step_by(1000)
        .map(|start| END - i64::try_from(start).unwrap())
    {
        let path = format!(
            "/reports/v2/activity/dns?from={}&to={end}&limit=1000",
            end - 2000
        );
        assert!(program.get(&path).await.len() > 1000);
    }
}

/// A page with rows of one type.
#[derive(Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(
    clippy::large_enum_variant,
    reason = "a box would be an allocation that the types of this crate do not need"
)]
pub(crate) enum Activity {
    Dns(Dns),
    Proxy(Proxy),
    Firewall(Firewall),
}

#[derive(Deserialize)]
pub(crate) struct Dns {
    allapplications: Vec<Application>,
    allowedapplications: Vec<Application>,
    blockedapplications: Vec<Application>,
    categories: Vec<Category>,
    date: Option<String>,
    domain: Option<String>,
    externalip: Option<String>,
    identities: Vec<Identity>,
    internalip: Option<String>,
    policycategories: Vec<Category>,
    querytype: Option<String>,
    returncode: Option<i64>,
    threats: Vec<Threat>,
    time: Option<String>,
    timestamp: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    verdict: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Proxy {
    allapplications: Vec<Application>,
    allowedapplications: Vec<Application>,
    amp: Option<Amp>,
    antivirusthreats: Option<AntivirusThreats>,
    blockedapplications: Vec<Application>,
    blockedfiletype: Option<String>,
    bundleid: Option<i64>,
    categories: Vec<Category>,
    contenttype: Option<String>,
    datacenter: Option<DataCenter>,
    datalossprevention: Option<State>,
    date: Option<String>,
    destinationip: Option<String>,
    egress: Option<Egress>,
    externalip: Option<String>,
    forwardingmethod: Option<String>,
    httperrors: Vec<HttpError>,
    identities: Vec<Identity>,
    internalip: Option<String>,
    isolated: Option<Isolated>,
    policy: Option<Policy>,
    policycategories: Vec<Category>,
    port: Option<i64>,
    referer: Option<String>,
    requestmethod: Option<String>,
    requestsize: Option<i64>,
    responsefilename: Option<String>,
    responsesize: Option<i64>,
    securityoverridden: Option<bool>,
    sha256: Option<String>,
    statuscode: Option<i64>,
    tenantcontrols: Option<bool>,
    threats: Vec<Threat>,
    time: Option<String>,
    timestamp: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    url: Option<String>,
    useragent: Option<String>,
    verdict: Option<String>,
    warnstatus: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Firewall {
    allapplications: Vec<Application>,
    applicationprotocols: Vec<Application>,
    categories: Vec<Category>,
    date: Option<String>,
    destinationip: Option<String>,
    destinationport: Option<i64>,
    direction: Option<String>,
    identities: Vec<Identity>,
    packetsize: Option<i64>,
    protocol: Option<Named>,
    rule: Option<Named>,
    sourceip: Option<String>,
    sourceport: Option<i64>,
    time: Option<String>,
    timestamp: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    verdict: Option<String>,
}

#[derive(Deserialize)]
struct Application {
    app: Option<String>,
    id: Option<i64>,
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    category: Option<Named>,
}

#[derive(Deserialize)]
struct Category {
    id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
    integration: Option<bool>,
    deprecated: Option<bool>,
}

#[derive(Deserialize)]
struct Identity {
    id: Option<i64>,
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<IdentityType>,
    deleted: Option<bool>,
}

#[derive(Deserialize)]
struct IdentityType {
    id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    label: Option<String>,
}

#[derive(Deserialize)]
struct Threat {
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<i64>,
    label: Option<String>,
}

#[derive(Deserialize)]
struct DataCenter {
    id: Option<String>,
    label: Option<String>,
}

#[derive(Deserialize)]
struct Amp {
    disposition: Option<String>,
    malware: Option<String>,
    score: Option<f64>,
}

#[derive(Deserialize)]
struct AntivirusThreats {
    others: Vec<serde_json::Map<String, serde_json::Value>>,
    puas: Vec<serde_json::Map<String, serde_json::Value>>,
    viruses: Vec<String>,
}

#[derive(Deserialize)]
struct State {
    state: Option<String>,
}

#[derive(Deserialize)]
struct Egress {
    ip: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct HttpError {
    attributes: Option<serde_json::Map<String, serde_json::Value>>,
    code: Option<i64>,
    reason: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Isolated {
    fileaction: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Policy {
    destinationlistids: Vec<i64>,
    ruleid: Option<i64>,
    rulesetid: Option<i64>,
    timebasedrule: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destination {
    id: Option<String>,
    destination: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    comment: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TunnelGroup {
    id: Option<i64>,
    name: Option<String>,
    organization_id: Option<i64>,
    device_type: Option<String>,
    region: Option<String>,
    status: Option<String>,
    hubs: Vec<Hub>,
    routing: Option<Routing>,
    created_at: Option<DateTime<Utc>>,
    modified_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hub {
    id: Option<i64>,
    is_primary: Option<bool>,
    datacenter: Option<Datacenter>,
    auth_id: Option<String>,
    status: Option<HubStatus>,
    tunnels_count: Option<i64>,
    tunnels_status: Option<Vec<serde_json::Value>>,
    created_at: Option<DateTime<Utc>>,
    modified_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Datacenter {
    name: Option<String>,
    ip: Option<String>,
}

#[derive(Deserialize)]
struct HubStatus {
    status: Option<String>,
    time: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Routing {
    #[serde(rename = "type")]
    kind: Option<String>,
    data: Option<RoutingData>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RoutingData {
    Static {
        #[serde(rename = "networkCIDRs")]
        networks: Vec<String>,
    },
    Bgp {
        #[serde(rename = "asNumber")]
        as_number: String,
        #[serde(rename = "bgpHopCount")]
        hop_count: Option<i64>,
        #[serde(rename = "bgpNeighborCIDRs")]
        neighbors: Vec<String>,
    },
    None(String),
}

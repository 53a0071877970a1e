//! Handwritten rules of the simulator: what it accepts and rejects, and how it responds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use cisco_secure_access::http::HeaderMap;
use cisco_secure_access::simulator::{Quirk, Simulator, SimulatorBuilder};
use cisco_secure_access::{Cloud, Method, operations, reqwest};
use cisco_secure_access_openapi::validate::rules;
use serde_json::{Value, json};

/// An HTTP client other than this crate, over the socket.
struct OtherClient {
    simulator: Simulator,
    http: reqwest::Client,
    token: String,
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> String {
        match &self.body {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        }
    }
}

impl OtherClient {
    async fn start() -> Self {
        Self::of(Simulator::builder()).await
    }

    async fn of(builder: SimulatorBuilder) -> Self {
        let simulator = builder.start().await.unwrap();
        let http = reqwest::Client::new();
        let credentials = simulator.credentials();
        let response = http
            .post(simulator.base_url().join("/auth/v2/token").unwrap())
            .basic_auth(credentials.key(), Some(simulator.secret()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials")
            .send()
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        Self {
            token: body["access_token"].as_str().unwrap().to_owned(),
            simulator,
            http,
        }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        let url = self.simulator.base_url().join(path).unwrap();
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if !body.is_null() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let text = || Value::from(String::from_utf8_lossy(&bytes));
        Reply {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or_else(|_| text()),
        }
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, body).await
    }

    /// A body is accepted, and rejected with another value at a JSON pointer: at this property, with this message.
    async fn rejects(
        &self,
        (path, body): (&str, &Value),
        (pointer, value): (&str, Value),
        (property, text): (&str, &str),
    ) {
        let mut wrong = body.clone();
        match wrong.pointer_mut(pointer) {
            Some(known) => *known = value,
            None => wrong[&pointer[1..]] = value,
        }
        let reply = self.post(path, wrong.clone()).await;
        let report = reply.text();
        assert_eq!(reply.status, 400, "{wrong}: {report}");
        assert!(
            report.contains(&format!("body {property}")),
            "{wrong}: {report}"
        );
        assert!(report.contains(text), "{wrong}: {report}");
    }
}

fn tunnel_group() -> Value {
    json!({
        "name": "Quay 7",
        "region": "us-east-1",
        "authIdPrefix": "quay-seven",
        "passphrase": "Quay7hushhushhush",
    })
}

const TUNNEL_GROUPS: &str = "/deployments/v2/networktunnelgroups";

#[tokio::test]
async fn an_unknown_query_parameter_is_ignored_and_recorded() {
    let other = OtherClient::start().await;
    let path = "/reports/v2/summary?from=-1days&to=now&limit=10&colour=red";
    assert_eq!(other.get(path).await.status, 200);
    let requests = other.simulator.requests();
    let ignored = &requests.last().unwrap().ignored;
    assert_eq!(
        ignored,
        &["query parameter `limit`", "query parameter `colour`"]
    );

    let strict = OtherClient::of(Simulator::builder().strict_queries(true)).await;
    let reply = strict.get(path).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("limit"), "{}", reply.text());
}

#[tokio::test]
async fn a_list_in_a_query_may_be_repeated() {
    let other = OtherClient::of(Simulator::builder().quirks([])).await;
    let profiles =
        "/policies/v2/securityProfiles?optionalFields=identityCount&optionalFields=policySetting";
    assert_eq!(other.get(profiles).await.status, 200);
    let one = "/policies/v2/securityProfiles?optionalFields=identityCount";
    assert_eq!(other.get(one).await.status, 200);
    let unknown =
        "/policies/v2/securityProfiles?optionalFields=identityCount&optionalFields=colour";
    let reply = other.get(unknown).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("optionalFields"), "{}", reply.text());

    // Each occurrence of a list with commas counts, not only the first one.
    let activity = "/reports/v2/activity/dns?from=-1days&to=now&limit=10&offset=0";
    let verdicts = format!("{activity}&verdict=allowed&verdict=colour");
    assert_eq!(other.get(&verdicts).await.status, 400);
    let once = format!("{activity}&limit=20");
    let reply = other.get(&once).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("more than once"), "{}", reply.text());
}

#[tokio::test]
async fn a_body_that_is_not_documented_is_ignored_and_recorded() {
    let other = OtherClient::start().await;
    let id = &other.simulator.ids("/deployments/v2/sites")[0];
    let path = format!("/deployments/v2/sites/{id}");
    let reply = other.call(Method::DELETE, &path, json!({})).await;
    assert_eq!(reply.status, 204, "{}", reply.text());
    let requests = other.simulator.requests();
    assert_eq!(requests.last().unwrap().ignored, ["body"]);
}

#[tokio::test]
async fn another_method_gets_405_with_the_allowed_methods() {
    let other = OtherClient::start().await;
    let put = other.call(Method::PUT, "/auth/v2/token", Value::Null);
    let reply = put.await;
    assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
    assert_eq!(reply.header("content-type"), "text/plain");
}

#[tokio::test]
async fn a_token_is_also_issued_for_a_get() {
    let other = OtherClient::start().await;
    let credentials = other.simulator.credentials();
    let url = other.simulator.base_url().join("/auth/v2/token").unwrap();
    let get = |secret: &str| {
        let request = other.http.get(url.clone());
        request.basic_auth(credentials.key(), Some(secret)).send()
    };
    let secret = other.simulator.secret().to_owned();
    assert_eq!(get(&secret).await.unwrap().status(), 200);
    assert_eq!(get("wrong").await.unwrap().status(), 401);
}

#[tokio::test]
async fn integrations_reject_unknown_properties() {
    let other = OtherClient::start().await;
    let integration = json!({
        "name": "Harbour",
        "type": "webhook.v1",
        "config": {"webhook": {"url": "https://hooks.example.com/hush"}},
    });
    let path = "/admin/v2/integrations";
    let unknown = ("/colour", json!("red"));
    let text = "the property does not exist";
    other
        .rejects((path, &integration), unknown, ("/colour", text))
        .await;
    let reply = other.post(path, integration).await;
    assert_eq!(reply.status, 201, "{}", reply.text());

    let mut group = tunnel_group();
    group["colour"] = json!("red");
    let reply = other.post(TUNNEL_GROUPS, group).await;
    assert_eq!(reply.status, 201, "others keep them: {}", reply.text());
}

#[tokio::test]
async fn enumerations_are_accepted_in_any_case_if_enabled() {
    let body = json!({"access": "NONE", "isGlobal": false, "name": "Harbour"});
    let path = "/policies/v2/destinationlists";
    let other = OtherClient::start().await;
    let reply = other.post(path, body.clone()).await;
    assert_eq!(reply.status, 400);
    for permitted in ["allow", "block", "url_proxy", "no_decrypt", "warn", "none"] {
        assert!(reply.text().contains(permitted), "{}", reply.text());
    }
    let lenient = OtherClient::of(Simulator::builder().ignore_enum_case(true)).await;
    let reply = lenient.post(path, body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let lists = lenient.simulator.items(path);
    let list = lists.iter().find(|list| list["name"] == "Harbour").unwrap();
    assert_eq!(list["access"], "none");
}

#[tokio::test]
async fn tunnel_groups_have_names_prefixes_and_passphrases() {
    let other = OtherClient::start().await;
    let group = tunnel_group();
    let ip = |last: u8| format!("192.0.2.{last}");
    for (pointer, wrong, text) in [
        (
            "/name",
            json!("Quay_7"),
            "letters, digits, spaces and hyphens",
        ),
        ("/name", json!("q".repeat(51)), "1 to 50"),
        ("/authIdPrefix", json!("quay"), "8 to 100"),
        ("/authIdPrefix", json!("quay seven"), "8 to 100"),
        ("/authIdPrefix", json!([ip(1)]), "two IP addresses"),
        ("/passphrase", json!("Quay7hush"), "16 to 64"),
        ("/passphrase", json!("quay7hushhushhush"), "upper-case"),
        (
            "/passphrase",
            json!("Quay7-hushhushhush"),
            "letters and digits",
        ),
        ("/region", json!("moon-1"), "expected one of"),
    ] {
        other
            .rejects((TUNNEL_GROUPS, &group), (pointer, wrong), (pointer, text))
            .await;
    }
    let networks = json!({"type": "static", "data": {"networkCIDRs": ["10.0.0.0/33"]}});
    let place = ("/routing/data/networkCIDRs/0", "networks such as");
    other
        .rejects((TUNNEL_GROUPS, &group), ("/routing", networks), place)
        .await;
    let system = json!({"type": "bgp", "data": {"asNumber": "65537"}});
    let place = ("/routing/data/asNumber", "0 to 65536");
    other
        .rejects((TUNNEL_GROUPS, &group), ("/routing", system), place)
        .await;

    let mut addressed = group.clone();
    addressed["authIdPrefix"] = json!([ip(1), ip(2)]);
    assert_eq!(other.post(TUNNEL_GROUPS, addressed).await.status, 201);

    let id = &other.simulator.ids(TUNNEL_GROUPS)[0];
    let path = format!("{TUNNEL_GROUPS}/{id}");
    let patch = json!([{"op": "replace", "path": "/passphrase", "value": "short"}]);
    let reply = other.call(Method::PATCH, &path, patch).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("16 to 64"), "{}", reply.text());
}

#[tokio::test]
async fn addresses_have_a_valid_format() {
    let other = OtherClient::start().await;
    let object = json!({"name": "Crane", "value": {"type": "host", "addresses": ["192.0.2.7"]}});
    let objects = ("/policies/v2/objects/networkObjects", &object);
    let at = "/value/addresses/0";
    for (kind, address, variant) in [
        ("host", "192.0.2.256", "host"),
        ("network", "192.0.2.7", "network"),
        ("range", "192.0.2.9-192.0.2.7", "range"),
        ("fqdn", "no name", "fqdn"),
    ] {
        let value = json!({"type": kind, "addresses": [address]});
        let place = (at, variant);
        other.rejects(objects, ("/value", value), place).await;
    }
    let unknown = ("/value/type", json!("planet"));
    let text = "expected one of fqdn, host, network, range";
    other.rejects(objects, unknown, ("/value/type", text)).await;
    let reply = other.post(objects.0, object.clone()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());

    let domain = json!({"domain": "corp.example"});
    let domains = ("/deployments/v2/internaldomains", &domain);
    let wrong = ("/domain", json!("no domain"));
    other
        .rejects(domains, wrong, ("/domain", "a domain name"))
        .await;

    let network = json!({
        "name": "Quay", "ipAddress": "10.7.0.0", "prefixLength": 24, "siteId": 1001,
    });
    let networks = ("/deployments/v2/internalnetworks", &network);
    let wrong = ("/ipAddress", json!("10.7.0.256"));
    other
        .rejects(networks, wrong, ("/ipAddress", "an IPv4 address"))
        .await;

    let reply = other
        .get("/reports/v2/top-ips?from=-1days&to=now&ip=300.1.1.1")
        .await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("`ip`"), "{}", reply.text());
}

#[tokio::test]
async fn a_rejection_names_the_variant() {
    let other = OtherClient::start().await;
    let resource = json!({
        "name": "Ledger",
        "resourceAddresses": [{"destinationAddr": ["10.7.0.9"], "protocolPorts": []}],
        "accessTypes": [{"type": "client", "reachableAddresses": ["10.7.0.9"]}],
    });
    let resources = ("/policies/v2/privateResources", &resource);
    for (wrong, at, text) in [
        (
            json!({"type": "client"}),
            "/accessTypes/0/reachableAddresses",
            "(of `client`)",
        ),
        (
            json!({"type": "browser"}),
            "/accessTypes/0/protocol",
            "(of `browser`)",
        ),
        (
            json!({"type": "ferry"}),
            "/accessTypes/0/type",
            "browser, client, network",
        ),
        (json!({}), "/accessTypes/0/type", "required"),
    ] {
        other
            .rejects(resources, ("/accessTypes/0", wrong), (at, text))
            .await;
    }
    let wrong = (
        "/resourceAddresses/0/destinationAddr",
        json!(["2001:db8::1"]),
    );
    let at = "/resourceAddresses/0/destinationAddr/0";
    other
        .rejects(resources, wrong, (at, "IPv4 addresses"))
        .await;
    let reply = other.post(resources.0, resource.clone()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

#[tokio::test]
async fn destination_lists_are_not_global() {
    let other = OtherClient::start().await;
    let list = json!({"access": "none", "isGlobal": false, "name": "Harbour"});
    let lists = ("/policies/v2/destinationlists", &list);
    other
        .rejects(
            lists,
            ("/isGlobal", json!(true)),
            ("/isGlobal", "cannot be created"),
        )
        .await;
    let wrong = ("/access", json!("thirdparty_block"));
    other
        .rejects(lists, wrong, ("/access", "only the service"))
        .await;
    let long = format!("{}.example", "a.".repeat(130));
    let wrong = ("/destinations", json!([{"destination": long}]));
    other
        .rejects(
            lists,
            wrong,
            ("/destinations/0/destination", "253 characters"),
        )
        .await;
}

#[tokio::test]
async fn an_operation_of_another_cloud_is_missing_and_the_message_names_the_cloud() {
    for (cloud, name, path) in [
        (Cloud::China, "China", "/deployments/v2/sites"),
        (Cloud::Government, "Government", "/admin/v2/integrations"),
    ] {
        let other = OtherClient::of(Simulator::builder().cloud(cloud)).await;
        let reply = other.get(path).await;
        assert_eq!(reply.status, 404);
        let text = reply.text();
        assert!(
            text.contains(&format!("The {name} cloud does not have")),
            "{text}"
        );
        assert_eq!(other.get("/deployments/v2/regions").await.status, 200);
    }
}

#[tokio::test]
async fn errors_have_the_shape_of_their_api() {
    let other = OtherClient::of(Simulator::builder().key("none", Vec::<String>::new())).await;
    let wrong_limit = |path: &str| format!("{path}?limit=0");
    let reply = other
        .get(&wrong_limit("/deployments/v2/networktunnelgroups"))
        .await;
    assert!(
        reply.body["validationErrors"]["limit"].is_string(),
        "{}",
        reply.text()
    );

    let reply = other.get("/admin/v2/integrations/0").await;
    assert_eq!(reply.body["status"], json!(404), "{}", reply.text());
    assert!(reply.body["error"].is_string(), "{}", reply.text());

    let path = "/deployments/v2/identities/registrations/device";
    let reply = other.get(&wrong_limit(path)).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (400, "text/plain")
    );
    assert!(reply.text().contains("`limit`"), "{}", reply.text());

    let report = "/reports/v2/activity/dns?from=-1days&to=now&limit=10&offset=10001";
    let reply = other.get(report).await;
    let fault = &reply.body["data"]["errors"][0];
    assert_eq!(fault["param"], "offset", "{}", reply.text());
    let plain = OtherClient::of(Simulator::builder().quirks([])).await;
    let reply = plain.get(report).await;
    assert!(reply.body["message"].is_string(), "{}", reply.text());

    let nobody = OtherClient::start().await;
    let url = nobody
        .simulator
        .base_url()
        .join("/admin/v2/apiKeys")
        .unwrap();
    let response = nobody.http.get(url).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert!(body["description"].is_string(), "{body}");
}

const DAY: &str = "from=-1days&to=now";

#[tokio::test]
async fn reports_have_limits() {
    let other = OtherClient::start().await;
    for (path, text) in [
        (
            format!("/reports/v2/activity/dns?{DAY}&limit=5001"),
            "`limit`",
        ),
        (
            format!("/reports/v2/activity/dns?{DAY}&limit=10&offset=10001"),
            "`offset`",
        ),
        (format!("/reports/v2/top-categories?{DAY}"), "`offset`"),
        (
            "/reports/v2/activity?from=-31days&to=now&limit=10".to_owned(),
            "30 days",
        ),
        (
            "/reports/v2/remote-access-events?from=-31days&to=now&limit=10".to_owned(),
            "30 days",
        ),
    ] {
        let reply = other.get(&path).await;
        assert_eq!(reply.status, 400, "{path}");
        assert!(reply.text().contains(text), "{path}: {}", reply.text());
    }
    let reply = other
        .get("/reports/v2/activity?from=-30days&to=now&limit=10")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn reports_of_all_kinds_can_be_partial() {
    let builder = Simulator::builder().failed_reports(["proxy", "dns"]);
    let other = OtherClient::of(builder).await;
    let reply = other
        .get(&format!("/reports/v2/activity?{DAY}&limit=100"))
        .await;
    assert_eq!(reply.status, 207);
    assert_eq!(reply.body["meta"]["failed"], json!(["proxy", "dns"]));
    let successful = json!(["decryption", "firewall", "intrusion", "ztna"]);
    assert_eq!(reply.body["meta"]["successful"], successful);
    let rows = reply.body["data"].as_array().unwrap();
    assert!(!rows.is_empty());
    assert!(
        rows.iter()
            .all(|row| row["type"] != "dns" && row["type"] != "proxy")
    );
    let count = |reply: &Reply| reply.body["data"]["count"].as_u64().unwrap();
    let some = other
        .get(&format!("/reports/v2/total-requests?{DAY}"))
        .await;
    assert_eq!(some.status, 207);
    let all = OtherClient::start().await;
    let all = all.get(&format!("/reports/v2/total-requests?{DAY}")).await;
    assert_eq!(all.status, 200);
    assert!(count(&some) < count(&all));
    let one = other
        .get(&format!("/reports/v2/activity/dns?{DAY}&limit=10"))
        .await;
    assert_eq!(one.status, 200);
}

#[tokio::test]
async fn organizations_and_requests_have_quotas() {
    let builder = Simulator::builder()
        .items("list_private_resources", 1000)
        .items("list_private_resource_groups", 1000)
        .items("list_destinations", 249_999);
    let other = OtherClient::of(builder).await;
    let resource = json!({
        "name": "Ledger",
        "resourceAddresses": [{"destinationAddr": ["10.7.0.9"], "protocolPorts": []}],
        "accessTypes": [{"type": "network"}],
    });
    let group = json!({"name": "Ledgers", "resourceIds": []});
    let domains = vec!["x".repeat(250); 500];
    let destinations = |count: usize| -> Value {
        let destination = |number| json!({"destination": format!("host{number}.example.com")});
        (0..count).map(destination).collect()
    };
    let lists = "/policies/v2/destinationlists";
    let id = &other.simulator.ids(lists)[0];
    let into = format!("{lists}/{id}/destinations");
    assert_eq!(other.get(&into).await.status, 200);
    let list = json!({
        "access": "none", "isGlobal": false, "name": "Quay", "destinations": destinations(2),
    });
    for (path, body, status, text) in [
        (
            "/policies/v2/privateResources",
            resource,
            400,
            "at most 1000",
        ),
        (
            "/policies/v2/privateResourceGroups",
            group,
            400,
            "at most 1000",
        ),
        (
            "/investigate/v2/domains/categorization",
            json!(domains),
            413,
            "at most 102400",
        ),
        (into.as_str(), destinations(501), 400, "500"),
        (into.as_str(), destinations(2), 400, "at most 250000"),
        (lists, list, 400, "at most 250000"),
    ] {
        let reply = other.post(path, body).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert!(reply.text().contains(text), "{path}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_list_of_a_third_party_takes_100_destinations_at_a_time() {
    let other = OtherClient::of(Simulator::builder().items("list_destinations", 0)).await;
    let lists = "/policies/v2/destinationlists";
    let list = json!({"access": "thirdparty_block", "name": "Lanterns"});
    let id = other.simulator.add_item(lists, &list).unwrap();
    let path = format!("{lists}/{id}/destinations");
    for (count, status) in [(101, 400), (100, 200)] {
        let destination = |number| json!({"destination": format!("host{number}.example.com")});
        let body: Value = (0..count).map(destination).collect();
        let reply = other.post(&path, body).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
}

#[tokio::test]
async fn pages_have_their_documented_sizes() {
    let sizes = [
        ("list_network_tunnel_groups", TUNNEL_GROUPS, "/data", 10),
        (
            "list_security_profiles",
            "/policies/v2/securityProfiles",
            "",
            25,
        ),
        (
            "list_dlp_real_time_rules",
            "/policies/v2/dlp/realTime/rules",
            "",
            50,
        ),
        ("list_sites", "/deployments/v2/sites", "", 100),
        ("list_api_keys", "/admin/v2/apiKeys", "/keys", 300),
    ];
    let builder = sizes
        .iter()
        .fold(Simulator::builder(), |builder, (operation, ..)| {
            builder.items(operation, 300)
        });
    let other = OtherClient::of(builder).await;
    for (_, path, rows, size) in sizes {
        let reply = other.get(path).await;
        let rows = reply.body.pointer(rows).and_then(Value::as_array);
        assert_eq!(rows.map(Vec::len), Some(size), "{path}");
    }
    let reply = other.get("/admin/v2/apiKeys?limit=0").await;
    assert_eq!(reply.body["keys"].as_array().unwrap().len(), 300);
    let reply = other.get(&format!("{TUNNEL_GROUPS}?limit=201")).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_taxii_server_has_errors_of_its_own() {
    let other = OtherClient::start().await;
    let server = |host: &str, password: &str| {
        json!({
            "authType": "basic",
            "credentials": {"username": "ada", "password": password},
            "discovery_url": format!("https://{host}/taxii2/"),
        })
    };
    let path = "/admin/v2/integrations/threatFeeds/discovery/roots";
    for (body, status) in [
        (server("taxii.example.com", "hush"), 200),
        (server("taxii.example.com", ""), 401),
        (server("taxii.invalid", "hush"), 404),
    ] {
        let reply = other.post(path, body).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        if status != 200 {
            assert_eq!(reply.body["error_code"], "TAXII_UPSTREAM_ERROR");
        }
    }
}

#[tokio::test]
async fn one_feed_polls_a_collection() {
    let other = OtherClient::start().await;
    let feed = json!({
        "authType": "basic",
        "credentials": {"username": "ada", "password": "hush"},
        "discovery_url": "https://taxii.example.com/taxii2/",
        "root_url": "https://taxii.example.com/root/",
        "collection_id": "9b2e0b47-92a8-4c3e-8a51-d34c5d1f6a70",
        "integrationName": "Lanterns",
    });
    let path = "/admin/v2/integrations/threatFeeds/feeds";
    let changed = ("/root_url", json!("https://taxii.example.com/root"));
    other
        .rejects((path, &feed), changed, ("/root_url", "ends with a slash"))
        .await;
    let reply = other.post(path, feed.clone()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let mut again = feed.clone();
    again["integrationName"] = json!("Beacons");
    let reply = other.post(path, again).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert_eq!(reply.body["error_code"], "DUPLICATE_JOB");
}

#[tokio::test]
async fn a_vendor_has_five_active_feeds() {
    let other = OtherClient::start().await;
    let path = "/admin/v2/integrations/threatFeeds/feeds";
    let feed = |number: usize, host: &str| {
        json!({
            "authType": "basic",
            "credentials": {"username": "ada", "password": "hush"},
            "discovery_url": format!("https://{host}/taxii2/"),
            "root_url": format!("https://{host}/root/"),
            "collection_id": format!("9b2e0b47-92a8-4c3e-8a51-d34c5d1f6a7{number}"),
            "integrationName": format!("Lanterns {number}"),
        })
    };
    for number in 0..5 {
        let reply = other.post(path, feed(number, "taxii.example.com")).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(reply.body["feedVendor"], "taxii.example.com");
    }
    let reply = other.post(path, feed(5, "taxii.example.com")).await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(reply.body["error_code"], "VENDOR_LIMIT_EXCEEDED");
    let reply = other.post(path, feed(5, "taxii.example.org")).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

#[tokio::test]
async fn investigate_knows_the_last_30_days() {
    let other = OtherClient::start().await;
    let path = "/investigate/v2/domains/volume/example.com";
    let now = other.simulator.now().timestamp_millis();
    let day = 86_400_000;
    for (query, status) in [
        ("start=-30days&stop=-1days".to_owned(), 200),
        (format!("start={}&stop={now}", now - 29 * day), 200),
        ("start=-31days".to_owned(), 400),
        (
            format!("start={}&stop={}", now - 60 * day, now - 40 * day),
            400,
        ),
        ("start=-1days&stop=-2days".to_owned(), 400),
    ] {
        let reply = other.get(&format!("{path}?{query}")).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_time_in_a_query_has_any_notation_of_iso_8601() {
    let other = OtherClient::start().await;
    let query = "organization_id=8000123&product_id=0&time_grouping_interval=DAY";
    let path = operations()
        .find(|operation| operation.id == "list_usage_metrics")
        .unwrap()
        .path;
    for (from, status) in [
        ("2026-01-01T00:00:00Z", 200),
        ("2026-01-01T00:00:00%2B0000", 200),
        ("2026-01-01T20:52:02.987000", 200),
        ("yesterday", 400),
    ] {
        let path = format!("{path}?{query}&from={from}&to=2026-02-01T00:00:00Z");
        let reply = other.get(&path).await;
        assert_eq!(reply.status, status, "{from}: {}", reply.text());
    }
}

#[tokio::test]
async fn the_value_of_a_setting_has_the_type_of_the_setting() {
    let builder = Simulator::builder().items("list_policy_settings", 19);
    let other = OtherClient::of(builder.quirks([])).await;
    let reply = other.get("/policies/v2/settings").await;
    let settings = reply.body.as_array().unwrap();
    let value = |name: &str| {
        let mut settings = settings.iter();
        let setting = settings.find(|setting| setting["settingName"] == name);
        &setting.unwrap_or_else(|| panic!("{name}"))["settingValue"]
    };
    assert!(value("sse.globalIPSEnabled").is_boolean());
    assert!(value("sse.ztaAuthnTimeoutMinutes").is_u64());
    assert_eq!(*value("umbrella.logLevel"), "LOG_ALL");
}

#[tokio::test]
async fn numbers_that_the_service_quotes_are_strings() {
    let other = OtherClient::of(Simulator::builder().quirks([])).await;
    let list = &other.simulator.ids("/policies/v2/destinationlists")[0];
    let path = format!("/policies/v2/destinationlists/{list}/destinations");
    let reply = other.get(&path).await;
    assert!(reply.body["data"][0]["id"].is_string(), "{}", reply.text());
    let id: u64 = reply.body["data"][0]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let removed = other
        .call(Method::DELETE, &format!("{path}/remove"), json!([id]))
        .await;
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert!(!other.simulator.ids(&path).contains(&id.to_string()));
}

#[tokio::test]
async fn a_created_integration_has_a_location() {
    let other = OtherClient::start().await;
    let path = "/admin/v2/integrations";
    let body = json!({"name": "Harbour", "type": "chrome-enterprise.v1"});
    let reply = other.post(path, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let location = reply.header("location").to_owned();
    let id = reply.body["id"].as_str().unwrap();
    let href = format!("https://api.sse.cisco.com{path}/{id}");
    assert_eq!(reply.body["href"], href.as_str());
    let base = other.simulator.base_url();
    assert_eq!(
        location,
        base.join(&format!("{path}/{id}")).unwrap().as_str()
    );
    assert_eq!(other.get(&location).await.status, 200);
}

#[tokio::test]
async fn lists_of_app_discovery_link_to_the_next_page() {
    let other = OtherClient::start().await;
    let reply = other
        .get("/reports/v2/appDiscovery/applications?limit=1")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("link").contains("rel=\"next\""));
}

#[tokio::test]
async fn counts_of_connectors_have_a_media_type_of_their_own() {
    let path = "/deployments/v2/connectorAgents/counts";
    let other = OtherClient::start().await;
    assert_eq!(
        other.get(path).await.header("content-type"),
        "resource/json"
    );
    let plain = OtherClient::of(Simulator::builder().quirks([])).await;
    assert_eq!(
        plain.get(path).await.header("content-type"),
        "application/json"
    );
    let client = other.simulator.client().unwrap();
    let counts = client.deployments().get_connector_counts().send().await;
    assert!(counts.is_ok(), "{counts:?}");
}

#[tokio::test]
async fn a_missing_destination_list_can_be_200_with_a_404_in_the_body() {
    let path = "/policies/v2/destinationlists/7";
    let other = OtherClient::start().await;
    let reply = other.get(path).await;
    assert_eq!(
        (reply.status, &reply.body["statusCode"]),
        (200, &json!(404))
    );
    let plain = OtherClient::of(Simulator::builder().quirks([])).await;
    assert_eq!(plain.get(path).await.status, 404);
}

/// A request that follows a rule in words, and a violation of it: the rule, the path, a body, the pointer of the wrong value, and that
/// value.
fn broken() -> Vec<(&'static str, &'static str, Value, &'static str, Value)> {
    let integrations = "/admin/v2/integrations";
    let lists = "/policies/v2/destinationlists";
    let objects = "/policies/v2/objects/networkObjects";
    let webhook = json!({
        "name": "Harbour", "type": "webhook.v1", "webhookConfig": {"url": "https://hooks.example.com/hush"},
    });
    let server = json!({
        "authType": "basic",
        "credentials": {"username": "ada", "password": "hush"},
        "discovery_url": "https://taxii.example.com/taxii2/",
    });
    let mut root = server.clone();
    root["root_url"] = json!("https://taxii.example.com/root/");
    root.as_object_mut().unwrap().remove("discovery_url");
    let mut feed = server.clone();
    feed["root_url"] = root["root_url"].clone();
    feed["collection_id"] = json!("9b2e0b47-92a8-4c3e-8a51-d34c5d1f6a70");
    feed["integrationName"] = json!("Lanterns");
    let alerts = json!({
        "name": "Fog", "severity": 1, "status": 1, "rule_type_id": 1,
        "notification_info": [{"type": "email", "recipients": ["keeper@example.com"]}],
    });
    let key = json!({
        "name": "Quay", "scopes": ["deployments.sites:read"], "allowedIPs": ["192.0.2.0/24"],
    });
    let list = json!({
        "name": "Harbour", "access": "none", "isGlobal": false, "destinations": [{"destination": "a.example"}],
    });
    let network = json!({"name": "Quay", "ipAddress": "192.0.2.8", "prefixLength": 29, "isDynamic": false, "status": "OPEN"});
    let forwarder =
        json!({"name": "Quay", "internalIPs": ["10.7.0.53"], "type": "network_dns_forwarder"});
    let host = json!({"name": "Crane", "value": {"type": "host", "addresses": ["192.0.2.7"]}});
    let name = json!({"name": "Crane", "value": {"type": "fqdn", "addresses": ["a.example"]}});
    let resource = json!({
        "name": "Ledger",
        "resourceAddresses": [{"destinationAddr": ["10.7.0.9"], "protocolPorts": []}],
        "accessTypes": [{"type": "client", "reachableAddresses": ["10.7.0.9"]}],
    });
    let system = json!({"type": "bgp", "data": {
        "asNumber": "64513", "bgpHopCount": 2, "bgpNeighborCIDRs": ["10.8.0.0/30"],
    }});
    let mut routed = tunnel_group();
    routed["routing"] = system;
    let mut fixed = tunnel_group();
    fixed["routing"] = json!({"type": "static", "data": {"networkCIDRs": ["10.7.0.0/16"]}});
    let slashless = || json!("https://taxii.example.com");
    let local =
        json!({"name": "Quay", "ipAddress": "10.7.0.0", "prefixLength": 24, "siteId": 1001});
    let profile = json!({"name": "Quay", "systemMode": "prevention", "applyTo": "balanced-ips"});
    let changed_network =
        json!({"name": "Quay", "ipAddress": "192.0.2.8", "isDynamic": false, "status": "OPEN"});
    let address = || json!("192.0.2.256");
    vec![
        (
            "CreateIntegrationRequest",
            integrations,
            webhook.clone(),
            "/colour",
            json!(1),
        ),
        (
            "UpdateIntegrationRequest",
            "PATCH /admin/v2/integrations/{id}",
            json!({"name": "Pier"}),
            "/colour",
            json!(1),
        ),
        (
            "UpdateIntegrationCredentialRequest",
            "PATCH /admin/v2/integrations/{id}/credentials/{id}",
            json!({"name": "Pier"}),
            "/colour",
            json!(1),
        ),
        (
            "WebhookConfigInput.url",
            integrations,
            webhook,
            "/webhookConfig/url",
            json!("hooks"),
        ),
        (
            "CreateThreatFeedRequest.discovery_url",
            "/admin/v2/integrations/threatFeeds/feeds",
            feed.clone(),
            "/discovery_url",
            slashless(),
        ),
        (
            "CreateThreatFeedRequest.root_url",
            "/admin/v2/integrations/threatFeeds/feeds",
            feed,
            "/root_url",
            slashless(),
        ),
        (
            "DiscoverTaxiiApiRootsRequest.discovery_url",
            "/admin/v2/integrations/threatFeeds/discovery/roots",
            server,
            "/discovery_url",
            slashless(),
        ),
        (
            "DiscoverTaxiiCollectionsRequest.root_url",
            "/admin/v2/integrations/threatFeeds/discovery/collections",
            root,
            "/root_url",
            slashless(),
        ),
        (
            "AlertRuleNotification.recipients",
            "/admin/v2/alerting/rules",
            alerts,
            "/notification_info/0/recipients/0",
            json!("keeper"),
        ),
        (
            "DisconnectVpnUsersRequest.usernames",
            "PUT /admin/v2/vpn/userConnections",
            json!({"action": "disconnect", "usernames": ["ada@example.com"]}),
            "/usernames/0",
            json!("ada"),
        ),
        (
            "CreateApiKeyRequest.allowedIPs",
            "/admin/v2/apiKeys",
            key,
            "/allowedIPs/0",
            address(),
        ),
        (
            "CreateNetworkTunnelGroupRequest.name",
            TUNNEL_GROUPS,
            tunnel_group(),
            "/name",
            json!("Quay_7"),
        ),
        (
            "CreateNetworkTunnelGroupRequest.passphrase",
            TUNNEL_GROUPS,
            tunnel_group(),
            "/passphrase",
            json!("Quay7hush"),
        ),
        (
            "AuthIdPrefix",
            TUNNEL_GROUPS,
            tunnel_group(),
            "/authIdPrefix",
            json!("quay"),
        ),
        (
            "StaticRoutingRequest.networkCIDRs",
            TUNNEL_GROUPS,
            fixed,
            "/routing/data/networkCIDRs/0",
            address(),
        ),
        (
            "BgpRoutingRequest.asNumber",
            TUNNEL_GROUPS,
            routed.clone(),
            "/routing/data/asNumber",
            json!("65537"),
        ),
        (
            "BgpRoutingRequest.bgpHopCount",
            TUNNEL_GROUPS,
            routed.clone(),
            "/routing/data/bgpHopCount",
            json!(65),
        ),
        (
            "BgpRoutingRequest.bgpNeighborCIDRs",
            TUNNEL_GROUPS,
            routed,
            "/routing/data/bgpNeighborCIDRs/0",
            address(),
        ),
        (
            "InternalNetworkRequest.ipAddress",
            "/deployments/v2/internalnetworks",
            local,
            "/ipAddress",
            address(),
        ),
        (
            "CreateNetworkRequest.ipAddress",
            "/deployments/v2/networks",
            network,
            "/ipAddress",
            address(),
        ),
        (
            "UpdateNetworkRequest.ipAddress",
            "PUT /deployments/v2/networks/{id}",
            changed_network,
            "/ipAddress",
            address(),
        ),
        (
            "CreateDnsForwarderRequest.internalIPs",
            "/deployments/v2/dnsForwarders",
            forwarder,
            "/internalIPs/0",
            address(),
        ),
        (
            "UpdateDnsForwarderRequest.internalIPs",
            "PUT /deployments/v2/dnsForwarders/{id}",
            json!({"siteId": 1001, "internalIPs": ["10.7.0.53"]}),
            "/internalIPs/0",
            address(),
        ),
        (
            "InternalDomainRequest.domain",
            "/deployments/v2/internaldomains",
            json!({"domain": "a.example"}),
            "/domain",
            json!("a b"),
        ),
        (
            "CreateDestinationListRequest.access",
            lists,
            list.clone(),
            "/access",
            json!("thirdparty_block"),
        ),
        (
            "CreateDestinationListRequest.isGlobal",
            lists,
            list.clone(),
            "/isGlobal",
            json!(true),
        ),
        (
            "CreateDestinationListDestination.destination",
            lists,
            list,
            "/destinations/0/destination",
            json!("a b"),
        ),
        (
            "AddDestination.destination",
            "POST /policies/v2/destinationlists/{id}/destinations",
            json!([{"destination": "a.example"}]),
            "/0/destination",
            json!("a b"),
        ),
        (
            "AddressValue",
            objects,
            host,
            "/value/addresses/0",
            address(),
        ),
        (
            "FqdnValue.addresses",
            objects,
            name,
            "/value/addresses/0",
            json!("a b"),
        ),
        (
            "ResourceAddress.destinationAddr",
            "/policies/v2/privateResources",
            resource.clone(),
            "/resourceAddresses/0/destinationAddr/0",
            json!("2001:db8::1"),
        ),
        (
            "ClientBasedAccess.reachableAddresses",
            "/policies/v2/privateResources",
            resource,
            "/accessTypes/0/reachableAddresses/0",
            json!("2001:db8::1"),
        ),
        (
            "CustomDataIdentifierUpdateRequest",
            "PATCH /policies/v2/dlp/custom/dataIdentifiers/{id}",
            json!({"name": "Quay"}),
            "",
            json!({}),
        ),
        (
            "EdmIdentifierUpdateRequest",
            "PATCH /policies/v2/dlp/edm/dataIdentifiers/{id}",
            json!({"name": "Quay"}),
            "",
            json!({}),
        ),
        (
            "CreateIpsProfileRequest.name",
            "/policies/v2/ipsSignatureProfiles",
            profile,
            "/name",
            json!("Quay*"),
        ),
    ]
}

#[tokio::test]
async fn every_rule_in_words_is_checked() {
    let mut failures = Vec::new();
    let mut rules = BTreeSet::new();
    for (rule, request, body, pointer, wrong) in broken() {
        rules.insert(rule.to_owned());
        let other = OtherClient::of(Simulator::builder().items("list_integrations", 1)).await;
        let (method, template) = request.split_once(' ').unwrap_or(("POST", request));
        let mut path = String::new();
        for part in template.split_inclusive("/{id}") {
            path += part.trim_end_matches("/{id}");
            if part.ends_with("/{id}") {
                let ids = other.simulator.ids(&path);
                path = format!("{path}/{}", ids.first().map_or("1001", String::as_str));
            }
        }
        let method: Method = method.parse().unwrap();
        let mut broken = body.clone();
        match broken.pointer_mut(pointer) {
            Some(known) => *known = wrong,
            None => broken[&pointer[1..]] = wrong,
        }
        let bad = other.call(method.clone(), &path, broken).await;
        let at = match pointer {
            "" => "body: ".to_owned(),
            pointer => format!("body {pointer}"),
        };
        if bad.status != 400 || !bad.text().contains(&at) {
            failures.push(format!("{rule}: {} {}", bad.status, bad.text()));
        }
        let good = other.call(method, &path, body).await;
        if good.status >= 300 {
            failures.push(format!("{rule}: kept, {} {}", good.status, good.text()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(rules, rules_in_words(), "the rules of the simulator");
}

#[tokio::test]
async fn every_quirk_occurs_and_can_be_switched_off() {
    // Only other statuses are documented for a duplicate name.
    let identifier = json!({"name": "Data identifier 001", "threshold": 1});
    let report = "/reports/v2/activity/dns?from=-1days&to=now&limit=10&offset=10001";
    let (get, null) = (Method::GET, Value::Null);
    let late = Quirk::LateDestinations;
    for quirk in Quirk::ALL.into_iter().filter(|quirk| *quirk != late) {
        let (method, path, body) = match quirk {
            Quirk::Nulls => (&get, TUNNEL_GROUPS, &null),
            Quirk::ZonelessTimes | Quirk::UnknownValues => (&get, "/policies/v2/rules", &null),
            Quirk::QuotedIds => (&get, "/reports/v2/applications", &null),
            Quirk::Gaps => (&get, "/deployments/v2/internaldomains", &null),
            Quirk::Keyed => (&get, "/policies/v2/applicationCategories", &null),
            Quirk::ErrorInSuccess => (&get, "/policies/v2/destinationlists/7", &null),
            Quirk::IgnoredLimits => (&get, "/deployments/v2/virtualappliances?limit=1", &null),
            Quirk::ChangingDeletes => {
                (&Method::DELETE, "/policies/v2/privateResources/1002", &null)
            }
            Quirk::Conflicts => (
                &Method::POST,
                "/policies/v2/dlp/custom/dataIdentifiers",
                &identifier,
            ),
            Quirk::ReportErrors => (&get, report, &null),
            Quirk::ResourceJson => (&get, "/deployments/v2/connectorAgents/counts", &null),
            other => panic!("{other:?} has no test"),
        };
        let mut replies = Vec::new();
        for quirks in [vec![], vec![quirk]] {
            let builder = Simulator::builder()
                .items("list_access_rules", 50)
                .items("list_internal_domains", 50)
                .quirks(quirks);
            let other = OtherClient::of(builder).await;
            let mut reply = other.call(method.clone(), path, body.clone()).await;
            if quirk == Quirk::Conflicts {
                // Its name is in use now.
                reply = other.call(method.clone(), path, body.clone()).await;
            }
            let media_type = reply.header("content-type").to_owned();
            replies.push((reply.status, media_type, reply.text()));
        }
        assert_ne!(replies[0], replies[1], "{quirk:?}");
    }
}

#[tokio::test]
async fn added_destinations_can_be_listed_late() {
    let builder = Simulator::builder().quirks([Quirk::LateDestinations]);
    let other = OtherClient::of(builder).await;
    let list = &other.simulator.ids("/policies/v2/destinationlists")[0];
    let path = format!("/policies/v2/destinationlists/{list}/destinations");
    let before = other.get(&path).await.body["meta"]["total"]
        .as_u64()
        .unwrap();
    let added = json!([{"destination": "quay.example"}]);
    assert_eq!(other.post(&path, added).await.status, 200);
    let total = || async { other.get(&path).await.body["meta"]["total"].as_u64() };
    assert_eq!(total().await, Some(before));
    other.simulator.advance(Duration::from_secs(2));
    assert_eq!(total().await, Some(before + 1));
}

/// The rules that the documents state in words, as `<schema>.<property>` or `<schema>`.
fn rules_in_words() -> BTreeSet<String> {
    let names = rules().iter().map(|rule| match rule.property {
        "" => rule.schema.to_owned(),
        property => format!("{}.{property}", rule.schema),
    });
    names.collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The operations that the code of the simulator names.
fn named_operations() -> BTreeSet<&'static str> {
    let mut named = BTreeSet::new();
    let mut open = vec![root().join("src/simulator")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            if path.ends_with("tests.rs") {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code: Vec<_> = lines.collect();
            let code = code.join("\n");
            let ids = operations().map(|operation| operation.id);
            named.extend(ids.filter(|id| code.contains(&format!("\"{id}\""))));
        }
    }
    named
}

/// The names in code spans of a page, by whether they are in the last cell of a row: rules, and tests.
fn page() -> (BTreeSet<String>, BTreeSet<String>) {
    let page = fs::read_to_string(root().join("docs/simulator.md")).unwrap();
    let (mut rules, mut tests) = (BTreeSet::new(), BTreeSet::new());
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "a row has four cells: {row}");
        if cells[0] == "rule" || cells[0] == "---" {
            continue;
        }
        let spans = |cell: &str| -> Vec<String> {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect()
        };
        assert!(!cells[2].is_empty() && !spans(cells[3]).is_empty(), "{row}");
        rules.extend(spans(cells[0]).into_iter().chain(spans(cells[1])));
        tests.extend(spans(cells[3]));
    }
    (rules, tests)
}

#[test]
fn the_page_has_every_rule_and_each_has_a_test() {
    let (rules, tests) = page();
    let quirks = Quirk::ALL.map(|quirk| format!("Quirk::{quirk:?}"));
    let named = named_operations().into_iter().map(str::to_owned);
    let written = rules_in_words().into_iter().chain(named).chain(quirks);
    let unlisted: Vec<_> = written.filter(|rule| !rules.contains(rule)).collect();
    assert!(unlisted.is_empty(), "docs/simulator.md lacks {unlisted:#?}");
    let missing: Vec<_> = tests
        .iter()
        .filter(|test| {
            let (file, name) = test.split_once("::").unwrap();
            let file = root().join(format!("tests/it/{file}.rs"));
            let source = fs::read_to_string(file).unwrap_or_default();
            !source.contains(&format!("fn {name}("))
        })
        .collect();
    assert!(missing.is_empty(), "these tests do not exist: {missing:#?}");
}

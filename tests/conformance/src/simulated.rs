//! Calls of the simulator, which validates every request against the document and responds like the service.

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, ErrorKind, PaginationStyle, RetryPolicy, reqwest};
use serde_json::Value;

use crate::calls::Findings;
use crate::case::{Case, Failure, Listing, ParameterLocation, Values};
use crate::collection::argument;
use crate::specification::Specification;
use crate::values::{self, Extent};

/// Values that the service requires and only descriptions document: the operation or `*`; the name of the property everywhere, a JSON
/// pointer of a required value, or nothing for an empty body; and a value in JSON.
const KNOWN: [(&str, &str, &str); 44] = [
    ("*", "allowedIPs", r#"["192.0.2.0/24"]"#),
    ("*", "asNumber", r#""64999""#),
    ("*", "authIdPrefix", r#""lighthouse""#),
    ("*", "bgpHopCount", "3"),
    ("*", "bgpNeighborCIDRs", r#"["10.1.0.0/30"]"#),
    ("*", "destinationAddr", r#"["*.example.com"]"#),
    ("*", "discovery_url", r#""https://taxii.example.org/""#),
    ("*", "domain", r#""quay.example""#),
    ("*", "internalIPs", r#"["10.2.0.53"]"#),
    ("*", "ipAddress", r#""192.0.2.8""#),
    ("*", "networkCIDRs", r#"["10.3.0.0/16"]"#),
    ("*", "passphrase", r#""Lighthouse1Lighthouse""#),
    ("*", "reachableAddresses", r#"["10.4.0.1"]"#),
    ("*", "recipients", r#"["keeper@example.com"]"#),
    ("*", "root_url", r#""https://taxii.example.org/root/""#),
    ("*", "url", r#""https://hooks.example.org/""#),
    ("*", "usernames", r#"["keeper@example.com"]"#),
    ("add_destinations", "destination", r#""quay.example""#),
    ("create_destination_list", "access", r#""none""#),
    (
        "create_destination_list",
        "destination",
        r#""quay.example""#,
    ),
    ("create_destination_list", "isGlobal", "false"),
    ("create_ips_profile", "name", r#""Lighthouse""#),
    ("create_network_object", "value", HOST),
    ("create_network_object_group", "values", HOSTS),
    ("create_network_tunnel_group", "name", r#""Lighthouse""#),
    ("create_network_tunnel_group", "region", r#""us-east-1""#),
    ("create_token", "grant_type", r#""client_credentials""#),
    ("delete_alert_rules", "ruleIds", "[1001]"),
    ("update_alert_rules_status", "entity_ids", "[1001]"),
    ("update_alerts_status", "entity_ids", r#"["1001"]"#),
    ("update_connector", "/0/path", r#""/enabled""#),
    ("update_connector", "/0/value", "false"),
    ("update_connector", "path", r#""/enabled""#),
    ("update_connector_group", "/0/value", r#""""#),
    (
        "update_dlp_custom_data_identifier",
        "",
        r#"{"name": "Lighthouse"}"#,
    ),
    (
        "update_dlp_edm_data_identifier",
        "",
        r#"{"name": "Lighthouse"}"#,
    ),
    ("update_ips_profile", "/0/path", r#""/name""#),
    ("update_ips_profile", "/0/value", r#""Lighthouse""#),
    ("update_ips_profile", "path", r#""/name""#),
    ("update_network_object", "value", HOST),
    ("update_network_object_group", "values", HOSTS),
    ("update_network_tunnel_group", "path", r#""/name""#),
    ("update_network_tunnel_group", "value", r#""Lighthouse""#),
    ("validate_network_objects", "value", HOST),
];
const HOST: &str = r#"{"type": "host", "addresses": ["192.0.2.8"]}"#;
const HOSTS: &str = r#"[{"type": "host", "addresses": ["192.0.2.8"]}]"#;

/// The page size of the listings, and the limit of lists in one response.
const PAGE: usize = 50;
const SINGLE: usize = 500;

/// Makes a call with arguments of this extent to a new simulator.
///
/// # Panics
/// When the simulator cannot be started.
pub async fn call(
    http: &reqwest::Client,
    specification: &Specification,
    case: &Case,
    extent: Extent,
) -> Findings {
    let (_simulator, client, arguments) = start(http, specification, case, extent).await;
    let mut findings = Findings::default();
    match (case.send)(&client, &arguments).await {
        Ok(_) => {}
        Err(Failure::Call(error)) if error.kind() == ErrorKind::Decode => {
            findings
                .decoded
                .push(format!("from the simulator: {error}"));
        }
        Err(failure) => findings.sent.push(format!("to the simulator: {failure}")),
    }
    findings
}

/// Lists the items of a simulator; returns the failure, if there is one.
///
/// # Panics
/// When the simulator cannot be started.
pub async fn list(
    http: &reqwest::Client,
    specification: &Specification,
    case: &Case,
    listing: &Listing,
) -> Option<String> {
    let (_simulator, client, mut arguments) =
        start(http, specification, case, Extent::Required).await;
    let pagination = case.operation.pagination?;
    let first = argument(case, pagination.offset_param);
    if let Some(first) = first.filter(|first| arguments.get(*first).is_some()) {
        arguments.set(first, pagination.first_page.into());
    }
    if let Some(limit) = pagination.limit.and_then(|limit| argument(case, limit)) {
        let size = match pagination.style {
            PaginationStyle::Single => SINGLE,
            _ => PAGE,
        };
        arguments.set(limit, size.into());
    }
    let listed = (listing.items)(&client, &arguments, 2).await;
    let failure = listed.failure?;
    let count = listed.items.len();
    Some(format!("from the simulator: {count} items, then {failure}"))
}

/// A new simulator, a client of it, and matching arguments.
async fn start(
    http: &reqwest::Client,
    specification: &Specification,
    case: &Case,
    extent: Extent,
) -> (Simulator, Client, Values) {
    let seed = values::seed(case.operation);
    let simulator = Simulator::builder()
        .seed(seed)
        .strict_queries(true)
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .http_client(http.clone())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let mut arguments = values::arguments(specification, case, extent, seed);
    name_what_is_there(&simulator, specification, case, &mut arguments);
    for (operation, property, value) in KNOWN {
        if operation == case.operation.id || operation == "*" {
            let value = serde_json::from_str(value).unwrap();
            match property.rsplit_once('/') {
                Some((pointer, property)) => arguments.put(pointer, property, &value),
                None => arguments.replace(property, &value),
            }
        }
    }
    (simulator, client, arguments)
}

/// Sets the path parameters to ids of existing items.
fn name_what_is_there(
    simulator: &Simulator,
    specification: &Specification,
    case: &Case,
    values: &mut Values,
) {
    let arguments = case.arguments.iter().enumerate();
    let mut in_path =
        arguments.filter(|(_, argument)| argument.location == ParameterLocation::Path);
    let mut path = String::new();
    // The first hub of a tunnel group and its first peer have the id of the group.
    let mut last_id = None;
    for segment in case.operation.path.split('/').skip(1) {
        let mut text = segment.to_owned();
        if segment.starts_with('{')
            && let Some((index, argument)) = in_path.next()
            && let Some(value) = values.get(index)
        {
            let is_number = value.is_number();
            text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let is_part = matches!(argument.name, "hub_id" | "peer_id");
            let mut ids = simulator.ids(&path);
            if ids.is_empty() && is_part {
                ids.extend(last_id.clone());
            }
            let mut ids = ids.into_iter();
            if let Some(id) = ids.find(|id| specification.accepts(argument, id)) {
                text.clone_from(&id);
                last_id = Some(id.clone());
                let number = || id.parse::<i64>().ok().map(Value::from);
                let value = is_number.then(number).flatten();
                values.set(index, value.unwrap_or(Value::String(id)));
            }
        }
        path.push('/');
        path.push_str(&text);
    }
}

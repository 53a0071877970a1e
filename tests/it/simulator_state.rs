//! The state of the simulator: it has the properties of requests and those that the service assigns, and no others.

use std::time::Duration;

use bytes::Bytes;
use cisco_secure_access::simulator::{Quirk, Simulator};
use cisco_secure_access::{Client, Error, ErrorKind, Result, operations};
use http::{Method, Request};
use serde_json::{Map, Value, json};

use crate::simulator::hurried;

/// The properties that the service assigns although requests can set them, by type of item: defaults, and properties that a response always
/// has.
const ASSIGNED: &[(&str, &[&str])] = &[
    ("access_rule", &["rulePriority"]),
    ("api_key", &["expireAt"]),
    (
        "dlp_custom_classification",
        &["description", "excludedDataIdentifiers"],
    ),
    (
        "dlp_custom_data_identifier",
        &[
            "creationTime",
            "description",
            "modificationTime",
            "patterns",
            "proximity",
            "terms",
        ],
    ),
    ("dlp_idm_data_identifier", &["description"]),
    ("dlp_saas_api_rule", &["action"]),
    (
        "do_not_decrypt_list",
        &["exceptionapplicationlistId", "exceptiondomainlistId"],
    ),
    (
        "internal_domain",
        &[
            "description",
            "includeAllMobileDevices",
            "includeAllVAs",
            "siteIds",
        ],
    ),
    ("network", &["ipAddress"]),
    ("network_tunnel_group", &["deviceType"]),
    ("security_feed", &["enabled"]),
    ("security_profile", &["applicationAupSettingGroupId"]),
    ("service_object", &["value"]),
];

/// Items that can be created and then read or listed, by their name in the operation ids.
fn creatable() -> impl Iterator<Item = &'static str> {
    let nouns = operations().filter_map(|operation| operation.id.strip_prefix("create_"));
    nouns.filter(|noun| *noun != "token")
}

async fn send(client: &Client, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
    let request = client.request(method, path);
    let response = match body {
        Some(body) => request.json(body).await?,
        None => request.await?,
    };
    Ok(response.into_inner())
}

async fn get(client: &Client, path: &str) -> Result<Value> {
    send(client, Method::GET, path, None).await
}

/// Reads with a parameter in the query.
async fn get_with(client: &Client, path: &str, name: &'static str, value: &str) -> Result<Value> {
    let request = client.request(Method::GET, path).query(name, value);
    Ok(request.await?.into_inner())
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap_or_default()
}

/// The item in a response, which may be wrapped in an object.
fn item(response: Value) -> Map<String, Value> {
    for name in ["data", "key", "integration", "credential"] {
        if let Value::Object(item) = &response[name] {
            return item.clone();
        }
    }
    response.as_object().cloned().unwrap_or_default()
}

fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

fn is_modified_time(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("modifi") || lower.starts_with("updated")
}

/// Reads an item, or finds it in the list if no operation reads it.
async fn read(simulator: &Simulator, path: &str, id: &str) -> Result<Map<String, Value>> {
    match get(&simulator.client()?, &format!("{path}/{id}")).await {
        Ok(response) => Ok(item(response)),
        Err(error) if status(&error) == Some(405) => {
            let ids = simulator.ids(path);
            let mut rows = ids.into_iter().zip(simulator.items(path));
            let row = rows.find(|(known, _)| known == id);
            Ok(row.map(|(_, row)| item(row)).unwrap_or_default())
        }
        Err(error) => Err(error),
    }
}

/// The errors in the life cycle of an item.
async fn life(
    simulator: &Simulator,
    noun: &str,
    assigned: &[&str],
    everything: bool,
) -> Result<Vec<String>> {
    let client = simulator.client()?;
    let mut findings = Vec::new();
    let example = |operation: &str, everything| {
        simulator.example_request(&format!("{operation}_{noun}"), everything)
    };
    let create = example("create", everything).unwrap();
    let path = create.uri().path().to_owned();
    let sent = body(&create);
    let known = simulator.ids(&path);
    send(&client, Method::POST, &path, Some(&sent)).await?;
    let created = simulator.ids(&path);
    let id = created.iter().find(|id| !known.contains(id)).unwrap();
    assert_eq!(created.len(), known.len() + 1, "{noun}");
    let path_of_item = format!("{path}/{id}");
    let read = self::read(simulator, &path, id).await?;

    let all = body(&example("create", true).unwrap());
    for (name, value) in &read {
        let is_sent = sent.get(name).is_some();
        if all.get(name).is_some() && !is_sent && !assigned.contains(&name.as_str()) {
            findings.push(format!("{noun}: {name} is invented: {value}"));
        }
        let is_kept = assigned.contains(&name.as_str()) || name == "accessTypes";
        if is_sent && !is_kept && value != &sent[name] && !is_shown_otherwise(value, &sent[name]) {
            let sent = &sent[name];
            findings.push(format!("{noun}: {name} was sent as {sent} and is {value}"));
        }
    }

    let rows = simulator.items(&path);
    let row = rows.last().and_then(Value::as_object).unwrap();
    for (name, value) in row.iter().filter(|(_, value)| !value.is_object()) {
        if read.get(name).is_some_and(|read| read != value) {
            findings.push(format!("{noun}: {name} is listed as {value}"));
        }
    }

    let patch = example("update", true).filter(|request| *request.method() == Method::PATCH);
    if let Some(Value::Object(mut patch)) = patch.map(|request| body(&request)) {
        for (name, value) in &mut patch {
            if let Some(sent) = sent.get(name) {
                *value = sent.clone();
            }
        }
        let change = Value::Object(patch);
        let changed = send(&client, Method::PATCH, &path_of_item, Some(&change)).await;
        // Some values of a new item are not valid in a change.
        if changed.is_ok() {
            let again = self::read(simulator, &path, id).await?;
            for (name, value) in &read {
                let is_set = change.get(name).is_some() && sent.get(name).is_none();
                if again.get(name) != Some(value) && !is_modified_time(name) && !is_set {
                    let after = again.get(name);
                    findings.push(format!("{noun}: {name} was {value} and is {after:?}"));
                }
            }
        }
    }
    let read = self::read(simulator, &path, id).await?;

    let replace = example("replace", true).or_else(|| example("update", true));
    if let Some(replace) = replace.filter(|request| *request.method() == Method::PUT) {
        let allowed = body(&replace);
        let required = body(&example("update", false).unwrap_or(replace));
        let mut back = required.as_object().cloned().unwrap_or_default();
        for name in allowed.as_object().unwrap().keys() {
            let value = sent
                .get(name)
                .filter(|_| !assigned.contains(&name.as_str()));
            if let Some(value) = value.or_else(|| read.get(name)) {
                back.insert(name.clone(), value.clone());
            }
        }
        let back = Value::Object(back);
        if noun != "internal_domain" || back["description"] != "" {
            send(&client, Method::PUT, &path_of_item, Some(&back)).await?;
            let again = self::read(simulator, &path, id).await?;
            for name in read.keys().chain(again.keys()) {
                let is_other = read.get(name) != again.get(name);
                let is_back = back.get(name).is_some() && read.get(name).is_none();
                if is_other && !is_modified_time(name) && !is_back {
                    let (before, after) = (read.get(name), again.get(name));
                    findings.push(format!("{noun}: {name} was {before:?} and is {after:?}"));
                }
            }
        }
    }

    let delete = example("delete", false);
    if delete.is_some_and(|request| request.uri().path().starts_with(&path)) {
        let deleted = client.request(Method::DELETE, &path_of_item);
        deleted.send::<Option<Value>>().await.ok();
        match get(&client, &path_of_item).await {
            Err(error) if matches!(status(&error), Some(404 | 405)) => {}
            Ok(body) if body["statusCode"] == 404 => {}
            other => findings.push(format!("{noun}: it is still there: {other:?}")),
        }
        assert_eq!(simulator.ids(&path), known, "{noun}");
    }
    Ok(findings)
}

/// Whether a response contains the sent value in another form: ids as objects with the id, numbers as strings, additional properties.
fn is_shown_otherwise(shown: &Value, sent: &Value) -> bool {
    match (shown, sent) {
        (Value::String(shown), Value::Number(sent)) => *shown == sent.to_string(),
        (Value::Number(shown), Value::String(sent)) => shown.to_string() == *sent,
        (Value::Object(shown), Value::Object(sent)) => {
            let common = sent.iter().filter(|(name, _)| shown.contains_key(*name));
            let mut common = common.map(|(name, sent)| (&shown[name], sent));
            common.all(|(shown, sent)| shown == sent || is_shown_otherwise(shown, sent))
        }
        (Value::Object(shown), id) => shown.get("id") == Some(id),
        (Value::Array(shown), Value::Array(sent)) => {
            let mut pairs = shown.iter().zip(sent);
            shown.len() == sent.len()
                && pairs.all(|(shown, sent)| shown == sent || is_shown_otherwise(shown, sent))
        }
        _ => false,
    }
}

#[tokio::test]
async fn an_item_has_the_sent_and_the_assigned_properties() {
    let mut findings = Vec::new();
    for seed in 1..=4 {
        let quirks = match seed % 2 {
            0 => Quirk::ALL.to_vec(),
            _ => Vec::new(),
        };
        for (noun, everything) in creatable().flat_map(|noun| [(noun, false), (noun, true)]) {
            let builder = Simulator::builder().seed(seed).quirks(quirks.clone());
            let simulator = match seed {
                1 | 2 => builder.start().await.unwrap(),
                _ => builder.start_without_socket().unwrap(),
            };
            let assigned = ASSIGNED.iter().find(|(known, _)| *known == noun);
            let assigned = assigned.map_or(&[][..], |(_, assigned)| assigned);
            match life(&simulator, noun, assigned, everything).await {
                Ok(found) => findings.extend(found),
                Err(error) => findings.push(format!("{noun}: {error}")),
            }
        }
    }
    findings.sort();
    findings.dedup();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test]
async fn a_response_can_be_sent_back() -> Result<()> {
    const RULES: &str = "/policies/v2/rules";
    let simulator = Simulator::builder()
        .items("list_access_rules", 12)
        .start()
        .await?;
    let client = hurried(&simulator);
    let sent = [
        "ruleName",
        "ruleAction",
        "ruleAccess",
        "ruleConditions",
        "ruleSettings",
        "ruleDescription",
        "ruleIsEnabled",
        "rulePriority",
    ];
    let mut actions = Vec::new();
    for id in simulator.ids(RULES) {
        let path = format!("{RULES}/{id}");
        let read = item(get(&client, &path).await?);
        actions.push(read["ruleAction"].clone());
        let mut back = read.clone();
        back.retain(|name, _| sent.contains(&name.as_str()));
        send(&client, Method::PUT, &path, Some(&Value::Object(back))).await?;
        let mut again = item(get(&client, &path).await?);
        again.insert("modifiedAt".to_owned(), read["modifiedAt"].clone());
        assert_eq!(again, read);
    }
    assert!(actions.contains(&json!("quarantine")), "{actions:?}");

    let simulator = Simulator::builder().quirks([]).start().await?;
    let rule = json!({"ruleName": "Pier", "ruleAction": "quarantine", "ruleConditions": [], "ruleSettings": []});
    let error = send(&hurried(&simulator), Method::POST, RULES, Some(&rule)).await;
    assert_eq!(status(&error.unwrap_err()), Some(400));
    Ok(())
}

#[tokio::test]
async fn times_are_those_of_the_events() -> Result<()> {
    const SITES: &str = "/deployments/v2/sites";
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let created = send(&client, Method::POST, SITES, Some(&json!({"name": "Pier"}))).await?;
    assert_eq!(created["createdAt"], created["modifiedAt"]);
    simulator.advance(Duration::from_secs(90));
    let path = format!("{SITES}/{}", created["siteId"]);
    let changed = send(&client, Method::PUT, &path, Some(&json!({"name": "Quay"}))).await?;
    assert_eq!(changed["createdAt"], created["createdAt"]);
    let time = |value: &Value| {
        let text = value.as_str().unwrap();
        chrono::DateTime::parse_from_rfc3339(text).unwrap()
    };
    let passed = time(&changed["modifiedAt"]) - time(&changed["createdAt"]);
    assert_eq!(passed.num_seconds(), 90);
    for site in simulator.items(SITES) {
        assert!(
            time(&site["createdAt"]) <= time(&site["modifiedAt"]),
            "{site}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_name_is_a_conflict_only_where_names_are_unique() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    for _ in 0..2 {
        let site = json!({"name": "Pier"});
        send(&client, Method::POST, "/deployments/v2/sites", Some(&site)).await?;
    }
    let groups = "/deployments/v2/connectorGroups";
    let group = json!({"name": "Pier", "location": "us-west-1"});
    let created = send(&client, Method::POST, groups, Some(&group)).await?;
    let error = send(&client, Method::POST, groups, Some(&group)).await;
    assert_eq!(status(&error.unwrap_err()), Some(409));
    let path = format!("{groups}/{}", created["id"]);
    send(&client, Method::PUT, &path, Some(&group)).await?;
    Ok(())
}

#[tokio::test]
async fn changes_are_applied_in_order() -> Result<()> {
    const PROFILES: &str = "/policies/v2/ipsSignatureProfiles";
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let profile = json!({
        "name": "Pier", "systemMode": "prevention", "applyTo": "balanced-ips", "blockList": ["1-1"],
    });
    let created = item(send(&client, Method::POST, PROFILES, Some(&profile)).await?);
    let path = format!("{PROFILES}/{}", created["id"]);
    let changes = json!([
        {"op": "add", "path": "/blockList", "value": ["1-2", "1-3"]},
        {"op": "remove", "path": "/blockList", "value": "1-1"},
        {"op": "add", "path": "/warnList", "value": "1-4"},
        {"op": "replace", "path": "/name", "value": "Quay"},
    ]);
    send(&client, Method::PATCH, &path, Some(&changes)).await?;
    let read = item(get(&client, &path).await?);
    assert_eq!(read["blockList"], json!(["1-2", "1-3"]));
    assert_eq!(read["warnList"], json!(["1-4"]));
    assert_eq!(read["name"], "Quay");
    assert_eq!(read.get("ignoreList"), None);

    let nothing = json!([{"op": "replace", "path": "/name"}]);
    let error = send(&client, Method::PATCH, &path, Some(&nothing)).await;
    assert_eq!(status(&error.unwrap_err()), Some(400));
    assert_eq!(item(get(&client, &path).await?), read);

    let groups = "/deployments/v2/networktunnelgroups/1001";
    let changes = json!([
        {"op": "replace", "path": "/name", "value": "First"},
        {"op": "replace", "path": "/name", "value": "Last"},
    ]);
    send(&client, Method::PATCH, groups, Some(&changes)).await?;
    assert_eq!(get(&client, groups).await?["name"], "Last");
    Ok(())
}

#[tokio::test]
async fn an_update_adds_and_removes_entries_of_a_do_not_decrypt_list() -> Result<()> {
    const LISTS: &str = "/policies/v2/doNotDecryptLists";
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let list = json!({
        "name": "Pier",
        "destinations": [{"destination": "one.example.com"}, {"destination": "192.0.2.1"}],
    });
    let created = send(&client, Method::POST, LISTS, Some(&list)).await?;
    assert_eq!(created["totalDomains"], 1);
    assert_eq!(created["totalIps"], 1);
    let path = format!("{LISTS}/{}", created["id"]);
    let change = json!({
        "name": "Pier",
        "addDestinations": [{"destination": "two.example.com"}, {"destination": "three.example.com"}],
        "removeDestinations": [{"destination": "192.0.2.1"}],
    });
    send(&client, Method::PUT, &path, Some(&change)).await?;
    let read = get(&client, &path).await?;
    assert_eq!(read["totalDomains"], 3);
    assert_eq!(read["totalIps"], 0);
    assert_eq!(
        read["exceptiondomainlistId"],
        created["exceptiondomainlistId"]
    );
    Ok(())
}

#[tokio::test]
async fn a_bulk_call_reports_invalid_ids() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let rules = "/admin/v2/alerting/rules";
    let change = json!({"entity_ids": [1001, 999_999], "status": 2});
    let path = format!("{rules}/status");
    let error = send(&client, Method::PUT, &path, Some(&change))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial);
    let results: Value = serde_json::from_slice(error.body()).unwrap();
    assert_eq!(results["success"], false);
    assert_eq!(results["errorIds"].to_string().replace('"', ""), "[999999]");
    let results = send(
        &client,
        Method::DELETE,
        rules,
        Some(&json!({"ruleIds": [1001]})),
    )
    .await?;
    assert_eq!(results["success"], true);
    assert_eq!(results["successfulIds"], json!([1001]));
    assert_eq!(simulator.ids(rules), ["1002", "1003"]);
    Ok(())
}

#[tokio::test]
async fn a_tunnel_group_has_a_state_from_its_first_peer_on() -> Result<()> {
    const GROUPS: &str = "/deployments/v2/networktunnelgroups";
    let simulator = Simulator::builder().quirks([]).start().await?;
    let client = hurried(&simulator);
    let group = json!({
        "name": "Pier", "region": "us-east-1", "authIdPrefix": "pier-group-1",
        "passphrase": "Hush0hush0hush0hush",
    });
    let created = send(&client, Method::POST, GROUPS, Some(&group)).await?;
    assert_eq!(created["status"], "disconnected");
    assert_eq!(created["deviceType"], "other");
    assert_eq!(created["hubs"].as_array().unwrap().len(), 2);
    let path = format!("{GROUPS}/{}", created["id"]);
    let state = format!("{path}/state");
    let error = get(&client, &state).await.unwrap_err();
    assert_eq!(status(&error), Some(404));
    let tunnel = |state: &Value| state["hubs"][0]["tunnelsStatus"][0].clone();
    simulator.advance(Duration::from_secs(60));
    let establishing = tunnel(&get(&client, &state).await?);
    assert_eq!(establishing["ikeState"], "CONNECTING");
    simulator.advance(Duration::from_secs(60));
    let connected = get(&client, &state).await?;
    assert_eq!(connected["status"], "connected");
    assert_eq!(tunnel(&connected)["status"], "UP");
    assert_eq!(get(&client, &path).await?["status"], "connected");

    let hub = &connected["hubs"][0]["id"];
    assert_eq!(created["hubs"][0]["id"], *hub);
    let peers = get(&client, &format!("{path}/peers")).await?;
    let peer = peers[0]["peerId"].as_str().unwrap();
    let path = format!("{path}/networktunnelhubs/{hub}/peers/{peer}/state");
    assert_eq!(get(&client, &path).await?, peers[0]);
    let error = get(
        &client,
        &path.replace(&format!("peers/{peer}"), "peers/nobody"),
    )
    .await
    .unwrap_err();
    assert_eq!(status(&error), Some(404));
    Ok(())
}

#[tokio::test]
async fn requests_change_the_items_that_they_name() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);

    let domains = json!(["one.example.com", "two.example.com"]);
    let path = "/investigate/v2/domains/categorization";
    let categories = send(&client, Method::POST, path, Some(&domains)).await?;
    let named: Vec<_> = categories.as_object().unwrap().keys().collect();
    assert_eq!(named, ["one.example.com", "two.example.com"]);
    let one = get(&client, &format!("{path}/one.example.com")).await?;
    assert_eq!(one["one.example.com"], categories["one.example.com"]);

    let settings = "/deployments/v2/deviceSettings/SWGEnabled";
    let call = async |verb: &str, body: Value| {
        send(
            &client,
            Method::POST,
            &format!("{settings}/{verb}"),
            Some(&body),
        )
        .await
    };
    call("set", json!({"originIds": [7, 8], "value": "1"})).await?;
    call("remove", json!({"originIds": [7]})).await?;
    let listed = call("list", json!({"originIds": [7, 8, 9]})).await?;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["originId"], 8);
    assert_eq!(listed[0]["value"], "1");

    let sessions = "/admin/v2/vpn/userConnections";
    let all = simulator.items(sessions);
    let body = json!({"action": "disconnect", "sessions": [all[0]["sessionId"], "none"]});
    let ended = send(&client, Method::PUT, sessions, Some(&body)).await?;
    assert_eq!(ended["failed"]["sessions"], json!(["none"]));
    assert_eq!(simulator.items(sessions), all[1..]);

    let certificates = "/admin/v2/ztna/users/1001/deviceCertificates";
    let before = get(&client, certificates).await?;
    let device = before["devices"][0]["deviceId"].as_str().unwrap();
    let path = format!("/admin/v2/ztna/users/1001/devices/{device}");
    client
        .request(Method::DELETE, &path)
        .send::<Option<Value>>()
        .await
        .ok();
    let after = get(&client, certificates).await?;
    let devices = |value: &Value| value["devices"].as_array().unwrap().len();
    assert_eq!(devices(&after), devices(&before) - 1);

    let identities = "/reports/v2/identities";
    let known = simulator.ids(identities)[0].parse::<i64>().unwrap();
    let wanted = json!({"identityids": [known, 7]});
    let lookup = client.request(Method::POST, identities);
    let lookup = lookup.query("limit", "10").query("offset", "0");
    let found = lookup.json(&wanted).send::<Value>().await?.into_inner();
    let found = found["data"].as_array().unwrap();
    let found: Vec<_> = found.iter().map(|identity| &identity["id"]).collect();
    assert_eq!(found, [known]);

    let summaries = get_with(&client, "/admin/v2/ztna/userSummaries", "userIds", "5,6").await?;
    let users = summaries["users"].as_array().unwrap();
    let users: Vec<_> = users.iter().map(|user| user["userId"].as_str()).collect();
    assert_eq!(users, [Some("5"), Some("6")]);
    Ok(())
}

#[tokio::test]
async fn destinations_are_counted_and_typed() -> Result<()> {
    const LISTS: &str = "/policies/v2/destinationlists";
    let simulator = Simulator::builder().quirks([]).start().await?;
    let client = hurried(&simulator);
    let destinations = ["pier.example.com", "example.com/pier", "192.0.2.0/24"];
    let rows = destinations.map(|destination| json!({"destination": destination}));
    let list = json!({
        "name": "Pier", "access": "block", "isGlobal": false, "bundleTypeId": 2, "destinations": rows,
    });
    let created = item(send(&client, Method::POST, LISTS, Some(&list)).await?);
    assert_eq!(created["meta"]["destinationCount"], 3);
    let path = format!("{LISTS}/{}/destinations", created["id"]);
    let types: Vec<_> = simulator
        .items(&path)
        .iter()
        .map(|row| row["type"].clone())
        .collect();
    assert_eq!(types, ["domain", "url", "ipv4"]);
    for list in get(&client, LISTS).await?["data"].as_array().unwrap() {
        let path = format!("{LISTS}/{}/destinations", list["id"]);
        let count = simulator.ids(&path).len();
        assert_eq!(list["meta"]["destinationCount"], count, "{list}");
    }
    Ok(())
}

#[tokio::test]
async fn a_provisioning_key_is_returned_only_on_request() -> Result<()> {
    let simulator = Simulator::builder().quirks([]).start().await?;
    let client = hurried(&simulator);
    let path = "/deployments/v2/connectorGroups/1001";
    assert_eq!(get(&client, path).await?.get("provisioningKey"), None);
    let with = get_with(&client, path, "includeProvisioningKey", "true").await?;
    assert!(with["provisioningKey"].is_string());
    let counts = get(&client, "/deployments/v2/connectorGroups/counts").await?;
    assert_eq!(counts["total"], 3);
    Ok(())
}

#[tokio::test]
async fn ids_refer_to_existing_items() -> Result<()> {
    let simulator = Simulator::builder().quirks([]).start().await?;
    let client = hurried(&simulator);
    let objects = "/policies/v2/objects/networkObjects";
    let host =
        |name: &str| json!({"name": name, "value": {"type": "host", "addresses": ["192.0.2.1"]}});
    let object = send(&client, Method::POST, objects, Some(&host("Pier"))).await?;
    let groups = "/policies/v2/objects/networkObjectGroups";
    let group = json!({"name": "Piers", "objectIds": [object["id"]], "groupIds": [], "values": []});
    let group = send(&client, Method::POST, groups, Some(&group)).await?;
    assert_eq!(
        group["objects"],
        json!([{"id": object["id"], "name": "Pier"}])
    );
    let references = format!("{objects}/{}/references", object["id"]);
    let references = get(&client, &references).await?;
    assert_eq!(
        references["groups"],
        json!([{"id": group["id"], "name": "Piers"}])
    );
    assert_eq!(references["rules"], json!([]));

    let lists = "/policies/v2/applicationLists";
    let list = json!({"applicationListName": "Pier", "isDefault": false, "applicationIds": [77]});
    send(&client, Method::POST, lists, Some(&list)).await?;
    let usage = client
        .request(Method::GET, "/policies/v2/applications/usage")
        .query("attributeName", "umbrella.destination.application_ids")
        .query("attributeValue", "77,78");
    let usage = usage.await?.into_inner();
    let lists_of = |index: usize| {
        usage[index]["usedBy"]["applicationLists"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((&usage[0]["applicationId"], lists_of(0)), (&json!(77), 1));
    assert_eq!((&usage[1]["applicationId"], lists_of(1)), (&json!(78), 0));

    let integrations = "/admin/v2/integrations";
    let integration = json!({"name": "Pier", "type": "webhook.v1"});
    let created = send(&client, Method::POST, integrations, Some(&integration)).await?;
    let path = format!("{integrations}/{}", created["id"].as_str().unwrap());
    let credentials = format!("{path}/credentials");
    assert!(simulator.ids(&credentials).is_empty(), "a new one has none");
    let credential = json!({"name": "Key", "type": "token.v1", "value": {"token": "hush"}});
    let types = simulator
        .example_request("create_integration_credential", false)
        .unwrap();
    let credential = match body(&types) {
        Value::Object(mut example) => {
            example.insert("name".to_owned(), credential["name"].clone());
            Value::Object(example)
        }
        _ => credential,
    };
    let created = send(&client, Method::POST, &credentials, Some(&credential)).await?;
    let read = item(get(&client, &path).await?);
    assert_eq!(read["credentials"][0]["name"], "Key");
    assert_eq!(read["credentials"][0]["href"], created["href"]);

    let resources = "/policies/v2/privateResources";
    let groups = "/policies/v2/privateResourceGroups";
    let group = json!({"name": "Piers", "resourceIds": [1001, 1002]});
    let group = send(&client, Method::POST, groups, Some(&group)).await?["resourceGroupId"].clone();
    let member = get(&client, &format!("{resources}/1001")).await?;
    assert!(
        member["resourceGroupIds"]
            .as_array()
            .unwrap()
            .contains(&group),
        "{member}"
    );
    client
        .request(Method::DELETE, &format!("{resources}/1001"))
        .send::<Option<Value>>()
        .await
        .ok();
    let group = get(&client, &format!("{groups}/{group}")).await?;
    assert_eq!(group["resourceIds"], json!([1002]));

    let rule = json!({
        "ruleName": "Pier", "ruleAction": "allow", "ruleSettings": [],
        "ruleConditions": [{
            "attributeName": "umbrella.destination.private_resource_ids",
            "attributeOperator": "IN",
            "attributeValue": [1002],
        }],
    });
    send(&client, Method::POST, "/policies/v2/rules", Some(&rule)).await?;
    let path = format!("{resources}/1002");
    let delete = || client.request(Method::DELETE, &path);
    let error = delete().await.unwrap_err();
    assert!([Some(400), Some(409)].contains(&status(&error)), "{error}");
    delete()
        .query("force", "true")
        .send::<Option<Value>>()
        .await
        .ok();
    assert_eq!(simulator.ids(resources), ["1003"]);
    Ok(())
}

#[tokio::test]
async fn conditions_of_rules_refer_to_existing_items() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_access_rules", 40)
        .quirks([])
        .start()
        .await?;
    let client = hurried(&simulator);
    let mut seen = 0;
    for id in simulator.ids("/policies/v2/rules") {
        let rule = get(&client, &format!("/policies/v2/rules/{id}")).await?;
        for condition in rule["ruleConditions"].as_array().unwrap() {
            let name = condition["attributeName"].as_str().unwrap();
            let path = match name.rsplit('.').next() {
                Some("destination_list_ids") => "/policies/v2/destinationlists",
                Some("private_resource_ids") => "/policies/v2/privateResources",
                Some("networkObjectIds") => "/policies/v2/objects/networkObjects",
                Some("all") => {
                    assert_eq!(condition["attributeValue"], true);
                    continue;
                }
                _ => continue,
            };
            for value in condition["attributeValue"].as_array().unwrap() {
                assert!(
                    simulator.ids(path).contains(&value.to_string()),
                    "{condition}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 3, "{seen} references");
    Ok(())
}

#[tokio::test]
async fn a_listed_event_can_be_read_and_identities_are_filtered_by_type() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_identities", 40)
        .start()
        .await?;
    let client = hurried(&simulator);
    let path = "/reports/v2/dlp/realTime/events";
    let events = client
        .request(Method::GET, path)
        .query("from", "-1days")
        .query("to", "now")
        .await?
        .into_inner();
    let event = &events["events"][0];
    let id = event["eventId"].as_str().or(event["id"].as_str()).unwrap();
    get(&client, &format!("{path}/{id}")).await?;

    let identities = client
        .request(Method::GET, "/reports/v2/identities")
        .query("limit", "100")
        .query("identitytypes", "site,network")
        .await?
        .into_inner();
    let identities = identities["data"].as_array().unwrap();
    assert!(!identities.is_empty() && identities.len() < 40);
    for identity in identities {
        let kind = identity["type"]["type"].as_str().unwrap();
        assert!(["site", "network"].contains(&kind), "{identity}");
    }
    Ok(())
}

#[tokio::test]
async fn a_test_can_read_and_change_the_state() -> Result<()> {
    const SITES: &str = "/deployments/v2/sites";
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let id = simulator.add_item(SITES, &json!({"name": "Pier"}))?;
    simulator.set_item(SITES, &id, &json!({"isDefault": true}))?;
    let read = get(&client, &format!("{SITES}/{id}")).await?;
    assert_eq!(
        (&read["name"], &read["isDefault"]),
        (&json!("Pier"), &json!(true))
    );

    for (path, item, expected) in [
        (SITES, json!({"name": 7}), "/name"),
        (SITES, json!({"colour": "red"}), "/colour"),
        (SITES, json!("Pier"), "an object"),
        (SITES, json!({"siteId": 1001}), "1001"),
        ("/deployments/v2/stars", json!({}), "no collection"),
    ] {
        let error = simulator.add_item(path, &item).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = simulator.set_item(SITES, "999", &json!({"name": "Quay"}));
    assert!(error.unwrap_err().to_string().contains("999"));

    let region = json!({
        "region": "xx-test-1", "name": "Test", "description": "Test", "continent": "Europe",
    });
    simulator.add_item("/deployments/v2/regions", &region)?;
    let regions = get(&client, "/deployments/v2/regions").await?;
    assert!(regions["regions"].as_array().unwrap().contains(&region));
    let group = json!({
        "name": "Pier", "region": "xx-test-1", "authIdPrefix": "pier-group-1",
        "passphrase": "Hush0hush0hush0hush",
    });
    let groups = "/deployments/v2/networktunnelgroups";
    send(&client, Method::POST, groups, Some(&group)).await?;

    let snapshot = simulator.snapshot();
    assert!(!snapshot.to_string().contains("hush"), "{snapshot}");
    let restored = Simulator::builder()
        .snapshot(snapshot.clone())
        .start()
        .await?;
    assert_eq!(restored.snapshot(), snapshot);
    assert_eq!(restored.items(SITES), simulator.items(SITES));
    let unfit = json!({SITES: [{"name": 7}]});
    let error = Simulator::builder()
        .snapshot(unfit)
        .start()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/name"), "{error}");
    Ok(())
}

#[tokio::test]
async fn generated_values_are_documented_values() -> Result<()> {
    let simulator = Simulator::builder().quirks([]).start().await?;
    let client = hurried(&simulator);
    for group in simulator.items("/deployments/v2/networktunnelgroups") {
        let path = format!("/deployments/v2/networktunnelgroups/{}/peers", group["id"]);
        for peer in get(&client, &path).await?.as_array().unwrap() {
            assert_eq!(peer["status"], "UP");
            let address = peer["peerIp"].as_str().unwrap();
            assert!(address.parse::<std::net::IpAddr>().is_ok(), "{address}");
        }
    }
    let computers = simulator.items("/deployments/v2/roamingcomputers");
    assert_eq!(computers[0]["type"], "anyconnect");
    Ok(())
}

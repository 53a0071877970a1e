//! Decoding: nested values of any form are decoded, kept, reported, and encoded as received.

use chrono::{DateTime, Utc};
use cisco_secure_access::api::admin::types::{AlertRule, AlertSeverity};
use cisco_secure_access::api::deployments::types::{NetworkTunnelGroup, Site};
use cisco_secure_access::api::investigate::types::{CoOccurringDomain, CoOccurringDomains};
use cisco_secure_access::api::policies::types::{
    AccessRule, Destination, RuleCondition, UnifiedNetworkObject, UpdateAccessRuleRequest,
};
use cisco_secure_access::{Entries, ErrorKind, JsonType, Nullable, Response, Result};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::logs;
use crate::scripted::{Scripted, TOKEN};

const JSON: &str = "application/json";

/// A server that responds with a token and then with this body.
async fn server(body: &Value) -> Scripted {
    Scripted::start(&[(200, JSON, TOKEN), (200, JSON, &body.to_string())]).await
}

/// A page of tunnel groups with errors of each kind, and its deviations.
fn page_with_deviations() -> (Value, Vec<(&'static str, &'static str, JsonType)>) {
    let page = json!({
        "data": [
            {"id": 1, "name": "a"},
            {"id": {}, "name": "b", "hubs": [{"id": 4, "isPrimary": "perhaps"}, 17, {"id": 5}]},
            "hush",
            {"id": 3, "name": ["c"], "routing": {"type": "static", "data": {"networkCIDRs": [[], "10.0.0.0/8"]}}},
        ],
        "total": "hush",
    });
    let deviations = vec![
        ("$.data[1].hubs[0].isPrimary", "a boolean", JsonType::String),
        ("$.data[1].hubs[1]", "an object", JsonType::Number),
        ("$.data[1].id", "an integer", JsonType::Object),
        ("$.data[2]", "an object", JsonType::String),
        ("$.data[3].name", "a string", JsonType::Array),
        (
            "$.data[3].routing.data.networkCIDRs[0]",
            "a string",
            JsonType::Array,
        ),
        ("$.total", "an integer", JsonType::String),
    ];
    (page, deviations)
}

fn reported<T>(response: &Response<T>) -> Vec<(&str, &str, JsonType)> {
    let deviations = response.deviations().iter();
    deviations
        .map(|deviation| (deviation.path(), deviation.expected(), deviation.found()))
        .collect()
}

#[tokio::test]
async fn a_value_of_another_type_is_reported_and_the_rest_is_decoded() -> Result<()> {
    let (body, deviations) = page_with_deviations();
    let server = server(&body).await;
    let client = server.client();
    let page = client
        .deployments()
        .list_network_tunnel_groups()
        .send()
        .await?;
    assert_eq!(reported(&page), deviations);
    let ids: Vec<_> = page.data.iter().map(|group| group.id).collect();
    assert_eq!(ids, [Some(1), None, Some(3)]);
    let group = &page.data[1];
    assert_eq!(group.name.as_deref(), Some("b"));
    assert_eq!(group.extra["id"], json!({}));
    assert_eq!(group.hubs.len(), 2);
    assert_eq!(group.hubs[0].extra["isPrimary"], "perhaps");
    assert_eq!(page.extra["total"], "hush");
    assert_eq!(
        serde_json::to_value(page.into_inner()).unwrap(),
        body,
        "nothing is lost"
    );
    Ok(())
}

#[tokio::test]
async fn items_and_pages_come_with_their_deviations() -> Result<()> {
    let (mut body, deviations) = page_with_deviations();
    body["total"] = json!(4);
    let deviations = &deviations[..6];
    let server = Scripted::start(&[
        (200, JSON, TOKEN),
        (200, JSON, &body.to_string()),
        (200, JSON, &body.to_string()),
    ])
    .await;
    let client = server.client();
    let request = || client.deployments().list_network_tunnel_groups().limit(4);
    let pages: Vec<_> = request().pages().try_collect().await?;
    assert_eq!(pages.len(), 1);
    assert_eq!(reported(&pages[0]), deviations);
    let mut items = request().items();
    let mut names = Vec::new();
    while let Some(group) = items.try_next().await? {
        names.push(group.name);
        assert_eq!(items.deviations().len(), deviations.len());
    }
    assert_eq!(names, [Some("a".to_owned()), Some("b".to_owned()), None]);
    Ok(())
}

#[tokio::test]
async fn deviations_are_errors_with_strict_responses() {
    let (body, deviations) = page_with_deviations();
    let server = server(&body).await;
    let client = server.builder().strict_responses(true).build().unwrap();
    let request = client.deployments().list_network_tunnel_groups();
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let message = error.to_string();
    let (path, expected, _) = deviations[0];
    assert!(
        message.contains(&format!("{path}: expected {expected}")),
        "{message}"
    );
    assert!(message.contains("6 more locations"), "{message}");
    assert!(!message.contains("hush"), "{message}");
    assert_eq!(error.body(), body.to_string().as_bytes());
}

#[tokio::test]
async fn each_kind_of_deviation_is_logged_once() -> Result<()> {
    let row = json!({"id": 1, "name": {"hush": "hush"}});
    let body = json!({"data": [row, row], "total": 2}).to_string();
    let server =
        Scripted::start(&[(200, JSON, TOKEN), (200, JSON, &body), (200, JSON, &body)]).await;
    let client = server.client();
    let (log, _guard) = logs::log();
    for _ in 0..2 {
        let page = client
            .deployments()
            .list_network_tunnel_groups()
            .send()
            .await?;
        assert_eq!(page.deviations().len(), 2);
    }
    let log = log.text();
    let events: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(events.len(), 1, "{log}");
    assert!(events[0].contains("$.data[*].name"), "{log}");
    assert!(events[0].contains("list_network_tunnel_groups"), "{log}");
    assert!(!log.contains("hush\""), "{log}");
    Ok(())
}

#[tokio::test]
async fn a_body_of_another_type_is_an_error_with_the_complete_body() {
    let long = format!("[{}1]", "1,".repeat(100_000));
    for (body, expected) in [
        ("[1]", "at $: expected an object, found a list"),
        ("17", "at $: expected an object, found a number"),
        ("null", "at $: expected an object, found null"),
        (long.as_str(), "at $: expected an object, found a list"),
        ("", "the response has no body; expected an object"),
        ("{\"data\": [", "the response is not JSON (EOF"),
    ] {
        let server = Scripted::start(&[(200, JSON, TOKEN), (200, JSON, body)]).await;
        let client = server.client();
        let request = client.deployments().list_network_tunnel_groups();
        let error = request.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.body(), body.as_bytes());
    }
}

/// Decodes JSON to a type and encodes it again.
fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> (T, Value) {
    let decoded: T = serde_json::from_value(value.clone()).unwrap();
    let written = serde_json::to_value(&decoded).unwrap();
    (decoded, written)
}

#[test]
fn an_object_and_a_list_with_one_element_are_equivalent() {
    let hub = json!({"id": 4, "isPrimary": true});
    let value = json!({"hubs": hub, "routing": [{"type": "nat"}]});
    let (group, written) = round_trip::<NetworkTunnelGroup>(&value);
    assert_eq!(group.hubs[0].id, Some(4));
    assert!(group.routing.is_some());
    assert_eq!(written, value);

    let value = json!({"hubs": [], "routing": []});
    let (group, written) = round_trip::<NetworkTunnelGroup>(&value);
    assert_eq!((group.hubs.len(), group.routing), (0, None));
    assert_eq!(written, value);

    // A value that is not a hub is omitted.
    let value = json!({"hubs": {"message": "no"}});
    let (group, written) = round_trip::<NetworkTunnelGroup>(&value);
    assert!(group.hubs.is_empty());
    assert_eq!(group.extra["hubs"], json!({"message": "no"}));
    assert_eq!(written, value);
}

#[test]
fn a_scalar_in_another_form_is_encoded_as_received() {
    let value = json!({
        "id": "7",
        "organizationId": 7.0,
        "name": 12,
        "createdAt": "2026-03-28 18:17:36",
        "modifiedAt": 1_774_721_856_000_i64,
        "hubs": [{"isPrimary": "true", "id": false}],
    });
    let (mut group, written) = round_trip::<NetworkTunnelGroup>(&value);
    assert_eq!(written, value);
    assert_eq!((group.id, group.organization_id), (Some(7), Some(7)));
    assert_eq!(group.created_at, group.modified_at);
    assert_eq!(group.hubs[0].is_primary, Some(true));
    assert_eq!(group.hubs[0].id, None);

    // A changed field is encoded with its new value, and other fields do not change.
    group.id = Some(8);
    let mut changed = value;
    changed["id"] = json!(8);
    assert_eq!(serde_json::to_value(&group).unwrap(), changed);
}

#[tokio::test]
async fn an_integer_that_the_service_quotes_is_encoded_as_received() -> Result<()> {
    let ids = [
        (json!("0"), Some(0)),
        (json!("7"), Some(7)),
        (json!("999999999999999999"), Some(999_999_999_999_999_999)),
        (json!("9223372036854775807"), Some(i64::MAX)),
        (json!("-9223372036854775808"), Some(i64::MIN)),
        (json!("-7"), Some(-7)),
        (json!("-0"), Some(0)),
        (json!("7\n"), Some(7)),
        (json!("\u{a0}7"), None),
        (json!("+7"), Some(7)),
        (json!("007"), Some(7)),
        (json!(" 7 "), Some(7)),
        (json!(7), Some(7)),
        (json!(7.0), Some(7)),
        (json!(""), None),
        (json!(false), None),
        (json!("9223372036854775808"), None),
        (json!("7a"), None),
        (json!("\u{0667}"), None),
        (json!(["7"]), None),
    ];
    for (id, expected) in ids {
        let value = json!({"id": id, "destination": "a.example"});
        let (mut destination, written) = round_trip::<Destination>(&value);
        assert_eq!(destination.id, expected, "{value}");
        assert_eq!(written, value);

        let page = json!({"status": {"code": 200}, "meta": {"total": 1}, "data": [value]});
        let server = server(&page).await;
        let response = server.client().policies().list_destinations(1).await?;
        assert_eq!(response.data[0], destination, "{value}");
        assert_eq!(serde_json::to_value(response.into_inner()).unwrap(), page);

        destination.id = Some(-8);
        let changed = json!({"id": "-8", "destination": "a.example"});
        assert_eq!(serde_json::to_value(&destination).unwrap(), changed);
    }
    Ok(())
}

#[test]
fn absent_and_empty_and_null_differ() {
    for value in [json!({}), json!({"hubs": []})] {
        assert_eq!(round_trip::<NetworkTunnelGroup>(&value).1, value);
    }
    // A null is kept if the object can also be sent.
    let value = json!({"ruleName": "a", "ruleDescription": null, "ruleConditions": null});
    assert_eq!(round_trip::<AccessRule>(&value).1, value);
    let value = json!({"attributeName": null, "brandNew": null});
    assert_eq!(round_trip::<RuleCondition>(&value).1, value);
}

#[test]
fn numbers_keep_their_digits() {
    let value = json!({
        "id": u64::MAX,
        "name": u64::MAX,
        "brandNew": [u64::MAX, i64::MIN, 0.1, 1e300, 123_456_789.123_456_79],
    });
    let (group, written) = round_trip::<NetworkTunnelGroup>(&value);
    assert_eq!(written, value);
    assert_eq!(group.id, None);
    assert_eq!(group.name, Some(u64::MAX.to_string()));
}

#[test]
fn undocumented_properties_can_be_changed_and_compared() {
    let value = json!({"id": 7, "brandNew": {"a": [1, null]}});
    let (mut group, _) = round_trip::<NetworkTunnelGroup>(&value);
    let copy = group.clone();
    assert_eq!(group, copy);
    group.extra.insert("second".to_owned(), json!(2));
    group.extra.remove("brandNew");
    assert_ne!(group, copy);
    assert_eq!(
        serde_json::to_value(&group).unwrap(),
        json!({"id": 7, "second": 2})
    );
    // It has the size of one pointer.
    assert!(NetworkTunnelGroup::default().extra.is_empty());
}

#[test]
fn undocumented_values_are_not_shown() {
    let value = json!({"id": 7, "apiSecret": "hush", "name": {"hush": 1}});
    let (group, _) = round_trip::<NetworkTunnelGroup>(&value);
    let shown = format!("{group:?}");
    assert!(
        shown.contains("apiSecret") && shown.contains("id: 7"),
        "{shown}"
    );
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn null_survives_serde() {
    let value: Nullable<String> = serde_json::from_value(Value::Null).unwrap();
    assert_eq!(value, Nullable::Null);
    assert_eq!(Nullable::Value(7).into_value(), Some(7));
}

#[test]
fn a_value_that_matches_no_variant_is_kept_completely() {
    for value in [
        json!({"attributeValue": {"neither": ["of", "them"]}}),
        json!({"attributeValue": [{"neither": 1}, {}, 7, "text", {"ip": ["192.0.2.1"], "brandNew": 1}]}),
        json!({"attributeValue": 1.5}),
        json!({"attributeValue": [[1]]}),
    ] {
        let (_, written) = round_trip::<RuleCondition>(&value);
        assert_eq!(written, value);
    }
}

#[test]
fn an_undocumented_enumeration_value_does_not_change_the_variant() {
    let object = json!({"id": 7, "name": "a", "type": "host", "addresses": ["192.0.2.1"], "value": "192.0.2.1"});
    let (documented, _) = round_trip::<UnifiedNetworkObject>(&object);
    let mut object = object;
    object["type"] = json!("constellation");
    let (undocumented, written) = round_trip::<UnifiedNetworkObject>(&object);
    assert_eq!(written, object);
    let is_same = std::mem::discriminant(&documented) == std::mem::discriminant(&undocumented);
    assert!(
        is_same || matches!(undocumented, UnifiedNetworkObject::Unknown(_)),
        "{undocumented:?}"
    );
}

#[test]
fn an_enumeration_of_integers_is_decoded_like_an_integer() {
    for severity in [json!(2), json!(2.0), json!("2")] {
        let value = json!({"severity": severity});
        let (rule, written) = round_trip::<AlertRule>(&value);
        assert_eq!(rule.severity, Some(AlertSeverity::other(2)), "{value}");
        assert!(rule.extra.is_empty());
        assert_eq!(written, value);
    }
    let value = json!({"severity": 2.5, "status": "high"});
    let (rule, written) = round_trip::<AlertRule>(&value);
    assert_eq!((rule.severity, rule.status), (None, None));
    assert_eq!(written, value);
}

#[test]
fn map_entries_of_another_type_are_in_extra() {
    let value = json!({"a": 1, "b": "x", "c": null});
    let mut entries: Entries<i64> = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries.extra["b"], "x");
    assert_eq!(serde_json::to_value(&entries).unwrap(), value);
    entries.extra.clear();
    assert_eq!(serde_json::to_value(&entries).unwrap(), json!({"a": 1}));
}

#[tokio::test]
async fn an_object_of_elements_by_id_is_decoded_as_a_list() -> Result<()> {
    let categories = json!({"7": {"id": 7, "name": "Chat"}, "12": {"id": "12", "name": "Games"}});
    let server = server(&categories).await;
    let client = server.client();
    let response = client.policies().list_application_categories().await?;
    let ids: Vec<_> = response.iter().map(|category| category.id).collect();
    assert_eq!(ids, [Some(12), Some(7)]);
    assert!(response.deviations().is_empty());
    Ok(())
}

#[tokio::test]
async fn an_object_of_elements_by_id_is_listed_once() -> Result<()> {
    let categories = json!({"7": {"id": 7, "name": "Chat"}, "12": {"id": 12, "name": "Games"}});
    // The service ignores the paging parameters.
    let page = (200, JSON, &*categories.to_string());
    let server = Scripted::start(&[(200, JSON, TOKEN), page, page, page, page]).await;
    let client = server.client();
    let list = || client.policies().list_application_categories().items();
    let categories = list().collect_all(10).await?;
    let ids: Vec<_> = categories.iter().map(|category| category.id).collect();
    assert_eq!(ids, [Some(12), Some(7)]);
    let games = list().find_by_name("Games").await?;
    assert_eq!(games.and_then(|games| games.id), Some(12));
    Ok(())
}

#[tokio::test]
async fn an_object_that_is_neither_an_element_nor_elements_by_id_is_not_a_list() {
    for body in [
        json!({"seven": {"id": 7}}),
        json!({"7": 7}),
        json!({"7": {}}),
    ] {
        let server = server(&body).await;
        let client = server.client();
        let request = client.policies().list_application_categories();
        let error = request.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}

#[test]
fn a_positional_object_keeps_values_of_another_type() {
    let value = json!({"pfs2": [["a.example", 7], ["b.example", "7"], {"domain": "c.example"}]});
    let (page, written) = round_trip::<CoOccurringDomains>(&value);
    let domains: Vec<_> = page
        .pfs2
        .iter()
        .map(|pair| pair.domain.as_deref())
        .collect();
    assert_eq!(
        domains,
        [Some("a.example"), Some("b.example"), Some("c.example")]
    );
    assert_eq!(written, value);
    for element in [
        json!("d.example"),
        json!(["d.example"]),
        json!(["d.example", {}]),
    ] {
        let value = json!({"pfs2": [["a.example", 7], element]});
        let (page, written) = round_trip::<CoOccurringDomains>(&value);
        assert_eq!(page.pfs2[0].score, Some(7.0));
        assert_eq!(page.extra["pfs2"], value["pfs2"]);
        assert_eq!(written, value);
    }
    let error = serde_json::from_value::<CoOccurringDomain>(json!(7)).unwrap_err();
    assert_eq!(error.to_string(), "expected a list, found a number");
}

#[test]
fn null_properties_count_for_the_variant_in_each_round_trip() {
    // An object requires `value`, which a group does not have.
    let value = json!({"name": "a", "value": null});
    let (object, written) = round_trip::<UnifiedNetworkObject>(&value);
    assert!(
        !matches!(object, UnifiedNetworkObject::Unknown(_)),
        "{object:?}"
    );
    assert_eq!(written, value);
    let (again, _) = round_trip::<UnifiedNetworkObject>(&written);
    assert_eq!(again, object);
}

#[test]
fn a_request_body_from_a_file_keeps_all_properties() {
    let value = json!({
        "ruleName": "a", "ruleAction": "allow", "rulePriority": 3, "ruleConditions": [], "ruleSettings": [],
        "ruleDescription": null, "brandNew": {"a": 1},
    });
    assert_eq!(round_trip::<UpdateAccessRuleRequest>(&value).1, value);
}

#[test]
fn a_time_is_encoded_as_received() {
    let as_documented = "2026-01-31T08:30:00.250Z";
    let cases = [
        (as_documented, Some(as_documented)),
        ("2026-12-31T23:59:59.999Z", Some("2026-12-31T23:59:59.999Z")),
        // Other formats of the service.
        ("2026-01-31T08:30:00.25Z", Some(as_documented)),
        ("2026-01-31T08:30:00.250000Z", Some(as_documented)),
        ("2026-01-31T09:30:00.250+01:00", Some(as_documented)),
        ("2026-01-31 08:30:00.250", Some(as_documented)),
        (" 2026-01-31T08:30:00.250Z", Some(as_documented)),
        ("2026-01-31T08:30Z", Some("2026-01-31T08:30:00.000Z")),
        // Missing digits.
        ("2026-1-31T08:30:00.250Z", Some(as_documented)),
        ("2026-01-31T08:30:00.Z", None),
        ("2026-01-31T08:30:00.250Z!", None),
        ("2026-01-31T08:30:00.2\u{665}0Z", None),
        // Not a time.
        ("2026-02-30T08:30:00.250Z", None),
        ("2026-13-31T08:30:00.250Z", None),
        ("2026-01-31T24:00:00.250Z", None),
        ("hush", None),
    ];
    for (text, time) in cases {
        let value = json!({"createdAt": text});
        let (site, written) = round_trip::<Site>(&value);
        let read = site.created_at;
        let format = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        assert_eq!(read.map(format).as_deref(), time, "{text}");
        assert_eq!(written, value);
        assert_eq!(site.extra.is_empty(), time.is_some(), "{text}");
    }
}

//! The generated types: decoding, encoding, and redaction.

use std::collections::BTreeSet;

use chrono::DateTime;
use cisco_secure_access::api::admin::missing;
use cisco_secure_access::api::admin::types::*;
use cisco_secure_access::api::deployments::types::*;
use cisco_secure_access::api::policies::types::{
    AccessTypeRequest, AddDestination, CreateDestinationListRequest, DestinationList,
    DestinationListAccess, NetworkObject, NetworkObjectGroupRequest, NetworkObjectRequest,
    NetworkObjectValue, RuleAction, RuleCondition, SaasApiIncrementalConfig, UnifiedNetworkObject,
};
use cisco_secure_access::{
    CloudKind, Credentials, DateOrTime, ErrorKind, ReportingTime, ReportsRegion, Required as _,
    SecretString, Set, operations,
};
use serde_json::json;

#[test]
fn recorded_responses_are_decoded() {
    let group: NetworkTunnelGroup = serde_json::from_value(json!({
        "id": "7",
        "organizationId": 7.0,
        "name": null,
        "createdAt": "2026-03-28 18:17:36",
        "modifiedAt": "2026-03-28T18:17:36",
        "status": "levitating",
        "hubs": null,
        "brandNew": {"a": [1, 2]},
    }))
    .unwrap();
    assert_eq!((group.id, group.organization_id), (Some(7), Some(7)));
    assert_eq!(group.name, None);
    assert_eq!(group.created_at, group.modified_at);
    assert_eq!(
        group.created_at.unwrap().to_rfc3339(),
        "2026-03-28T18:17:36+00:00"
    );
    assert!(group.hubs.is_empty());
    let status = group.status.unwrap();
    assert_eq!(status.as_str(), "levitating");
    assert!(matches!(status, NetworkTunnelGroupStatus::Unknown(_)));
    assert_eq!(serde_json::to_value(&status).unwrap(), "levitating");
}

#[test]
fn a_time_can_be_a_number_or_empty() {
    let read = |value| {
        let group = json!({"createdAt": value});
        let group: NetworkTunnelGroup = serde_json::from_value(group).unwrap();
        group.created_at.map(|time| time.to_rfc3339())
    };
    for number in [
        1_774_721_856_i64,
        1_774_721_856_000,
        1_774_721_856_000_000,
        1_774_721_856_000_000_000,
    ] {
        assert_eq!(
            read(json!(number)).as_deref(),
            Some("2026-03-28T18:17:36+00:00")
        );
    }
    assert_eq!(read(json!("")), None);
}

#[test]
fn building_a_body_requires_its_required_properties() {
    let group = CreateNetworkTunnelGroupRequest::builder()
        .auth_id_prefix("office")
        .name("Harbour")
        .passphrase("a long passphrase")
        .region("cn-east-1")
        .build();
    assert_eq!(
        serde_json::to_value(&group).unwrap(),
        json!({"authIdPrefix": "office", "name": "Harbour", "passphrase": "a long passphrase", "region": "cn-east-1"})
    );
    // A body from a file can lack a required property; it is then not sent.
    let incomplete: CreateNetworkTunnelGroupRequest =
        serde_json::from_value(json!({"name": "x"})).unwrap();
    let error = serde_json::to_value(&incomplete).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`CreateNetworkTunnelGroupRequest` requires `authIdPrefix`, which is not set"
    );
}

#[test]
fn a_constant_property_is_sent_and_keeps_another_value() {
    let patch = NetworkTunnelGroupPatch::builder()
        .path(NetworkTunnelGroupProperty::Name)
        .value("Harbour")
        .build();
    let body = |op| json!({"op": op, "path": "/name", "value": "Harbour"});
    assert_eq!(
        serde_json::to_value(&patch).unwrap(),
        body(json!("replace"))
    );
    let read = |op| serde_json::from_value::<NetworkTunnelGroupPatch>(body(op)).unwrap();
    assert_eq!(read(json!("replace")), patch);
    for op in [json!("remove"), json!(7)] {
        let other = read(op.clone());
        assert_ne!(other, patch);
        assert_eq!(serde_json::to_value(&other).unwrap(), body(op));
    }
}

#[test]
fn values_of_network_objects_have_one_type_in_requests_and_responses() {
    let value = json!({"type": "host", "addresses": ["192.0.2.53"]});
    let object: NetworkObject =
        serde_json::from_value(json!({"name": "Harbour", "value": value})).unwrap();
    let value_read = object.value.unwrap();
    assert!(matches!(value_read, NetworkObjectValue::Address(_)));
    let empty = || json!({});
    let mut request: NetworkObjectRequest = serde_json::from_value(empty()).unwrap();
    request.value = Some(value_read.clone());
    let mut group: NetworkObjectGroupRequest = serde_json::from_value(empty()).unwrap();
    group.values = Some(vec![value_read.clone()]);
    assert_eq!(request.value, group.values.unwrap().pop());
    assert_eq!(serde_json::to_value(&value_read).unwrap(), value);
}

#[test]
fn a_union_keeps_its_variant() {
    for data in [
        json!({"networkCIDRs": ["10.0.0.0/8"]}),
        json!({"asNumber": "64512", "bgpNeighborCIDRs": ["169.254.0.0/30"]}),
        json!("text"),
        json!({"neitherOfThem": true}),
    ] {
        let routing: RoutingResponse =
            serde_json::from_value(json!({"type": "static", "data": data})).unwrap();
        let again = serde_json::to_value(&routing).unwrap();
        for (name, value) in data.as_object().into_iter().flatten() {
            assert_eq!(&again["data"][name], value);
        }
        if data.is_string() {
            assert_eq!(again["data"], data);
        }
    }
}

#[test]
fn all_properties_select_the_variant_of_a_union() {
    // The type `group` is a documented value of the other variant.
    let group = json!({"type": "group", "name": "offices", "groups": [{"id": 7, "name": "g"}], "objects": [], "values": []});
    let form: UnifiedNetworkObject = serde_json::from_value(group.clone()).unwrap();
    assert_eq!(serde_json::to_value(&form).unwrap(), group);
}

#[test]
fn secrets_are_not_shown() {
    let group = CreateNetworkTunnelGroupRequest::builder()
        .auth_id_prefix("office")
        .name("Harbour")
        .passphrase("the passphrase")
        .region("cn-east-1")
        .build();
    let shown = format!("{group:?}");
    assert!(
        shown.contains("Harbour") && shown.contains("[redacted]"),
        "{shown}"
    );
    assert!(!shown.contains("the passphrase"), "{shown}");
    // It is sent.
    assert!(
        serde_json::to_string(&group)
            .unwrap()
            .contains("the passphrase")
    );

    let key: ApiKeyWithSecret =
        serde_json::from_value(json!({"key": "public", "secret": "private"})).unwrap();
    let shown = format!("{key:?}");
    assert!(!shown.contains("private"), "{shown}");
}

#[test]
fn times_are_sent_in_the_format_of_the_service() {
    let time = "2026-01-31T08:00:00Z"
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap();
    assert_eq!(ReportingTime::from(time).to_string(), "1769846400000");
    assert_eq!(ReportingTime::from("-1days").to_string(), "-1days");
    assert_eq!(DateOrTime::from(time).to_string(), "2026-01-31T08:00:00Z");
    assert_eq!(
        DateOrTime::from(time.date_naive()).to_string(),
        "2026-01-31"
    );
}

#[test]
fn the_operation_table_can_be_searched() {
    let writes: BTreeSet<_> = operations()
        .filter(|operation| operation.api == "Destination Lists" && !operation.idempotent)
        .map(|operation| operation.id)
        .collect();
    assert!(writes.contains("create_destination_list"), "{writes:?}");
    assert!(!writes.contains("list_destination_lists"), "{writes:?}");

    let on_china: Vec<_> = operations()
        .filter(|operation| operation.clouds.contains(&CloudKind::China))
        .collect();
    assert!(
        on_china
            .iter()
            .all(|operation| operation.scope != "investigate")
    );
    assert!(on_china.len() > 100);

    let limited = operations()
        .find(|operation| operation.id == "list_sites")
        .unwrap();
    let windows: Vec<_> = limited
        .rate_limit
        .unwrap()
        .windows
        .iter()
        .map(|w| (w.requests, w.seconds))
        .collect();
    assert_eq!(windows, [(5, 1), (14, 60), (350, 1800)]);
}

#[test]
fn an_empty_list_can_be_sent_to_clear_a_list() {
    let sent = |config: SaasApiIncrementalConfig| serde_json::to_value(config).unwrap();
    assert_eq!(sent(SaasApiIncrementalConfig::new()), json!({}));
    let none: [String; 0] = [];
    let cleared = SaasApiIncrementalConfig::new().owners(none);
    assert_eq!(sent(cleared), json!({"owners": []}));
    for value in [
        json!({}),
        json!({"platforms": []}),
        json!({"platforms": [{"instances": []}], "owners": []}),
        json!({"platforms": [], "owners": ["ann"]}),
    ] {
        let read: SaasApiIncrementalConfig = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(sent(read), value, "what was read can be sent again");
    }
}

#[test]
fn an_enumeration_is_a_documented_or_an_explicit_other_value() {
    assert_eq!("block".parse(), Ok(RuleAction::Block));
    let error = "blocked".parse::<RuleAction>().unwrap_err().to_string();
    assert!(
        error.starts_with("`blocked` is not a documented value of `RuleAction`: expected one of `"),
        "{error}"
    );
    assert!(
        error.ends_with("`RuleAction::other` sends any value"),
        "{error}"
    );
    assert!(RuleAction::VALUES.contains(&RuleAction::Block));
    assert!(RuleAction::Block == "block" && RuleAction::Block == *"block");

    let other = RuleAction::other("quarantine");
    assert!(matches!(other, RuleAction::Unknown(_)) && other == "quarantine");
    assert_eq!(RuleAction::other("block"), RuleAction::Block);

    let documented = AlertRuleStatus::VALUES[0];
    assert_eq!(documented.get().to_string().parse(), Ok(documented));
    assert!(documented == documented.get());
    for text in ["-99", "one", ""] {
        assert!(text.parse::<AlertRuleStatus>().is_err(), "{text}");
    }
    assert_eq!(AlertRuleStatus::other(-99).get(), -99);
}

#[test]
fn list_parameters_accept_arrays_slices_and_iterators() {
    let list = |ids: &[i64]| json!({"entity_ids": ids, "status": 1});
    let status = AlertRuleStatus::other(1);
    let body = |builder: UpdateAlertRulesStatusRequestBuilder<Set, missing::Status>| {
        serde_json::to_value(builder.status(status).build()).unwrap()
    };
    let builder = UpdateAlertRulesStatusRequest::builder;
    assert_eq!(body(builder().entity_ids([4, 5])), list(&[4, 5]));
    assert_eq!(body(builder().entity_ids(&[4, 5][..])), list(&[4, 5]));
    assert_eq!(body(builder().entity_ids(vec![4])), list(&[4]));
    assert_eq!(body(builder().entity_ids(4..6)), list(&[4, 5]));
}

#[test]
fn a_required_value_is_returned_or_an_error_with_its_location() {
    let list: DestinationList = serde_json::from_value(json!({"id": 17})).unwrap();
    assert_eq!(list.id.required().unwrap(), 17);
    let (error, line) = (list.name.as_deref().required().unwrap_err(), line!());
    assert_eq!(error.kind(), ErrorKind::MissingValue);
    assert_eq!(
        error.to_string(),
        format!(
            "the response lacks a value that is required at {}:{line}:47",
            file!()
        )
    );
}

#[test]
fn a_secret_is_compared_and_converted_but_not_shown() {
    let secret = SecretString::from("hush");
    assert_eq!(secret, SecretString::from("hush".to_owned()));
    assert_ne!(secret, SecretString::default());
    let foreign = cisco_secure_access::secrecy::SecretString::from("hush");
    assert_eq!(SecretString::from(foreign).expose_secret(), "hush");
    // The secret of a new API key can be used as credentials.
    let _ = Credentials::new("key", secret.clone());
    assert_eq!(format!("{secret:?}"), "[redacted]");
}

#[test]
fn an_object_converts_from_a_string() {
    let list = CreateDestinationListRequest::builder()
        .name("Piers")
        .access(DestinationListAccess::Block)
        .is_global(false)
        .destinations(["a.example", "b.example"])
        .build();
    let json = serde_json::to_value(&list).unwrap();
    assert_eq!(json["destinations"][1], json!({"destination": "b.example"}));
    assert_eq!(
        AddDestination::from("a.example"),
        AddDestination::new("a.example")
    );
}

#[test]
fn common_bodies_have_constructors() {
    for (value, expected) in [
        (
            serde_json::to_value(RuleCondition::source_identities([12, 13])),
            json!({"attributeName": "umbrella.source.identity_ids", "attributeOperator": "INTERSECT", "attributeValue": [12, 13]}),
        ),
        (
            serde_json::to_value(RuleCondition::any_destination()),
            json!({"attributeName": "umbrella.destination.all", "attributeOperator": "=", "attributeValue": true}),
        ),
        (
            serde_json::to_value(RuleCondition::geolocations(["CH"])),
            json!({"attributeName": "umbrella.destination.geolocations", "attributeOperator": "INTERSECT", "attributeValue": ["CH"]}),
        ),
        (
            serde_json::to_value(AccessTypeRequest::client(["jira.example"])),
            json!({"type": "client", "reachableAddresses": ["jira.example"]}),
        ),
        (
            serde_json::to_value(AccessTypeRequest::browser("HTTPS")),
            json!({"type": "browser", "protocol": "HTTPS"}),
        ),
        (
            serde_json::to_value(AccessTypeRequest::network()),
            json!({"type": "network"}),
        ),
        (
            serde_json::to_value(RoutingRequest::nat()),
            json!({"type": "nat", "data": ""}),
        ),
        (
            serde_json::to_value(RoutingRequest::static_routes(["10.1.0.0/16"])),
            json!({"type": "static", "data": {"networkCIDRs": ["10.1.0.0/16"]}}),
        ),
        (
            serde_json::to_value(RoutingRequest::bgp("64513")),
            json!({"type": "bgp", "data": {"asNumber": "64513"}}),
        ),
        (
            serde_json::to_value(NetworkTunnelGroupPatch::passphrase("a new passphrase")),
            json!({"op": "replace", "path": "/passphrase", "value": "a new passphrase"}),
        ),
        (
            serde_json::to_value(ConnectorGroupPatch::provisioning_key()),
            json!({"op": "replace", "path": "/provisioningKey", "value": ""}),
        ),
    ] {
        assert_eq!(value.unwrap(), expected);
    }
    assert!(matches!(
        AccessTypeRequest::client(["a"]),
        AccessTypeRequest::Client(_)
    ));
}

#[test]
fn a_constructor_without_all_required_properties_returns_a_builder() {
    let webhook = CreateIntegrationRequest::webhook("https://hooks.harbour.example/alerts")
        .name("Harbour")
        .build();
    assert!(!format!("{webhook:?}").contains("hooks.harbour"));
    let url = json!({"url": "https://hooks.harbour.example/alerts"});
    let body = json!({"config": {"webhook": url}, "name": "Harbour", "type": "webhook.v1", "webhookConfig": url});
    assert_eq!(serde_json::to_value(webhook).unwrap(), body);

    let key = CreateApiKeyRequest::without_expiry().name("Inventory");
    let key = key.scopes(["deployments.sites:read"]);
    let body = json!({"expireAt": "", "name": "Inventory", "scopes": ["deployments.sites:read"]});
    assert_eq!(serde_json::to_value(key.clone().build()).unwrap(), body);
    let expiry = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let body = serde_json::to_value(key.expire_at(expiry).build()).unwrap();
    assert_eq!(body["expireAt"], "2027-01-15T08:00:00Z");
}

#[test]
fn alert_rules_are_written_with_constructors() {
    let conditions = AlertRuleConditions::all().rows([AlertRuleCondition::named("allAccessRules")]);
    let rule = CreateAlertRuleRequest::builder()
        .name("Harbour")
        .rule_type_id(AlertRuleType::AccessRuleChange)
        .severity(AlertSeverity::High)
        .status(AlertRuleStatus::Enabled)
        .conditions(conditions)
        .notification_info([
            AlertRuleNotification::email(["ops@harbour.example"]),
            AlertRuleNotification::webhooks(["17"]),
        ])
        .build();
    let body = json!({
        "conditions": {"match_type": "all", "rows": [{"field": "allAccessRules", "value": ""}]},
        "name": "Harbour",
        "notification_info": [
            {"recipients": ["ops@harbour.example"], "type": "email"},
            {"type": "webhook", "webhook_ids": ["17"]},
        ],
        "rule_type_id": 10,
        "severity": 1,
        "status": 1,
    });
    assert_eq!(serde_json::to_value(rule).unwrap(), body);
}

#[test]
fn a_reports_region_is_parsed_and_displayed() {
    for region in [ReportsRegion::Us, ReportsRegion::Eu] {
        assert_eq!(region.to_string().parse::<ReportsRegion>().unwrap(), region);
    }
    assert_eq!("EU".parse::<ReportsRegion>().unwrap(), ReportsRegion::Eu);
    let error = "asia".parse::<ReportsRegion>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("`asia`"), "{error}");
}

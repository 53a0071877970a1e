//! Differences of the scope `policies`.

use std::time::Duration;

use cisco_secure_access::api::policies::types::{
    AccessRule, AccessType, AddDestination, CreateDestinationListRequest, DestinationListAccess,
    DestinationListsBundleTypeId, NetworkObjectValue, RuleAction, RuleAttributeName,
    RuleAttributeValue, RuleAttributeValueItem, RuleSettingName, RuleSettingValue,
    UpdateAccessRuleRequest,
};
use cisco_secure_access::jobs::rules::edit_access_rule;
use cisco_secure_access::{Client, PausedClock, Response, ResponseFuture};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{decode, lines, read, serving, time};
use crate::scripted::{Scripted, ScriptedResponse};

/// A rule of the service, with these additional properties.
fn rule(properties: Value) -> Value {
    let mut rule = json!({"modifiedBy": "org/17/user/4", "ruleId": 17, "ruleName": "Harbour"});
    let Value::Object(properties) = properties else {
        unreachable!("properties are an object");
    };
    rule.as_object_mut().unwrap().extend(properties);
    rule
}

async fn read_rule(properties: Value) -> AccessRule {
    read(rule(properties), |client| {
        client.policies().get_access_rule(17).send()
    })
    .await
}

#[tokio::test]
async fn rules_are_in_results() {
    let page = json!({"count": 1, "meta": {"limit": 50}, "results": [rule(json!({}))]});
    let list = read(page.clone(), |client| {
        client.policies().list_access_rules().send()
    })
    .await;
    assert_eq!((list.count, list.results[0].rule_id), (Some(1), Some(17)));
    assert_eq!(list.meta["limit"], 50);

    let (server, client) = serving([
        (200, page.to_string().as_str()),
        (200, r#"{"results": []}"#),
    ])
    .await;
    let rules: Vec<_> = client
        .policies()
        .list_access_rules()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rules.len(), 1);
    assert!(
        lines(&server)[0].contains("limit=1000"),
        "{:?}",
        lines(&server)
    );
}

#[tokio::test]
async fn rules_can_be_expanded_and_filtered() {
    let (server, client) = serving([(200, r#"{"results": []}"#)]).await;
    let request = client.policies().list_access_rules();
    request
        .expand_rule_details(true)
        .rule_is_default(false)
        .send()
        .await
        .unwrap();
    assert_eq!(
        lines(&server),
        ["GET /policies/v2/rules?expandRuleDetails=true&ruleIsDefault=false"]
    );
}

#[tokio::test]
async fn rule_conditions_exceed_the_enumerations() {
    let inline = json!({"ip": ["192.0.2.0/24"], "port": ["443", "8000-8010"], "protocol": "TCP"});
    let condition = |name: &str, operator: &str, value: Value| json!({"attributeId": 5, "attributeName": name, "attributeOperator": operator, "attributeValue": value});
    let rule = read_rule(json!({
        "ruleAccess": "private_network",
        "ruleConditions": [
            condition("umbrella.destination.composite_inline_ip", "INTERSECT", json!([inline])),
            condition("umbrella.source.composite_inline_ip", "INTERSECT", json!([inline])),
            condition("umbrella.destination.application_category_ids", "IN", json!([7, 8])),
            condition("umbrella.destination.private_resource_group_ids", "IN", json!([9])),
            condition("umbrella.destination.private_resource_types", "=", json!(["ssh", "rdp"])),
            condition("umbrella.destination.networkObjectGroupIds", "AND", json!([3])),
            condition("umbrella.destination.all", "=", json!(true)),
        ],
    }))
    .await;
    assert_eq!(
        rule.rule_access.as_ref().map(|access| access.as_str()),
        Some("private_network")
    );
    let conditions = &rule.rule_conditions;
    assert_eq!(
        conditions[0].attribute_name,
        Some(RuleAttributeName::UmbrellaDestinationCompositeInlineIp)
    );
    assert_eq!(conditions[0].attribute_id, Some(5));
    let Some(RuleAttributeValue::List(values)) = &conditions[0].attribute_value else {
        panic!("{:?}", conditions[0]);
    };
    let RuleAttributeValueItem::CompositeInlineIp(ip) = &values[0] else {
        panic!("{values:?}");
    };
    assert_eq!(
        ip.port.as_deref(),
        Some(&["443".to_owned(), "8000-8010".to_owned()][..])
    );
    for condition in &conditions[1..6] {
        let Some(RuleAttributeValue::List(values)) = &condition.attribute_value else {
            panic!("{condition:?}");
        };
        assert!(
            !matches!(values[0], RuleAttributeValueItem::Unknown(_)),
            "{condition:?}"
        );
    }
    let operators: Vec<_> = conditions
        .iter()
        .filter_map(|condition| condition.attribute_operator.as_ref())
        .collect();
    let operators: Vec<_> = operators.iter().map(|operator| operator.as_str()).collect();
    assert_eq!(operators[..5], ["INTERSECT", "INTERSECT", "IN", "IN", "="]);
}

#[tokio::test]
async fn rule_settings_exceed_the_enumeration() {
    let names = [
        "umbrella.posture.profileIdClientless",
        "umbrella.posture.privateSecurityProfileId",
        "umbrella.ipSurrogatesEnabled",
        "global.setting.disableDecryptionSource",
        "umbrella.AllowPasswordProtectedFiles",
        "umbrella.advancedApplicationIds",
    ];
    let settings: Vec<_> = names
        .iter()
        .map(|name| {
            json!({
                "createdAt": "2024-03-28T18:17:36",
                "modifiedAt": "2024-03-28T18:17:36+00:00",
                "settingName": name,
                "settingValue": [4, "guest"],
            })
        })
        .collect();
    let rule = read_rule(json!({"ruleSettings": settings})).await;
    for (setting, name) in rule.rule_settings.iter().zip(names) {
        assert_eq!(
            setting.setting_value,
            Some(RuleSettingValue::List(vec![4.into(), "guest".into()]))
        );
        assert_eq!(setting.created_at, setting.modified_at);
        let found = setting.setting_name.as_ref().unwrap();
        assert_eq!(found.as_str(), name);
        assert!(!matches!(found, RuleSettingName::Unknown(_)), "{name}");
    }
}

#[tokio::test]
async fn rules_have_times_without_a_zone() {
    for text in [
        "2024-03-28T18:17:36",
        "2024-03-28 18:17:36",
        "2024-03-28T18:17:36Z",
    ] {
        let rule = read_rule(json!({"createdAt": text, "modifiedAt": text})).await;
        assert_eq!(rule.created_at, time("2024-03-28T18:17:36Z"), "{text}");
        assert_eq!(rule.created_at, rule.modified_at);
    }
}

#[tokio::test]
async fn rules_can_warn_and_isolate() {
    for (word, action) in [("warn", RuleAction::Warn), ("isolate", RuleAction::Isolate)] {
        let rule = read_rule(json!({"ruleAction": word})).await;
        assert_eq!(rule.rule_action, Some(action));
    }
}

#[tokio::test]
async fn modified_by_is_a_string() {
    for author in ["org/17/user/4", "8127"] {
        let rule = read_rule(json!({"modifiedBy": author})).await;
        assert_eq!(rule.modified_by.as_deref(), Some(author));
    }
}

#[tokio::test]
async fn a_rule_whose_priority_has_changed_is_read_again() {
    let rule = |priority: i64| {
        let rule = json!({
            "ruleId": 17, "ruleName": "Pier", "ruleAction": "allow", "rulePriority": priority,
            "ruleConditions": [], "ruleSettings": [], "brandNew": 1,
        });
        ScriptedResponse::json(200, &rule.to_string())
    };
    let outdated = ScriptedResponse::json(
        409,
        r#"{"error": "rule priority changed, fetch the rules"}"#,
    );
    let server = Scripted::responding([rule(3), outdated, rule(4)], rule(4)).await;
    let client = server.builder().clock(&PausedClock::new()).build().unwrap();
    let rename = |rule: &mut UpdateAccessRuleRequest| rule.rule_name = Some("Harbour".to_owned());
    edit_access_rule(&client, 17, Duration::from_secs(60), rename)
        .await
        .unwrap();
    let calls = server.calls();
    let bodies: Vec<Value> = calls
        .iter()
        .filter(|call| call.starts_with("PUT"))
        .map(|call| serde_json::from_str(call.split_once("\r\n\r\n").unwrap().1).unwrap())
        .collect();
    let priorities: Vec<_> = bodies.iter().map(|body| &body["rulePriority"]).collect();
    assert_eq!(priorities, [3, 4]);
    assert_eq!(bodies[1]["brandNew"], 1);
}

#[tokio::test]
async fn application_lists_are_in_results() {
    let row = json!({"applicationListId": 5, "applicationListName": "Chat", "isDefault": false, "organizationId": 17});
    let body = json!({"count": 1, "results": [row]});
    let lists = read(body.clone(), |client| {
        client.policies().list_application_lists().send()
    })
    .await;
    assert_eq!(lists.results[0].organization_id, Some(17));
    // A deletion returns the lists that remain.
    read(body, |client| {
        client.policies().delete_application_list(4).send()
    })
    .await;

    let body =
        json!({"applicationCategoryIds": [], "applicationIds": [3], "applicationListName": "Chat"});
    let list = read(body, |client| {
        client.policies().get_application_list(5).send()
    })
    .await;
    assert_eq!(list.application_ids, [3]);
}

#[tokio::test]
async fn application_categories_are_keyed_by_id() {
    let category =
        json!({"applicationsCount": 2, "createdAt": 1_700_000_400, "id": 7, "name": "Chat"});
    let other = json!({"id": 8, "name": "Games"});
    let call = |client: &Client| client.policies().list_application_categories().send();
    let by_id = decode(&json!({"7": category, "8": other}), call).await;
    let list = read(json!([category, other]), call).await;
    assert_eq!(*by_id, *list);
    assert_eq!(list[0].created_at, time("2023-11-14T22:20:00Z"));
}

/// A destination list of the service, with these additional properties.
fn destination_list(properties: &Value) -> Value {
    let mut list = json!({
        "access": "none",
        "bundleTypeId": 2,
        "id": 17,
        "isGlobal": false,
        "meta": {"destinationCount": 4},
        "name": "Harbour",
        "thirdpartyCategoryId": null,
    });
    list.as_object_mut()
        .unwrap()
        .extend(properties.as_object().unwrap().clone());
    list
}

#[tokio::test]
async fn destination_lists_changed_their_times() {
    for text in [
        json!(1_643_385_816),
        json!("1643385816"),
        json!("2022-01-28T16:03:36+0000"),
        json!("2022-01-28 16:03:36"),
    ] {
        let list = destination_list(&json!({"createdAt": text, "modifiedAt": text}));
        let body = json!({"data": list, "status": {"code": 200, "text": "OK"}});
        let response = read(body, |client| {
            client.policies().get_destination_list(17).send()
        })
        .await;
        let list = response.data.unwrap();
        assert_eq!(list.created_at, time("2022-01-28T16:03:36Z"), "{text}");
        assert_eq!(list.created_at, list.modified_at);
    }
}

#[tokio::test]
async fn destination_lists_have_nulls_and_fewer_counts() {
    for (number, bundle) in [
        (1, DestinationListsBundleTypeId::Dns),
        (2, DestinationListsBundleTypeId::Web),
        (4, DestinationListsBundleTypeId::SamlBypass),
    ] {
        let list = destination_list(&json!({"bundleTypeId": number}));
        let body = json!({"data": [list], "meta": {"limit": 100, "page": 1, "total": 1}, "status": {"code": 200}});
        let lists = read(body, |client| {
            client.policies().list_destination_lists().send()
        })
        .await;
        let list = &lists.data[0];
        assert_eq!(list.bundle_type_id, Some(bundle));
        assert_eq!(list.third_party_category_id, None);
        let meta = list.meta.as_ref().unwrap();
        assert_eq!((meta.destination_count, meta.ipv6_count), (Some(4), None));
    }
}

#[tokio::test]
async fn a_created_destination_list_may_have_no_envelope() {
    let list = destination_list(&json!({"createdAt": 1_643_385_816}));
    let call = |client: &Client| {
        let list = CreateDestinationListRequest::builder()
            .access(DestinationListAccess::None)
            .is_global(false)
            .name("Harbour")
            .build();
        client.policies().create_destination_list(&list).send()
    };
    let envelope = json!({"data": list, "status": {"code": 200, "text": "OK"}});
    let response = read(envelope, call).await;
    assert_eq!(response.data.unwrap().name.as_deref(), Some("Harbour"));
    // As it was seen in 2022.
    let (_server, client) = serving([(200, list.to_string().as_str())]).await;
    let mut response = call(&client).await.unwrap();
    let [deviation] = response.deviations() else {
        panic!("{:?}", response.deviations());
    };
    assert_eq!(
        (deviation.path(), deviation.expected()),
        ("$", "an envelope")
    );
    let created = response.data.as_mut().unwrap();
    assert_eq!(created.name.as_deref(), Some("Harbour"));
    assert_eq!(created.created_at, time("2022-01-28T16:03:36Z"));
    assert_eq!(serde_json::to_value(&*response).unwrap(), list);
    // A changed property is encoded as documented.
    response.data.as_mut().unwrap().name = Some("Quay".into());
    let written = serde_json::to_value(&*response).unwrap();
    assert_eq!(
        (written["data"]["name"].as_str(), written.get("name")),
        (Some("Quay"), None)
    );

    // An object without a property of a list is not a list.
    let response = read(json!({"message": "queued"}), call).await;
    assert!(response.data.is_none());
    assert_eq!(response.extra["message"], "queued");
}

#[tokio::test]
async fn a_deleted_destination_list_returns_an_object_or_an_empty_list() {
    let call = |client: &Client| client.policies().delete_destination_list(17).send();
    for body in [
        json!({"data": [], "status": {"code": 200, "text": "OK"}}),
        json!([]),
    ] {
        let response = decode(&body, call).await;
        assert!(response.data.is_empty(), "{body}");
    }
}

#[tokio::test]
async fn a_missing_destination_list_has_the_status_200() {
    let body = r#"{"statusCode": 404, "error": "Not Found"}"#;
    let (_server, client) = serving([(200, body)]).await;
    let error = client
        .policies()
        .get_destination_list(17)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn destinations_have_ids_in_quotes_and_times_without_a_zone() {
    let body = json!({
        "data": [{
            "comment": null,
            "createdAt": "2023-04-12 11:39:57",
            "destination": "a.example",
            "id": "4711",
            "type": "domain"
        }],
        "meta": {"limit": 100, "page": 1, "total": 1},
        "status": {"code": 200, "text": "OK"},
    });
    let page = read(body, |client| {
        client.policies().list_destinations(17).send()
    })
    .await;
    let row = &page.data[0];
    assert_eq!(row.created_at, time("2023-04-12T11:39:57Z"));

    let (server, client) = serving([(200, "{}")]).await;
    let id = row.id.unwrap();
    client
        .policies()
        .remove_destinations(17, &[id])
        .send()
        .await
        .unwrap();
    assert!(
        server.calls()[0].ends_with("\r\n\r\n[4711]"),
        "{:?}",
        server.calls()
    );
}

#[tokio::test]
async fn a_url_on_a_high_volume_domain_is_not_added() {
    let list = json!({"data": {"id": 17, "meta": {"destinationCount": 4}}, "status": {"code": 200, "text": "OK"}});
    let rejected = json!({"error": "Bad Request", "message": "search.example has a high volume", "statusCode": 400});
    let (list, rejected) = (list.to_string(), rejected.to_string());
    let (_server, client) = serving([(200, list.as_str()), (400, rejected.as_str())]).await;
    let url = [AddDestination::new("https://search.example/path")];
    let response = client
        .policies()
        .add_destinations(17, &url)
        .send()
        .await
        .unwrap();
    let meta = response.data.as_ref().unwrap().meta.as_ref().unwrap();
    assert_eq!(
        meta.destination_count,
        Some(4),
        "the count shows that nothing was added"
    );
    let error = client
        .policies()
        .add_destinations(17, &url)
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("search.example has a high volume"),
        "{error}"
    );
}

#[tokio::test]
async fn access_types_have_another_case_and_additional_rows() {
    let access = json!([
        {"type": "branch"},
        {"externalFQDN": "app.example", "protocol": "http", "sni": "", "sslVerificationEnabled": false, "type": "browser"},
        {"protocol": "HTTP/HTTPS", "reachableAddresses": ["app.example"], "type": "client"},
        {"type": "network"},
    ]);
    let body = json!({
        "accessTypes": access,
        "createdAt": "2024-03-28T18:17:36.000Z",
        "resourceAddresses": [{"destinationAddr": ["app.example"], "protocolPorts": [{"ports": "443", "protocol": "tcp"}]}],
        "resourceId": 17,
    });
    let resource = read(body, |client| {
        client.policies().get_private_resource(17).send()
    })
    .await;
    let [branch, browser, client, network] = &resource.access_types[..] else {
        panic!("{resource:?}");
    };
    assert!(matches!(branch, AccessType::Branch(_)));
    assert!(matches!(client, AccessType::Client(_)));
    assert!(matches!(network, AccessType::Network(_)));
    let AccessType::Browser(browser) = browser else {
        panic!("{browser:?}");
    };
    assert_eq!(browser.external_fqdn.as_deref(), Some("app.example"));
}

#[tokio::test]
async fn a_deletion_has_a_body_or_none() {
    for (status, body) in [(200, r#"{"msg": "deleted"}"#), (204, "")] {
        let (_server, client) = serving([(status, body)]).await;
        let policies = client.policies();
        let resource = policies.delete_private_resource(17).send().await.unwrap();
        let group = policies
            .delete_private_resource_group(17)
            .send()
            .await
            .unwrap();
        assert_eq!(resource.status(), status);
        assert_eq!(resource.msg.is_some(), status == 200);
        assert_eq!(
            (resource.msg.as_ref(), resource.deviations()),
            (group.msg.as_ref(), group.deviations())
        );
        assert_eq!(resource.deviations(), []);
    }
}

#[tokio::test]
async fn the_count_of_objects_is_not_a_total() {
    for count in [1, 4] {
        let page =
            |id: i64| json!({"count": count, "results": [{"id": id, "name": "n"}]}).to_string();
        let (first, second) = (page(1), page(2));
        let end = r#"{"count": 0, "results": []}"#;
        let (_server, client) =
            serving([(200, first.as_str()), (200, second.as_str()), (200, end)]).await;
        let objects: Vec<_> = client
            .policies()
            .list_network_objects()
            .items()
            .try_collect()
            .await
            .unwrap();
        assert_eq!(objects.len(), 2, "{count}");
    }
}

#[tokio::test]
async fn fqdn_objects_have_no_value() {
    let body = json!({"id": 17, "modified_at": 1_700_000_400_000_i64, "value": {"addresses": ["a.example"], "type": "fqdn"}});
    let object = read(body, |client| {
        client.policies().get_network_object(17).send()
    })
    .await;
    assert_eq!(object.modified_at, time("2023-11-14T22:20:00Z"));
    let Some(NetworkObjectValue::Fqdn(value)) = &object.value else {
        panic!("{object:?}");
    };
    assert_eq!(
        value.addresses.as_deref(),
        Some(&["a.example".to_owned()][..])
    );
}

#[tokio::test]
async fn security_profiles_have_switches_for_logs() {
    let call = |client: &Client| -> ResponseFuture<Response<_>> {
        client.policies().list_security_profiles().send()
    };
    let row = json!({"createdAt": 1_700_000_400, "disableLogging": 1, "disableReporting": 0, "id": 3, "isSwgDefault": null});
    let profiles = read(json!([row]), call).await;
    let profile = &profiles[0];
    assert_eq!(
        (profile.disable_logging, profile.disable_reporting),
        (Some(1), Some(0))
    );
}

#[tokio::test]
#[expect(deprecated, reason = "the service may send either name")]
async fn idm_identifiers_have_two_names_for_times() {
    for (created, modified) in [
        ("creationTime", "modificationTime"),
        ("creationTimeIDMIdentifier", "modificationTimeIDMIdentifier"),
    ] {
        let body = json!({"id": "6f1f3a1e-0000-4000-8000-000000000017", created: 1_700_000_400, modified: 1_700_000_400, "lowSpecificity": true});
        let identifier = read(body, |client| {
            client
                .policies()
                .get_dlp_idm_data_identifier("6f1f3a1e-0000-4000-8000-000000000017")
                .send()
        })
        .await;
        let times = [
            identifier
                .creation_time
                .or(identifier.creation_time_idm_identifier),
            identifier
                .modification_time
                .or(identifier.modification_time_idm_identifier),
        ];
        assert_eq!(times, [time("2023-11-14T22:20:00Z"); 2]);
        assert_eq!(identifier.low_specificity, Some(true));
    }
}

#[tokio::test]
async fn dlp_rules_have_more_properties() {
    let row = json!({
        "classifications": [{"id": "c", "name": "Cards"}],
        "id": "r",
        "mipTags": ["secret"],
        "name": "Cards",
        "scannableContexts": ["CONTENT"],
        "type": "REAL_TIME",
    });
    let rules = read(json!([row]), |client| {
        client.policies().list_dlp_real_time_rules().send()
    })
    .await;
    assert_eq!(rules[0].mip_tags, ["secret"]);
    assert_eq!(rules[0].scannable_contexts.len(), 1);
    let rule = read(row, |client| {
        client.policies().get_dlp_real_time_rule("r").send()
    })
    .await;
    assert_eq!(rule.mip_tags, ["secret"]);
}

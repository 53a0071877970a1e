//! The collections of the simulator: items that are created, changed, listed and removed, and their order.

use std::collections::BTreeSet;

use cisco_secure_access::api::admin::types::{
    AlertRule, AlertRuleStatus, UpdateAlertRulesStatusRequest,
};
use cisco_secure_access::api::deployments::types::SiteRequest;
use cisco_secure_access::api::policies::types::{
    AccessRuleStatus, AccessRuleSummary, AddDestination, CreateDestinationListRequest,
    DestinationListAccess, RuleAction, UpdateAccessRuleRequest, UpdateAccessRulesStatusRequest,
};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{ErrorKind, Result, StatusCode};
use futures_util::TryStreamExt;
use serde_json::json;

use crate::simulator::hurried;

#[tokio::test]
async fn an_item_can_be_created_read_changed_and_deleted() -> Result<()> {
    let simulator = Simulator::builder().items("list_sites", 0).start().await?;
    let deployments = hurried(&simulator).deployments();
    let created = deployments
        .create_site(&SiteRequest::new("Pier"))
        .send()
        .await?;
    let id = created.site_id.unwrap();
    deployments
        .update_site(id, &SiteRequest::new("Quay"))
        .send()
        .await?;
    let got = deployments.get_site(id).send().await?;
    assert_eq!((got.name.as_deref(), got.site_id), (Some("Quay"), Some(id)));
    let listed = deployments.list_sites().send().await?;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        listed[0].created_at, got.created_at,
        "the same in every view"
    );

    deployments.delete_site(id).send().await?;
    for error in [
        deployments.get_site(id).send().await.map(drop),
        deployments.delete_site(id).send().await.map(drop),
    ] {
        assert_eq!(error.unwrap_err().status(), Some(StatusCode::NOT_FOUND));
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_has_as_many_items_as_requested() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_sites", 250)
        .start()
        .await?;
    let sites = hurried(&simulator)
        .deployments()
        .list_sites()
        .limit(100)
        .items();
    let ids: Vec<_> = sites
        .map_ok(|site| site.site_id.unwrap())
        .try_collect()
        .await?;
    assert_eq!(ids, Vec::from_iter(1001..1251));
    Ok(())
}

#[tokio::test]
async fn a_quarter_of_a_million_destinations_are_listed() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_destinations", 250_000)
        .start()
        .await?;
    let policies = hurried(&simulator).policies();
    for page in [1, 1250, 2500] {
        let response = policies
            .list_destinations(1001)
            .page(page)
            .limit(100)
            .send()
            .await?;
        assert_eq!(response.meta.as_ref().unwrap().total, Some(250_000));
        assert_eq!(response.data[0].id, Some(1001 + (page - 1) * 100));
    }
    let error = policies
        .add_destinations(1001, &[AddDestination::new("one.example.com")])
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.status(),
        Some(StatusCode::BAD_REQUEST),
        "no more go in"
    );
    Ok(())
}

#[tokio::test]
async fn items_are_added_and_removed_during_a_listing() -> Result<()> {
    const SITES: &str = "/deployments/v2/sites";
    let simulator = Simulator::builder().items("list_sites", 30).start().await?;
    let mut sites = hurried(&simulator)
        .deployments()
        .list_sites()
        .limit(10)
        .items();
    let mut seen = BTreeSet::new();
    let mut added = None;
    while let Some(site) = sites.try_next().await? {
        seen.insert(site.site_id.unwrap().to_string());
        if seen.len() == 5 {
            added = Some(simulator.add_item(SITES, &json!({"name": "Late"}))?);
            assert!(simulator.remove_item(SITES, "1030"));
            assert!(!simulator.remove_item(SITES, "1030"));
        }
    }
    assert!(seen.contains(&added.unwrap()));
    assert!(!seen.contains("1030"));
    assert_eq!(simulator.ids(SITES).len(), 30);
    assert_eq!(simulator.items(SITES)[29]["name"], "Late");
    Ok(())
}

#[tokio::test]
async fn destinations_belong_to_their_list() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let policies = hurried(&simulator).policies();
    let request = CreateDestinationListRequest::builder()
        .access(DestinationListAccess::Block)
        .is_global(false)
        .name("Piers")
        .build();
    let created = policies.create_destination_list(&request).send().await?;
    let id = created.data.as_ref().unwrap().id.unwrap();
    let listed = policies.list_destinations(id).send().await?;
    assert_eq!(listed.data.len(), 0);

    let many: Vec<_> = (0..500)
        .map(|n| AddDestination::new(format!("{n}.example.com")))
        .collect();
    let response = policies.add_destinations(id, &many).send().await?;
    let list = response.data.as_ref().unwrap();
    assert_eq!((list.id, list.name.as_deref()), (Some(id), Some("Piers")));
    assert_eq!(list.meta.as_ref().unwrap().destination_count, Some(500));
    let too_many = [many.as_slice(), &[AddDestination::new("x.example.com")]].concat();
    let error = policies
        .add_destinations(id, &too_many)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert!(error.to_string().contains("500"), "{error}");

    let first = policies.list_destinations(id).limit(2).send().await?;
    let ids: Vec<i64> = first.data.iter().map(|row| row.id.unwrap()).collect();
    policies.remove_destinations(id, &ids).send().await?;
    let rest = policies.list_destinations(id).limit(1).send().await?;
    assert_eq!(rest.meta.as_ref().unwrap().total, Some(498));
    assert_eq!(rest.data[0].destination.as_deref(), Some("2.example.com"));

    policies.delete_destination_list(id).send().await?;
    let error = policies.list_destinations(id).send().await.unwrap_err();
    assert_eq!(
        error.status(),
        Some(StatusCode::NOT_FOUND),
        "its parent was deleted"
    );
    let error = policies.get_destination_list(id).send().await.unwrap_err();
    assert_eq!(
        error.status(),
        Some(StatusCode::NOT_FOUND),
        "though it was sent as 200"
    );
    assert_eq!(simulator.requests().last().unwrap().status, Some(200));
    Ok(())
}

#[tokio::test]
async fn rules_have_an_order_and_can_be_locked() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_access_rules", 4)
        .start()
        .await?;
    let policies = hurried(&simulator).policies();
    let order = async || -> Result<Vec<_>> {
        let rules = policies.list_access_rules().items();
        rules
            .map_ok(|rule| (rule.rule_id.unwrap(), rule.rule_priority.unwrap()))
            .try_collect()
            .await
    };
    assert_eq!(order().await?, [(1001, 1), (1002, 2), (1003, 3), (1004, 4)]);
    let no_settings: [cisco_secure_access::api::policies::types::RuleSetting; 0] = [];
    let no_conditions: [cisco_secure_access::api::policies::types::RuleCondition; 0] = [];
    let change = UpdateAccessRuleRequest::builder()
        .rule_action(RuleAction::Allow)
        .rule_conditions(no_conditions)
        .rule_name("Last first")
        .rule_priority(1)
        .rule_settings(no_settings)
        .build();
    policies.update_access_rule(1004, &change).send().await?;
    assert_eq!(order().await?, [(1004, 1), (1001, 2), (1002, 3), (1003, 4)]);

    simulator.lock_rules(true);
    let error = policies.delete_access_rule(1001).send().await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    simulator.lock_rules(false);
    policies.delete_access_rule(1001).send().await?;
    assert_eq!(order().await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn one_deletion_has_a_body_and_the_next_has_none() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let policies = hurried(&simulator).policies();
    let mut statuses = Vec::new();
    for id in simulator.ids("/policies/v2/privateResources") {
        let deleted = policies
            .delete_private_resource(id.parse::<i64>().unwrap())
            .send()
            .await?;
        statuses.push(deleted.status());
    }
    assert_eq!(statuses, [200, 204, 200]);
    Ok(())
}

#[tokio::test]
async fn several_items_are_changed_with_one_request() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let statuses = async || -> Result<Vec<_>> {
        let rules = client.admin().list_alert_rules().send().await?;
        let status = |rule: &AlertRule| (rule.id.unwrap(), rule.status.unwrap().get());
        Ok(rules.iter().map(status).collect())
    };
    let ids: Vec<_> = statuses().await?.into_iter().map(|(id, _)| id).collect();
    for status in [2, 1] {
        let change = UpdateAlertRulesStatusRequest::builder()
            .entity_ids(&ids)
            .status(AlertRuleStatus::other(status))
            .build();
        client
            .admin()
            .update_alert_rules_status(&change)
            .send()
            .await?;
        let all = ids.iter().map(|id| (*id, status));
        assert_eq!(statuses().await?, all.collect::<Vec<_>>());
    }
    let change = UpdateAlertRulesStatusRequest::builder()
        .entity_ids([ids[0], 999_999])
        .status(AlertRuleStatus::other(2))
        .build();
    let error = client
        .admin()
        .update_alert_rules_status(&change)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial, "one of them is none");
    assert_eq!(statuses().await?[..2], [(ids[0], 2), (ids[1], 1)]);

    let states = [true, false].map(|state| AccessRuleStatus::new().rule_is_enabled(state));
    let change = UpdateAccessRulesStatusRequest::builder()
        .properties(states)
        .rule_ids([1002, 1001])
        .build();
    client
        .policies()
        .update_access_rules_status(&change)
        .send()
        .await?;
    let rules = client
        .policies()
        .list_access_rules()
        .send()
        .await?
        .into_inner();
    let enabled = |rule: &AccessRuleSummary| (rule.rule_id.unwrap(), rule.rule_is_enabled.unwrap());
    let enabled: Vec<_> = rules.results.iter().map(enabled).collect();
    assert_eq!(enabled[..2], [(1001, false), (1002, true)]);
    Ok(())
}

#[tokio::test]
async fn a_list_in_one_response_has_the_requested_number_of_items() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_network_devices", 300)
        .items("list_application_lists", 250)
        .items("get_asn_prefixes", 4)
        .items("get_whois_history", 12)
        .start()
        .await?;
    let client = hurried(&simulator);
    let devices = client.deployments().list_network_devices().items();
    assert_eq!(devices.try_collect::<Vec<_>>().await?.len(), 300);
    let lists = client.policies().list_application_lists().items();
    assert_eq!(lists.try_collect::<Vec<_>>().await?.len(), 250);
    let prefixes = client.investigate().get_asn_prefixes("64496").items();
    assert_eq!(prefixes.try_collect::<Vec<_>>().await?.len(), 4);
    // The limit truncates it, and a listing reports that.
    let history = || client.investigate().get_whois_history("harbour.example");
    let records = history().limit(20).items();
    assert_eq!(records.try_collect::<Vec<_>>().await?.len(), 12);
    let error = history().items().try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    Ok(())
}

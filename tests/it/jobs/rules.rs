//! Changes of access rules while others change them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cisco_secure_access::api::policies::types::{AccessRule, UpdateAccessRuleRequest};
use cisco_secure_access::jobs::rules::{Restored, edit_access_rule, restore_rules};
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Body, Client, ErrorKind, PausedClock, Result, StatusCode, service_fn};
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::calls;
use crate::clock::{paused_clock, sleeps};
use crate::scripted::{Scripted, ScriptedResponse};
use crate::simulator::hurried;

const RULE: i64 = 1001;
const PATIENCE: Duration = Duration::from_secs(60);

fn rename(rule: &mut UpdateAccessRuleRequest) {
    rule.rule_name = Some("Harbour".to_owned());
}

/// A simulator that unlocks its rules after this number of writes, and a client of it.
async fn locked(writes: usize) -> Result<(Arc<Simulator>, Client)> {
    let simulator = Arc::new(Simulator::builder().start().await?);
    simulator.lock_rules(true);
    let (service, written) = (Arc::clone(&simulator), Arc::new(AtomicUsize::new(0)));
    let service = service_fn(move |request: Request<Body>| {
        let (simulator, written) = (Arc::clone(&service), Arc::clone(&written));
        async move {
            let (head, body) = request.into_parts();
            if head.method == "PUT" && written.fetch_add(1, Ordering::Relaxed) == writes {
                simulator.lock_rules(false);
            }
            let body = body.collect().await?.to_bytes();
            Ok(simulator.call(Request::from_parts(head, body)).await?)
        }
    });
    let builder = simulator.client_builder().http_service(service);
    Ok((simulator, builder.clock(&PausedClock::new()).build()?))
}

#[tokio::test]
async fn a_changed_rule_keeps_its_other_properties() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let rule = || client.policies().get_access_rule(RULE).send();
    let before = rule().await?.into_inner();
    let changed = edit_access_rule(&client, RULE, PATIENCE, |rule| {
        rule.rule_name = Some("Harbour".to_owned());
        rule.rule_is_enabled = Some(!rule.rule_is_enabled.unwrap());
    })
    .await?
    .into_inner();
    let after = rule().await?.into_inner();
    assert_eq!(after.rule_name.as_deref(), Some("Harbour"));
    assert_ne!(after.rule_is_enabled, before.rule_is_enabled);
    assert_eq!(after.rule_conditions, before.rule_conditions);
    assert_eq!(after.rule_action, before.rule_action);
    assert_eq!(after.rule_priority, before.rule_priority);
    assert_eq!(after.rule_description, before.rule_description);
    assert_eq!(changed.rule_name, after.rule_name);
    assert_eq!(calls(&simulator, "update_access_rule"), 1);

    edit_access_rule(&client, RULE, PATIENCE, rename).await?;
    assert_eq!(calls(&simulator, "update_access_rule"), 1, "nothing to do");
    Ok(())
}

#[tokio::test]
async fn a_change_waits_for_a_lock() -> Result<()> {
    for held in [1, 2, 6] {
        let (simulator, client) = locked(held).await?;
        let mut changes = 0;
        let rule = edit_access_rule(&client, RULE, PATIENCE, |rule| {
            changes += 1;
            rule.rule_name = Some(format!("Attempt {changes}"));
        })
        .await?;
        assert_eq!(rule.rule_name, Some(format!("Attempt {}", held + 1)));
        assert_eq!(calls(&simulator, "get_access_rule"), held + 1);
        assert_eq!(calls(&simulator, "update_access_rule"), held + 1);
    }
    Ok(())
}

#[tokio::test]
async fn the_timeout_ends_a_change() -> Result<()> {
    let (simulator, client) = locked(usize::MAX).await?;
    let error = edit_access_rule(&client, RULE, PATIENCE, rename)
        .await
        .unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert!(
        error.to_string().ends_with(
            "there is no time for another attempt after 60.0 s of the timeout of 60.0 s"
        ),
        "{error}"
    );
    assert_eq!(calls(&simulator, "update_access_rule"), 7);

    let error = edit_access_rule(&client, RULE, Duration::ZERO, rename).await;
    assert!(error.unwrap_err().is_conflict());
    assert_eq!(calls(&simulator, "update_access_rule"), 8, "tried once");
    Ok(())
}

#[tokio::test]
async fn concurrent_changes_of_others_are_kept() -> Result<()> {
    let mut reads = 0;
    let mut writes = 0;
    let server = Scripted::by(move |request| {
        if request.starts_with("GET") {
            reads += 1;
            let rule = json!({
                "ruleId": RULE, "ruleName": "Pier", "ruleAction": "allow", "rulePriority": 1, "ruleIsEnabled": true,
                "ruleDescription": format!("version {reads}"), "ruleConditions": [],
                "ruleSettings": [{"settingName": "umbrella.logLevel", "settingValue": "LOG_ALL", "createdAt": "2024-03-28T18:17:36"}],
            });
            return ScriptedResponse::json(200, &rule.to_string());
        }
        writes += 1;
        match writes {
            1 | 2 => ScriptedResponse::json(409, r#"{"message": "The ruleset is locked"}"#),
            _ => ScriptedResponse::json(200, request.split_once("\r\n\r\n").unwrap().1),
        }
    })
    .await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build()?;
    let rule = edit_access_rule(&client, RULE, PATIENCE, rename).await?;
    assert_eq!(rule.rule_description.as_deref(), Some("version 3"));
    assert_eq!(rule.rule_name.as_deref(), Some("Harbour"));
    assert_eq!(rule.rule_settings.len(), 1);
    assert_eq!(sleeps(&clock), [10_000, 10_000], "the longest, by chance");
    let sent: serde_json::Value =
        serde_json::from_str(server.calls()[5].split_once("\r\n\r\n").unwrap().1).unwrap();
    let setting = json!({"settingName": "umbrella.logLevel", "settingValue": "LOG_ALL"});
    assert_eq!(sent["ruleSettings"], json!([setting]));
    Ok(())
}

#[tokio::test]
async fn a_lost_response_does_not_change_a_rule_twice() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    simulator.fault("update_access_rule", Fault::lost_response());
    let rule = edit_access_rule(&client, RULE, PATIENCE, rename).await?;
    assert_eq!(rule.rule_name.as_deref(), Some("Harbour"));
    assert_eq!(calls(&simulator, "update_access_rule"), 1);
    Ok(())
}

#[tokio::test]
async fn an_invalid_body_is_reported_at_once() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    let error = edit_access_rule(&client, 999_999, PATIENCE, rename).await;
    assert!(error.unwrap_err().is_not_found());
    let error = edit_access_rule(&client, RULE, PATIENCE, |rule| {
        rule.rule_name = Some(String::new())
    })
    .await;
    assert_eq!(error.unwrap_err().status(), Some(StatusCode::BAD_REQUEST));
    let other = simulator.items("/policies/v2/rules")[1]["ruleName"].clone();
    let error = edit_access_rule(&client, RULE, PATIENCE, |rule| {
        rule.rule_name = other.as_str().map(str::to_owned);
    })
    .await
    .unwrap_err();
    assert!(error.is_conflict() && !error.is_retryable(), "{error}");
    assert_eq!(calls(&simulator, "update_access_rule"), 2);

    let server = Scripted::responding([], ScriptedResponse::json(200, r#"{"ruleId": 1001}"#)).await;
    let error = edit_access_rule(&server.client(), RULE, PATIENCE, rename).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("`ruleAction`"), "{error}");
    Ok(())
}

/// The rules with these ids, as in a file.
async fn backup(client: &Client, ids: &[i64]) -> Result<Vec<AccessRule>> {
    let mut rules = Vec::new();
    for id in ids {
        let rule = client.policies().get_access_rule(*id).await?.into_inner();
        let file = serde_json::to_string(&rule).unwrap();
        rules.push(serde_json::from_str(&file).unwrap());
    }
    Ok(rules)
}

/// The body of a request to a server.
fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A rule with undocumented properties on each level.
fn undocumented(id: i64) -> AccessRule {
    let rule = json!({
        "ruleId": id, "ruleName": format!("Rule {id}"), "ruleAction": "quarantine", "rulePriority": id, "ruleIsEnabled": true,
        "ruleDescription": null, "ruleAccess": "moon", "createdAt": "2026-02-03T04:05:06", "ruleShade": {"blue": [1, 2.50]},
        "ruleConditions": [
            {"attributeName": "umbrella.source.all", "attributeOperator": "=", "attributeValue": true, "attributeShade": 7},
            {"attributeName": "umbrella.destination.lunar", "attributeOperator": "NEAR", "attributeValue": [{"crater": "Tycho"}]},
        ],
        "ruleSettings": [
            {"settingName": "umbrella.shade", "settingValue": {"deep": null}, "settingShade": "x", "modifiedAt": "2026-02-03T04:05:06"},
        ],
    });
    serde_json::from_value(rule).unwrap()
}

#[tokio::test]
async fn existing_rules_are_restored_and_deleted_rules_are_created() -> Result<()> {
    let simulator = Simulator::builder()
        .items("list_access_rules", 30)
        .start()
        .await?;
    let client = hurried(&simulator);
    let rules = simulator.items("/policies/v2/rules");
    // Some rules have undocumented properties, which the simulator does not accept.
    let known = rules.iter().filter(|rule| {
        let action = rule["ruleAction"].as_str().unwrap_or_default();
        ["allow", "block", "warn", "isolate"].contains(&action)
    });
    let ids = known.filter_map(|rule| rule["ruleId"].as_i64()).take(3);
    let ids: Vec<_> = ids.collect();
    let backup = backup(&client, &ids).await?;
    edit_access_rule(&client, ids[0], PATIENCE, rename).await?;
    client.policies().delete_access_rule(ids[1]).await?;

    let mut new_id = None;
    for attempt in 0..2 {
        simulator.clear_requests();
        let restored: Vec<_> = restore_rules(&client, backup.clone(), PATIENCE)
            .try_collect()
            .await?;
        let is_created = |restored: &Restored| matches!(restored, Restored::Created(_));
        let created: Vec<_> = restored.iter().map(is_created).collect();
        assert_eq!(created, [false, attempt == 0, false]);
        assert_eq!(calls(&simulator, "create_access_rule"), 1);
        assert_eq!(calls(&simulator, "get_access_rule"), 0);
        let restored: Vec<_> = restored.into_iter().map(Restored::into_inner).collect();
        for (restored, backup) in restored.iter().zip(&backup) {
            assert_eq!(restored.to_update(), backup.to_update());
        }
        let id = restored[1].rule_id;
        assert_ne!(id, backup[1].rule_id);
        assert_eq!(*new_id.get_or_insert(id), id, "created once");
        assert_eq!(simulator.items("/policies/v2/rules").len(), rules.len());
    }
    Ok(())
}

#[tokio::test]
async fn a_restored_rule_keeps_all_properties() -> Result<()> {
    let server = Scripted::by(|request| match request.starts_with("PUT") {
        true => ScriptedResponse::json(404, "{}"),
        false => ScriptedResponse::json(200, &body(request).to_string()),
    })
    .await;
    let rule = undocumented(RULE);
    let mut expected = serde_json::to_value(&rule).unwrap();
    let members = expected.as_object_mut().unwrap();
    members.remove("ruleId");
    members.remove("createdAt");
    let setting = expected["ruleSettings"][0].as_object_mut().unwrap();
    setting.remove("modifiedAt");

    let restoration = restore_rules(&server.client(), [rule], PATIENCE);
    let restored: Vec<_> = restoration.try_collect().await?;
    assert!(matches!(&restored[..], [Restored::Created(_)]));
    let bodies: Vec<_> = server.calls().iter().map(|call| body(call)).collect();
    assert_eq!(bodies, [expected.clone(), expected]);
    Ok(())
}

#[tokio::test]
async fn locks_and_changed_priorities_delay_a_restoration() -> Result<()> {
    let locked = ScriptedResponse::json(409, r#"{"message": "The ruleset is locked"}"#);
    let moved = ScriptedResponse::json(409, r#"{"message": "The priority has changed"}"#);
    let missing = ScriptedResponse::json(404, "{}");
    let rule = ScriptedResponse::json(200, r#"{"ruleId": 1001}"#);
    let responses = [
        locked.clone(),
        moved,
        missing.clone(),
        locked.clone(),
        missing,
    ];
    let server = Scripted::responding(responses, rule).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build()?;
    let restoration = restore_rules(&client, [undocumented(RULE)], PATIENCE);
    let restored: Vec<_> = restoration.try_collect().await?;
    assert!(matches!(&restored[..], [Restored::Created(_)]));
    assert_eq!(sleeps(&clock), [10_000, 5000, 10_000]);
    let methods: Vec<_> = server
        .calls()
        .iter()
        .map(|call| call[..4].to_owned())
        .collect();
    assert_eq!(methods, ["PUT ", "PUT ", "PUT ", "POST", "PUT ", "POST"]);

    let server = Scripted::responding([], locked).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build()?;
    let mut restoration = restore_rules(&client, [undocumented(RULE)], PATIENCE);
    let error = restoration.next().await.unwrap().unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert!(error.to_string().contains("timeout of 60.0 s"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_restoration_ends_with_its_first_error() -> Result<()> {
    let responses = [
        ScriptedResponse::json(200, r#"{"ruleId": 1001}"#),
        ScriptedResponse::json(400, "{}"),
    ];
    let last = ScriptedResponse::json(200, "{}");
    let server = Scripted::responding(responses, last).await;
    let rules = [RULE, RULE + 1, RULE + 2].map(undocumented);
    let mut restoration = restore_rules(&server.client(), rules, PATIENCE);
    let first = restoration.next().await.unwrap()?;
    assert_eq!(first.into_inner().rule_id, Some(RULE));
    let error = restoration.next().await.unwrap().unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    let text = error.to_string();
    assert!(
        text.ends_with("the rule \"Rule 1002\" was not restored"),
        "{text}"
    );
    for _ in 0..2 {
        assert!(restoration.next().await.is_none());
    }
    assert_eq!(server.calls().len(), 2);

    let nameless: AccessRule = serde_json::from_value(json!({"ruleName": "Pier"})).unwrap();
    let mut restoration = restore_rules(&server.client(), [nameless], PATIENCE);
    let error = restoration.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("`ruleId`"), "{error}");
    assert_eq!(server.calls().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_conflict_of_another_kind_is_an_error() -> Result<()> {
    let server = Scripted::by(|request| match &request[..4] {
        "PUT " => ScriptedResponse::json(404, "{}"),
        "POST" => ScriptedResponse::json(409, r#"{"message": "The policy is frozen"}"#),
        _ => ScriptedResponse::json(200, r#"{"count": 0, "results": []}"#),
    })
    .await;
    let mut restoration = restore_rules(&server.client(), [undocumented(RULE)], PATIENCE);
    let error = restoration.next().await.unwrap().unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert_eq!(error.operation().unwrap().id, "create_access_rule");
    Ok(())
}

//! Access rules that are changed while others change them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cisco_secure_access::api::policies::types::UpdateAccessRuleRequest;
use cisco_secure_access::jobs::rules::edit_access_rule;
use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Body, Client, ErrorKind, PausedClock, Result, StatusCode, service_fn};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;

use super::calls;
use crate::clock::{paused_clock, sleeps};
use crate::scripted::{Scripted, ScriptedResponse};
use crate::simulator::hurried;

const RULE: i64 = 1001;
const PATIENCE: Duration = Duration::from_secs(60);

fn rename(rule: &mut UpdateAccessRuleRequest) {
    rule.rule_name = Some("Harbour".to_owned());
}

/// A simulator that unlocks its rules when they have been written so many times, and a client of it.
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
async fn a_rule_is_changed_and_the_rest_of_it_stays() -> Result<()> {
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
async fn a_lock_is_waited_for() -> Result<()> {
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
async fn the_timeout_ends_it() -> Result<()> {
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
async fn what_others_wrote_meanwhile_stays() -> Result<()> {
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
async fn a_lost_response_does_not_change_it_twice() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let client = hurried(&simulator);
    simulator.fault("update_access_rule", Fault::lost_answer());
    let rule = edit_access_rule(&client, RULE, PATIENCE, rename).await?;
    assert_eq!(rule.rule_name.as_deref(), Some("Harbour"));
    assert_eq!(calls(&simulator, "update_access_rule"), 1);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_sent_is_reported_at_once() -> Result<()> {
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

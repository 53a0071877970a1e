//! Manages alert rules: lists them, finds or creates one, changes its severity, enables, disables and deletes it.
//!
//! ```text
//! cargo run --example alert_rules                            # all of it, on a simulator
//! cargo run --example alert_rules -- list
//! cargo run --example alert_rules -- email NAME ADDRESS      # finds or creates a rule that sends email
//! cargo run --example alert_rules -- webhook NAME URL        # finds or creates a webhook integration, and a rule that calls it
//! cargo run --example alert_rules -- severity ID 1|2|3|4
//! cargo run --example alert_rules -- enable|disable|delete ID
//! ```
//!
//! It needs the OAuth scopes `admin.alertrules:read` and `admin.alertrules:write`, and for webhooks `admin.integrations:read`,
//! `admin.integrations.thirdparty:read`, `admin.integrations:write` and `admin.integrations.thirdparty:write`. The rules watch changes of
//! the access rules. You can run the example several times: it does not change existing rules and integrations.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::api::admin::types::{
    AlertRule, AlertRuleCondition, AlertRuleConditions, AlertRuleNotification, AlertRuleStatus,
    AlertRuleType, AlertSeverity, CreateAlertRuleRequest, CreateIntegrationRequest,
    DeleteAlertRulesRequest, UpdateAlertRulesStatusRequest,
};
use cisco_secure_access::jobs::{Ensured, ensure};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Required as _, Result};

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> std::result::Result<(), Box<dyn Error>> {
    let (client, simulator) = common::connect("", Simulator::builder()).await?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => list(&client).await?,
        ["email", name, address] => {
            ensure_rule(&client, name, AlertRuleNotification::email([address])).await?;
        }
        ["webhook", name, url] => {
            ensure_webhook_rule(&client, name, url).await?;
        }
        ["severity", id, severity] => set_severity(&client, id.parse()?, severity.parse()?).await?,
        ["enable", id] => set_status(&client, id.parse()?, AlertRuleStatus::Enabled).await?,
        ["disable", id] => set_status(&client, id.parse()?, AlertRuleStatus::Disabled).await?,
        ["delete", id] => delete(&client, id.parse()?).await?,
        [] if simulator.is_some() => {
            for _ in 0..2 {
                let email = AlertRuleNotification::email(["ops@harbour.example"]);
                ensure_rule(&client, "Access rules by email", email).await?;
                let url = "https://hooks.harbour.example/alerts";
                ensure_webhook_rule(&client, "Access rules by webhook", url).await?;
            }
            let rule = find(&client, "Access rules by email").await?.required()?;
            let id = rule.id.required()?;
            set_severity(&client, id, AlertSeverity::Low).await?;
            set_status(&client, id, AlertRuleStatus::Disabled).await?;
            list(&client).await?;
            delete(&client, id).await?;
        }
        _ => {
            return Err(
                "expected list, email, webhook, severity, enable, disable or delete".into(),
            );
        }
    }
    Ok(())
}

async fn list(client: &Client) -> Result<()> {
    for rule in client.admin().list_alert_rules().await?.iter() {
        println!(
            "{:>6}  {:32}  severity {}  status {}",
            rule.id.unwrap_or_default(),
            rule.name.as_deref().unwrap_or("-"),
            rule.severity
                .as_ref()
                .map_or("-".to_owned(), ToString::to_string),
            rule.status
                .as_ref()
                .map_or("-".to_owned(), ToString::to_string),
        );
    }
    Ok(())
}

/// Finds a rule by its name.
async fn find(client: &Client, name: &str) -> Result<Option<AlertRule>> {
    let rules = client.admin().list_alert_rules().items();
    rules.find_by_name(name).await
}

/// Finds a rule by its name, or creates it. The creation returns no id, so the rule is listed again.
async fn ensure_rule(
    client: &Client,
    name: &str,
    notification: AlertRuleNotification,
) -> Result<AlertRule> {
    if let Some(rule) = find(client, name).await? {
        println!("The alert rule `{name}` already exists.");
        return Ok(rule);
    }
    let conditions = AlertRuleConditions::all().rows([AlertRuleCondition::named("allAccessRules")]);
    let request = CreateAlertRuleRequest::builder()
        .name(name)
        .rule_type_id(AlertRuleType::AccessRuleChange)
        .severity(AlertSeverity::High)
        .status(AlertRuleStatus::Enabled)
        .conditions(conditions)
        .notification_info([notification])
        .build();
    match client.admin().create_alert_rule(&request).await {
        // Another program has created the rule meanwhile.
        Err(error) if error.is_conflict() => {}
        result => drop(result?),
    }
    println!("The alert rule `{name}` was created.");
    find(client, name).await?.required()
}

/// Finds or creates a webhook integration, and an alert rule that uses it.
async fn ensure_webhook_rule(client: &Client, name: &str, url: &str) -> Result<AlertRule> {
    let admin = client.admin();
    let request = CreateIntegrationRequest::webhook(url).name(name).build();
    let integrations = || admin.list_integrations().items();
    let integration = ensure(name, integrations, admin.create_integration(&request)).await?;
    println!(
        "The integration `{name}` {}.",
        if integration.is_created() {
            "was created"
        } else {
            "already exists"
        }
    );
    let id = match integration {
        Ensured::Found(integration) => integration.id.required()?,
        Ensured::Created(created) => created.into_inner().id.required()?,
    };
    ensure_rule(client, name, AlertRuleNotification::webhooks([id])).await
}

/// Changes only the severity of a rule, although an update replaces the complete rule.
async fn set_severity(client: &Client, id: i64, severity: AlertSeverity) -> Result<()> {
    let rule = client.admin().get_alert_rule(id).await?;
    let update = rule.to_update().severity(severity);
    client.admin().update_alert_rule(id, &update).await?;
    Ok(())
}

async fn set_status(client: &Client, id: i64, status: AlertRuleStatus) -> Result<()> {
    let request = UpdateAlertRulesStatusRequest::builder()
        .entity_ids([id])
        .status(status)
        .build();
    client.admin().update_alert_rules_status(&request).await?;
    Ok(())
}

async fn delete(client: &Client, id: i64) -> Result<()> {
    let request = DeleteAlertRulesRequest::new([id]);
    client.admin().delete_alert_rules(&request).await?;
    println!("The alert rule {id} was deleted.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cisco_secure_access::simulator::Fault;
    use futures_util::TryStreamExt as _;

    #[tokio::test]
    async fn existing_rules_are_not_created_again() -> Result<()> {
        let simulator = Simulator::builder().start().await?;
        let client = simulator.client()?;
        let url = "https://hooks.harbour.example/alerts";
        let first = ensure_webhook_rule(&client, "Webhook", url).await?;
        let again = ensure_webhook_rule(&client, "Webhook", url).await?;
        assert_eq!(first, again);
        let rules = client.admin().list_alert_rules().await?;
        let named = rules.iter().filter(|rule| rule.name == first.name);
        assert_eq!(named.count(), 1);
        let integrations = client.admin().list_integrations().items();
        let integrations: Vec<_> = integrations.try_collect().await?;
        let named = integrations.iter().filter(|one| one.name == first.name);
        assert_eq!(named.count(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn a_rule_that_another_program_creates_concurrently_is_found() -> Result<()> {
        let missing = Fault::status(200).body(serde_json::json!([])).on_call(1);
        let conflict = Fault::status(409).on_call(1);
        let simulator = Simulator::builder()
            .fault("list_alert_rules", missing)
            .fault("create_alert_rule", conflict)
            .start()
            .await?;
        let client = simulator.client()?;
        let rule = ensure_rule(
            &client,
            "Alert rule 002",
            AlertRuleNotification::email(["ops@harbour.example"]),
        )
        .await?;
        assert_eq!(rule.id, Some(1002));
        Ok(())
    }

    #[tokio::test]
    async fn a_change_of_the_severity_keeps_the_other_properties() -> Result<()> {
        let simulator = Simulator::builder().start().await?;
        let client = simulator.client()?;
        let before = ensure_rule(
            &client,
            "Email",
            AlertRuleNotification::email(["ops@harbour.example"]),
        )
        .await?;
        let id = before.id.required()?;
        set_severity(&client, id, AlertSeverity::Low).await?;
        let after = client.admin().get_alert_rule(id).await?;
        assert_eq!(after.severity, Some(AlertSeverity::Low));
        assert_eq!(after.notification_info, before.notification_info);
        assert_eq!(after.conditions, before.conditions);
        Ok(())
    }
}

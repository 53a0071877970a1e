//! `secure-access rules restore`: compares a backup with the rules, and restores what differs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use cisco_secure_access::Client;
use cisco_secure_access::api::policies::types::{AccessRule, PolicySetting, PolicySettingRequest};
use cisco_secure_access::jobs::rules::{Restored, restore_rules};
use futures_util::TryStreamExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::backup::{self, Backup};
use super::lock_timeout;
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::Columns;
use crate::progress::Progress;
use crate::session::Options;
use crate::tasks::{confirm, interruptible, message};

/// Restores a backup.
///
/// # Errors
/// When the file is not a backup, nobody confirms, or a call fails.
pub(super) async fn run(options: &Options, file: &Path) -> Result<()> {
    let restored = Cell::new(None);
    let done = interruptible(restore(options, file, &restored)).await;
    done.map_err(|failure| match restored.get() {
        Some((done, total)) => failure.with_hint(format!(
            "{done} of {total} changes are made. To continue, run the command again: it makes the remaining changes."
        )),
        None => failure,
    })
}

async fn restore(
    options: &Options,
    file: &Path,
    restored: &Cell<Option<(usize, usize)>>,
) -> Result<()> {
    let backup = Backup::load(file)?;
    let client = options.client()?;
    let plan = Plan::new(&Backup::read(&client).await?, backup)?;
    message(&plan.summary());
    let columns = Columns::named(&["change", "kind", "id", "name", "properties"]);
    let mut printer = options.output.printer(columns)?;
    if options.dry_run || plan.changes.is_empty() {
        plan.changes
            .iter()
            .try_for_each(|change| printer.item(change))?;
        return printer.end();
    }
    for change in &plan.changes {
        message(&text(change));
    }
    let total = plan.changes.len();
    confirm(options, format!("Make {total} changes")).await?;
    restored.set(Some((0, total)));
    let mut progress = Progress::new("changes", Some(total as u64));
    let mut done = 0;
    let mut restoration = restore_rules(&client, plan.rules, lock_timeout(options));
    while let Some(rule) = restoration.try_next().await? {
        done += 1;
        restored.set(Some((done, total)));
        progress.set(done as u64);
        printer.item(&row(rule))?;
    }
    restore_settings(&client, &plan.settings).await?;
    progress.finish();
    for setting in &plan.settings {
        printer.item(
            &json!({"change": "replaced", "kind": "setting", "name": backup::name(setting)}),
        )?;
    }
    restored.set(None);
    printer.end()
}

/// Sends the settings that differ.
async fn restore_settings(client: &Client, settings: &[PolicySetting]) -> Result<()> {
    if settings.is_empty() {
        return Ok(());
    }
    let body = settings.iter().map(|setting| {
        let properties =
            json!({"settingName": setting.setting_name, "settingValue": setting.setting_value});
        serde_json::from_value(properties).map_err(not_json)
    });
    let body: Vec<PolicySettingRequest> = body.collect::<Result<_>>()?;
    client
        .policies()
        .update_policy_settings(&body)
        .send()
        .await?;
    Ok(())
}

/// The result of a rule.
fn row(restored: Restored) -> Value {
    let change = match restored {
        Restored::Updated(_) => "replaced",
        Restored::Created(_) => "created",
    };
    let rule = restored.into_inner();
    json!({"change": change, "kind": "rule", "id": rule.rule_id, "name": rule.rule_name})
}

/// What a restoration changes.
struct Plan {
    /// The changes, to be shown.
    changes: Vec<Value>,
    /// The rules to send, in the order of their evaluation.
    rules: Vec<AccessRule>,
    settings: Vec<PolicySetting>,
    unchanged: usize,
    /// How many rules are not in the backup.
    others: usize,
}

impl Plan {
    fn new(current: &Backup, backup: Backup) -> Result<Self> {
        let mut by_id = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        for rule in &current.access_rules {
            by_id.insert(rule.rule_id, rule);
            by_name.insert(&rule.rule_name, rule);
        }
        let mut plan = Self {
            changes: Vec::new(),
            rules: Vec::new(),
            settings: Vec::new(),
            unchanged: 0,
            others: 0,
        };
        for rule in backup.access_rules {
            let known = by_id.remove(&rule.rule_id);
            let known = known.or_else(|| by_id.remove(&by_name.get(&rule.rule_name)?.rule_id));
            let properties = match known {
                Some(known) => differing(&known.to_update(), &rule.to_update())?,
                None => Vec::new(),
            };
            if known.is_some() && properties.is_empty() {
                plan.unchanged += 1;
                continue;
            }
            let change = if known.is_some() { "replace" } else { "create" };
            plan.changes.push(json!({
                "change": change, "kind": "rule", "id": rule.rule_id, "name": rule.rule_name, "properties": properties,
            }));
            plan.rules.push(rule);
        }
        plan.others = by_id.len();
        for setting in backup.policy_settings {
            match current.policy_settings.contains(&setting) {
                true => plan.unchanged += 1,
                false => {
                    let name = backup::name(&setting);
                    plan.changes
                        .push(json!({"change": "replace", "kind": "setting", "name": name}));
                    plan.settings.push(setting);
                }
            }
        }
        Ok(plan)
    }

    fn summary(&self) -> String {
        let count = |change: &str| {
            let changes = self.changes.iter();
            changes.filter(|known| known["change"] == change).count()
        };
        format!(
            "{} to create, {} to replace, {} unchanged, {} rules that are not in the backup stay",
            count("create"),
            count("replace"),
            self.unchanged,
            self.others
        )
    }
}

/// A change for people.
fn text(change: &Value) -> String {
    let sign = if change["change"] == "create" {
        '+'
    } else {
        '~'
    };
    let name = change["name"].as_str().unwrap_or_default();
    let properties = change["properties"].as_array().into_iter().flatten();
    let properties: Vec<_> = properties.filter_map(Value::as_str).collect();
    match properties.is_empty() {
        true => format!("{sign} {name}"),
        false => format!("{sign} {name}: {}", properties.join(", ")),
    }
}

/// The names of the properties in which two values differ.
fn differing(one: &impl Serialize, other: &impl Serialize) -> Result<Vec<String>> {
    let one = serde_json::to_value(one).map_err(not_json)?;
    let other = serde_json::to_value(other).map_err(not_json)?;
    let properties = [&one, &other].into_iter().filter_map(Value::as_object);
    let mut names: Vec<_> = properties
        .flat_map(|properties| properties.keys())
        .filter(|name| one.get(name.as_str()) != other.get(name.as_str()))
        .cloned()
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::new(
        ExitStatus::Response,
        format!("a rule or setting is not JSON: {error}"),
    )
}

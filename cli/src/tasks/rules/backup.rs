//! The content of a backup: all access rules and the settings of the policy.

use std::fs;
use std::path::Path;

use cisco_secure_access::Client;
use cisco_secure_access::api::policies::types::{AccessRule, PolicySetting};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

use crate::failure::{ExitStatus, Failure, Result};
use crate::output::Columns;
use crate::progress::Progress;
use crate::session::Options;
use crate::tasks::write::write;
use crate::tasks::{interruptible, message};

/// How many rules are read at the same time.
const CONCURRENCY: usize = 4;

/// A backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Backup {
    /// The rules with their conditions and settings, in the order of their evaluation.
    pub(super) access_rules: Vec<AccessRule>,
    /// The settings of the policy, by name.
    pub(super) policy_settings: Vec<PolicySetting>,
}

/// Writes a backup to a file, or to standard output.
///
/// # Errors
/// When a call fails, or the file cannot be written.
pub(super) async fn run(options: &Options, file: Option<&Path>) -> Result<()> {
    let client = options.client()?;
    let backup = interruptible(Backup::read(&client)).await?;
    let value = serde_json::to_value(&backup).map_err(|error| {
        Failure::new(ExitStatus::Response, format!("a rule is not JSON: {error}"))
    })?;
    let Some(file) = file else {
        return options.output.printer(Columns::default())?.document(&value);
    };
    let (rules, settings) = (backup.access_rules.len(), backup.policy_settings.len());
    let (name, content) = (
        file.display(),
        format!("{rules} access rules, {settings} settings"),
    );
    if options.dry_run {
        message(&format!("{name} would have {content}"));
        return Ok(());
    }
    write(file, format!("{value:#}\n").as_bytes())?;
    message(&format!("{name}: {content}"));
    Ok(())
}

impl Backup {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a call fails.
    pub(super) async fn read(client: &Client) -> Result<Self> {
        let policies = client.policies();
        let listed: Vec<_> = policies.list_access_rules().items().try_collect().await?;
        let mut progress = Progress::new("rules", Some(listed.len() as u64));
        let ids = listed.iter().filter_map(|rule| rule.rule_id);
        let reads = ids.map(|id| policies.get_access_rule(id).send());
        let mut reads = futures_util::stream::iter(reads).buffered(CONCURRENCY);
        let mut access_rules = Vec::with_capacity(listed.len());
        while let Some(rule) = reads.try_next().await? {
            access_rules.push(rule.into_inner());
            progress.set(access_rules.len() as u64);
        }
        progress.finish();
        access_rules.sort_by_key(|rule| (rule.rule_priority, rule.rule_id));
        let settings = policies.list_policy_settings().items();
        let mut policy_settings: Vec<_> = settings.try_collect().await?;
        policy_settings.sort_by_key(|setting: &PolicySetting| name(setting));
        Ok(Self {
            access_rules,
            policy_settings,
        })
    }

    /// Reads a backup from a file.
    ///
    /// # Errors
    /// When it cannot be read, or is not a backup.
    pub(super) fn load(file: &Path) -> Result<Self> {
        let failed = |why: &str| Failure::usage(format!("{}: {why}", file.display()));
        let json = fs::read(file).map_err(|error| failed(&error.to_string()))?;
        serde_json::from_slice(&json).map_err(|error| {
            failed(&format!("not a backup: {error}"))
                .with_hint("`secure-access rules backup` writes one.")
        })
    }
}

/// The name of a setting.
pub(super) fn name(setting: &PolicySetting) -> String {
    let name = setting.setting_name.as_ref();
    name.map_or_else(String::new, |name| name.as_str().to_owned())
}

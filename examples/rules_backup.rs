//! Backs up the access rules to a file, and restores them. Deleted rules are created again.
//!
//! ```text
//! cargo run --example rules_backup -- backup rules.json
//! cargo run --example rules_backup -- restore rules.json
//! cargo run --example rules_backup                          # both, on a simulator, with a rule deleted in between
//! ```
//!
//! A backup needs the OAuth scope `policies.rules:read` and takes a call for each rule. A restoration needs `policies.rules:write` and
//! takes one or two calls for each rule. The file contains the rules as the service sent them, including undocumented properties.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use cisco_secure_access::api::policies::types::AccessRule;
use cisco_secure_access::jobs::rules::{Restored, restore_rules};
use cisco_secure_access::simulator::{Quirk, Simulator};
use cisco_secure_access::{Client, Required as _};
use futures_util::TryStreamExt as _;

/// The maximum time for which other administrators may lock the rules.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    // The simulator sends undocumented actions, and does not accept them in requests.
    let quirks = Quirk::ALL
        .into_iter()
        .filter(|quirk| *quirk != Quirk::UnknownValues);
    let (client, simulator) = common::connect("", Simulator::builder().quirks(quirks)).await?;
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["backup", file] => backup(&client, Path::new(file)).await,
        ["restore", file] => restore(&client, Path::new(file)).await,
        [] if simulator.is_some() => {
            let file = env::temp_dir().join(format!("rules-{}.json", std::process::id()));
            backup(&client, &file).await?;
            let rules: Vec<AccessRule> = serde_json::from_slice(&fs::read(&file)?)?;
            let first = rules.first().and_then(|rule| rule.rule_id).required()?;
            client.policies().delete_access_rule(first).await?;
            restore(&client, &file).await?;
            Ok(fs::remove_file(&file)?)
        }
        _ => Err("expected `backup FILE` or `restore FILE`".into()),
    }
}

/// Writes all rules with their conditions and settings to a file.
async fn backup(client: &Client, file: &Path) -> Result<(), Box<dyn Error>> {
    let policies = client.policies();
    let mut rules = Vec::new();
    let mut listed = policies.list_access_rules().items();
    while let Some(rule) = listed.try_next().await? {
        let id = rule.rule_id.required()?;
        rules.push(policies.get_access_rule(id).await?.into_inner());
    }
    fs::write(file, serde_json::to_vec_pretty(&rules)?)?;
    println!("{} rules are in {}", rules.len(), file.display());
    Ok(())
}

/// Restores the rules of a file.
async fn restore(client: &Client, file: &Path) -> Result<(), Box<dyn Error>> {
    let rules: Vec<AccessRule> = serde_json::from_slice(&fs::read(file)?)?;
    let mut restoration = restore_rules(client, rules, PATIENCE);
    while let Some(restored) = restoration.try_next().await? {
        let what = match restored {
            Restored::Updated(_) => "is restored",
            Restored::Created(_) => "was deleted and is created again",
        };
        let rule = restored.into_inner();
        println!("{:24} {what}", rule.rule_name.as_deref().unwrap_or("-"));
    }
    Ok(())
}

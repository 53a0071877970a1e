//! Compares the configuration of two organizations, for example one on China and one on Global: destination lists, sites and access rules,
//! by name, printed as a diff.
//!
//! ```text
//! cargo run --example compare_clouds          # two simulators
//! SECURE_ACCESS_CLOUD_A=global SECURE_ACCESS_API_KEY_A=… SECURE_ACCESS_API_SECRET_A=… \
//! SECURE_ACCESS_CLOUD_B=china  SECURE_ACCESS_API_KEY_B=… SECURE_ACCESS_API_SECRET_B=… \
//!     cargo run --example compare_clouds
//! ```
//!
//! It only reads. If a cloud does not have an operation, or a key lacks its OAuth scope, the example skips that kind of configuration and
//! prints the reason.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::Named;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, Items, Result as ApiResult, StatusCode};
use futures_util::TryStreamExt;
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (a, simulator_a) = common::connect("_A", Simulator::builder()).await?;
    let (b, simulator_b) = common::connect("_B", Simulator::builder().cloud(Cloud::China)).await?;
    if let (Some(a), Some(b)) = (&simulator_a, &simulator_b) {
        differ(a, b)?;
    }
    let name = |client: &Client, simulator: &Option<Simulator>| match simulator {
        Some(simulator) => format!("{}, a simulator", simulator.cloud()),
        None => client.cloud().to_string(),
    };
    println!(
        "--- A: {}\n+++ B: {}",
        name(&a, &simulator_a),
        name(&b, &simulator_b)
    );

    print(
        "Destination lists",
        tokio::join!(destination_lists(&a), destination_lists(&b)),
    )?;
    print("Sites", tokio::join!(sites(&a), sites(&b)))?;
    print(
        "Access rules",
        tokio::join!(access_rules(&a), access_rules(&b)),
    )?;
    Ok(())
}

/// The configuration of one kind: the name of each item, and the properties that should be equal.
type Things = BTreeMap<String, String>;

async fn destination_lists(client: &Client) -> ApiResult<Things> {
    let lists = client.policies().list_destination_lists().items();
    things(lists, |list| {
        let count = list.meta.as_ref().and_then(|meta| meta.destination_count);
        let access = list.access.as_ref().map_or("-", |access| access.as_str());
        format!("{access}, {} destinations", count.unwrap_or_default())
    })
    .await
}

async fn sites(client: &Client) -> ApiResult<Things> {
    let sites = client.deployments().list_sites().items();
    things(sites, |site| {
        let networks = site.internal_network_count.unwrap_or_default();
        let default = site.is_default.unwrap_or_default();
        format!(
            "{networks} internal networks{}",
            if default { ", default" } else { "" }
        )
    })
    .await
}

async fn access_rules(client: &Client) -> ApiResult<Things> {
    let rules = client.policies().list_access_rules().items();
    things(rules, |rule| {
        let action = rule
            .rule_action
            .as_ref()
            .map_or("-", |action| action.as_str());
        let enabled = rule.rule_is_enabled.unwrap_or_default();
        let priority = rule.rule_priority.unwrap_or_default();
        format!(
            "{action}, priority {priority}, {}",
            if enabled { "enabled" } else { "disabled" }
        )
    })
    .await
}

/// Lists all of a kind.
async fn things<T: Named + Unpin>(
    items: Items<T>,
    facts: impl Fn(&T) -> String,
) -> ApiResult<Things> {
    let item = |item: T| {
        let name = item.name().unwrap_or("(without a name)").to_owned();
        (name, facts(&item))
    };
    items.map_ok(item).try_collect().await
}

/// Prints the differences of one kind. Fails unless the reason is the cloud or a missing OAuth scope.
fn print(kind: &str, sides: (ApiResult<Things>, ApiResult<Things>)) -> ApiResult<()> {
    println!("\n{kind}");
    let (a, b) = match sides {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error))
            if error.is_not_found() || error.status() == Some(StatusCode::FORBIDDEN) =>
        {
            println!("    not compared: {error}");
            return Ok(());
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let mut same = 0;
    for name in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
        let (a, b) = (a.get(name), b.get(name));
        if a == b {
            same += 1;
            continue;
        }
        for (sign, facts) in [("-", a), ("+", b)] {
            if let Some(facts) = facts {
                println!("  {sign} {name}: {facts}");
            }
        }
    }
    println!("    {same} the same");
    Ok(())
}

/// Creates different configurations on two simulators.
fn differ(a: &Simulator, b: &Simulator) -> ApiResult<()> {
    let lists = "/policies/v2/destinationlists";
    let rules = "/policies/v2/rules";
    a.add_item(lists, &json!({"name": "Partners", "access": "allow"}))?;
    b.add_item(lists, &json!({"name": "Partners", "access": "block"}))?;
    b.add_item(lists, &json!({"name": "Customs", "access": "allow"}))?;
    a.add_item(
        rules,
        &json!({"ruleName": "Block old browsers", "ruleAction": "block", "ruleIsEnabled": true}),
    )?;
    Ok(())
}

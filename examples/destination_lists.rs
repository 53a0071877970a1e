//! Manages destination lists: lists, creates, renames and deletes them, adds destinations from a CSV file, removes some, and backs up all.
//!
//! ```text
//! cargo run --example destination_lists                      # all of it, on a simulator
//! cargo run --example destination_lists -- list
//! cargo run --example destination_lists -- create NAME block|allow|…
//! cargo run --example destination_lists -- rename ID NAME
//! cargo run --example destination_lists -- delete ID
//! cargo run --example destination_lists -- show ID
//! cargo run --example destination_lists -- add ID CSV
//! cargo run --example destination_lists -- remove ID DESTINATION…
//! cargo run --example destination_lists -- backup FILE
//! ```
//!
//! Each line of the CSV file is a destination, or a destination, a comma and a comment. The first line is `destination,comment`. A backup
//! contains all lists with all their destinations, as JSON. It needs the OAuth scopes `policies.destinationLists:read`,
//! `policies.destinationLists:write`, `policies.destinations:read` and `policies.destinations:write`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use cisco_secure_access::api::policies::types::{
    AddDestination, CreateDestinationListRequest, DestinationListAccess,
    UpdateDestinationListRequest,
};
use cisco_secure_access::jobs::destinations::CurrentList;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Required as _};
use futures_util::TryStreamExt as _;
use serde_json::json;

/// The maximum number of destinations that a request removes.
const BATCH_SIZE: usize = 500;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, simulator) = common::connect("", Simulator::builder()).await?;
    let policies = client.policies();
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => list(&client).await?,
        ["create", name, access] => {
            create(&client, name, access.parse()?).await?;
        }
        ["rename", id, name] => {
            let update = UpdateDestinationListRequest::new(name);
            policies
                .update_destination_list(id.parse()?, &update)
                .await?;
        }
        ["delete", id] => {
            policies.delete_destination_list(id.parse()?).await?;
        }
        ["show", id] => show(&client, id.parse()?).await?,
        ["add", id, file] => add(&client, id.parse()?, &fs::read_to_string(file)?).await?,
        ["remove", id, ref destinations @ ..] => {
            remove(&client, id.parse()?, destinations).await?;
        }
        ["backup", file] => backup(&client, file).await?,
        [] if simulator.is_some() => demonstrate(&client).await?,
        _ => {
            return Err(
                "expected list, create, rename, delete, show, add, remove or backup".into(),
            );
        }
    }
    Ok(())
}

async fn demonstrate(client: &Client) -> Result<(), Box<dyn Error>> {
    let id = create(client, "Harbour block list", DestinationListAccess::Block).await?;
    let csv = "destination,comment\nmalware.example,\"seen, and blocked\"\nphishing.example\n";
    add(client, id, csv).await?;
    add(client, id, csv).await?;
    remove(client, id, &["phishing.example"]).await?;
    show(client, id).await?;
    list(client).await?;
    backup(client, "target/example-destination-lists.json").await?;
    client.policies().delete_destination_list(id).await?;
    Ok(())
}

async fn list(client: &Client) -> Result<(), Box<dyn Error>> {
    let mut lists = client.policies().list_destination_lists().items();
    while let Some(list) = lists.try_next().await? {
        let access = list.access.as_ref().map_or("-", |access| access.as_str());
        let count = list.meta.and_then(|meta| meta.destination_count);
        println!(
            "{:>8}  {access:6}  {:>6} destinations  {}",
            list.id.required()?,
            count.unwrap_or_default(),
            list.name.as_deref().unwrap_or("-")
        );
    }
    Ok(())
}

async fn create(
    client: &Client,
    name: &str,
    access: DestinationListAccess,
) -> Result<i64, Box<dyn Error>> {
    let request = CreateDestinationListRequest::builder()
        .name(name)
        .access(access)
        .is_global(false)
        .build();
    let created = client.policies().create_destination_list(&request).await?;
    let id = created.into_inner().data.required()?.id.required()?;
    println!("Created `{name}` ({id}).");
    Ok(id)
}

async fn show(client: &Client, id: i64) -> Result<(), Box<dyn Error>> {
    let mut destinations = client.policies().list_destinations(id).items();
    while let Some(row) = destinations.try_next().await? {
        let comment = row.comment.unwrap_or_default();
        println!("{:40} {comment}", row.destination.required()?);
    }
    Ok(())
}

/// Adds the destinations of a CSV file that are not on the list.
async fn add(client: &Client, id: i64, csv: &str) -> Result<(), Box<dyn Error>> {
    let rows = csv.lines().skip(1).filter(|line| !line.trim().is_empty());
    let wanted = rows.map(|line| match line.split_once(',') {
        Some((destination, comment)) => {
            AddDestination::new(destination.trim()).comment(comment.trim().trim_matches('"'))
        }
        None => AddDestination::new(line.trim()),
    });
    let current = CurrentList::read(client, id, |_| {}).await?;
    let plan = current.plan(wanted).without_removals();
    println!(
        "{} destinations to add to the list {id}",
        plan.additions().len()
    );
    Ok(plan.apply(|_| {}).await?)
}

/// Removes the given destinations that are on the list.
async fn remove(client: &Client, id: i64, destinations: &[&str]) -> Result<(), Box<dyn Error>> {
    let current = CurrentList::read(client, id, |_| {}).await?;
    let chosen = current
        .iter()
        .filter(|(name, _)| destinations.contains(name));
    let ids: Vec<_> = chosen.map(|(_, id)| id).collect();
    for ids in ids.chunks(BATCH_SIZE) {
        client.policies().remove_destinations(id, ids).await?;
    }
    println!("{} destinations removed from the list {id}", ids.len());
    Ok(())
}

/// Writes all lists with all their destinations to a file.
async fn backup(client: &Client, file: &str) -> Result<(), Box<dyn Error>> {
    let policies = client.policies();
    let lists: Vec<_> = policies
        .list_destination_lists()
        .items()
        .try_collect()
        .await?;
    let mut saved = Vec::new();
    for list in lists {
        let destinations = policies.list_destinations(list.id.required()?).items();
        let destinations: Vec<_> = destinations.prefetch(4).try_collect().await?;
        saved.push(json!({"list": list, "destinations": destinations}));
    }
    fs::write(file, serde_json::to_vec_pretty(&saved)?)?;
    println!("{} lists are in {file}", saved.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn destinations_are_added_once_and_removed_by_name() -> Result<(), Box<dyn Error>> {
        let simulator = Simulator::builder()
            .items("list_destinations", 0)
            .start()
            .await?;
        let client = simulator.client()?;
        let id = create(&client, "List", DestinationListAccess::Block).await?;
        let csv = "destination,comment\na.example,\"one, two\"\n\nb.example\n";
        add(&client, id, csv).await?;
        add(&client, id, csv).await?;
        let rows = client.policies().list_destinations(id).items();
        let rows: Vec<_> = rows.try_collect().await?;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].comment.as_deref(), Some("one, two"));
        remove(&client, id, &["a.example", "c.example"]).await?;
        let rows = client.policies().list_destinations(id).items();
        let rows: Vec<_> = rows.try_collect().await?;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].destination.as_deref(), Some("b.example"));
        Ok(())
    }
}

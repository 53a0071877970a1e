//! Adds the destinations of a file, one on each line, to a destination list, with a progress bar. An interrupted run resumes in the next
//! run.
//!
//! ```text
//! cargo run --example push_destinations                  # on a simulator, which interrupts the first run
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \
//!   cargo run --example push_destinations -- FILE LIST
//! ```
//!
//! If the file does not exist, the example writes it with 50,000 hosts. If the list does not exist, the example creates it. Destinations
//! that are on the list but not in the file stay on the list. It needs the OAuth scopes `policies.destinationLists:read`,
//! `policies.destinationLists:write`, `policies.destinations:read` and `policies.destinations:write`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cisco_secure_access::Client;
use cisco_secure_access::api::policies::types::{
    AddDestination, BundleTypeIdCreate, CreateDestinationListRequest, DestinationListAccess,
};
use cisco_secure_access::jobs::Progress;
use cisco_secure_access::jobs::destinations::CurrentList;
use cisco_secure_access::simulator::{Fault, Simulator};
use indicatif::{ProgressBar, ProgressStyle};

/// The number of hosts in a generated file.
const GENERATED: usize = 50_000;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .map_or_else(|| "target/example-destinations.txt".into(), PathBuf::from);
    let list = arguments
        .next()
        .unwrap_or_else(|| "push_destinations".to_owned());
    if !file.exists() {
        generate(&file)?;
    }
    let simulator = Simulator::builder()
        .items("list_destinations", 0)
        .fault("add_destinations", Fault::reset().on_call(40));
    let (client, simulator) = common::connect("", simulator).await?;
    match push(&client, &list, &file).await {
        Err(error) if simulator.is_some() => {
            println!("Interrupted: {error}\nRunning again:");
            push(&client, &list, &file).await
        }
        result => result,
    }
}

/// Adds the destinations of the file that are not on the list.
async fn push(client: &Client, list: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let id = list_of_name(client, list).await?;
    let reading = bar("read")?;
    let current = CurrentList::read(client, id, |progress| show(&reading, progress)).await?;
    reading.finish_and_clear();

    let text = fs::read_to_string(file)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let plan = current.plan(lines.map(AddDestination::new));
    let plan = plan.without_removals();
    println!(
        "{} destinations to add to `{list}` ({id}), in {} calls.",
        plan.additions().len(),
        plan.request_count()
    );
    let adding = bar("add")?;
    plan.apply(|progress| show(&adding, progress)).await?;
    adding.finish_and_clear();
    println!("The list has all destinations of {}.", file.display());
    Ok(())
}

/// Returns the id of the list with this name, and creates the list if it does not exist.
async fn list_of_name(client: &Client, name: &str) -> Result<i64, Box<dyn Error>> {
    let policies = client.policies();
    let lists = policies.list_destination_lists().items();
    let id = match lists.find_by_name(name).await? {
        None => {
            let request = CreateDestinationListRequest::builder()
                .access(DestinationListAccess::None)
                .is_global(false)
                .name(name)
                .bundle_type_id(BundleTypeIdCreate::other(2))
                .build();
            let created = policies.create_destination_list(&request).send().await?;
            created.into_inner().data.and_then(|list| list.id)
        }
        Some(list) => list.id,
    };
    Ok(id.ok_or("the list has no id")?)
}

fn generate(file: &Path) -> Result<(), Box<dyn Error>> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut lines = BufWriter::new(fs::File::create(file)?);
    for number in 1..=GENERATED {
        writeln!(lines, "host{number:05}.example.com")?;
    }
    println!("Wrote {GENERATED} hosts to {}.", file.display());
    Ok(lines.flush()?)
}

fn bar(name: &'static str) -> Result<ProgressBar, Box<dyn Error>> {
    let style = ProgressStyle::with_template("{msg:>4} {wide_bar} {human_pos}/{human_len} {eta}")?;
    Ok(ProgressBar::new(0).with_style(style).with_message(name))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total as u64);
    bar.set_position(progress.done as u64);
}

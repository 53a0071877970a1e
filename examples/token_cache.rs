//! A program that runs every few minutes, with its token kept in a file: most runs ask for none.
//!
//! With credentials in the environment it lists the regions of the real cloud and keeps the token under the folder that is its first
//! argument; without, it plays three runs against the simulator.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::error::Error;
use std::path::{Path, PathBuf};

use cisco_secure_access::auth::FileTokenCache;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/example-tokens"), PathBuf::from);
    if std::env::var_os("SECURE_ACCESS_API_KEY").is_some() {
        let cloud = match std::env::var("SECURE_ACCESS_CLOUD") {
            Ok(cloud) => cloud.parse()?,
            Err(_) => Cloud::Global,
        };
        return run(cloud, Credentials::from_env()?, &folder).await;
    }

    let simulator = Simulator::builder().start().await?;
    for number in 1..=3 {
        let cloud = Cloud::Custom(simulator.base_url());
        run(cloud, simulator.credentials(), &folder).await?;
        println!(
            "Run {number} is over; token requests so far: {}.",
            simulator.token_requests()
        );
    }
    Ok(())
}

/// One run: nothing is left of it in memory, the token is left in the folder.
async fn run(cloud: Cloud, credentials: Credentials, folder: &Path) -> Result<(), Box<dyn Error>> {
    let client = Client::builder()
        .cloud(cloud)
        .credentials(credentials)
        .token_cache(FileTokenCache::new(folder)?)
        .build()?;
    let regions = client.deployments().list_regions().send().await?;
    println!("Asked for the regions: {}.", regions.status());
    Ok(())
}

//! A program that runs every few minutes and stores its token in a file, so that most runs request no token.
//!
//! With credentials in the environment, it lists the regions of the real cloud and stores the token in the directory of its first argument.
//! Without credentials, it simulates three runs against the simulator.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::path::{Path, PathBuf};

use cisco_secure_access::auth::FileTokenCache;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/example-tokens"), PathBuf::from);
    if std::env::var_os("SECURE_ACCESS_API_KEY").is_some() {
        let cloud = match std::env::var("SECURE_ACCESS_CLOUD") {
            Ok(cloud) => cloud.parse()?,
            Err(_) => Cloud::Global,
        };
        return run(cloud, Credentials::from_env()?, &directory).await;
    }

    let simulator = Simulator::builder().start().await?;
    for number in 1..=3 {
        let cloud = Cloud::Custom(simulator.base_url());
        run(cloud, simulator.credentials(), &directory).await?;
        println!(
            "Run {number} has ended; token requests so far: {}.",
            simulator.token_requests()
        );
    }
    Ok(())
}

/// One run: only the token in the directory remains.
async fn run(
    cloud: Cloud,
    credentials: Credentials,
    directory: &Path,
) -> Result<(), Box<dyn Error>> {
    let client = Client::builder()
        .cloud(cloud)
        .credentials(credentials)
        .token_cache(FileTokenCache::new(directory)?)
        .build()?;
    let regions = client.deployments().list_regions().send().await?;
    println!("Requested the regions: status {}.", regions.status());
    Ok(())
}

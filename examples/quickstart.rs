//! Lists the network tunnel groups of an organization.
//!
//! With credentials in the environment, it reads from the real cloud and changes nothing there. Without credentials, it starts the
//! simulator as the China cloud, creates a group on it, and lists all groups over several pages.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;

use cisco_secure_access::api::deployments::types::{
    CreateNetworkTunnelGroupRequest, NetworkTunnelGroupSummary,
};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud};
use futures_util::TryStreamExt;

/// The number of groups on the simulator before the example adds one.
const SEEDED: usize = 36;
/// The page size, small enough for several pages.
const PAGE: i64 = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os("SECURE_ACCESS_API_KEY").is_some() {
        let client = Client::from_env()?;
        println!("Network tunnel groups on the cloud {}:\n", client.cloud());
        list(&client).await?;
    } else {
        simulate().await?;
    }
    Ok(())
}

async fn simulate() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder()
        .cloud(Cloud::China)
        .tunnel_groups(SEEDED)
        .start()
        .await?;
    let client = simulator.client()?;

    let group = CreateNetworkTunnelGroupRequest::builder()
        .name("Shanghai office")
        .region("cn-east-1")
        .auth_id_prefix("quickstart")
        .passphrase("Between16And64Characters")
        .build();
    let created = client
        .deployments()
        .create_network_tunnel_group(&group)
        .send()
        .await?;
    println!("Created {:?}, status {}.\n", created.name, created.status());

    list(&client).await?;

    println!(
        "\nThis was the simulator, playing the cloud `{}` at {}: {} requests, of them {} for a token.",
        simulator.cloud(),
        simulator.base_url(),
        simulator.requests().len(),
        simulator.token_requests(),
    );
    println!("On a real cloud (the example only reads there):\n");
    println!("  SECURE_ACCESS_CLOUD=china \\");
    println!("  SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… \\");
    println!("  cargo run --example quickstart");
    Ok(())
}

/// Prints all groups as a table, page after page.
async fn list(client: &Client) -> cisco_secure_access::Result<()> {
    let mut groups = client
        .deployments()
        .list_network_tunnel_groups()
        .limit(PAGE)
        .items();
    println!(
        "{:>8}  {:<16}  {:<12}  {:<12}  {:<12}  HUBS",
        "ID", "NAME", "REGION", "DEVICE", "STATUS"
    );
    let mut count = 0;
    while let Some(group) = groups.try_next().await? {
        count += 1;
        println!("{}", row(&group));
    }
    println!("{count} groups.");
    Ok(())
}

fn row(group: &NetworkTunnelGroupSummary) -> String {
    let hubs: Vec<_> = group
        .hubs
        .iter()
        .map(|hub| match &hub.status {
            Some(state) => state
                .status
                .as_ref()
                .map_or("unknown", |status| status.as_str()),
            None => "never up",
        })
        .collect();
    format!(
        "{:>8}  {:<16}  {:<12}  {:<12}  {:<12}  {}",
        group.id.unwrap_or_default(),
        group.name.as_deref().unwrap_or("-"),
        group.region.as_deref().unwrap_or("-"),
        group
            .device_type
            .as_ref()
            .map_or("-", |device| device.as_str()),
        group.status.as_ref().map_or("-", |status| status.as_str()),
        hubs.join(", "),
    )
}

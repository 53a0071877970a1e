//! Reports the status of network tunnels: groups, hubs and their states, and the peers that are down.
//!
//! ```text
//! cargo run --example tunnel_health            # on a simulator
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example tunnel_health
//! ```
//!
//! It only reads, with the OAuth scope `deployments.networktunnelgroups:read`, and takes one call for each 100 groups.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::Client;
use cisco_secure_access::api::deployments::types::{
    HubWithTunnels, NetworkTunnelGroupState, TunnelState,
};
use cisco_secure_access::simulator::{Fault, Simulator};
use futures_util::TryStreamExt;
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().fault(
        "list_network_tunnel_group_states",
        Fault::status(200).body(two_groups()),
    );
    let (client, _simulator) = common::connect("", simulator).await?;
    report(&client).await
}

/// Prints a line for each hub, and then the peers that are down.
async fn report(client: &Client) -> Result<(), Box<dyn Error>> {
    println!(
        "{:<16}  {:<12}  {:<9}  {:<16}  {:<7}  PEERS UP",
        "GROUP", "STATUS", "HUB", "DATA CENTER", "STATE"
    );
    let mut down = Vec::new();
    let (mut all, mut troubled) = (0, 0);
    let states = client.deployments().list_network_tunnel_group_states();
    let mut groups = states.items();
    while let Some(group) = groups.try_next().await? {
        let before = down.len();
        let name = group.name.as_deref().unwrap_or("-");
        for hub in &group.hubs {
            println!("{}", line(&group, hub));
            let peers = hub.tunnels_status.iter().filter(|peer| !is_up(peer));
            down.extend(peers.map(|peer| format!("{name}: {}", describe(peer))));
        }
        all += 1;
        let is_connected = group
            .status
            .as_ref()
            .is_some_and(|state| state.as_str() == "connected");
        troubled += u32::from(!is_connected || down.len() > before);
    }

    println!(
        "\n{all} groups, of which {troubled} need a look; peers down: {}.",
        down.len()
    );
    for peer in down {
        println!("  {peer}");
    }
    Ok(())
}

fn line(group: &NetworkTunnelGroupState, hub: &HubWithTunnels) -> String {
    let role = match hub.is_primary {
        Some(true) => "primary",
        Some(false) => "secondary",
        None => "-",
    };
    let center = hub
        .datacenter
        .as_ref()
        .and_then(|center| center.name.as_deref());
    // A hub without any tunnel so far has no state.
    let state = hub.status.as_ref().and_then(|state| state.status.as_ref());
    let peers = &hub.tunnels_status;
    format!(
        "{:<16}  {:<12}  {role:<9}  {:<16}  {:<7}  {} of {}",
        group.name.as_deref().unwrap_or("-"),
        group.status.as_ref().map_or("-", |status| status.as_str()),
        center.unwrap_or("-"),
        state.map_or("never", |state| state.as_str()),
        peers.iter().filter(|peer| is_up(peer)).count(),
        peers.len(),
    )
}

/// Whether both layers of a tunnel are up.
fn is_up(peer: &TunnelState) -> bool {
    let ike = peer.ike_state.as_ref().map(|state| state.as_str());
    let ipsec = peer.ipsec_state.as_ref().map(|state| state.as_str());
    matches!(ike, Some("ESTABLISHED" | "REKEYING" | "REKEYED"))
        && matches!(
            ipsec,
            Some("INSTALLED" | "REKEYING" | "REKEYED" | "UPDATING")
        )
}

fn describe(peer: &TunnelState) -> String {
    format!(
        "{} from {}: IKE {}, IPsec {}",
        peer.peer_id.as_deref().unwrap_or("a peer"),
        peer.peer_ip.as_deref().unwrap_or("an unknown address"),
        peer.ike_state.as_ref().map_or("-", |state| state.as_str()),
        peer.ipsec_state
            .as_ref()
            .map_or("-", |state| state.as_str()),
    )
}

/// Canned responses with a healthy group and an unhealthy one.
fn two_groups() -> serde_json::Value {
    let peer = |id: &str, address: &str, ike: &str, ipsec: &str| json!({"peerId": id, "peerIp": address, "ikeState": ike, "ipsecState": ipsec});
    let up = |id, address| peer(id, address, "ESTABLISHED", "INSTALLED");
    let hub = |is_primary: bool, name: &str, state: &str, peers: Vec<serde_json::Value>| {
        json!({
            "isPrimary": is_primary, "datacenter": {"name": name}, "tunnelsStatus": peers,
            "status": {"status": state, "time": "2026-01-15T08:30:00Z"},
        })
    };
    json!({"total": 2, "limit": 100, "offset": 0, "data": [
        {"id": 1, "name": "Harbour", "status": "connected", "hubs": [
            hub(true, "sse-use-1-0-0", "UP", vec![up("harbour-1", "192.0.2.1")]),
            hub(false, "sse-use-1-1-0", "UP", vec![up("harbour-1", "192.0.2.1")]),
        ]},
        {"id": 2, "name": "Lighthouse", "status": "warning", "hubs": [
            hub(true, "sse-euc-1-0-0", "UP", vec![
                up("lighthouse-1", "198.51.100.7"),
                peer("lighthouse-2", "198.51.100.8", "CONNECTING", "CREATED"),
            ]),
            {"isPrimary": false, "datacenter": {"name": "sse-euc-1-1-0"}, "status": null, "tunnelsStatus": null},
        ]},
    ]})
}

//! `secure-access tunnels`: whether network tunnels are up, and waiting until they are.

use std::time::Duration;

use cisco_secure_access::api::deployments::types::{
    HubWithTunnels, NetworkTunnelGroupState, NetworkTunnelGroupStatus, TunnelState,
};
use cisco_secure_access::jobs::wait;
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::find::find;
use super::{interruptible, message};
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::Columns;
use crate::session::Options;

/// How long to wait, if --timeout does not say.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Health of network tunnels
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Shows the hubs of each network tunnel group, and the tunnels that are down
    #[command(after_help = "\
The exit status is 1 if a group is not connected, or a hub or a tunnel is not up.

Examples:
  secure-access tunnels health
  secure-access tunnels health --output json --jq 'select(.healthy | not) | .group'")]
    Health,
    /// Waits until a network tunnel group is connected, which means that both of its hubs have a tunnel
    #[command(after_help = "\
It waits for ten minutes, or for --timeout; the exit status is 6 then.

Example:
  secure-access tunnels wait Harbour --timeout 1800")]
    Wait {
        /// The group: its id or its name
        group: String,
    },
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When a tunnel is down, the wait ends without a connection, or a call fails.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        match self.command {
            Command::Health => interruptible(health(options)).await,
            Command::Wait { group } => interruptible(wait(options, &group)).await,
        }
    }
}

async fn health(options: &Options) -> Result<()> {
    let client = options.client()?;
    let columns = [
        "group",
        "id",
        "status",
        "hub",
        "datacenter",
        "state",
        "tunnelsUp",
        "tunnels",
        "down",
    ];
    let mut printer = options.output.printer(Columns::named(&columns))?;
    let mut groups = client
        .deployments()
        .list_network_tunnel_group_states()
        .items();
    let (mut count, mut unhealthy) = (0, Vec::new());
    while let Some(group) = groups.try_next().await? {
        count += 1;
        let is_connected = group.status == Some(NetworkTunnelGroupStatus::Connected);
        let is_healthy = is_connected && group.hubs.iter().all(is_healthy);
        if !is_healthy {
            unhealthy.push(group.name.clone().unwrap_or_default());
        }
        // A group without hubs has a row, too.
        let hubs = group.hubs.iter().map(Some);
        let none = group.hubs.is_empty().then_some(None);
        for hub in hubs.chain(none) {
            printer.item(&row(&group, hub))?;
        }
    }
    printer.end()?;
    match unhealthy.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(
            ExitStatus::Failure,
            format!(
                "{} of {count} network tunnel groups are not healthy: {}",
                unhealthy.len(),
                unhealthy.join(", ")
            ),
        )),
    }
}

/// The row of a hub.
fn row(group: &NetworkTunnelGroupState, hub: Option<&HubWithTunnels>) -> Value {
    let tunnels = hub.map_or(&[][..], |hub| &hub.tunnels_status);
    let down = tunnels.iter().filter(|tunnel| !is_up(tunnel));
    let down: Vec<_> = down.map(describe).collect();
    let role = hub
        .and_then(|hub| hub.is_primary)
        .map(|is_primary| match is_primary {
            true => "primary",
            false => "secondary",
        });
    let datacenter = hub.and_then(|hub| hub.datacenter.as_ref()?.name.clone());
    json!({
        "group": group.name,
        "id": group.id,
        "status": group.status.as_ref().map(|status| status.as_str()),
        "hub": role,
        "datacenter": datacenter,
        "state": hub.and_then(state),
        "tunnelsUp": tunnels.len() - down.len(),
        "tunnels": tunnels.len(),
        "down": down,
        "healthy": hub.is_some_and(is_healthy),
    })
}

/// Whether a hub has a tunnel, and all of them are up.
fn is_healthy(hub: &HubWithTunnels) -> bool {
    state(hub) == Some("UP") && hub.tunnels_status.iter().all(is_up)
}

/// The state of a hub; `None` if it has had no tunnel yet.
fn state(hub: &HubWithTunnels) -> Option<&str> {
    let state = hub.status.as_ref()?.status.as_ref()?;
    Some(state.as_str())
}

/// Whether both layers of a tunnel are up.
fn is_up(tunnel: &TunnelState) -> bool {
    let ike = tunnel.ike_state.as_ref().map(|state| state.as_str());
    let ipsec = tunnel.ipsec_state.as_ref().map(|state| state.as_str());
    matches!(ike, Some("ESTABLISHED" | "REKEYING" | "REKEYED"))
        && matches!(
            ipsec,
            Some("INSTALLED" | "REKEYING" | "REKEYED" | "UPDATING")
        )
}

fn describe(tunnel: &TunnelState) -> String {
    let state = |state: Option<&str>| state.unwrap_or("unknown").to_owned();
    format!(
        "{} from {}: IKE {}, IPsec {}",
        tunnel.peer_id.as_deref().unwrap_or("a peer"),
        tunnel.peer_ip.as_deref().unwrap_or("an unknown address"),
        state(tunnel.ike_state.as_ref().map(|state| state.as_str())),
        state(tunnel.ipsec_state.as_ref().map(|state| state.as_str())),
    )
}

async fn wait(options: &Options, group: &str) -> Result<()> {
    let client = options.client()?;
    let groups = client.deployments().list_network_tunnel_groups().items();
    let found = find("network tunnel group", group, groups, |group| group.id).await?;
    let connected = wait::tunnel_group_connected(&client, found.id)
        .total_timeout(options.timeout().unwrap_or(TIMEOUT))
        .progress(|progress| {
            let elapsed = progress.elapsed.as_secs();
            let next = progress.delay.as_secs_f64();
            message(&format!(
                "not connected after {elapsed} s; next request in {next:.0} s"
            ));
        });
    let connected = connected.await?.into_inner();
    let value = json!({"id": connected.id, "name": connected.name, "status": "connected"});
    let mut printer = options
        .output
        .printer(Columns::named(&["id", "name", "status"]))?;
    printer.value(&value)
}

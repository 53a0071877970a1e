//! `tunnels health` and `tunnels wait`.

use cisco_secure_access::simulator::Simulator;
use serde_json::{Value, json};

use crate::program::{Program, Result};

fn hub(is_primary: bool, state: &str, ike: &str) -> Value {
    let tunnel = json!({"peerId": "harbour-1", "peerIp": "192.0.2.1", "ikeState": ike, "ipsecState": "INSTALLED"});
    json!({
        "isPrimary": is_primary, "datacenter": {"name": "sse-use-1"}, "tunnelsStatus": [tunnel],
        "status": {"status": state, "time": "2026-01-15T08:30:00Z"},
    })
}

fn states(groups: &[Value]) -> Value {
    json!({"total": groups.len(), "limit": 100, "offset": 0, "data": groups})
}

#[tokio::test]
async fn the_exit_status_says_whether_all_tunnels_are_up() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let healthy = json!({"id": 1, "name": "Harbour", "status": "connected", "hubs": [
        hub(true, "UP", "ESTABLISHED"), hub(false, "UP", "REKEYING"),
    ]});
    let respond = |groups: &[Value]| {
        simulator
            .on("list_network_tunnel_group_states")
            .respond(states(groups))
    };
    respond(std::slice::from_ref(&healthy));
    let run = program.run(&["tunnels", "health"]).await.ends_with(0);
    assert_eq!(run.json()?[0]["tunnelsUp"], 1);

    let peer_down = json!({"id": 2, "name": "Lighthouse", "status": "connected", "hubs": [
        hub(true, "UP", "CONNECTING"), hub(false, "UP", "ESTABLISHED"),
    ]});
    let new = json!({"id": 3, "name": "Pier", "status": "disconnected", "hubs": []});
    respond(&[healthy, peer_down, new]);
    let run = program
        .run(&["tunnels", "health", "--output", "table"])
        .await
        .ends_with(1);
    let run = run.reports(&["2 of 3 network tunnel groups are not healthy: Lighthouse, Pier"]);
    for part in [
        "Harbour",
        "harbour-1 from 192.0.2.1: IKE CONNECTING, IPsec INSTALLED",
        "Pier",
    ] {
        assert!(run.stdout().contains(part), "{part}: {}", run.stdout());
    }
    Ok(())
}

#[tokio::test]
async fn a_wait_ends_with_the_connection_or_the_time_limit() -> Result {
    let simulator = Simulator::builder().start().await?;
    let program = Program::new(&simulator);
    let name = simulator.items("/deployments/v2/networktunnelgroups")[0]["name"].clone();
    let name = name.as_str().ok_or("no name")?;
    let group = |status: &str| json!({"id": 1001, "name": name, "status": status});
    let wait = ["tunnels", "wait", name, "--timeout", "30"];
    simulator
        .on("get_network_tunnel_group")
        .respond(group("warning"));
    simulator
        .on("get_network_tunnel_group")
        .respond(group("connected"));
    let run = program
        .run(&wait)
        .await
        .ends_with(0)
        .reports(&["not connected after"]);
    assert_eq!(run.json()?["status"], "connected");

    simulator
        .on("get_network_tunnel_group")
        .respond(group("disconnected"));
    let run = program
        .run(&["tunnels", "wait", name, "--timeout", "0.1"])
        .await
        .ends_with(6);
    run.reports(&["is connected"]);
    program
        .run(&["tunnels", "wait", "Nowhere"])
        .await
        .ends_with(4);
    Ok(())
}

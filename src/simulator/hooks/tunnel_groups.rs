//! Network tunnel groups: their hubs, and the state of their tunnels, which follows from their age.
//!
//! Nothing connects to a simulator, so the first peer of a group connects one minute after its creation, and its tunnels are established
//! one minute later. A test advances the clock.

use chrono::DateTime;
use cisco_secure_access_openapi::Document;
use serde_json::{Map, Value, json};

use crate::simulator::handlers::{Call, Rejection, Window};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Store, id_text};

const GROUPS: &str = "/deployments/v2/networktunnelgroups";
/// The time without a peer after the creation of a group, in seconds.
const FIRST_PEER: i64 = 60;
/// The time after the creation until tunnels are established, in seconds.
const CONNECTED: i64 = 120;
/// The offset of the ids of secondary hubs to those of primary hubs.
const SECONDARY: u64 = 1_000_000;

/// The state of the tunnels of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Absent,
    Establishing,
    Connected,
}

impl Phase {
    fn of(group: &Map<String, Value>, now: i64) -> Self {
        let created = group.get("createdAt").and_then(Value::as_str);
        let created = created.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let age = created.map_or(i64::MAX, |created| now - created.timestamp());
        match () {
            () if age < FIRST_PEER => Self::Absent,
            () if age < CONNECTED => Self::Establishing,
            () => Self::Connected,
        }
    }
}

/// Gives a new group its hubs.
pub(super) fn created(call: &Call<'_>, store: &mut Store, number: u64) {
    let Some(groups) = store.at(GROUPS, call.env) else {
        return;
    };
    let created = groups.item(call.values(), number);
    let prefix = created.get("authIdPrefix").cloned().unwrap_or_default();
    let hubs = [(number, true), (number + SECONDARY, false)].map(|(id, is_primary)| {
        let auth_id = match prefix.as_str() {
            Some(prefix) => format!("{prefix}@8000123-{id}-sse.cisco.com"),
            None => id_text(&prefix[usize::from(!is_primary)]),
        };
        json!({
            "id": id,
            "isPrimary": is_primary,
            "authId": auth_id,
            "datacenter": datacenter(&created, id),
            "status": {"status": "DOWN", "time": created.get("createdAt")},
            "tunnelsCount": 0,
            "createdAt": created.get("createdAt"),
            "modifiedAt": created.get("createdAt"),
        })
    });
    groups.edit(call.values(), number, |group| {
        group.insert("hubs".to_owned(), json!(hubs));
    });
}

fn datacenter(group: &Map<String, Value>, hub: u64) -> Value {
    let region = group.get("region").and_then(Value::as_str);
    json!({
        "name": format!("{}-{hub}", region.unwrap_or_default()),
        "ip": format!("203.0.113.{}", hub % 254 + 1),
    })
}

/// Updates the states of all created groups.
pub(super) fn refresh(call: &Call<'_>, store: &mut Store) {
    let Some(groups) = store.at(GROUPS, call.env) else {
        return;
    };
    let connected = groups.created().filter(|(_, group)| {
        group
            .get("status")
            .is_none_or(|status| status != "connected")
            && Phase::of(group, call.now) == Phase::Connected
    });
    let connected: Vec<u64> = connected.map(|(number, _)| number).collect();
    for number in connected {
        groups.edit(call.values(), number, |group| {
            group.insert("status".to_owned(), json!("connected"));
            let hubs = group.get_mut("hubs").and_then(Value::as_array_mut);
            for hub in hubs.into_iter().flatten() {
                hub["status"]["status"] = json!("UP");
                hub["tunnelsCount"] = json!(1);
            }
        });
    }
}

/// The states of the groups.
pub(super) fn states(
    call: &Call<'_>,
    store: &mut Store,
) -> Result<Option<JsonResponse>, Rejection> {
    let operation = call.operation();
    if operation.id == "list_network_tunnel_group_states" {
        let window = Window::of(operation, call.request, &call.env.quirks)?;
        let Some(groups) = store.at(GROUPS, call.env) else {
            return Ok(None);
        };
        let numbers = groups.numbers().to_vec();
        let mut rows = Vec::new();
        for number in &numbers {
            let group = groups.item(call.values(), *number);
            rows.extend(state(call, &group, groups.id(*number)));
        }
        let total = rows.len();
        return Ok(Some(call.page(window, window.cut(&rows).to_vec(), total)));
    }
    let Some(id) = call.path_values.get("id") else {
        return Ok(None);
    };
    let missing = || Rejection::Status(404, format!("There is no item with the id {id}."));
    let groups = store.at(GROUPS, call.env).ok_or_else(missing)?;
    let number = groups.find(id).ok_or_else(missing)?;
    let group = groups.item(call.values(), number);
    let no_peer =
        || Rejection::Status(404, "No peer has connected to the tunnel group.".to_owned());
    let state = state(call, &group, groups.id(number)).ok_or_else(no_peer)?;
    let hubs = state["hubs"].as_array().cloned().unwrap_or_default();
    match operation.id.as_str() {
        "get_network_tunnel_group_state" => Ok(Some(JsonResponse::new(200, state))),
        "list_network_tunnel_peer_states" => {
            let window = Window::of(operation, call.request, &call.env.quirks)?;
            let tunnels = hubs
                .iter()
                .filter_map(|hub| hub["tunnelsStatus"].as_array());
            let tunnels: Vec<Value> = tunnels.flatten().cloned().collect();
            let page = window.cut(&tunnels).to_vec();
            Ok(Some(call.page(window, page, tunnels.len())))
        }
        _ => {
            let value = |name: &str| call.path_values.get(name).cloned().unwrap_or_default();
            let (hub_id, peer_id) = (value("hubId"), value("peerId"));
            let hub = hubs.iter().find(|hub| id_text(&hub["id"]) == hub_id);
            let tunnels = hub.and_then(|hub| hub["tunnelsStatus"].as_array());
            let tunnel = tunnels.into_iter().flatten();
            let mut tunnel = tunnel.filter(|tunnel| tunnel["peerId"] == peer_id.as_str());
            let tunnel = tunnel.next().cloned();
            let response = tunnel.map(|tunnel| JsonResponse::new(200, tunnel));
            response.map(Some).ok_or_else(no_peer)
        }
    }
}

/// The state of a group; `None` if it has no peer yet.
fn state(call: &Call<'_>, group: &Map<String, Value>, id: Value) -> Option<Value> {
    let phase = Phase::of(group, call.now);
    if phase == Phase::Absent {
        return None;
    }
    let is_up = phase == Phase::Connected;
    let tunnel = tunnel_schema(call.document())?;
    let number = id.as_u64().unwrap_or_default();
    let hubs = [(number, true), (number + SECONDARY, false)].map(|(hub, is_primary)| {
        let datacenter = datacenter(group, hub);
        let facts = json!({
            "peerId": hub.to_string(),
            "peerIp": format!("198.51.100.{}", hub % 254 + 1),
            "peerPort": "4500",
            "localIp": datacenter["ip"],
            "localPort": "4500",
            "dcName": datacenter["name"],
            "status": if is_up { "UP" } else { "DOWN" },
            "ikeState": if is_up { "ESTABLISHED" } else { "CONNECTING" },
            "ipsecState": if is_up { "INSTALLED" } else { "INSTALLING" },
        });
        let rng = call.env.rng.fork("tunnel").fork_at(hub);
        let time = group.get("createdAt").cloned().unwrap_or_default();
        json!({
            "id": hub,
            "isPrimary": is_primary,
            "datacenter": datacenter,
            "status": {"status": if is_up { "UP" } else { "DOWN" }, "time": time},
            "tunnelsStatus": [call.values().make(tunnel, &facts, rng)],
        })
    });
    Some(json!({
        "id": id,
        "name": group.get("name"),
        "organizationId": group.get("organizationId"),
        "status": if is_up { "connected" } else { "disconnected" },
        "hubs": hubs,
    }))
}

fn tunnel_schema(document: &Document) -> Option<&Value> {
    let operation = document.operation("get_network_tunnel_peer_state")?;
    operation.response()
}

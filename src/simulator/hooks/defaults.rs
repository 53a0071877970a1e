//! Values that the service assigns to new items in addition to documented defaults, by create operation.

use serde_json::{Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::state::Store;

/// The properties of a new item that the body does not set.
fn defaults(operation: &str) -> Value {
    match operation {
        "create_connector_group" => json!({"status": "waiting"}),
        "create_dlp_custom_classification" => json!({"type": "custom"}),
        "create_dlp_saas_api_rule" => json!({"action": "MONITOR", "version": 1}),
        "create_integration" => json!({"status": "created"}),
        "create_network_tunnel_group" => json!({"deviceType": "other", "status": "disconnected"}),
        "create_threat_feed" => json!({"state": "active"}),
        _ => Value::Null,
    }
}

/// Gives a new item its defaults.
pub(super) fn assign(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let Value::Object(defaults) = defaults(&call.operation().id) else {
        return;
    };
    if let Some(collection) = store.at(path, call.env) {
        collection.edit(call.values(), number, |item| {
            for (name, value) in defaults {
                item.entry(name).or_insert(value);
            }
        });
    }
}

//! Settings of devices for the secure web gateway, and the certificates of the devices of a user.

use serde_json::{Map, Value, json};

use crate::simulator::handlers::{Call, Rejection};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Store, id_text};

/// The key of the settings: no path of the API lists them.
const SETTINGS: &str = "/deployments/v2/deviceSettings/SWGEnabled";

/// Lists, sets and removes the settings of the devices that the body names.
pub(super) fn settings(call: &Call<'_>, store: &mut Store) -> JsonResponse {
    let ids = call.request.body["originIds"].as_array();
    let ids = ids.cloned().unwrap_or_default();
    let settings = store.notes(SETTINGS);
    let status = call.operation().success_status;
    match call.operation().id.as_str() {
        "list_swg_device_settings" => {
            let rows: Value = ids
                .iter()
                .filter_map(|id| settings.get(&id_text(id)).cloned())
                .collect();
            JsonResponse::new(status, rows)
        }
        "remove_swg_device_settings" => {
            for id in &ids {
                settings.remove(&id_text(id));
            }
            call.made(&json!({"status": "success"}))
        }
        _ => {
            let value = &call.request.body["value"];
            let now = call.values().time(&json!({"type": "string"}), call.now);
            // A number that is not a 64-bit integer does not belong to a device.
            let known = ids.iter().filter(|id| id.as_i64().is_some());
            let items: Vec<Value> = known
                .map(|id| {
                    let row = json!({
                        "originId": id,
                        "name": "SWGEnabled",
                        "value": value,
                        "modifiedAt": now,
                    });
                    settings.insert(id_text(id), row);
                    json!({"originId": id, "code": 200, "message": "OK"})
                })
                .collect();
            let facts = json!({
                "successCount": items.len(),
                "failCount": ids.len() - items.len(),
                "totalCount": ids.len(),
                "items": items,
                "value": value,
            });
            JsonResponse::new(status, facts)
        }
    }
}

/// The key of the deleted devices of a user.
fn deleted(path: &str) -> String {
    let user = path.split("/users/").nth(1).unwrap_or_default();
    format!(
        "deleted devices of {}",
        user.split('/').next().unwrap_or_default()
    )
}

/// Revokes the certificates of a device of a user.
pub(super) fn delete(call: &Call<'_>, store: &mut Store) -> Result<JsonResponse, Rejection> {
    let id = call
        .path_values
        .get("deviceId")
        .cloned()
        .unwrap_or_default();
    let devices = store.notes(&deleted(call.path));
    match devices.insert(id.clone(), Value::Bool(true)) {
        None => Ok(call.made(&Value::Null)),
        Some(_) => Err(Rejection::Status(
            404,
            format!("There is no item with the id {id}."),
        )),
    }
}

/// The certificates of the devices of a user, or of one of them, without those of deleted devices.
pub(super) fn certificates(call: &Call<'_>, store: &mut Store) -> Result<JsonResponse, Rejection> {
    let deleted_devices: Map<String, Value> = store.notes(&deleted(call.path)).clone();
    let ids: Map<String, Value> = call
        .path_values
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    if let Some(device) = call.path_values.get("deviceId")
        && deleted_devices.contains_key(device)
    {
        let text = format!("There is no item with the id {device}.");
        return Err(Rejection::Status(404, text));
    }
    let mut response = call.made(&Value::Object(ids));
    let body = response.body.as_mut();
    if let Some(devices) = body.and_then(|body| body["devices"].as_array_mut()) {
        for (index, device) in devices.iter_mut().enumerate() {
            device["deviceId"] = json!((1001 + index).to_string());
        }
        devices.retain(|device| !deleted_devices.contains_key(&id_text(&device["deviceId"])));
    }
    Ok(response)
}

/// The summaries of the users that the query names.
pub(super) fn summaries(call: &Call<'_>) -> JsonResponse {
    let ids = call.request.query.get("userIds");
    let ids = ids.and_then(Value::as_array).cloned().unwrap_or_default();
    let users: Vec<Value> = ids
        .iter()
        .map(|id| json!({"userId": id, "deviceCertificateCounts": {"active": 1, "expired": 0, "revoked": 0}}))
        .collect();
    call.made(&json!({"users": users}))
}

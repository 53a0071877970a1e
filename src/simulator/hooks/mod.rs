//! Special cases of operations that the documents do not determine: counts of destination lists, states of tunnels, references, regions,
//! TAXII servers, secrets of API keys, locked access rules.
//!
//! `dispatch` calls a hook at each step of a call: before the generic handler ([`instead`]), after items were created, changed or removed,
//! before an item is deleted, when the call is rejected, and on the response. A new special case is a file here with a line in the matches
//! below.

mod api_keys;
mod connectors;
mod defaults;
mod destinations;
mod devices;
mod do_not_decrypt;
mod domains;
mod identities;
mod references;
mod regions;
mod resources;
mod rules;
mod sessions;
mod threat_feeds;
mod tunnel_groups;

use serde_json::{Map, Value, json};

use super::handlers::{Call, Outcome, Rejection};
use super::http::response::JsonResponse;
use super::quirks::Quirk;
use super::state::Store;

pub(super) use api_keys::new_key;
pub(super) use rules::check_lock;

/// Adds to a collection without a create operation, such as the regions; `None` if the generic handler applies.
pub(super) fn add(store: &mut Store, path: &str, item: &Value) -> Option<String> {
    regions::add(store, path, item)
}

/// The response instead of the generic handler; `None` if the generic handler applies.
pub(super) fn instead(
    call: &Call<'_>,
    store: &mut Store,
) -> Result<Option<JsonResponse>, Rejection> {
    match call.operation().id.as_str() {
        "create_network_tunnel_group" => regions::check(call, store).map(|()| None),
        "list_network_tunnel_groups" | "get_network_tunnel_group" => {
            tunnel_groups::refresh(call, store);
            Ok(None)
        }
        "get_network_tunnel_group_state"
        | "get_network_tunnel_peer_state"
        | "list_network_tunnel_group_states"
        | "list_network_tunnel_peer_states" => tunnel_groups::states(call, store),
        "create_threat_feed" | "discover_taxii_api_roots" | "discover_taxii_collections" => {
            Ok(threat_feeds::rejection(call, store))
        }
        "list_regions" => Ok(Some(regions::list(call, store))),
        "get_integration" | "list_integrations" => {
            references::credentials(call, store);
            Ok(None)
        }
        "list_application_usage" => Ok(references::applications(call, store)),
        "list_network_object_references"
        | "list_network_object_group_references"
        | "list_service_object_references"
        | "list_service_object_group_references" => references::of_object(call, store),
        "list_references_to_network_objects"
        | "list_references_to_network_object_groups"
        | "list_references_to_service_objects"
        | "list_references_to_service_object_groups" => Ok(references::of_objects(call, store)),
        "get_connector_counts" | "get_connector_group_counts" => {
            Ok(Some(connectors::counts(call, store)))
        }
        "disconnect_vpn_users" => Ok(sessions::disconnect(call, store)),
        "list_swg_device_settings" | "remove_swg_device_settings" | "set_swg_device_settings" => {
            Ok(Some(devices::settings(call, store)))
        }
        "list_ztna_user_summaries" => Ok(Some(devices::summaries(call))),
        "list_ztna_user_certificates" | "list_ztna_device_certificates" => {
            devices::certificates(call, store).map(Some)
        }
        "delete_ztna_user_device" => devices::delete(call, store).map(Some),
        "lookup_identities" => identities::lookup(call, store),
        "categorize_domains" | "get_domain_categorization" => Ok(Some(domains::categories(call))),
        _ => Ok(None),
    }
}

/// Runs after an item was created.
pub(super) fn created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    defaults::assign(call, store, path, number);
    match call.operation().id.as_str() {
        "create_destination_list" => destinations::list_created(call, store, path, number),
        "add_destinations" => destinations::added(call, store, path, number),
        "create_connector_group" => connectors::new_key(call, store, path, number),
        "create_do_not_decrypt_list" => do_not_decrypt::created(call, store, path, number),
        "create_network_tunnel_group" => tunnel_groups::created(call, store, number),
        "create_threat_feed" => threat_feeds::created(call, store, path, number),
        "create_network_object_group" | "create_service_object_group" => {
            references::group_saved(call, store, path, number);
        }
        "create_private_resource" => {
            resources::saved(call, store, path, number);
            references::members_saved(call, store, path, number);
        }
        "create_private_resource_group" => references::members_saved(call, store, path, number),
        _ => {}
    }
}

/// Runs after an item was changed; `before` is the complete previous item.
pub(super) fn changed(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: u64,
    before: &Map<String, Value>,
) {
    match call.operation().id.as_str() {
        "update_connector_group" => connectors::changed(call, store, path, number),
        "update_network_object_group" | "update_service_object_group" => {
            references::group_saved(call, store, path, number);
        }
        "update_private_resource" => {
            resources::saved(call, store, path, number);
            references::members_saved(call, store, path, number);
        }
        "update_private_resource_group" => references::members_saved(call, store, path, number),
        "update_do_not_decrypt_list" => {
            do_not_decrypt::changed(call, store, path, number, before);
        }
        _ => {}
    }
}

/// Runs before an item is deleted: rejects the deletion if the item is in use.
pub(super) fn deleting(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: u64,
) -> Result<(), Rejection> {
    references::deleting(call, store, path, number)
}

/// Adds or removes properties of a response depending on the query.
pub(super) fn finished(call: &Call<'_>, response: JsonResponse) -> JsonResponse {
    match call.operation().id.as_str() {
        "list_connector_groups" | "get_connector_group" | "replace_connector_group" => {
            connectors::without_keys(call, response)
        }
        _ => response,
    }
}

/// Runs after items were removed.
pub(super) fn removed(call: &Call<'_>, store: &mut Store, path: &str) {
    if call.operation().id == "remove_destinations" {
        destinations::removed(call, store, path);
    }
}

/// The response if an item does not exist.
pub(super) fn rejected(call: &Call<'_>, rejection: Rejection) -> Outcome {
    match (call.operation().id.as_str(), &rejection) {
        ("get_destination_list", Rejection::Status(404, _))
            if call.env.quirks.has(Quirk::ErrorInSuccess) =>
        {
            let body = json!({"statusCode": 404, "error": "Not Found"});
            Ok(JsonResponse::new(200, body))
        }
        _ => Err(rejection),
    }
}

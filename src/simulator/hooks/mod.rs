//! What does not follow from the documents by a rule, by operation: counts of destination lists, regions, TAXII servers, secrets of API keys, locked
//! access rules.
//!
//! `dispatch` calls a hook at each step of a call: before the rule ([`instead`]), after items were created or removed, and when the call is
//! rejected. A new exception is a file here with a line in the matches below.

mod api_keys;
mod destinations;
mod regions;
mod rules;
mod threat_feeds;

use serde_json::json;

use super::handlers::{Call, Outcome, Rejection};
use super::http::response::JsonResponse;
use super::quirks::Quirk;
use super::state::Store;

pub(super) use api_keys::new_key;
pub(super) use rules::check_lock;

/// What is returned instead of what the rule says; `None` where the rule holds.
pub(super) fn instead(
    call: &Call<'_>,
    store: &mut Store,
) -> Result<Option<JsonResponse>, Rejection> {
    match call.operation().id.as_str() {
        "create_network_tunnel_group" => regions::check(call).map(|()| None),
        "create_threat_feed" | "discover_taxii_api_roots" | "discover_taxii_collections" => {
            Ok(threat_feeds::rejection(call, store))
        }
        "list_regions" => Ok(Some(regions::list(call))),
        _ => Ok(None),
    }
}

/// What follows when an item was created.
pub(super) fn created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    match call.operation().id.as_str() {
        "create_destination_list" => destinations::list_created(call, store, path, number),
        "add_destinations" => destinations::count(call, store, path),
        _ => {}
    }
}

/// What follows when items were removed.
pub(super) fn removed(call: &Call<'_>, store: &mut Store, path: &str) {
    if call.operation().id == "remove_destinations" {
        destinations::count(call, store, path);
    }
}

/// What is returned where an item of the rule does not exist.
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

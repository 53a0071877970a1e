//! Destination lists: their limits, the destinations that a new list comes with, and the count in each list.

use serde_json::{Map, Value, json};

use crate::simulator::handlers::{Call, Rejection};
use crate::simulator::state::Store;
use crate::simulator::validate::ValidationError;

/// The most destinations that a request may add or remove.
const MAX_PER_REQUEST: usize = 500;
/// The most destinations of an organization.
const MAX_DESTINATIONS: usize = 250_000;

/// Rejects more destinations than a request or the organization may have.
pub(super) fn check(call: &Call<'_>, store: &Store) -> Result<(), Rejection> {
    let count = call.request.body.as_array().map_or(0, Vec::len);
    if count > MAX_PER_REQUEST {
        let text = format!("at most {MAX_PER_REQUEST} destinations go into a request, not {count}");
        return Err(ValidationError::new("body", text).into());
    }
    let known = store.count_listed_by("list_destinations");
    if call.operation().id == "add_destinations" && known + count > MAX_DESTINATIONS {
        let text = format!(
            "an organization has at most {MAX_DESTINATIONS} destinations, and there are {known}"
        );
        return Err(ValidationError::new("body", text).into());
    }
    Ok(())
}

/// Counts the destinations at a path in their list.
pub(super) fn count(call: &Call<'_>, store: &mut Store, path: &str) {
    let count = store
        .at(path, call.env)
        .map(|destinations| destinations.len());
    let owner = path.rsplit_once('/').unwrap_or_default().0;
    let (lists, id) = owner.rsplit_once('/').unwrap_or_default();
    if let Some(lists) = store.at(lists, call.env)
        && let Some(number) = lists.find(id)
    {
        let meta = json!({"destinationCount": count});
        lists.change(number, Map::from_iter([("meta".to_owned(), meta)]));
    }
}

/// Puts the destinations of the body into a new list.
pub(super) fn list_created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let Some(id) = store.at(path, call.env).map(|lists| lists.id(number)) else {
        return;
    };
    let children = format!("{path}/{id}/destinations");
    if let Some(destinations) = store.at(&children, call.env) {
        destinations.clear();
        let sent = call.request.body["destinations"].as_array();
        for destination in sent.into_iter().flatten().filter_map(Value::as_object) {
            destinations.add(destination.clone());
        }
    }
    count(call, store, &children);
}

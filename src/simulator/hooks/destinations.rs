//! Destination lists: the destinations that a new list comes with, and the count in each list.

use serde_json::{Map, Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::state::Store;

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

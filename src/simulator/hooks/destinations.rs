//! Destination lists: the initial destinations of a new list, and the counts of each list.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::quirks::Quirk;
use crate::simulator::state::{Collection, Store};

/// The delay until late destinations are listed, in seconds.
const LATE: i64 = 2;

/// Counts the destinations at a path in their list.
fn count(call: &Call<'_>, store: &mut Store, path: &str) {
    let count = store
        .at(path, call.env)
        .map(|destinations| destinations.len());
    let owner = path.rsplit_once('/').unwrap_or_default().0;
    let (lists, id) = owner.rsplit_once('/').unwrap_or_default();
    let Some(lists) = store.at(lists, call.env) else {
        return;
    };
    if let Some(number) = lists.find(id) {
        lists.edit(call.values(), number, |list| {
            list.insert("meta".to_owned(), json!({"destinationCount": count}));
            list.remove("destinations");
        });
    }
}

/// Counts the destinations at a path after some of them were removed.
pub(super) fn removed(call: &Call<'_>, store: &mut Store, path: &str) {
    count(call, store, path);
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
            let number = destinations.add(call.values(), destination.clone(), call.now);
            set_type(call, destinations, number);
        }
    }
    count(call, store, &children);
}

/// Gives the destinations of the body their types.
pub(super) fn added(call: &Call<'_>, store: &mut Store, path: &str, last: u64) {
    let added = call.request.body.as_array().map_or(0, Vec::len);
    if let Some(destinations) = store.at(path, call.env) {
        let first = last + 1 - u64::try_from(added).unwrap_or_default();
        for number in first..=last {
            set_type(call, destinations, number);
            if call.env.quirks.has(Quirk::LateDestinations) {
                destinations.list_from(number, call.now + LATE);
            }
        }
    }
    count(call, store, path);
}

fn set_type(call: &Call<'_>, destinations: &mut Collection, number: u64) {
    destinations.edit(call.values(), number, |item| {
        let text = item.get("destination").and_then(Value::as_str);
        let of_type = destination_type(text.unwrap_or_default());
        item.insert("type".to_owned(), json!(of_type));
    });
}

/// The type of a destination: an address or a range, a URL, or a domain.
fn destination_type(destination: &str) -> &'static str {
    let address = destination.split('/').next().unwrap_or_default();
    match () {
        () if address.parse::<Ipv4Addr>().is_ok() => "ipv4",
        () if destination.contains('/') => "url",
        () => "domain",
    }
}

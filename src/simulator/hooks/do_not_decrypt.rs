//! Do-not-decrypt lists: a change has entries to add and to remove, and responses have the counts.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::state::Store;

/// The parts of a list, with what a change adds to them and removes from them.
const PARTS: [(&str, &str, &str); 3] = [
    ("destinations", "addDestinations", "removeDestinations"),
    ("applications", "addApplications", "removeApplications"),
    (
        "decryptExceptionCategories",
        "addDecryptExceptionCategories",
        "removeDecryptExceptionCategories",
    ),
];

/// Properties that the service assigns to a list, and that no change removes.
const ASSIGNED: [&str; 2] = ["exceptionapplicationlistId", "exceptiondomainlistId"];

/// Gives a new list its ids and counts.
pub(super) fn created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let Some(lists) = store.at(path, call.env) else {
        return;
    };
    lists.edit(call.values(), number, |list| {
        for name in ASSIGNED {
            list.insert(name.to_owned(), json!(number));
        }
        count(list);
    });
}

/// Applies a change to a list; `before` is the previous list.
pub(super) fn changed(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: u64,
    before: &Map<String, Value>,
) {
    let Some(lists) = store.at(path, call.env) else {
        return;
    };
    let body = &call.request.body;
    let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
    lists.edit(call.values(), number, |list| {
        for name in ASSIGNED {
            if let Some(value) = before.get(name) {
                list.insert(name.to_owned(), value.clone());
            }
        }
        for (part, add, remove) in PARTS {
            list.remove(add);
            list.remove(remove);
            let mut known = before.get(part).map(rows).unwrap_or_default();
            let removed = rows(&body[remove]);
            known.retain(|row| !removed.iter().any(|other| same(row, other)));
            for row in rows(&body[add]) {
                if !known.iter().any(|other| same(&row, other)) {
                    known.push(row);
                }
            }
            if before.contains_key(part) || !known.is_empty() {
                list.insert(part.to_owned(), Value::Array(known));
            }
        }
        count(list);
    });
}

/// Whether two rows are the same destination, application or category.
fn same(one: &Value, other: &Value) -> bool {
    match (one.get("destination"), other.get("destination")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn count(list: &mut Map<String, Value>) {
    let rows = |name: &str| list.get(name).and_then(Value::as_array);
    let is_address = |row: &&Value| {
        let destination = row["destination"].as_str().unwrap_or_default();
        let address = destination.split('/').next().unwrap_or_default();
        address.parse::<IpAddr>().is_ok()
    };
    let destinations = rows("destinations").map_or(0, Vec::len);
    let addresses = rows("destinations").map_or(0, |rows| rows.iter().filter(is_address).count());
    let applications = rows("applications").map_or(0, Vec::len);
    list.insert("totalDomains".to_owned(), json!(destinations - addresses));
    list.insert("totalIps".to_owned(), json!(addresses));
    list.insert("totalApplications".to_owned(), json!(applications));
}

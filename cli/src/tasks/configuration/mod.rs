//! The configuration of an organization, which snapshots and comparisons read.
//!
//! `collections` derives from the table of operations which lists belong to it, and `read` reads one of them.

mod collections;
mod read;

pub(super) use collections::{Collection, select};
pub(super) use read::{Item, read};

use cisco_secure_access::{Cloud, CloudKind};

/// Whether the documents of a cloud have a collection. A custom cloud may have all of them.
pub(super) fn is_on(cloud: &Cloud, collection: &Collection) -> bool {
    let clouds = collection.list.operation.clouds;
    match cloud {
        Cloud::Global => clouds.contains(&CloudKind::Global),
        Cloud::China => clouds.contains(&CloudKind::China),
        Cloud::Government => clouds.contains(&CloudKind::Government),
        _ => true,
    }
}

/// Whether a property changes although nobody changes the configuration: a count, a state, when something was last seen.
pub(super) fn is_volatile(name: &str) -> bool {
    let words = cisco_secure_access_openapi::words::words(name);
    let first = words.first().map_or("", String::as_str);
    let last = words.last().map_or("", String::as_str);
    first == "last"
        || matches!(
            last,
            "count" | "counts" | "health" | "state" | "status" | "token" | "tokens" | "uptime"
        )
}

//! Maximum sizes of requests, lists and organizations.

use super::handlers::{Call, Rejection};
use super::state::Store;
use super::validate::ValidationError;

/// The maximum result of a call.
#[derive(Debug)]
struct Quota {
    /// The operation whose calls are counted.
    operation: &'static str,
    counted: Counted,
    most: usize,
}

/// The counted quantity.
#[derive(Clone, Copy, Debug)]
enum Counted {
    /// The bytes of the body.
    Bytes,
    /// The destinations in the body, where the list at the parent is `thirdparty_block`.
    ThirdPartyDestinations,
    /// All destinations of the organization, with those in the body.
    Destinations,
    /// The items of the collection at the path, with a new one.
    Items,
}

const fn quota(operation: &'static str, counted: Counted, most: usize) -> Quota {
    Quota {
        operation,
        counted,
        most,
    }
}

const QUOTAS: &[Quota] = &[
    quota("categorize_domains", Counted::Bytes, 100 * 1024),
    quota("add_destinations", Counted::ThirdPartyDestinations, 100),
    quota("add_destinations", Counted::Destinations, 250_000),
    quota("create_destination_list", Counted::Destinations, 250_000),
    quota("create_private_resource", Counted::Items, 1000),
    quota("create_private_resource_group", Counted::Items, 1000),
];

/// Rejects a call that leads to more than is allowed.
pub(super) fn check(call: &Call<'_>, store: &mut Store) -> Result<(), Rejection> {
    let id = call.operation().id.as_str();
    for quota in QUOTAS.iter().filter(|quota| quota.operation == id) {
        let (count, what) = quota.counted.count(call, store);
        if count > quota.most {
            let text = format!("at most {} {what}, not {count}", quota.most);
            let mut error = ValidationError::new("body", text);
            if matches!(quota.counted, Counted::Bytes) {
                error.status = 413;
            }
            return Err(error.into());
        }
    }
    Ok(())
}

impl Counted {
    /// The number, and what it is a number of.
    fn count(self, call: &Call<'_>, store: &mut Store) -> (usize, &'static str) {
        let body = &call.request.body;
        let sent = body.as_array().or_else(|| body["destinations"].as_array());
        let sent = sent.map_or(0, Vec::len);
        match self {
            Self::Bytes => (body.to_string().len(), "bytes in a request"),
            Self::Destinations => {
                let known = store.count_listed_by("list_destinations");
                (known + sent, "destinations in an organization")
            }
            Self::ThirdPartyDestinations => {
                let what = "destinations of third parties in a request";
                match is_of_third_party(call, store) {
                    true => (sent, what),
                    false => (0, what),
                }
            }
            Self::Items => {
                let known = store.at(call.path, call.env).map_or(0, |items| items.len());
                (known + 1, "items in an organization")
            }
        }
    }
}

/// Whether the destination list in the path is one of a third party.
fn is_of_third_party(call: &Call<'_>, store: &mut Store) -> bool {
    let (lists, id) = call.path_above().rsplit_once('/').unwrap_or_default();
    let list = store.at(lists, call.env).and_then(|lists| {
        let number = lists.find(id)?;
        Some(lists.row(call.values(), number))
    });
    list.is_some_and(|list| list["access"] == "thirdparty_block")
}

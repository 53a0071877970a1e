//! Selects the handler of a call: a hook of its operation, a report, or the generic handler for collections.

use super::handlers::{Call, Outcome, bulk, items};
use super::state::Store;
use super::time_range::time_range;
use super::{hooks, quotas, reports};

/// Carries out a call.
pub(super) fn dispatch(call: &Call<'_>, store: &mut Store) -> Outcome {
    respond(call, store).map(|response| hooks::finished(call, response))
}

fn respond(call: &Call<'_>, store: &mut Store) -> Outcome {
    let parent = call.parent(store)?;
    quotas::check(call, store)?;
    let interval = time_range(call)?;
    if let Some(response) = hooks::instead(call, store)? {
        return Ok(response);
    }
    if let Some(response) = reports::respond(call, interval)? {
        return Ok(response);
    }
    let (path, above) = (call.path, call.path_above());
    let operation = call.operation();
    if call.endpoint.listing.is_some() && operation.method == "GET" {
        return items::list(call, store, path);
    }
    let creates = operation.method == "POST" && !operation.is_safe();
    if creates && store.at(path, call.env).is_some() {
        let number = items::create(call, store, path)?;
        if let Some(number) = number {
            hooks::created(call, store, path, number);
        }
        let response = items::created_response(call, store, path, number, parent.as_ref());
        return Ok(response);
    }
    let is_item = operation.last_parameter().is_some();
    if is_item && store.with_ids(above, call.env).is_some() {
        let outcome = item(call, store, above);
        return outcome.or_else(|rejection| hooks::rejected(call, rejection));
    }
    let removes = operation.method == "DELETE" && !call.request.body.is_null();
    let from = if path.ends_with("/remove") {
        above
    } else {
        path
    };
    if removes && store.at(from, call.env).is_some() {
        let results = items::remove(call, store, from);
        hooks::removed(call, store, from);
        let response = items::removed_response(call, store, parent.as_ref(), &results);
        return Ok(response);
    }
    let changes = matches!(operation.method.as_str(), "PUT" | "PATCH");
    let changed = match changes {
        true => bulk::change(call, store),
        false => None,
    };
    Ok(changed.unwrap_or_else(|| call.about(store, parent.as_ref())))
}

/// Carries out a call on one item of the collection at a path; the call ends in the id of the item.
fn item(call: &Call<'_>, store: &mut Store, path: &str) -> Outcome {
    let number = items::find(call, store, path)?;
    match call.operation().method.as_str() {
        "DELETE" => {
            hooks::deleting(call, store, path, number)?;
            items::delete(call, store, path, number)
        }
        "PUT" | "PATCH" => {
            let before = items::update(call, store, path, number)?;
            hooks::changed(call, store, path, number, &before);
            Ok(items::read(call, store, path, number))
        }
        _ => Ok(items::read(call, store, path, number)),
    }
}

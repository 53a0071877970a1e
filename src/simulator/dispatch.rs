//! Which handler carries out a call: a hook of its operation, a report, or the rule for collections.

use super::handlers::{Call, Outcome, bulk, items};
use super::state::Store;
use super::{hooks, quotas, reports};

/// Carries out a call.
pub(super) fn dispatch(call: &Call<'_>, store: &mut Store) -> Outcome {
    let parent = call.parent(store)?;
    quotas::check(call, store)?;
    if let Some(response) = hooks::instead(call, store)? {
        return Ok(response);
    }
    if let Some(response) = reports::respond(call)? {
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
        let outcome = items::item(call, store, above);
        return outcome.or_else(|rejection| hooks::rejected(call, rejection));
    }
    let removes = operation.method == "DELETE" && !call.request.body.is_null();
    let from = if path.ends_with("/remove") {
        above
    } else {
        path
    };
    if removes && store.at(from, call.env).is_some() {
        items::remove(call, store, from);
        hooks::removed(call, store, from);
        return Ok(items::removed_response(call, store, parent.as_ref()));
    }
    if matches!(operation.method.as_str(), "PUT" | "PATCH") {
        bulk::change(call, store);
    }
    Ok(call.about(store, parent.as_ref()))
}

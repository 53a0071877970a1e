//! Identities by their ids.

use serde_json::Value;

use crate::simulator::handlers::{Call, Rejection, Window};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Store, id_text};

/// A page of the identities whose ids the body names, without those that do not exist.
pub(super) fn lookup(
    call: &Call<'_>,
    store: &mut Store,
) -> Result<Option<JsonResponse>, Rejection> {
    let window = Window::of(call.operation(), call.request, &call.env.quirks)?;
    let ids = call.request.body["identityids"].as_array();
    let Some((ids, identities)) = ids.zip(store.at(call.path, call.env)) else {
        return Ok(None);
    };
    let numbers = ids.iter().filter_map(|id| identities.find(&id_text(id)));
    let numbers: Vec<u64> = numbers.collect();
    let page = window.cut(&numbers).iter();
    let rows: Vec<Value> = page
        .map(|number| identities.row(call.values(), *number))
        .collect();
    Ok(Some(call.page(window, rows, numbers.len())))
}

//! Threat feeds: the TAXII servers that they poll, which can reject valid calls, and one job for each collection.
//!
//! There is no TAXII server. A server whose host is under `.invalid`, which does not exist (RFC 2606), has no resources, and each server
//! rejects an empty user name and an empty password.

use serde_json::{Value, json};
use url::Url;

use crate::simulator::handlers::Call;
use crate::simulator::http::response::{JsonResponse, TRANSACTION, reason};
use crate::simulator::state::Store;

/// The maximum number of active feeds of a vendor.
const FEEDS_OF_VENDOR: usize = 5;

/// The rejection of a call about threat feeds, if it is rejected.
pub(super) fn rejection(call: &Call<'_>, store: &mut Store) -> Option<JsonResponse> {
    match call.operation().id.as_str() {
        "discover_taxii_api_roots" => of_server(call, "discovery_url"),
        "discover_taxii_collections" => of_server(call, "root_url"),
        "create_threat_feed" if has_job(call, store) => Some(error(
            409,
            "DUPLICATE_JOB",
            "This collection already has a job.",
        )),
        "create_threat_feed" if is_vendor_full(call, store) => Some(error(
            400,
            "VENDOR_LIMIT_EXCEEDED",
            &format!("This vendor already has {FEEDS_OF_VENDOR} active feeds."),
        )),
        _ => None,
    }
}

/// Gives a new feed its vendor: the host that it polls.
pub(super) fn created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let vendor = vendor(&call.request.body);
    if let Some(feeds) = store.at(path, call.env) {
        feeds.edit(call.values(), number, |feed| {
            feed.insert("feedVendor".to_owned(), json!(vendor));
        });
    }
}

/// The host of the root that a feed polls.
fn vendor(feed: &Value) -> Option<String> {
    let url = Url::parse(feed["root_url"].as_str()?).ok()?;
    url.host_str().map(str::to_owned)
}

/// Whether the vendor of the feed in the body has as many active feeds as there may be.
fn is_vendor_full(call: &Call<'_>, store: &mut Store) -> bool {
    let Some(feeds) = store.at(call.path, call.env) else {
        return false;
    };
    let wanted = json!(vendor(&call.request.body));
    let active = feeds.created().filter(|(_, feed)| {
        feed.get("feedVendor") == Some(&wanted) && feed.get("state").is_some_and(|s| s == "active")
    });
    active.count() >= FEEDS_OF_VENDOR
}

/// The error of the TAXII server at the URL in a property of the body, if it rejects the call.
fn of_server(call: &Call<'_>, property: &str) -> Option<JsonResponse> {
    let body = &call.request.body;
    let credentials = &body["credentials"];
    let is_empty = |name: &str| credentials[name] == "";
    let url = Url::parse(body[property].as_str()?).ok()?;
    let is_missing = url
        .host_str()
        .is_some_and(|host| host.ends_with(".invalid"));
    let (status, text) = match (is_missing, is_empty("username") || is_empty("password")) {
        (true, _) => (404, "The TAXII server has no such resource."),
        (_, true) => (401, "The TAXII server rejects the credentials."),
        _ => return None,
    };
    Some(error(status, "TAXII_UPSTREAM_ERROR", text))
}

/// Whether a feed polls the collection in the body.
fn has_job(call: &Call<'_>, store: &mut Store) -> bool {
    let Some(feeds) = store.at(call.path, call.env) else {
        return false;
    };
    let mut rows = feeds
        .numbers()
        .iter()
        .map(|number| feeds.row(call.values(), *number));
    let sent = &call.request.body;
    let is_same = |row: &Value| {
        let properties = ["root_url", "collection_id"];
        properties.iter().all(|name| row[name] == sent[name])
    };
    rows.any(|row| is_same(&row))
}

/// An error of this API that has a code.
fn error(status: u16, code: &str, text: &str) -> JsonResponse {
    let body = json!({
        "title": reason(status), "description": text, "error_code": code, "error_id": TRANSACTION, "http_status": status,
    });
    JsonResponse::new(status, body)
}

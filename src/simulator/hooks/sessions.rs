//! VPN sessions: those that are disconnected end.

use serde_json::{Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::Store;

/// Ends the sessions that the body selects; all of them where it selects none.
pub(super) fn disconnect(call: &Call<'_>, store: &mut Store) -> Option<JsonResponse> {
    let body = &call.request.body;
    let sessions = store.at(call.path, call.env)?;
    let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
    let (ids, users) = (list("sessions"), list("usernames"));
    let mut known = Vec::new();
    for number in sessions.numbers().to_vec() {
        let row = sessions.row(call.values(), number);
        let is = |name: &str| body[name].is_null() || row[name] == body[name];
        let is_named = (ids.is_empty() && users.is_empty())
            || ids.contains(&row["sessionId"])
            || users.contains(&row["username"]);
        if is_named && is("profileName") && is("region") {
            sessions.remove(number);
            known.extend([row["sessionId"].clone(), row["username"].clone()]);
        }
    }
    let missing = |all: Vec<Value>| -> Vec<Value> {
        all.into_iter().filter(|one| !known.contains(one)).collect()
    };
    let (ids, users) = (missing(ids), missing(users));
    let is_complete = ids.is_empty() && users.is_empty();
    let mut response = json!({
        "message": if is_complete { "success" } else { "partial success" },
        "statusCode": if is_complete { "200" } else { "207" },
    });
    if !is_complete {
        response["failed"] = json!({"sessions": ids, "usernames": users});
    }
    let status = if is_complete { 200 } else { 207 };
    Some(JsonResponse::new(status, response))
}

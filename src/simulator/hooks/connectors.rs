//! Connector groups: their provisioning keys, and the counts of groups and connectors.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::simulator::faker;
use crate::simulator::handlers::Call;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::Store;

/// Gives a group a new provisioning key.
pub(super) fn new_key(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let Some(groups) = store.at(path, call.env) else {
        return;
    };
    groups.edit(call.values(), number, |group| {
        let known = group.get("provisioningKey").and_then(Value::as_str);
        let rng = call.env.rng.fork("provisioning key").fork_at(number);
        let key = faker::secret(rng.fork(known.unwrap_or_default()));
        group.insert("provisioningKey".to_owned(), json!(key));
    });
}

/// Gives a group a new key if the body requests one by setting the key to an empty string.
pub(super) fn changed(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let changes = call.request.body.as_array().into_iter().flatten();
    let mut paths = changes.filter_map(|change| change["path"].as_str());
    if paths.any(|path| path.trim_start_matches('/') == "provisioningKey") {
        new_key(call, store, path, number);
    }
}

/// A response about groups, with their provisioning keys only where the query wants them.
pub(super) fn without_keys(call: &Call<'_>, mut response: JsonResponse) -> JsonResponse {
    let includes = call.request.query.get("includeProvisioningKey");
    if includes != Some(&Value::Bool(true))
        && let Some(body) = &mut response.body
    {
        let remove = |group: &mut Value| {
            if let Value::Object(group) = group {
                group.remove("provisioningKey");
                group.remove("provisioningKeyExpiresAt");
            }
        };
        remove(body);
        let rows = body.get_mut("data").and_then(Value::as_array_mut);
        rows.into_iter().flatten().for_each(remove);
    }
    response
}

/// The number of groups or connectors with each status.
pub(super) fn counts(call: &Call<'_>, store: &mut Store) -> JsonResponse {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let schema = call.operation().response().unwrap_or(&Value::Null);
    for name in call.document().property_names(schema) {
        counts.insert(name, 0);
    }
    if let Some(collection) = store.at(call.path_above(), call.env) {
        for number in collection.numbers() {
            let row = collection.row(call.values(), *number);
            *counts.entry("total".to_owned()).or_default() += 1;
            if let Some(count) = row["status"]
                .as_str()
                .and_then(|status| counts.get_mut(status))
            {
                *count += 1;
            }
        }
    }
    let counts: Map<String, Value> = counts
        .into_iter()
        .map(|(name, count)| (name, json!(count)))
        .collect();
    JsonResponse::new(call.operation().success_status, Value::Object(counts))
}

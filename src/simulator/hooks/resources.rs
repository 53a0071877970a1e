//! Private resources: the host names of their browser access.

use serde_json::{Value, json};

use crate::simulator::handlers::Call;
use crate::simulator::state::Store;

/// The domain of the host names.
const DOMAIN: &str = "ztna.sse.cisco.example";

/// Completes the host names of which the body has the first part.
pub(super) fn saved(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    let Some(resources) = store.at(path, call.env) else {
        return;
    };
    resources.edit(call.values(), number, |resource| {
        let rows = resource
            .get_mut("accessTypes")
            .and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
            if let Some(prefix) = row.remove("externalFQDNPrefix") {
                let prefix = prefix.as_str().unwrap_or_default();
                row.insert(
                    "externalFQDN".to_owned(),
                    json!(format!("{prefix}.{DOMAIN}")),
                );
            }
        }
    });
}

//! Categories of domains, by the domains of the request.

use serde_json::{Map, Value};

use crate::simulator::handlers::Call;
use crate::simulator::http::response::JsonResponse;

/// The categories of the domains that the path or the body names.
pub(super) fn categories(call: &Call<'_>) -> JsonResponse {
    let domains: Vec<String> = match &call.request.body {
        Value::Array(domains) => {
            let domains = domains.iter().filter_map(Value::as_str);
            domains.map(str::to_owned).collect()
        }
        _ => call
            .path_values
            .get("domain")
            .cloned()
            .into_iter()
            .collect(),
    };
    let schema = call.operation().response().unwrap_or(&Value::Null);
    let schema = call.document().resolve(schema);
    let each = &schema["additionalProperties"];
    let rng = call.env.rng.fork("categories");
    let categories: Map<String, Value> = domains
        .into_iter()
        .map(|domain| {
            let value = call.values().make(each, &Value::Null, rng.fork(&domain));
            (domain, value)
        })
        .collect();
    JsonResponse::new(call.operation().success_status, Value::Object(categories))
}

//! Regions: those of the cloud, and no others.

use serde_json::{Value, json};

use crate::simulator::handlers::{Call, Rejection};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::validate::ValidationError;

/// Rejects a region that the cloud does not have.
pub(super) fn check(call: &Call<'_>) -> Result<(), Rejection> {
    let region = call.request.body["region"].as_str().unwrap_or_default();
    if call.env.regions.contains(&region) {
        return Ok(());
    }
    let text = format!(
        "expected one of {}, not `{region}`",
        call.env.regions.join(", ")
    );
    Err(ValidationError::new("body /region", text).into())
}

/// The regions of the cloud.
pub(super) fn list(call: &Call<'_>) -> JsonResponse {
    let region = |name: &&str| json!({"region": name, "name": name, "description": name});
    let regions: Vec<Value> = call.env.regions.iter().map(region).collect();
    call.made(&json!({"regions": regions}))
}

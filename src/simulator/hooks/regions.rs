//! Regions: those of the cloud, and those that a test added.

use serde_json::{Map, Value, json};

use crate::simulator::env::Env;
use crate::simulator::handlers::{Call, Rejection};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::Store;
use crate::simulator::validate::ValidationError;

const REGIONS: &str = "/deployments/v2/regions";

/// All regions, by id.
fn all(env: &Env, store: &mut Store) -> Map<String, Value> {
    let region = |id: &&str| {
        let region = json!({"region": id, "name": id, "description": id});
        ((*id).to_owned(), region)
    };
    let mut all: Map<String, Value> = env.regions.iter().map(region).collect();
    all.extend(store.notes(REGIONS).clone());
    all
}

/// Rejects a region that the cloud does not have.
pub(super) fn check(call: &Call<'_>, store: &mut Store) -> Result<(), Rejection> {
    let region = call.request.body["region"].as_str().unwrap_or_default();
    let all = all(call.env, store);
    if all.contains_key(region) {
        return Ok(());
    }
    let known: Vec<String> = all.into_iter().map(|(id, _)| id).collect();
    let text = format!("expected one of {}, not `{region}`", known.join(", "));
    Err(ValidationError::new("body /region", text).into())
}

/// The regions.
pub(super) fn list(call: &Call<'_>, store: &mut Store) -> JsonResponse {
    let regions: Vec<Value> = all(call.env, store)
        .into_iter()
        .map(|(_, region)| region)
        .collect();
    call.made(&json!({"regions": regions}))
}

/// Adds a region if the path is that of regions; returns its id.
pub(super) fn add(store: &mut Store, path: &str, region: &Value) -> Option<String> {
    let id = region["region"].as_str().filter(|_| path == REGIONS)?;
    store.notes(REGIONS).insert(id.to_owned(), region.clone());
    Some(id.to_owned())
}

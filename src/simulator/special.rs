//! What no rule tells from the documents: limits of destination lists, regions, secrets of API keys, the locked set of access rules.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::collections::Store;
use super::perform::{Call, Refusal};
use super::plausible;
use super::tokens::Key;
use super::validate::Problem;

/// The most destinations that a request may add or remove.
const DESTINATIONS_A_REQUEST: usize = 500;
/// The most destinations of an organization.
const DESTINATIONS: usize = 250_000;

/// What is answered instead of what the rule says; `None` where the rule holds.
pub(super) fn instead(call: &Call<'_>, store: &mut Store) -> Result<Option<Answer>, Refusal> {
    match call.operation().id.as_str() {
        "add_destinations" | "remove_destinations" => {
            check_destinations(call, store).map(|()| None)
        }
        "create_network_tunnel_group" => check_region(call).map(|()| None),
        "list_regions" => Ok(Some(regions(call))),
        _ => Ok(None),
    }
}

/// What follows when an item was created.
pub(super) fn created(call: &Call<'_>, store: &mut Store, path: &str, number: u64) {
    match call.operation().id.as_str() {
        "create_destination_list" => {
            let Some(id) = store.at(path, call.world).map(|lists| lists.id(number)) else {
                return;
            };
            let children = format!("{path}/{id}/destinations");
            if let Some(destinations) = store.at(&children, call.world) {
                destinations.clear();
                let sent = call.input.body["destinations"].as_array();
                for destination in sent.into_iter().flatten().filter_map(Value::as_object) {
                    destinations.add(destination.clone());
                }
            }
            count_destinations(call, store, &children);
        }
        "add_destinations" => count_destinations(call, store, path),
        _ => {}
    }
}

/// What follows when items were removed.
pub(super) fn removed(call: &Call<'_>, store: &mut Store, path: &str) {
    if call.operation().id == "remove_destinations" {
        count_destinations(call, store, path);
    }
}

fn check_destinations(call: &Call<'_>, store: &Store) -> Result<(), Refusal> {
    let count = call.input.body.as_array().map_or(0, Vec::len);
    if count > DESTINATIONS_A_REQUEST {
        let text =
            format!("at most {DESTINATIONS_A_REQUEST} destinations go into a request, not {count}");
        return Err(Problem::new("body", text).into());
    }
    let known = store.count_listed_by("list_destinations");
    if call.operation().id == "add_destinations" && known + count > DESTINATIONS {
        let text = format!(
            "an organization has at most {DESTINATIONS} destinations, and there are {known}"
        );
        return Err(Problem::new("body", text).into());
    }
    Ok(())
}

/// Tells a destination list how many destinations it has.
fn count_destinations(call: &Call<'_>, store: &mut Store, path: &str) {
    let count = store
        .at(path, call.world)
        .map(|destinations| destinations.len());
    let owner = path.rsplit_once('/').unwrap_or_default().0;
    let (folder, id) = owner.rsplit_once('/').unwrap_or_default();
    if let Some(lists) = store.at(folder, call.world)
        && let Some(number) = lists.find(id)
    {
        let meta = json!({"destinationCount": count});
        lists.change(number, Map::from_iter([("meta".to_owned(), meta)]));
    }
}

fn check_region(call: &Call<'_>) -> Result<(), Refusal> {
    let region = call.input.body["region"].as_str().unwrap_or_default();
    if call.world.regions.contains(&region) {
        return Ok(());
    }
    let text = format!(
        "expected one of {}, not `{region}`",
        call.world.regions.join(", ")
    );
    Err(Problem::new("body /region", text).into())
}

fn regions(call: &Call<'_>) -> Answer {
    let region = |name: &&str| json!({"region": name, "name": name, "description": name});
    let regions: Vec<Value> = call.world.regions.iter().map(region).collect();
    call.made(&json!({"regions": regions}))
}

/// The key that an answer gives away: a new one, or an old one with a new secret.
pub(super) fn new_key(call: &Call<'_>, answer: &mut Answer, turn: u64) -> Option<(String, Key)> {
    if !matches!(
        call.operation().id.as_str(),
        "create_api_key" | "refresh_api_key"
    ) {
        return None;
    }
    let told = answer.body.as_mut()?.get_mut("key")?.as_object_mut()?;
    let secret = plausible::secret(call.world.dice.of("api key").at(turn));
    told.insert("clientSecret".to_owned(), Value::from(secret.as_str()));
    let scopes = told["scopes"].as_array().into_iter().flatten();
    let scopes = scopes
        .filter_map(|scope| Some(scope.as_str()?.to_owned()))
        .collect();
    let id = told.get("clientId")?.as_str()?.to_owned();
    let scopes = Some(scopes);
    Some((id, Key { secret, scopes }))
}

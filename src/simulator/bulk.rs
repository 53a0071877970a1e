//! One request that changes several items: a list of their ids, and what to set.

use serde_json::{Map, Value};

use super::collections::Store;
use super::perform::Call;
use super::service::as_text;

/// Changes the items that the body names, if it names some: all of them alike, or each as the list `properties` says. An id that nothing
/// has changes nothing.
pub(super) fn change(call: &Call<'_>, store: &mut Store) {
    let Value::Object(body) = &call.input.body else {
        return;
    };
    let above = call.path.rsplit_once('/').unwrap_or_default().0;
    let Some((name, ids)) = body.iter().find_map(ids) else {
        return;
    };
    let folder = [call.path, above]
        .into_iter()
        .find(|folder| store.with_ids(folder, call.world).is_some());
    let Some(collection) = folder.and_then(|folder| store.at(folder, call.world)) else {
        return;
    };
    let each = body.get("properties").and_then(Value::as_array);
    for (index, id) in ids.iter().enumerate() {
        let told = match each {
            Some(each) => each.get(index).and_then(Value::as_object).cloned(),
            None => Some(without(body, name)),
        };
        if let Some((number, told)) = collection.find(&as_text(id)).zip(told) {
            collection.change(number, told);
        }
    }
}

/// A property that is a list of ids: `entity_ids`, `ruleIds`.
fn ids<'a>((name, value): (&'a String, &'a Value)) -> Option<(&'a str, &'a Vec<Value>)> {
    let is_named = name.to_ascii_lowercase().ends_with("ids");
    let ids = value.as_array().filter(|_| is_named)?;
    Some((name, ids))
}

fn without(body: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut rest = body.clone();
    rest.remove(name);
    rest
}

//! One request that changes several items: a list of their ids, and what to set.

use serde_json::{Map, Value};

use super::call::Call;
use crate::simulator::state::{Store, id_text};

/// Changes the items that the body names, if it names some: all of them alike, or each as the list `properties` says. An id that nothing
/// has changes nothing.
pub(crate) fn change(call: &Call<'_>, store: &mut Store) {
    let Value::Object(body) = &call.request.body else {
        return;
    };
    let Some((name, ids)) = body.iter().find_map(ids) else {
        return;
    };
    let path = [call.path, call.path_above()]
        .into_iter()
        .find(|path| store.with_ids(path, call.env).is_some());
    let Some(collection) = path.and_then(|path| store.at(path, call.env)) else {
        return;
    };
    let each = body.get("properties").and_then(Value::as_array);
    for (index, id) in ids.iter().enumerate() {
        let properties = match each {
            Some(each) => each.get(index).and_then(Value::as_object).cloned(),
            None => Some(without(body, name)),
        };
        if let Some((number, properties)) = collection.find(&id_text(id)).zip(properties) {
            collection.change(number, properties);
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

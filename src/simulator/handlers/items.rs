//! Operations on collections and their items: list, create, read, change, delete.

use serde_json::{Map, Value};

use super::bulk::Results;
use super::call::{Call, Outcome, Parent, Rejection};
use super::filter::Filter;
use super::paging::Window;
use crate::simulator::catalog::Endpoint;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::quirks::Quirk;
use crate::simulator::state::{Collection, Store, id_text};

/// Lists the collection at a path.
pub(crate) fn list(call: &Call<'_>, store: &mut Store, path: &str) -> Outcome {
    let window = Window::of(call.operation(), call.request, &call.env.quirks)?;
    let Some(collection) = store.at(path, call.env) else {
        return Ok(call.made(&Value::Null));
    };
    let values = call.values();
    collection.reveal(call.now);
    let collection = &*collection;
    let listed = collection.listed();
    let row = |number: &u64| collection.row(values, *number);
    let window = window.behind(call.operation(), call.request, listed.iter().map(row));
    let (rows, total) = match Filter::of(call, &collection.shape.row) {
        None => {
            let rows = window.cut(&listed).iter().map(row).collect();
            (rows, listed.len())
        }
        Some(filter) => {
            let rows = listed.iter().map(row);
            let mut rows: Vec<Value> = rows.filter(|row| filter.matches(row)).collect();
            filter.sort(&mut rows);
            (window.cut(&rows).to_vec(), rows.len())
        }
    };
    Ok(call.page(window, rows, total))
}

/// Adds the items of the body to the collection at a path. Returns the number of the last one.
pub(crate) fn create(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
) -> Result<Option<u64>, Rejection> {
    let Some(collection) = store.at(path, call.env) else {
        return Ok(None);
    };
    let bodies = match &call.request.body {
        Value::Array(bodies) => bodies.clone(),
        body => vec![body.clone()],
    };
    let mut last = None;
    for body in bodies {
        let properties = match body {
            // The service assigns times and ids.
            Value::Object(mut properties) => {
                properties.retain(|name, _| {
                    let property = collection.shape.properties.get(name);
                    let moment = property.and_then(|property| property.moment);
                    moment.is_none() && *name != collection.shape.id
                });
                properties
            }
            _ => Map::new(),
        };
        if collection.find_by_name(&properties, None).is_some() {
            return Err(Rejection::exists());
        }
        if !collection.has_room() {
            return Err(Rejection::Status(
                409,
                "The maximum number of items is reached.".to_owned(),
            ));
        }
        last = Some(collection.add(call.values(), properties, call.now));
    }
    Ok(last)
}

/// The response of a call that created the item with this number.
pub(crate) fn created_response(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: Option<u64>,
    parent: Option<&Parent>,
) -> JsonResponse {
    let is_one = call.request.body.is_object() || parent.is_none();
    match (number.filter(|_| is_one), store.at(path, call.env)) {
        (Some(number), Some(collection)) => call.item_response(collection, number),
        _ => call.about(store, parent),
    }
}

/// The item at the end of the path of a call, by its number in the collection.
pub(crate) fn find(call: &Call<'_>, store: &mut Store, path: &str) -> Result<u64, Rejection> {
    let parameter = call.operation().last_parameter();
    let id = parameter.and_then(|parameter| call.path_values.get(&parameter.name));
    let id = id.map(String::as_str).unwrap_or_default();
    let found = store
        .at(path, call.env)
        .and_then(|collection| collection.find(id));
    found.ok_or_else(|| Rejection::missing(id))
}

/// Reads an item of the collection at a path.
pub(crate) fn read(call: &Call<'_>, store: &mut Store, path: &str, number: u64) -> JsonResponse {
    match store.at(path, call.env) {
        Some(collection) => call.item_response(collection, number),
        None => call.made(&Value::Null),
    }
}

/// Changes an item of the collection at a path; returns the complete previous item.
pub(crate) fn update(
    call: &Call<'_>,
    store: &mut Store,
    path: &str,
    number: u64,
) -> Result<Map<String, Value>, Rejection> {
    let Some(collection) = store.at(path, call.env) else {
        return Ok(Map::new());
    };
    let change = call.change(collection, number)?;
    if collection.find_by_name(&change.set, Some(number)).is_some() {
        return Err(Rejection::exists());
    }
    let before = collection.item(call.values(), number);
    collection.change(call.values(), number, change, call.now);
    Ok(before)
}

/// Removes an item of the collection at a path, with its children.
pub(crate) fn delete(call: &Call<'_>, store: &mut Store, path: &str, number: u64) -> Outcome {
    let Some(collection) = store.at(path, call.env) else {
        return Ok(call.made(&Value::Null));
    };
    let response = deleted_response(call, collection, number);
    let list = collection.shape.list;
    collection.remove(number);
    store.forget(call.path);
    // Some deletions return the items that remain.
    let returns_list = |list: &Endpoint| {
        let schema = call.operation().response();
        schema.is_some() && list.operation.response() == schema
    };
    match list.filter(|list| returns_list(list)) {
        Some(endpoint) => {
            let call = Call {
                endpoint,
                path,
                ..*call
            };
            self::list(&call, store, path)
        }
        None => Ok(response),
    }
}

fn deleted_response(call: &Call<'_>, collection: &Collection, number: u64) -> JsonResponse {
    let both = [200, 204].map(|status| call.operation().responses.contains_key(&status));
    let is_without_body = number.is_multiple_of(2) && call.env.quirks.has(Quirk::ChangingDeletes);
    match both == [true, true] && is_without_body {
        true => JsonResponse::new(204, None),
        false => call.item_response(collection, number),
    }
}

/// Removes the items with the ids in the body from the collection at a path.
pub(crate) fn remove(call: &Call<'_>, store: &mut Store, path: &str) -> Results {
    let mut results = Results::default();
    let Some(collection) = store.at(path, call.env) else {
        return results;
    };
    for id in ids(call).into_iter().flatten() {
        let number = collection.find(&id_text(id));
        let exists = number.is_some_and(|number| collection.remove(number));
        results.add(id.clone(), exists);
    }
    results
}

/// The response of a call that removed the items with the ids in the body.
pub(crate) fn removed_response(
    call: &Call<'_>,
    store: &mut Store,
    parent: Option<&Parent>,
    results: &Results,
) -> JsonResponse {
    match parent {
        None => call.made(&results.facts()),
        parent => call.about(store, parent),
    }
}

/// The ids in the body.
fn ids<'a>(call: &Call<'a>) -> Option<&'a Vec<Value>> {
    match &call.request.body {
        Value::Object(body) => body.values().find_map(Value::as_array),
        body => body.as_array(),
    }
}

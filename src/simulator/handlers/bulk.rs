//! Requests that change several items: a list of their ids, and the values to set.

use serde_json::{Map, Value, json};

use super::call::Call;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Collection, Store, id_text};

/// Changes the items in the body, if there are any: all to the same values, or each as in the list `properties`. Unknown ids are ignored
/// and reported in the response.
pub(crate) fn change(call: &Call<'_>, store: &mut Store) -> Option<JsonResponse> {
    let path = [call.path, call.path_above()]
        .into_iter()
        .find(|path| store.with_ids(path, call.env).is_some())?;
    let collection = store.at(path, call.env)?;
    let mut changed = Vec::new();
    let mut results = Results::default();
    for (id, properties) in changes(&call.request.body, &collection.shape.id) {
        let number = collection.find(&id_text(&id));
        if let Some(number) = number {
            collection.change(call.values(), number, properties.into(), call.now);
            changed.push(number);
        }
        results.add(id, number.is_some());
    }
    match results.is_empty() {
        true => None,
        false => Some(response(call, collection, &changed, &results)),
    }
}

/// The ids of a request that exist.
#[derive(Default)]
pub(crate) struct Results {
    successful: Vec<Value>,
    missing: Vec<Value>,
}

impl Results {
    pub(crate) fn add(&mut self, id: Value, exists: bool) {
        match exists {
            true => self.successful.push(id),
            false => self.missing.push(id),
        }
    }

    fn is_empty(&self) -> bool {
        self.successful.is_empty() && self.missing.is_empty()
    }

    /// The results in the format of responses.
    pub(crate) fn facts(&self) -> Value {
        json!({
            "success": self.missing.is_empty(),
            "successfulIds": self.successful,
            "errorIds": self.missing,
        })
    }
}

/// The changed items if the response lists them, otherwise the results by id.
fn response(
    call: &Call<'_>,
    collection: &Collection,
    changed: &[u64],
    results: &Results,
) -> JsonResponse {
    let schema = call.operation().response().unwrap_or(&Value::Null);
    let schema = call.document().resolve(schema);
    match schema.get("items") {
        Some(row) => {
            let rows = changed.iter();
            let rows: Value = rows
                .map(|number| collection.view(call.values(), row, *number))
                .collect();
            JsonResponse::new(call.operation().success_status, rows)
        }
        None => call.made(&results.facts()),
    }
}

/// The ids in a body, each with the values to set.
fn changes(body: &Value, id: &str) -> Vec<(Value, Map<String, Value>)> {
    match body {
        Value::Object(body) => {
            let Some((name, ids)) = body.iter().find_map(ids) else {
                return Vec::new();
            };
            let each = body.get("properties").and_then(Value::as_array);
            let ids = ids.iter().enumerate();
            let changes = ids.filter_map(|(index, id)| {
                let properties = match each {
                    Some(each) => each.get(index).and_then(Value::as_object).cloned(),
                    None => Some(without(body, name)),
                };
                Some((id.clone(), properties?))
            });
            changes.collect()
        }
        Value::Array(rows) => {
            let rows = rows.iter().filter_map(Value::as_object);
            rows.filter_map(|row| Some((row.get(id)?.clone(), row.clone())))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A property that is a list of ids: `entity_ids`, `ruleIds`.
fn ids<'a>((name, value): (&'a String, &'a Value)) -> Option<(&'a str, &'a Vec<Value>)> {
    let lower = name.to_ascii_lowercase();
    let is_named = lower.ends_with("ids") || lower.ends_with("list");
    let ids = value.as_array().filter(|_| is_named)?;
    Some((name, ids))
}

fn without(body: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut rest = body.clone();
    rest.remove(name);
    rest
}

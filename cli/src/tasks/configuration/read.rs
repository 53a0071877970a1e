//! Reads a collection: its list, and for each item what the list does not have.

use cisco_secure_access::Client;
use cisco_secure_access_openapi::Location;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value};

use super::collections::Collection;
use crate::catalog::Entry;
use crate::failure::Result;
use crate::operation::{Call, Payload, Values, item_schema};

/// How many items, and pages of a list, are read at the same time.
const CONCURRENCY: usize = 4;

/// An item of a collection, without secrets.
#[derive(Debug)]
pub(in crate::tasks) struct Item {
    pub(in crate::tasks) id: Option<String>,
    /// The name, or the id of an item without a name.
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) value: Value,
}

/// Reads a collection.
///
/// # Errors
/// When a call fails.
pub(in crate::tasks) async fn read(client: &Client, collection: &Collection) -> Result<Vec<Item>> {
    let rows = list(client, collection, collection.values.clone()).await?;
    let items = rows
        .into_iter()
        .map(|row| complete(client, collection, row));
    let items = futures_util::stream::iter(items).buffered(CONCURRENCY);
    items.try_collect().await
}

/// Reads a list.
async fn list(client: &Client, collection: &Collection, values: Values) -> Result<Vec<Value>> {
    let entry = collection.list;
    let Some(pagination) = entry.operation.pagination else {
        return Ok(Vec::new());
    };
    let request = Call::new(entry, values, Payload::Empty).request(client);
    let items = request.items_at::<Value>(pagination.items, pagination);
    let mut rows: Vec<Value> = items.prefetch(CONCURRENCY).try_collect().await?;
    if let Some(schema) = item_schema(entry) {
        for row in &mut rows {
            entry.document.hide_secrets(schema, row);
        }
    }
    Ok(rows)
}

/// Adds the details and the lists of an item.
async fn complete(client: &Client, collection: &Collection, mut row: Value) -> Result<Item> {
    let id = text(&row, collection.id.as_deref());
    if let Some(id) = &id {
        if let Some((detail, pointer)) = &collection.detail {
            let details = read_detail(client, *detail, pointer, id).await?;
            if let Value::Object(row) = &mut row {
                row.extend(details);
            }
        }
        for child in &collection.children {
            let mut rows = list(client, child, path_values(child.list, id)).await?;
            let key = |row: &Value| row.get(child.id.as_deref()?).map(ToString::to_string);
            rows.sort_by_cached_key(|row| (key(row).map(|key| (key.len(), key)), row.to_string()));
            let name = child
                .list
                .operation
                .path
                .rsplit('/')
                .next()
                .unwrap_or_default();
            row[name] = Value::Array(rows);
        }
    }
    let name = text(&row, collection.name.as_deref());
    let name = name.or_else(|| id.clone()).unwrap_or_default();
    Ok(Item {
        id,
        name,
        value: row,
    })
}

/// Reads an item by itself.
async fn read_detail(
    client: &Client,
    detail: Entry,
    pointer: &str,
    id: &str,
) -> Result<Map<String, Value>> {
    let call = Call::new(detail, path_values(detail, id), Payload::Empty);
    let response = call.request(client).send_raw().await?;
    let mut value = response.json::<Value>()?.into_inner();
    if let Some(schema) = detail.description.response() {
        detail.document.hide_secrets(schema, &mut value);
    }
    Ok(match value.pointer_mut(pointer).map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    })
}

/// The values of a path with one parameter.
fn path_values(entry: Entry, id: &str) -> Values {
    let parameters = entry.description.parameters.iter();
    parameters
        .filter(|parameter| parameter.location == Location::Path)
        .map(|parameter| ((Location::Path, parameter.name.clone()), Value::from(id)))
        .collect()
}

/// The text of a property.
fn text(row: &Value, name: Option<&str>) -> Option<String> {
    match row.get(name?)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

//! An allowed and valid call, and the responses that its document and the seed determine.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Document, Operation};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::paging::Window;
use crate::simulator::catalog::Endpoint;
use crate::simulator::env::Env;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::state::{Collection, Store, ValueMaker, id_text};
use crate::simulator::validate::{ValidRequest, ValidationError};

/// A call that is allowed and valid.
pub(crate) struct Call<'a> {
    pub(crate) env: &'a Env,
    pub(crate) endpoint: &'static Endpoint,
    /// The path, without the storage region of a report.
    pub(crate) path: &'a str,
    pub(crate) path_values: &'a BTreeMap<String, String>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) request: &'a ValidRequest,
    /// The time on the clock of the simulator, in epoch seconds.
    pub(crate) now: i64,
}

/// An item that the path leads through.
pub(crate) struct Parent {
    /// The path of its collection.
    collection: String,
    number: u64,
}

/// The reason why a call is not carried out.
pub(crate) enum Rejection {
    Invalid(ValidationError),
    /// A status and a message.
    Status(u16, String),
}

impl Rejection {
    /// There is no item with this id.
    pub(super) fn missing(id: &str) -> Self {
        Self::Status(404, format!("There is no item with the id {id}."))
    }

    /// There is an item with this name.
    pub(super) fn exists() -> Self {
        Self::Status(409, "An item with this name already exists.".to_owned())
    }
}

impl From<ValidationError> for Rejection {
    fn from(error: ValidationError) -> Self {
        Self::Invalid(error)
    }
}

/// The result of a call.
pub(crate) type Outcome = Result<JsonResponse, Rejection>;

impl<'a> Call<'a> {
    pub(crate) fn document(&self) -> &'static Document {
        self.endpoint.document
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.endpoint.operation
    }

    pub(crate) fn values(&self) -> ValueMaker<'a> {
        ValueMaker {
            document: self.endpoint.document,
            env: self.env,
        }
    }

    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The path without its last segment.
    pub(crate) fn path_above(&self) -> &'a str {
        self.path.rsplit_once('/').unwrap_or_default().0
    }

    /// Returns the parent item of the path; an error if a parent does not exist.
    pub(crate) fn parent(&self, store: &mut Store) -> Result<Option<Parent>, Rejection> {
        let mut parent = None;
        let slashes = self.path.match_indices('/').map(|(slash, _)| slash);
        for end in slashes.skip(1) {
            let Some((above, id)) = self.path[..end].rsplit_once('/') else {
                continue;
            };
            let id = percent_decode_str(id).decode_utf8_lossy();
            let is_id = self.path_values.values().any(|value| *value == id);
            let collection = match is_id {
                true => store.with_ids(above, self.env),
                false => None,
            };
            if let Some(collection) = collection {
                let number = collection
                    .find(&id)
                    .ok_or_else(|| Rejection::missing(&id))?;
                parent = Some(Parent {
                    collection: above.to_owned(),
                    number,
                });
            }
        }
        Ok(parent)
    }

    /// A response that follows from the seed, the path and what is known.
    pub(crate) fn made(&self, facts: &Value) -> JsonResponse {
        let operation = self.operation();
        let rng = self.env.rng.fork(self.path).fork(&operation.id);
        let body = operation
            .response()
            .map(|schema| self.values().make(schema, facts, rng));
        JsonResponse::new(operation.success_status, body)
    }

    /// The response of a listing around these rows.
    pub(crate) fn page(&self, window: Window, rows: Vec<Value>, total: usize) -> JsonResponse {
        let items = self.endpoint.listing.as_deref().unwrap_or("/data");
        let name = items.rsplit('/').next().unwrap_or_default();
        // Of several variants of a response, it is the one that lists.
        let mut response = self.made(&json!({name: []}));
        let length = rows.len();
        if let Some(body) = &mut response.body {
            window.fill(self.operation(), body, total, length);
            if let Some(list) = body.pointer_mut(items) {
                *list = match self.env.quirks.is_keyed(&self.operation().id) {
                    true => rows
                        .into_iter()
                        .map(|row| (id_text(&row["id"]), row))
                        .collect(),
                    false => Value::Array(rows),
                };
            }
        }
        window.with_headers(self.operation(), response, total, length)
    }

    /// A response about an item: the item, or an object around it, or something else that has its id.
    pub(crate) fn item_response(&self, collection: &Collection, number: u64) -> JsonResponse {
        let status = self.operation().success_status;
        let Some(schema) = self.operation().response() else {
            return JsonResponse::new(status, None);
        };
        let Some(pointer) = collection.shape.pointer_in(schema) else {
            return self.made(&Value::Null);
        };
        if pointer.is_empty() {
            return JsonResponse::new(status, collection.view(self.values(), schema, number));
        }
        let mut response = self.made(&Value::Null);
        let item = self
            .document()
            .schema_at(self.document().resolve(schema), &pointer);
        let body = response.body.as_mut();
        if let (Some(item), Some(held)) = (item, body.and_then(|body| body.pointer_mut(&pointer))) {
            *held = collection.view(self.values(), item, number);
        }
        response
    }

    /// A response about a parent item of the path, if its schema matches; otherwise a generated response.
    pub(crate) fn about(&self, store: &mut Store, parent: Option<&Parent>) -> JsonResponse {
        let schema = self.operation().response();
        if let (Some(parent), Some(schema)) = (parent, schema)
            && let Some(collection) = store.at(&parent.collection, self.env)
            && collection.shape.pointer_in(schema).is_some()
        {
            return self.item_response(collection, parent.number);
        }
        let facts = self.path_values.iter().map(text_fact).collect();
        self.made(&Value::Object(facts))
    }
}

fn text_fact((name, value): (&String, &String)) -> (String, Value) {
    (name.clone(), Value::from(value.as_str()))
}

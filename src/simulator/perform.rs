//! Calls that are allowed and valid: what they do to the collections, and what they answer, by rule.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Document, Operation};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::catalog::Endpoint;
use super::collections::{Collection, Store};
use super::conditions::Conditions;
use super::habits::Habit;
use super::paging::Window;
use super::service::as_text;
use super::validate::{self, Input, Problem};
use super::values::{Values, World};
use super::{bulk, reports, special};

/// A call that may be carried out.
pub(super) struct Call<'a> {
    pub(super) world: &'a World,
    pub(super) endpoint: &'static Endpoint,
    /// The path, without the storage region of a report.
    pub(super) path: &'a str,
    pub(super) path_values: &'a BTreeMap<String, String>,
    pub(super) headers: &'a HeaderMap,
    pub(super) input: &'a Input,
}

/// An item that the path leads through.
struct Parent {
    /// The path of its collection.
    folder: String,
    number: u64,
}

/// What stops a call.
pub(super) enum Refusal {
    Problem(Problem),
    /// A status and a message.
    Status(u16, String),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

type Outcome = Result<Answer, Refusal>;

impl<'a> Call<'a> {
    pub(super) fn document(&self) -> &'static Document {
        self.endpoint.document
    }

    pub(super) fn operation(&self) -> &'static Operation {
        self.endpoint.operation
    }

    pub(super) fn values(&self) -> Values<'a> {
        Values {
            document: self.endpoint.document,
            world: self.world,
        }
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Carries it out.
    pub(super) fn perform(&self, store: &mut Store) -> Outcome {
        let parent = self.parent(store)?;
        if let Some(answer) = special::instead(self, store)? {
            return Ok(answer);
        }
        if let Some(answer) = reports::answer(self)? {
            return Ok(answer);
        }
        let path = self.path;
        let (folder, last) = path.rsplit_once('/').unwrap_or_default();
        let operation = self.operation();
        if self.endpoint.listing.is_some() && operation.method == "GET" {
            return self.list(store, path);
        }
        let creates = operation.method == "POST" && !operation.is_safe();
        if creates && store.at(path, self.world).is_some() {
            return self.create(store, path, parent.as_ref());
        }
        let is_item = operation.last_parameter().is_some();
        if is_item && store.with_ids(folder, self.world).is_some() {
            return self.item(store, folder);
        }
        let removes = operation.method == "DELETE" && !self.input.body.is_null();
        let from = if last == "remove" { folder } else { path };
        if removes && store.at(from, self.world).is_some() {
            return self.remove_all(store, from, parent.as_ref());
        }
        if matches!(operation.method.as_str(), "PUT" | "PATCH") {
            bulk::change(self, store);
        }
        Ok(self.about(store, parent.as_ref()))
    }

    /// An answer that follows from the seed, the path and what is known.
    pub(super) fn made(&self, facts: &Value) -> Answer {
        let operation = self.operation();
        let dice = self.world.dice.of(self.path).of(&operation.id);
        let body = operation
            .response()
            .map(|schema| self.values().make(schema, facts, dice));
        Answer::new(operation.success_status, body)
    }

    /// The nearest item over the path; a refusal where one of them does not exist.
    fn parent(&self, store: &mut Store) -> Result<Option<Parent>, Refusal> {
        let mut parent = None;
        let slashes = self.path.match_indices('/').map(|(slash, _)| slash);
        for end in slashes.skip(1) {
            let Some((folder, id)) = self.path[..end].rsplit_once('/') else {
                continue;
            };
            let id = percent_decode_str(id).decode_utf8_lossy();
            let is_id = self.path_values.values().any(|value| *value == id);
            let collection = match is_id {
                true => store.with_ids(folder, self.world),
                false => None,
            };
            if let Some(collection) = collection {
                let number = collection.find(&id).ok_or_else(|| missing(&id))?;
                let folder = folder.to_owned();
                parent = Some(Parent { folder, number });
            }
        }
        Ok(parent)
    }

    fn list(&self, store: &mut Store, path: &str) -> Outcome {
        let window = Window::of(self.operation(), self.input, &self.world.habits)?;
        let Some(collection) = store.at(path, self.world) else {
            return Ok(self.made(&Value::Null));
        };
        let values = self.values();
        let all = collection.numbers().iter();
        let window = window.behind(
            self.operation(),
            self.input,
            all.map(|number| collection.row(values, *number)),
        );
        let (rows, total) = match Conditions::of(self, &collection.shape.row) {
            None => {
                let numbers = window.cut(collection.numbers()).iter();
                let rows = numbers
                    .map(|number| collection.row(values, *number))
                    .collect();
                (rows, collection.len())
            }
            Some(conditions) => {
                let numbers = collection.numbers().iter();
                let rows = numbers.map(|number| collection.row(values, *number));
                let mut rows: Vec<Value> = rows.filter(|row| conditions.hold(row)).collect();
                conditions.sort(&mut rows);
                (window.cut(&rows).to_vec(), rows.len())
            }
        };
        Ok(self.page(window, rows, total))
    }

    /// The answer of a listing around these rows.
    pub(super) fn page(&self, window: Window, rows: Vec<Value>, total: usize) -> Answer {
        let items = self.endpoint.listing.as_deref().unwrap_or("/data");
        let name = items.rsplit('/').next().unwrap_or_default();
        // Where there are several forms of an answer, it is the one that lists.
        let mut answer = self.made(&json!({name: []}));
        let length = rows.len();
        if let Some(body) = &mut answer.body {
            window.fill(self.operation(), body, total, length);
            if let Some(place) = body.pointer_mut(items) {
                *place = Value::Array(rows);
            }
        }
        window.with_headers(self.operation(), answer, total, length)
    }

    fn create(&self, store: &mut Store, path: &str, parent: Option<&Parent>) -> Outcome {
        let Some(collection) = store.at(path, self.world) else {
            return Ok(self.made(&Value::Null));
        };
        let bodies = match &self.input.body {
            Value::Array(bodies) => bodies.clone(),
            body => vec![body.clone()],
        };
        let mut last = None;
        for body in bodies {
            let told = match body {
                Value::Object(told) => told,
                _ => Map::new(),
            };
            if collection.namesake(&told, None).is_some() {
                return Err(exists());
            }
            if !collection.has_room() {
                return Err(Refusal::Status(
                    409,
                    "There is no room for another.".to_owned(),
                ));
            }
            last = Some(collection.add(told));
        }
        if let Some(number) = last {
            special::created(self, store, path, number);
        }
        let is_one = self.input.body.is_object() || parent.is_none();
        Ok(
            match (last.filter(|_| is_one), store.at(path, self.world)) {
                (Some(number), Some(collection)) => self.item_answer(collection, number),
                _ => self.about(store, parent),
            },
        )
    }

    /// A call on one item, whose id is the end of the path.
    fn item(&self, store: &mut Store, folder: &str) -> Outcome {
        let parameter = self.operation().last_parameter();
        let id = parameter.and_then(|parameter| self.path_values.get(&parameter.name));
        let id = id.map(String::as_str).unwrap_or_default();
        let found = store
            .at(folder, self.world)
            .and_then(|collection| collection.find(id));
        let Some(number) = found else {
            let lies = self.operation().id == "get_destination_list"
                && self.world.habits.has(Habit::ErrorInSuccess);
            return match lies {
                true => Ok(Answer::new(
                    200,
                    json!({"statusCode": 404, "error": "Not Found"}),
                )),
                false => Err(missing(id)),
            };
        };
        let Some(collection) = store.at(folder, self.world) else {
            return Err(missing(id));
        };
        match self.operation().method.as_str() {
            "DELETE" => {
                let was = self.deleted(collection, number);
                collection.remove(number);
                store.forget(self.path);
                // Some deletions answer what is left.
                let is_list =
                    |list: &Endpoint| list.operation.response() == self.operation().response();
                match store
                    .at(folder, self.world)
                    .and_then(|rest| rest.shape.list)
                {
                    Some(list) if self.operation().response().is_some() && is_list(list) => {
                        let list = Call {
                            endpoint: list,
                            path: folder,
                            ..*self
                        };
                        list.list(store, folder)
                    }
                    _ => Ok(was),
                }
            }
            "PUT" | "PATCH" => {
                let told = self.change(collection, number)?;
                if collection.namesake(&told, Some(number)).is_some() {
                    return Err(exists());
                }
                match self.operation().method.as_str() {
                    "PUT" => collection.replace(number, told),
                    _ => collection.change(number, told),
                }
                Ok(self.item_answer(collection, number))
            }
            _ => Ok(self.item_answer(collection, number)),
        }
    }

    fn deleted(&self, collection: &Collection, number: u64) -> Answer {
        let both = [200, 204].map(|status| self.operation().responses.contains_key(&status));
        let without_body =
            number.is_multiple_of(2) && self.world.habits.has(Habit::ChangingDeletes);
        match both == [true, true] && without_body {
            true => Answer::new(204, None),
            false => self.item_answer(collection, number),
        }
    }

    /// What the body says about an item: an object of properties, or a list of changes to them.
    fn change(&self, collection: &Collection, number: u64) -> Result<Map<String, Value>, Refusal> {
        match &self.input.body {
            Value::Object(told) => Ok(told.clone()),
            Value::Array(changes) => {
                let mut item = collection.facts(number);
                let mut told = Map::new();
                for change in changes {
                    let path = change["path"].as_str().unwrap_or_default();
                    let name = path.split('/').nth(1).unwrap_or_default();
                    if !path.starts_with('/') || !self.may_change(collection, name) {
                        let text = format!("there is no property at `{path}`");
                        return Err(Problem::new("body", text).into());
                    }
                    self.check_text(collection, path, &change["value"])?;
                    match item.pointer_mut(path) {
                        Some(place) => *place = change["value"].clone(),
                        None => item[name] = change["value"].clone(),
                    }
                    told.insert(name.to_owned(), item[name].clone());
                }
                Ok(told)
            }
            _ => Ok(Map::new()),
        }
    }

    /// Whether a list of changes may name this property: one that the document lists, or one that items or new items have.
    fn may_change(&self, collection: &Collection, property: &str) -> bool {
        let is_listed = || {
            let body = self.operation().body.as_ref();
            let schema = body.and_then(|body| body.json());
            let changes = schema.map(|schema| &self.document().resolve(schema)["items"]);
            let path = changes.and_then(|change| self.document().property(change, "path"));
            path.is_some_and(|path| self.document().resolve(path)["enum"].is_array())
        };
        let new = collection.shape.new.as_ref();
        let mut schemas = new.into_iter().chain([&collection.shape.row]);
        schemas.any(|schema| self.document().property(schema, property).is_some()) || is_listed()
    }

    /// Checks the text that a change gives a property, which the schema of changes does not know.
    fn check_text(
        &self,
        collection: &Collection,
        path: &str,
        value: &Value,
    ) -> Result<(), Problem> {
        let new = collection.shape.new.as_ref();
        let mut schemas = new.into_iter().chain([&collection.shape.row]);
        let property = schemas.find_map(|schema| self.document().schema_at(schema, path));
        match property {
            Some(property)
                if value.is_string() && self.document().resolve(property)["type"] == "string" =>
            {
                validate::check_value(self.document(), property, path, value)
            }
            _ => Ok(()),
        }
    }

    /// An answer about an item: the item, or an object around it, or something else that has its id.
    pub(super) fn item_answer(&self, collection: &Collection, number: u64) -> Answer {
        let status = self.operation().success_status;
        let Some(schema) = self.operation().response() else {
            return Answer::new(status, None);
        };
        let Some(place) = collection.shape.place_in(schema) else {
            return self.made(&Value::Null);
        };
        if place.is_empty() {
            return Answer::new(status, collection.view(self.values(), schema, number));
        }
        let mut answer = self.made(&Value::Null);
        let item = self
            .document()
            .schema_at(self.document().resolve(schema), &place);
        let body = answer.body.as_mut();
        if let (Some(item), Some(held)) = (item, body.and_then(|body| body.pointer_mut(&place))) {
            *held = collection.view(self.values(), item, number);
        }
        answer
    }

    /// An answer about an item over the path, as far as it is one; otherwise one that is made up.
    fn about(&self, store: &mut Store, parent: Option<&Parent>) -> Answer {
        let schema = self.operation().response();
        if let (Some(parent), Some(schema)) = (parent, schema)
            && let Some(collection) = store.at(&parent.folder, self.world)
            && collection.shape.place_in(schema).is_some()
        {
            return self.item_answer(collection, parent.number);
        }
        let facts = self.path_values.iter().map(text_fact).collect();
        self.made(&Value::Object(facts))
    }

    /// Removes the items whose ids the body lists.
    fn remove_all(&self, store: &mut Store, path: &str, parent: Option<&Parent>) -> Outcome {
        let ids = match &self.input.body {
            Value::Object(body) => body.values().find_map(Value::as_array),
            body => body.as_array(),
        };
        let Some(collection) = store.at(path, self.world) else {
            return Ok(self.made(&Value::Null));
        };
        for id in ids.into_iter().flatten() {
            if let Some(number) = collection.find(&as_text(id)) {
                collection.remove(number);
            }
        }
        special::removed(self, store, path);
        Ok(match parent {
            None => self.made(&json!({"successfulIds": ids, "errorIds": []})),
            parent => self.about(store, parent),
        })
    }
}

fn text_fact((name, value): (&String, &String)) -> (String, Value) {
    (name.clone(), Value::from(value.as_str()))
}

fn missing(id: &str) -> Refusal {
    Refusal::Status(404, format!("There is none of the id {id}."))
}

fn exists() -> Refusal {
    Refusal::Status(409, "There is one of this name already.".to_owned())
}

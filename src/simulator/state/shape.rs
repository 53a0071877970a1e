//! Which paths form a collection, by rule: a listing, a creation, and the items under them.

use cisco_secure_access_openapi::{Document, Parameter};
use serde_json::Value;

use crate::simulator::catalog::{self, Endpoint, Route};
use crate::simulator::faker::{SeededRng, uuid};

/// The first item of a collection has this number.
pub(crate) const FIRST: u64 = 1001;

/// A collection as the documents describe it.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) document: &'static Document,
    /// The operation that lists it.
    pub(crate) list: Option<&'static Endpoint>,
    /// The schema of an item: a row of the list, or what reading or creating an item gives.
    pub(crate) row: Value,
    /// The schema of what creates an item.
    pub(crate) new: Option<Value>,
    /// Whether items have paths of their own, which end in their ids.
    pub(crate) has_ids: bool,
    /// The property that holds the id.
    pub(crate) id: String,
    id_format: IdFormat,
    /// The property that holds the name, which no two items share.
    pub(crate) name: Option<String>,
    /// The property that holds the position of an item, where callers decide on the order.
    pub(crate) position: Option<String>,
    /// What an item is called.
    noun: String,
}

/// What ids look like.
#[derive(Clone, Debug)]
enum IdFormat {
    Number,
    Text,
    Uuid,
    /// The values of an enumeration.
    Listed(Vec<String>),
}

impl Shape {
    /// The collection at a path, if there is one.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let Endpoints { list, create, item } = Endpoints::at(path)?;
        let any = list.or(create)?;
        let document = any.document;
        let row = match list {
            Some(list) => document.schema_at(list.operation.response()?, list.listing.as_deref()?),
            None => item.and_then(|item| item.operation.response()),
        };
        let row = document.resolve(row?);
        let row = match row.get("items") {
            Some(items) => items.clone(),
            None => Self::item_in(document, row),
        };
        let body = create.and_then(|create| create.operation.body.as_ref());
        let new = body.and_then(|body| body.json());
        let properties: Vec<String> = document.property_names(&row).into_iter().collect();
        let parameter = item.and_then(|item| item.operation.last_parameter());
        let id = id_property(
            &properties,
            parameter.map(|parameter| parameter.name.as_str()),
            path,
        );
        let id_format = IdFormat::of(document, parameter.map(|parameter| &parameter.schema), {
            document.property(&row, &id)
        });
        let noun = match any.operation.id.as_str() {
            "list_network_tunnel_groups" => "Branch".to_owned(),
            id => noun(id),
        };
        Some(Self {
            document,
            list,
            name: properties
                .iter()
                .find(|name| *name == "name")
                .or_else(|| properties.iter().find(|name| is_name(name)))
                .filter(|name| **name != id && (create.is_some() || item.is_some()))
                .cloned(),
            position: properties
                .iter()
                .find(|name| *name == "rulePriority")
                .cloned(),
            row,
            new: new.cloned(),
            has_ids: item.is_some(),
            id,
            id_format,
            noun,
        })
    }

    /// The item in a response that wraps it in an object.
    fn item_in(document: &Document, response: &Value) -> Value {
        let wrapped = response["properties"].as_object().into_iter().flatten();
        let is_item = |schema: &&Value| document.property_names(schema).contains("id");
        match document.property_names(response).contains("id") {
            true => response.clone(),
            false => wrapped
                .map(|(_, schema)| schema)
                .find(is_item)
                .unwrap_or(response)
                .clone(),
        }
    }

    /// Where a response holds an item of this collection, as a JSON pointer; `None` where it does not.
    pub(crate) fn pointer_in(&self, response: &Value) -> Option<String> {
        let known = self.document.property_names(&self.row);
        let common = |schema: &Value| {
            let names = self.document.property_names(schema);
            names.intersection(&known).count()
        };
        let response = self.document.resolve(response);
        let top = (common(response), String::new());
        let wrapped = response["properties"].as_object().into_iter().flatten();
        let wrapped = wrapped.map(|(name, schema)| (common(schema), format!("/{name}")));
        let (score, pointer) = wrapped.fold(top, |best, next| match next.0 > best.0 {
            true => next,
            false => best,
        });
        (score > 0).then_some(pointer)
    }

    /// The id of an item.
    pub(crate) fn id_of(&self, number: u64, rng: SeededRng) -> Value {
        match &self.id_format {
            IdFormat::Number => Value::from(number),
            IdFormat::Text => Value::from(number.to_string()),
            IdFormat::Uuid => Value::from(uuid(rng.fork_at(number).next_u64(), number)),
            IdFormat::Listed(values) => {
                let index = usize::try_from(number - FIRST).unwrap_or_default();
                Value::from(values.get(index).cloned().unwrap_or_default())
            }
        }
    }

    /// The number of the item of this id.
    pub(crate) fn number_of(&self, id: &str, rng: SeededRng) -> Option<u64> {
        let number = match &self.id_format {
            IdFormat::Number | IdFormat::Text => id.parse().ok()?,
            IdFormat::Uuid => u64::from_str_radix(id.rsplit('-').next()?, 16).ok()?,
            IdFormat::Listed(values) => FIRST + values.iter().position(|known| known == id)? as u64,
        };
        (number >= FIRST && self.id_of(number, rng) == typed_like(&self.id_format, id))
            .then_some(number)
    }

    /// The name of an item of this number: `Site 001`.
    pub(crate) fn name_of(&self, number: u64) -> String {
        format!("{} {:03}", self.noun, number + 1 - FIRST)
    }

    /// How many items there can be, where ids are limited.
    pub(crate) fn capacity(&self) -> usize {
        match &self.id_format {
            IdFormat::Listed(values) => values.len(),
            _ => usize::MAX,
        }
    }
}

/// The operations that make a path a collection.
struct Endpoints {
    list: Option<&'static Endpoint>,
    create: Option<&'static Endpoint>,
    /// One on an item, whose path ends in its id.
    item: Option<&'static Endpoint>,
}

impl Endpoints {
    /// Those of a path, if it is a collection: it has a list, or items that can be created.
    fn at(path: &str) -> Option<Self> {
        let find = |method: &str, path: &str| match catalog::route(method, path) {
            Route::Found(endpoint, _) => Some(endpoint),
            _ => None,
        };
        let list = find("GET", path).filter(|endpoint| endpoint.listing.is_some());
        let create = find("POST", path).filter(|endpoint| !endpoint.operation.is_safe());
        let under = format!("{path}/~");
        let item = ["GET", "PUT", "PATCH", "DELETE"]
            .iter()
            .filter_map(|method| find(method, &under))
            .find(|endpoint| {
                let parameter = endpoint.operation.last_parameter();
                endpoint.listing.is_none()
                    && parameter.is_some_and(|parameter| is_id(endpoint.document, parameter))
            });
        let is_collection = list.is_some() || (create.is_some() && item.is_some());
        is_collection.then_some(Self { list, create, item })
    }
}

fn typed_like(format: &IdFormat, id: &str) -> Value {
    match (format, id.parse::<u64>()) {
        (IdFormat::Number, Ok(number)) => Value::from(number),
        _ => Value::from(id),
    }
}

impl IdFormat {
    fn of(document: &Document, parameter: Option<&Value>, property: Option<&Value>) -> Self {
        let schemas =
            [property, parameter].map(|schema| document.resolve(schema.unwrap_or(&Value::Null)));
        let is = |keyword: &str, value: &str| schemas.iter().any(|schema| schema[keyword] == value);
        let listed = schemas.iter().find_map(|schema| schema["enum"].as_array());
        if let Some(listed) = listed {
            let texts = listed.iter().filter_map(|value| value.as_str());
            return Self::Listed(texts.map(str::to_owned).collect());
        }
        match () {
            () if is("format", "uuid") => Self::Uuid,
            () if schemas[0]["type"] == "integer" => Self::Number,
            () if schemas[0]["type"].is_null() && is("type", "integer") => Self::Number,
            () => Self::Text,
        }
    }
}

/// An id as it stands in a path.
pub(crate) fn id_text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Whether a path parameter selects an item. A string that is no id, such as the name of a server, is what the service looks up.
fn is_id(document: &Document, parameter: &Parameter) -> bool {
    let schema = document.resolve(&parameter.schema);
    let is_text = schema["type"] == "string" && !schema["enum"].is_array();
    !is_text || parameter.name.to_ascii_lowercase().ends_with("id")
}

fn is_name(property: &str) -> bool {
    property.ends_with("Name")
}

/// The property that a path parameter means: of the same name, or `id`, or the one in which its name ends, or that of what the path lists:
/// `eventId` of `events`.
fn id_property(properties: &[String], parameter: Option<&str>, path: &str) -> String {
    let plural = path.rsplit('/').next().unwrap_or_default();
    let listed = format!("{}Id", plural.strip_suffix('s').unwrap_or(plural));
    let parameter = parameter.unwrap_or("id");
    let is = |wanted: &str| properties.iter().find(|name| *name == wanted);
    let lower = parameter.to_ascii_lowercase();
    is(parameter)
        .or_else(|| is("id"))
        .or_else(|| is("originId"))
        .or_else(|| {
            let mut ids = properties.iter().filter(|name| name.ends_with("Id"));
            ids.find(|name| lower.ends_with(&name.to_ascii_lowercase()))
        })
        .or_else(|| is(&listed))
        .or_else(|| is("resourceId"))
        .or_else(|| properties.iter().find(|name| name.ends_with("GroupId")))
        .cloned()
        .unwrap_or_else(|| parameter.to_owned())
}

/// The last words of the id of an operation as a noun: `list_internal_networks` is `Internal network`.
fn noun(operation: &str) -> String {
    let words = operation
        .split_once('_')
        .map_or(operation, |(_, words)| words);
    let words = words.replace('_', " ");
    let singular = words.strip_suffix('s').unwrap_or(&words);
    let mut letters = singular.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

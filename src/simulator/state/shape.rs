//! The collections in the documents, found by rules: a list operation, a create operation, and the items under them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use cisco_secure_access_openapi::validate::PropertyValidator;
use cisco_secure_access_openapi::{Document, Parameter};
use serde_json::{Value, json};

use super::links::FIRST;
use crate::simulator::catalog::{self, Endpoint, Route};
use crate::simulator::faker::{AUTHOR, Moment, ORGANIZATION, SeededRng, uuid};

/// A collection in the documents.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) path: String,
    pub(crate) document: &'static Document,
    /// The operation that lists it.
    pub(crate) list: Option<&'static Endpoint>,
    /// The schema of an item: a row of the list, or the response of the get or create operation.
    pub(crate) row: Value,
    /// The schemas of the views of an item, the most detailed first: the response of the get operation, and the row.
    pub(crate) views: Vec<Value>,
    /// The properties of items, by name.
    pub(crate) properties: BTreeMap<String, Property>,
    /// The schema of the create request.
    pub(crate) new: Option<Value>,
    /// Whether items have their own paths, which end in their ids.
    pub(crate) has_ids: bool,
    /// The property that holds the id.
    pub(crate) id: String,
    id_format: IdFormat,
    /// The property that holds the name.
    pub(crate) name: Option<String>,
    /// Whether names are unique: the document says so, or documents a conflict for the creation.
    pub(crate) has_unique_names: bool,
    /// The property with the position of an item, if callers order the collection.
    pub(crate) position: Option<String>,
    /// The property that holds the address of the item.
    pub(crate) link: Option<String>,
    /// The display name of an item.
    noun: String,
}

/// A property of the items of a collection.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// Its schema, in the most detailed view that has it.
    pub(crate) schema: Value,
    /// Its schema in the create request.
    pub(crate) new: Option<Value>,
    /// Whether requests can set it.
    pub(crate) is_sent: bool,
    /// Whether a view requires it.
    pub(crate) is_required: bool,
    /// The event whose time it contains.
    pub(crate) moment: Option<Moment>,
    /// The value that the service assigns to it in a new item.
    pub(crate) assigned: Option<Assigned>,
    validator: OnceLock<Arc<PropertyValidator>>,
}

impl Property {
    /// Validates values of the property with this name.
    pub(crate) fn validator(&self, document: &Document, name: &str) -> &PropertyValidator {
        self.validator
            .get_or_init(|| Arc::new(PropertyValidator::new(document, name, &self.schema)))
    }
}

/// The value that the service assigns to a property of a new item.
#[derive(Clone, Debug)]
pub(crate) enum Assigned {
    /// The time of the creation.
    Time,
    /// The number of the item.
    Number,
    /// A constant: a default of the document, the organization, the author, a count of missing children.
    Value(Value),
}

impl Assigned {
    fn of(name: &str, schema: &Value, is_sent: bool) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let is_one_of = |names: &[&str]| names.contains(&lower.as_str());
        let value = match schema["type"].as_str() {
            _ if Moment::of(name).is_some() => return Some(Self::Time),
            _ if schema.get("default").is_some() => schema["default"].clone(),
            _ if is_sent => return None,
            _ if is_one_of(&["organizationid", "organization_id", "orgid"]) => json!(ORGANIZATION),
            Some("integer") if lower == "originid" => return Some(Self::Number),
            Some("integer") if lower.ends_with("count") || lower.starts_with("total") => json!(0),
            Some("boolean") => json!(false),
            Some("string")
                if is_one_of(&["createdby", "created_by", "modifiedby", "modified_by"]) =>
            {
                json!(AUTHOR)
            }
            _ => return None,
        };
        Some(Self::Value(value))
    }
}

/// The format of ids.
#[derive(Clone, Debug)]
enum IdFormat {
    Number,
    Text,
    Uuid,
    /// The values of an enumeration.
    Listed(Vec<String>),
}

impl Shape {
    /// Returns the collection at a path, if there is one.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let Endpoints { list, create, item } = Endpoints::at(path)?;
        let any = list.or(create)?;
        let document = any.document;
        let body = create.and_then(|create| create.operation.body.as_ref());
        let new = body.and_then(|body| body.json());
        let new = new.map(|new| match document.resolve(new).get("items") {
            Some(items) => items,
            None => new,
        });
        let row = match list {
            Some(list) => document.schema_at(list.operation.response()?, list.listing.as_deref()?),
            None => item.and_then(|item| item.operation.response()),
        };
        let row = document.resolve(row?);
        let row = match row.get("items") {
            Some(items) => items.clone(),
            None => Self::item_in(document, row, new),
        };
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
        let name = properties
            .iter()
            .find(|name| *name == "name")
            .or_else(|| properties.iter().find(|name| is_name(name)))
            .filter(|name| **name != id && (create.is_some() || item.is_some()))
            .cloned();
        let has_unique_names = create.is_some_and(|create| {
            let property = new.zip(name.as_ref());
            let property = property.and_then(|(new, name)| document.property(new, name));
            let is_unique = property.is_some_and(|property| {
                let text = property["description"].as_str().unwrap_or_default();
                text.contains("unique in")
            });
            is_unique || create.operation.responses.contains_key(&409)
        });
        let link = ["href", "url"].into_iter().find(|link| {
            let is_link = properties.iter().any(|name| name == link);
            let is_sent = new.is_some_and(|new| document.property(new, link).is_some());
            is_link && !is_sent && item.is_some()
        });
        let mut shape = Self {
            path: path.to_owned(),
            link: link.map(str::to_owned),
            document,
            list,
            views: Vec::new(),
            properties: BTreeMap::new(),
            name,
            has_unique_names,
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
        };
        let read = item.filter(|item| item.operation.method == "GET");
        if let Some(response) = read.and_then(|read| read.operation.response())
            && let Some(pointer) = shape.pointer_in(response)
            && let Some(item) = document.schema_at(document.resolve(response), &pointer)
        {
            shape.views.push(item.clone());
        }
        shape.views.push(shape.row.clone());
        let sent = changes(path).chain(create).flat_map(sent_by).collect();
        shape.properties = shape.properties(&sent);
        Some(shape)
    }

    /// The properties of items; `sent` are those that requests can set.
    fn properties(&self, sent: &BTreeSet<String>) -> BTreeMap<String, Property> {
        let document = self.document;
        let requires = |name: &str| {
            self.views.iter().any(|view| {
                let required = document.resolve(view)["required"].as_array();
                required.is_some_and(|required| required.iter().any(|known| known == name))
            })
        };
        let mut properties = BTreeMap::new();
        for schema in self.views.iter().chain(&self.new).rev() {
            for name in document.property_names(schema) {
                let Some(property) = document.property(schema, &name) else {
                    continue;
                };
                let new = self.new.as_ref();
                let new = new.and_then(|new| document.property(new, &name));
                let is_sent = sent.contains(&name);
                let property = Property {
                    schema: document.resolve(property).clone(),
                    assigned: Assigned::of(&name, document.resolve(property), is_sent),
                    new: new.map(|new| document.resolve(new).clone()),
                    is_sent,
                    is_required: requires(&name),
                    moment: Moment::of(&name),
                    validator: OnceLock::new(),
                };
                properties.insert(name, property);
            }
        }
        properties
    }

    /// The item in a response that wraps it in an object.
    fn item_in(document: &Document, response: &Value, new: Option<&Value>) -> Value {
        let wrapped = response["properties"].as_object().into_iter().flatten();
        let new = new
            .map(|new| document.property_names(new))
            .unwrap_or_default();
        let is_item = |schema: &&Value| {
            let names = document.property_names(schema);
            names.contains("id") || names.intersection(&new).count() > 1
        };
        match document.property_names(response).contains("id") {
            true => response.clone(),
            false => wrapped
                .map(|(_, schema)| schema)
                .find(is_item)
                .unwrap_or(response)
                .clone(),
        }
    }

    /// The location of an item of this collection in a response, as a JSON pointer; `None` if there is none.
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

    /// Whether a view has this property.
    pub(crate) fn is_shown(&self, name: &str) -> bool {
        let mut views = self.views.iter();
        views.any(|view| self.document.property(view, name).is_some())
    }

    /// The schemas with the properties of items: the create request, and the views.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = &Value> {
        self.new.iter().chain(&self.views)
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

    /// The name of the item with this number: `Site 001`.
    pub(crate) fn name_of(&self, number: u64) -> String {
        format!("{} {:03}", self.noun, number + 1 - FIRST)
    }

    /// The maximum number of items, if ids are limited.
    pub(crate) fn capacity(&self) -> usize {
        match &self.id_format {
            IdFormat::Listed(values) => values.len(),
            _ => usize::MAX,
        }
    }
}

/// The operations that change the items of a collection.
fn changes(path: &str) -> impl Iterator<Item = &'static Endpoint> {
    let under = format!("{path}/~");
    let changes = ["PUT", "PATCH"].map(|method| match catalog::route(method, &under) {
        Route::Found(endpoint, _) => Some(endpoint),
        _ => None,
    });
    changes.into_iter().flatten()
}

/// The properties that the body of an operation can set.
fn sent_by(endpoint: &'static Endpoint) -> BTreeSet<String> {
    let body = endpoint.operation.body.as_ref();
    let schema = body.and_then(|body| body.json()).unwrap_or(&Value::Null);
    let schema = endpoint.document.resolve(schema);
    match schema.get("items") {
        // A list of changes by JSON pointer.
        Some(_) if endpoint.operation.method == "PATCH" => BTreeSet::new(),
        Some(items) => endpoint.document.property_names(items),
        None => endpoint.document.property_names(schema),
    }
}

/// The operations that define a collection at a path.
struct Endpoints {
    list: Option<&'static Endpoint>,
    create: Option<&'static Endpoint>,
    /// An operation on an item, whose path ends in its id.
    item: Option<&'static Endpoint>,
}

impl Endpoints {
    /// Returns the operations of a path, if it is a collection: it has a list, or items can be created.
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

/// An id in the format of paths.
pub(crate) fn id_text(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Whether a path parameter selects an item. A string that is not an id, such as the name of a server, is a search key of the service.
fn is_id(document: &Document, parameter: &Parameter) -> bool {
    let schema = document.resolve(&parameter.schema);
    let is_text = schema["type"] == "string" && !schema["enum"].is_array();
    !is_text || parameter.name.to_ascii_lowercase().ends_with("id")
}

fn is_name(property: &str) -> bool {
    property.ends_with("Name")
}

/// The property of a path parameter: the property with the same name, or `id`, or the property that its name ends with, or the singular of
/// the list: `eventId` of `events`.
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

/// The last words of an operation id as a noun: `list_internal_networks` is `Internal network`.
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

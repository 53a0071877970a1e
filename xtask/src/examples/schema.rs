//! The schemas that the specifications have for each place in a JSON value, and what the decoder must do with a value there.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Body, Candidates, Content, Document, path_shape};
use serde_json::Value;

/// The specifications of all scopes.
#[derive(Debug, Default)]
pub struct Api {
    documents: BTreeMap<String, Document>,
    operations: BTreeMap<(String, String), Operation>,
}

/// The schemas of the response and the body of an operation.
#[derive(Debug)]
pub struct Operation {
    /// `<scope>.<operation>`.
    pub name: String,
    scope: String,
    response: Option<Value>,
    body: Option<Value>,
}

impl Api {
    /// Adds the specification of a scope.
    pub fn add(&mut self, document: Document) {
        let scope = document.scope().to_owned();
        for operation in document.operations() {
            let known = Operation {
                name: format!("{scope}.{}", operation.id),
                scope: scope.clone(),
                response: operation.response().cloned(),
                body: operation.body.as_ref().and_then(schema_of),
            };
            let key = (path_shape(&operation.path), operation.method.clone());
            self.operations.insert(key, known);
        }
        self.documents.insert(scope, document);
    }

    /// The operation with this path, whatever its placeholders are called, and method.
    pub fn operation(&self, path: &str, method: &str) -> Option<&Operation> {
        self.operations
            .get(&(path_shape(path), method.to_ascii_uppercase()))
    }

    /// The operation of this name, `<scope>.<operation>` or without the scope.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Operation> {
        let is_it = |known: &str| {
            let id = known.split_once('.').map_or(known, |(_, id)| id);
            name == known || name == id
        };
        self.operations
            .values()
            .find(|operation| is_it(&operation.name))
    }

    /// The names of all operations, without their scopes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.operations.values().map(|known| known.name.as_str());
        names.map(|name| name.split_once('.').map_or(name, |(_, id)| id))
    }

    /// The documents, as JSON.
    pub fn documents(&self) -> impl Iterator<Item = &Value> {
        self.documents.values().map(Document::root)
    }

    /// The schemas of the response of an operation; empty if it has no content.
    pub fn any_response<'a>(&'a self, operation: &'a Operation) -> Candidates<'a> {
        self.schemas(
            operation,
            operation.response.as_ref().unwrap_or(&Value::Null),
        )
    }

    /// The schemas of the response of an operation; `None` if it has no content.
    pub fn response<'a>(&'a self, operation: &'a Operation) -> Option<Candidates<'a>> {
        Some(self.schemas(operation, operation.response.as_ref()?))
    }

    /// The schemas of the body of an operation; `None` if it has none, or a file.
    pub fn body<'a>(&'a self, operation: &'a Operation) -> Option<Candidates<'a>> {
        Some(self.schemas(operation, operation.body.as_ref()?))
    }

    fn schemas<'a>(&'a self, operation: &Operation, schema: &'a Value) -> Candidates<'a> {
        Candidates::new(self.documents[&operation.scope].root(), schema)
    }
}

impl FromIterator<Document> for Api {
    fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
        let mut api = Self::default();
        documents.into_iter().for_each(|document| api.add(document));
        api
    }
}

/// The schema of a body that has a type.
fn schema_of(body: &Body) -> Option<Value> {
    match &body.content {
        Content::Json(schema) | Content::Form(schema) => Some(schema.clone()),
        Content::Multipart(_) => None,
    }
}

/// What the decoder must do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Decode it.
    Decoded,
    /// Keep it, and report it.
    Reported,
    /// One of the two: that depends on the variant that it makes of a union.
    Either,
}

/// What the decoder makes of a location, by its schemas.
pub trait DecoderView {
    /// The JSON path of a property, where `path` is the path of this location: documented names are plain, others are quoted.
    fn property_path(&self, path: &str, name: &str) -> String;

    /// The schemas of an element where a list stands: those of the object itself, where a list of one stands for it.
    #[must_use]
    fn listed(&self) -> Self;

    /// Whether it is a string of any content.
    fn is_string(&self) -> bool;

    /// A value for a location without an example, if it is one of scalars.
    fn placeholder(&self) -> Option<Value>;

    /// What the decoder must do with a value, whatever is below it.
    fn expectation(&self, value: &Value) -> Expectation;
}

impl DecoderView for Candidates<'_> {
    fn property_path(&self, path: &str, name: &str) -> String {
        match self.documents(name) {
            true => format!("{path}.{name}"),
            false => format!("{path}[{}]", Value::from(name)),
        }
    }

    fn listed(&self) -> Self {
        let item = self.item(0);
        if item.schemas().is_empty() {
            self.clone()
        } else {
            item
        }
    }

    fn is_string(&self) -> bool {
        self.schemas()
            .iter()
            .any(|schema| Kind::of(schema) == Kind::String)
    }

    fn placeholder(&self) -> Option<Value> {
        self.schemas().iter().find_map(|schema| placeholder(schema))
    }

    fn expectation(&self, value: &Value) -> Expectation {
        let is_decoded = value.is_null()
            || self.schemas().is_empty()
            || self
                .schemas()
                .iter()
                .any(|schema| Kind::of(schema).decodes(value));
        match (self.is_in_union(), is_decoded) {
            (true, _) => Expectation::Either,
            (false, true) => Expectation::Decoded,
            (false, false) => Expectation::Reported,
        }
    }
}

/// A scalar that a schema describes.
pub fn placeholder(schema: &Value) -> Option<Value> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.first().cloned();
    }
    match Kind::of(schema) {
        Kind::Date => Some("2026-02-28".into()),
        Kind::Time if schema["type"] == "integer" => Some(1_772_280_000.into()),
        Kind::Time => Some("2026-02-28T12:00:00Z".into()),
        Kind::String => Some("text".into()),
        Kind::Integer | Kind::IntegerEnum | Kind::Number => Some(7.into()),
        Kind::Boolean => Some(true.into()),
        Kind::Any | Kind::List | Kind::Tuple | Kind::Object => None,
    }
}

/// The type that a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    String,
    Date,
    Time,
    Integer,
    IntegerEnum,
    Number,
    Boolean,
    List,
    Tuple,
    Object,
}

impl Kind {
    fn of(schema: &Value) -> Self {
        let word = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or("");
        match (word("type"), word("format")) {
            ("string", "date") => Self::Date,
            ("string", "date-time") => Self::Time,
            ("string", _) => Self::String,
            ("integer" | "number", _) if schema.get("enum").is_some() => Self::IntegerEnum,
            ("integer", format) if format.starts_with("epoch-") => Self::Time,
            ("integer", _) => Self::Integer,
            ("number", _) => Self::Number,
            ("boolean", _) => Self::Boolean,
            ("array", _) if schema.get("x-tuple").is_some() => Self::Tuple,
            ("array", _) => Self::List,
            ("object", _) => Self::Object,
            _ if schema.get("properties").is_some() => Self::Object,
            _ if schema.get("items").is_some() => Self::List,
            _ => Self::Any,
        }
    }

    /// Whether the type holds a value that is not null: a scalar is decoded from any scalar that can stand for it.
    fn decodes(self, value: &Value) -> bool {
        let number = || value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let is_integer = || number().is_some_and(|number| number.fract() == 0.0);
        let is_empty = value == "";
        match self {
            Self::Any => true,
            Self::String => !value.is_array() && !value.is_object(),
            Self::Time if value.is_number() => true,
            Self::Date | Self::Time => value
                .as_str()
                .is_some_and(|text| !text.starts_with(char::is_alphabetic)),
            Self::Integer => is_empty || is_integer(),
            Self::IntegerEnum => is_empty || is_integer() || value.is_boolean(),
            Self::Number => is_empty || number().is_some(),
            Self::Boolean => {
                is_empty
                    || value.is_boolean()
                    || matches!(value.as_str(), Some("true" | "false"))
                    || matches!(value.as_i64(), Some(0 | 1))
            }
            Self::List => value.is_array(),
            Self::Tuple => value.is_object(),
            Self::Object => value.is_object(),
        }
    }
}

//! What the specifications say of the places in a JSON value: what may stand there, and which values the crate must be able to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

use cisco_secure_access_codegen::SCOPES;

use crate::import::merge::shape;
use crate::import::operations::each_operation;

/// References that lead to each other longer than this only lead back.
const MAX_DEPTH: usize = 32;

/// The specifications of all scopes.
#[derive(Debug, Default)]
pub struct Api {
    documents: BTreeMap<String, Value>,
    operations: BTreeMap<(String, String), Operation>,
}

/// What an operation answers and takes.
#[derive(Debug)]
pub struct Operation {
    /// `<scope>.<operation>`.
    pub name: String,
    scope: String,
    answer: Option<Value>,
    body: Option<Value>,
}

impl Api {
    /// Reads the specifications in a folder.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut api = Self::default();
        for scope in SCOPES {
            let file = folder.join(format!("{scope}.json"));
            let Ok(bytes) = std::fs::read(&file) else {
                continue;
            };
            let document = serde_json::from_slice(&bytes).map_err(|error| {
                format!("{}: {error}; import the documents again", file.display())
            })?;
            api.add(scope, document);
        }
        if api.documents.is_empty() {
            return Err(format!(
                "{}: found no specification, expected one for each scope; run `cargo xtask import`",
                folder.display()
            ));
        }
        Ok(api)
    }

    /// Adds the specification of a scope.
    pub fn add(&mut self, scope: &str, mut document: Value) {
        each_operation(&mut document, |path, method, operation, _| {
            let id = operation.get("operationId").and_then(Value::as_str);
            let known = Operation {
                name: format!("{scope}.{}", id.unwrap_or("")),
                scope: scope.to_owned(),
                answer: answer_of(operation),
                body: body_of(operation),
            };
            self.operations
                .insert((shape(path), method.to_owned()), known);
        });
        self.documents.insert(scope.to_owned(), document);
    }

    /// The operation with this path, whatever its placeholders are called, and method.
    pub fn operation(&self, path: &str, method: &str) -> Option<&Operation> {
        self.operations.get(&(shape(path), method.to_owned()))
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

    /// The names of all properties.
    #[must_use]
    pub fn property_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut open: Vec<&Value> = self.documents.values().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(map) => {
                    let properties = map.get("properties").and_then(Value::as_object);
                    names.extend(
                        properties
                            .into_iter()
                            .flat_map(Map::keys)
                            .map(String::as_str),
                    );
                    open.extend(map.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        names
    }

    /// The answer of an operation, of which nothing is said where it has no content.
    pub fn any_answer<'a>(&'a self, operation: &'a Operation) -> Place<'a> {
        self.place(operation, operation.answer.as_ref().unwrap_or(&Value::Null))
    }

    /// The answer of an operation; `None` where it has no content.
    pub fn answer<'a>(&'a self, operation: &'a Operation) -> Option<Place<'a>> {
        Some(self.place(operation, operation.answer.as_ref()?))
    }

    /// The body of an operation; `None` where it takes none, or a file.
    pub fn body<'a>(&'a self, operation: &'a Operation) -> Option<Place<'a>> {
        Some(self.place(operation, operation.body.as_ref()?))
    }

    fn place<'a>(&'a self, operation: &Operation, schema: &'a Value) -> Place<'a> {
        let mut place = Place {
            document: &self.documents[&operation.scope],
            schemas: Vec::new(),
            is_choice: false,
        };
        place.add(schema, 0);
        place
    }
}

/// The schema of the JSON content of the first success that has one, or of the one that `x-answer` names.
fn answer_of(operation: &Map<String, Value>) -> Option<Value> {
    let responses = operation.get("responses")?.as_object()?;
    let named = operation.get("x-answer").and_then(Value::as_str);
    responses
        .iter()
        .filter(|(status, _)| status.starts_with(named.unwrap_or("2")))
        .find_map(|(_, response)| content_of(response, &["application/json"]))
}

fn body_of(operation: &Map<String, Value>) -> Option<Value> {
    content_of(operation.get("requestBody")?, BODIES)
}

/// The media types of the bodies that have a type.
pub const BODIES: &[&str] = &["application/json", "application/x-www-form-urlencoded"];

fn content_of(owner: &Value, media: &[&str]) -> Option<Value> {
    let content = owner.get("content")?;
    let media = media.iter().find_map(|media| content.get(*media))?;
    Some(media.get("schema").cloned().unwrap_or(Value::Bool(true)))
}

/// What is said of one place in a value: every schema that may describe it.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    document: &'a Value,
    schemas: Vec<&'a Value>,
    /// Whether it is one of several forms, or part of one.
    pub is_choice: bool,
}

impl<'a> Place<'a> {
    fn add(&mut self, schema: &'a Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(Value::String(target)) = schema.get("$ref") {
            let document = self.document;
            if let Some(target) = document.pointer(target.trim_start_matches('#')) {
                self.add(target, depth + 1);
            }
            return;
        }
        let parts = |key: &str| schema.get(key).and_then(Value::as_array).map(Vec::as_slice);
        let arms = parts("oneOf").or_else(|| parts("anyOf")).unwrap_or(&[]);
        self.is_choice |= arms.len() > 1;
        let all = parts("allOf").unwrap_or(&[]);
        for part in arms.iter().chain(all) {
            self.add(part, depth + 1);
        }
        if (arms.is_empty() && all.is_empty()) || schema.get("properties").is_some() {
            self.schemas.push(schema);
        }
    }

    /// What is said of places below this one, which `step` finds in a schema of this one.
    fn below(&self, step: impl Fn(&'a Value) -> Option<&'a Value>) -> Self {
        let mut below = Self {
            document: self.document,
            schemas: Vec::new(),
            is_choice: self.is_choice,
        };
        for schema in self.schemas.iter().filter_map(|schema| step(schema)) {
            below.add(schema, 0);
        }
        below
    }

    /// What is said of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Self {
        self.below(|schema| match schema.get("properties") {
            Some(properties) => properties.get(name),
            None => schema
                .get("additionalProperties")
                .filter(|values| values.is_object()),
        })
    }

    /// What is said of the elements of a list.
    #[must_use]
    pub fn item(&self) -> Self {
        self.below(|schema| schema.get("items"))
    }

    /// Whether anything is said.
    #[must_use]
    pub fn is_described(&self) -> bool {
        !self.schemas.is_empty()
    }

    /// Whether an enumeration lists the value.
    #[must_use]
    pub fn lists(&self, value: &Value) -> bool {
        self.schemas
            .iter()
            .filter_map(|schema| schema.get("enum")?.as_array())
            .any(|values| values.contains(value))
    }

    /// Whether null is documented.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.schemas
            .iter()
            .any(|schema| schema.get("nullable") == Some(&Value::Bool(true)))
    }

    /// Whether it is a text of any content.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.schemas
            .iter()
            .any(|schema| Kind::of(schema) == Kind::Text)
    }

    /// Whether it is a date, with or without a time.
    #[must_use]
    pub fn is_date(&self) -> bool {
        self.schemas
            .iter()
            .any(|schema| matches!(Kind::of(schema), Kind::Date | Kind::Time))
    }

    /// Whether the crate must be able to read a value here, whatever is below it; `None` where that is up to the crate.
    #[must_use]
    pub fn reads(&self, value: &Value) -> Option<bool> {
        let reads = value.is_null()
            || !self.is_described()
            || self
                .schemas
                .iter()
                .any(|schema| Kind::of(schema).reads(value));
        // What fits no form of a choice may be kept as it is, and what fits one may not fit the one that the rest chooses.
        (!self.is_choice).then_some(reads)
    }
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Text,
    Date,
    Time,
    Integer,
    Number,
    Boolean,
    List,
    Object,
}

impl Kind {
    fn of(schema: &Value) -> Self {
        let word = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or("");
        match (word("type"), word("format")) {
            ("string", "date") => Self::Date,
            ("string", "date-time") => Self::Time,
            ("string", _) => Self::Text,
            ("integer", _) => Self::Integer,
            ("number", _) => Self::Number,
            ("boolean", _) => Self::Boolean,
            ("array", _) => Self::List,
            ("object", _) => Self::Object,
            _ if schema.get("properties").is_some() => Self::Object,
            _ if schema.get("items").is_some() => Self::List,
            _ => Self::Any,
        }
    }

    /// Whether a value that is not null can stand for this: scalars are read from whatever scalar can mean them.
    fn reads(self, value: &Value) -> bool {
        let number = || value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let is_empty_text = value == "";
        match self {
            Self::Any => true,
            Self::Text => !value.is_array() && !value.is_object(),
            Self::Time if value.is_i64() => true,
            Self::Date | Self::Time => value
                .as_str()
                .is_some_and(|text| !text.starts_with(char::is_alphabetic)),
            Self::Integer => is_empty_text || number().is_some_and(|number| number.fract() == 0.0),
            Self::Number => is_empty_text || number().is_some(),
            Self::Boolean => {
                is_empty_text
                    || value.is_boolean()
                    || matches!(value.as_str(), Some("true" | "false"))
                    || matches!(value.as_i64(), Some(0 | 1))
            }
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

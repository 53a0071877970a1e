//! The body of a request, and the schemas of contents.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::json::{escape, flag, required_object, text};
use crate::root::Root;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether a request must have it.
    pub required: bool,
    /// What a client sends.
    pub content: Content,
    /// The parts of a multipart form that can be sent instead.
    pub alternative: Option<Vec<Part>>,
    /// The schema of each media type.
    pub media_types: BTreeMap<String, Value>,
    /// What it is.
    pub description: Option<String>,
    /// Its value in the example of the operation, if it is not a form of parts.
    pub example: Option<Value>,
    /// Its JSON pointer in the document.
    pub pointer: String,
}

/// The content of a body.
#[derive(Clone, Debug)]
pub enum Content {
    /// JSON of this schema.
    Json(Value),
    /// A form with the properties of this schema.
    Form(Value),
    /// The parts of a `multipart/form-data` body.
    Multipart(Vec<Part>),
}

/// A part of a `multipart/form-data` body: a file.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name on the wire.
    pub name: String,
    /// Whether a request must have it.
    pub required: bool,
    /// What it is.
    pub description: Option<String>,
    /// The content of the file in the example of the operation.
    pub example: Option<Value>,
}

impl Body {
    pub(crate) fn read(root: &Root, value: &Value, pointer: &str) -> Result<Self> {
        let content = required_object(value, pointer, "content")?;
        let media_types: BTreeMap<String, Value> = content
            .iter()
            .map(|(name, media)| (name.clone(), schema_of(media)))
            .collect();
        let example = |media: &str| content.get(media)?.get("example").cloned();
        let parts = |schema: &Value| {
            let example = example(MULTIPART).unwrap_or_default();
            Part::read(root, schema, &example, pointer)
        };
        // A form of anything but parts is no alternative to JSON.
        let files = |schema: &Value| -> Result<Option<Vec<Part>>> {
            let form = root.deref(schema, pointer)?;
            let has_parts = form.get("properties").is_some();
            has_parts.then(|| parts(schema)).transpose()
        };
        let find = |media: &str| media_types.get(media);
        let multipart = find(MULTIPART);
        let (content, alternative) = match (find(JSON), find(FORM), multipart) {
            (Some(schema), ..) => {
                let alternative = multipart.map(files).transpose()?;
                (Content::Json(schema.clone()), alternative.flatten())
            }
            (None, Some(schema), _) => (Content::Form(schema.clone()), None),
            (None, None, Some(schema)) => (Content::Multipart(parts(schema)?), None),
            (None, None, None) => {
                let found: Vec<_> = media_types.keys().map(String::as_str).collect();
                return Err(Error::new(
                    format!("{pointer}/content"),
                    format!(
                        "a body of {} is not supported: expected {JSON}, {FORM} or {MULTIPART}",
                        found.join(", ")
                    ),
                ));
            }
        };
        Ok(Self {
            required: flag(value, "required"),
            example: example(JSON).or_else(|| example(FORM)),
            content,
            alternative,
            media_types,
            description: text(value, "description"),
            pointer: pointer.to_owned(),
        })
    }

    /// The schema of a body in JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.media_types.get(JSON)
    }
}

impl Part {
    fn read(root: &Root, schema: &Value, example: &Value, pointer: &str) -> Result<Vec<Self>> {
        let pointer = format!("{pointer}/content/multipart~1form-data/schema");
        let schema = root.deref(schema, &pointer)?;
        let properties = required_object(&schema, &pointer, "properties")?;
        let required = |name: &str| {
            properties.len() == 1
                || schema
                    .get("required")
                    .and_then(Value::as_array)
                    .is_some_and(|list| list.iter().any(|entry| entry == name))
        };
        properties
        .iter()
        .map(|(name, property)| {
            let file = root.deref(property, &pointer)?;
            if text(&file, "format").as_deref() != Some("binary") {
                return Err(Error::new(
                    format!("{pointer}/properties/{}", escape(name)),
                    "a part that is not a file is not supported: expected a string of the format binary",
                ));
            }
            Ok(Self {
                required: required(name),
                name: name.clone(),
                description: text(property, "description").or_else(|| text(&file, "description")),
                example: example.get(name).cloned(),
            })
        })
        .collect()
    }
}

/// The schema of a content that is JSON, whatever its media type.
pub(crate) fn json_schema(content: &Map<String, Value>) -> Option<Value> {
    content
        .iter()
        .find(|(name, _)| *name == JSON || name.ends_with("+json"))
        .map(|(_, media)| schema_of(media))
}

fn schema_of(media: &Value) -> Value {
    media
        .get("schema")
        .cloned()
        .unwrap_or_else(|| Value::Object(Map::new()))
}

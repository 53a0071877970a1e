//! A parameter of an operation, and how its value is written.

use serde_json::{Value, json};

use crate::body::json_schema;
use crate::error::{Error, Result};
use crate::json::{flag, required_text, text};
use crate::root::Root;
use crate::schema::{JsonType, json_type};

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// What its names in Rust are made of.
    pub rust_name: String,
    /// Its location in a request.
    pub location: Location,
    /// Whether a request must have it.
    pub required: bool,
    /// What a client sends for a required query parameter that the caller does not set: the default of its schema.
    pub default: Option<String>,
    /// How its value is written.
    pub encoding: Encoding,
    /// The schema of its value.
    pub schema: Value,
    /// `x-time`: how a time is written, where it differs from the schema.
    pub time: Option<TimeForm>,
    /// What it is.
    pub description: Option<String>,
    /// Its value in the example of the operation.
    pub example: Option<Value>,
    /// Its JSON pointer in the document.
    pub pointer: String,
}

/// How a time is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
    /// Epoch milliseconds, or words such as `-1days`.
    Reporting,
    /// A date, or a date and time, as in RFC 3339.
    Rfc3339,
}

/// The location of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
}

/// How the value of a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// The name alone: the parameter is set or it is not.
    Flag,
    /// One value, the elements joined by commas.
    Comma,
    /// The name once for each element.
    Repeated,
    /// JSON.
    Json,
}

impl Parameter {
    pub(crate) fn read(root: &Root, value: &Value, pointer: String) -> Result<Self> {
        let location = Location::read(value, &pointer)?;
        let content = value.get("content").and_then(Value::as_object);
        let (schema, is_json) = match (value.get("schema"), content.and_then(json_schema)) {
            (Some(schema), _) => (schema.clone(), false),
            (None, Some(schema)) => (schema, true),
            (None, None) => return Err(Error::new(pointer, "expected a `schema`")),
        };
        let name = required_text(value, &pointer, "name")?;
        let required = location == Location::Path || flag(value, "required");
        let encoding = match is_json && location == Location::Query {
            true => Encoding::Json,
            false => Encoding::read(root, value, location, &schema, &pointer)?,
        };
        let default = match root.deref(&schema, &pointer)?.get("default") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
            _ => None,
        };
        Ok(Self {
            rust_name: root.rust_name(&name).to_owned(),
            name,
            location,
            required,
            default: default.filter(|_| required && location == Location::Query),
            encoding,
            schema,
            time: TimeForm::read(value, &pointer)?,
            description: text(value, "description"),
            example: value.get("example").cloned(),
            pointer,
        })
    }

    /// Whether a caller must set it: a request must have it, and there is no default.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        self.required && self.default.is_none()
    }
}

impl Location {
    fn read(parameter: &Value, pointer: &str) -> Result<Self> {
        match required_text(parameter, pointer, "in")?.as_str() {
            "path" => Ok(Self::Path),
            "query" => Ok(Self::Query),
            "header" => Ok(Self::Header),
            other => Err(Error::new(
                format!("{pointer}/in"),
                format!(
                    "a parameter in `{other}` is not supported: expected path, query or header"
                ),
            )),
        }
    }
}

impl TimeForm {
    fn read(parameter: &Value, pointer: &str) -> Result<Option<Self>> {
        match text(parameter, "x-time").as_deref() {
            None => Ok(None),
            Some("reporting") => Ok(Some(Self::Reporting)),
            Some("rfc3339") => Ok(Some(Self::Rfc3339)),
            Some(other) => Err(Error::new(
                format!("{pointer}/x-time"),
                format!("unknown time format `{other}`: expected reporting or rfc3339"),
            )),
        }
    }
}

impl Encoding {
    fn read(
        root: &Root,
        parameter: &Value,
        location: Location,
        schema: &Value,
        pointer: &str,
    ) -> Result<Self> {
        let style = match location {
            Location::Query => "form",
            Location::Path | Location::Header => "simple",
        };
        if let Some(other) = text(parameter, "style").filter(|other| other != style) {
            return Err(Error::new(
                format!("{pointer}/style"),
                format!("the style {other} is not supported: expected {style}"),
            ));
        }
        let explode = parameter.get("explode").and_then(Value::as_bool);
        let pointer = format!("{pointer}/schema");
        match (ValueKind::of(root, schema, &pointer)?, location) {
            (ValueKind::Scalar, Location::Query)
                if flag(parameter, "allowEmptyValue") && schema["enum"] == json!([""]) =>
            {
                Ok(Self::Flag)
            }
            (ValueKind::Scalar, _) => Ok(Self::Plain),
            (ValueKind::ScalarList, Location::Query) if explode.unwrap_or(true) => {
                Ok(Self::Repeated)
            }
            (ValueKind::ScalarList, Location::Query | Location::Header) => Ok(Self::Comma),
            (ValueKind::Object, Location::Query) => Ok(Self::Json),
            _ => Err(Error::new(
                pointer,
                "this schema is not supported here: expected a string, a number or a boolean, or in a query or header a list of these, or in a query an object",
            )),
        }
    }
}

/// The JSON type of the value of a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    Scalar,
    ScalarList,
    Object,
    Other,
}

impl ValueKind {
    fn of(root: &Root, schema: &Value, pointer: &str) -> Result<Self> {
        let schema = root.deref(schema, pointer)?;
        Ok(match json_type(&schema) {
            JsonType::String | JsonType::Number | JsonType::Boolean => Self::Scalar,
            JsonType::Object => Self::Object,
            JsonType::Array => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let items = root.deref(items, pointer)?;
                match json_type(&items) {
                    JsonType::String | JsonType::Number | JsonType::Boolean => Self::ScalarList,
                    _ => Self::Other,
                }
            }
            JsonType::Any => Self::Other,
        })
    }
}

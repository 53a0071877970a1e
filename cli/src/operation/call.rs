//! A call of an operation: its values, checked, and the request that they make.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::DateTime;
use cisco_secure_access::{Client, Method, Request, Security, Upload};
use cisco_secure_access_openapi::{Content, Encoding, Location, Parameter, TimeForm};
use serde_json::Value;

use super::notation::Notation;
use crate::catalog::Entry;
use crate::failure::Result;

/// The values of parameters, by location and name on the wire.
pub(crate) type Values = BTreeMap<(Location, String), Value>;

/// The body of a call.
#[derive(Clone, Debug, Default)]
pub(crate) enum Payload {
    #[default]
    Empty,
    /// JSON, or a form if the operation has one.
    Value(Value),
    /// Files by the names of their parts.
    Files(Vec<(String, PathBuf)>),
}

/// What a call does to the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It changes nothing.
    Read,
    /// It creates, or changes a part.
    Change,
    /// It deletes or replaces, or changes many things at once. That cannot be undone.
    Destroy,
}

impl Effect {
    /// What an operation does, with a body that is a list or a file, or another one.
    fn of(entry: Entry, is_bulk: bool) -> Self {
        if entry.description.is_safe() || matches!(entry.operation.security, Security::Basic) {
            return Self::Read;
        }
        match entry.operation.method {
            Method::DELETE | Method::PUT => Self::Destroy,
            _ if is_bulk => Self::Destroy,
            _ => Self::Change,
        }
    }

    /// What an operation does, with the body that its document describes.
    pub(crate) fn documented(entry: Entry) -> Self {
        let is_bulk = entry
            .description
            .body
            .as_ref()
            .is_some_and(|body| match &body.content {
                Content::Json(schema) => entry.document.resolve(schema)["type"] == "array",
                Content::Form(_) => false,
                Content::Multipart(_) => true,
            });
        Self::of(entry, is_bulk)
    }
}

/// A call of an operation.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) entry: Entry,
    values: Values,
    payload: Payload,
}

impl Call {
    /// A call with these values.
    pub(crate) fn new(entry: Entry, mut values: Values, payload: Payload) -> Self {
        for parameter in &entry.description.parameters {
            let key = (parameter.location, parameter.name.clone());
            if let (Some(TimeForm::Reporting), Some(value)) = (parameter.time, values.get_mut(&key))
            {
                *value = reporting_time(value);
            }
        }
        Self {
            entry,
            values,
            payload,
        }
    }

    /// The call, if its values fit the document.
    ///
    /// # Errors
    /// When a value is missing or not valid; the failure names it as the caller writes it, and says what is expected.
    pub(crate) fn checked(self, notation: Notation) -> Result<Self> {
        super::check::check(&self, notation)?;
        Ok(self)
    }

    /// What it does.
    pub(crate) fn effect(&self) -> Effect {
        let is_bulk = matches!(
            &self.payload,
            Payload::Value(Value::Array(_)) | Payload::Files(_)
        );
        Effect::of(self.entry, is_bulk)
    }

    /// The request of the call.
    pub(crate) fn request(&self, client: &Client) -> Request {
        let operation = self.entry.operation;
        let mut request = client.request_for(operation, &self.path_values());
        for (parameter, value) in self.parameters(Location::Query) {
            let name = parameter.name.clone();
            request = match (parameter.encoding, value) {
                (Encoding::Flag, Value::Bool(false)) => request,
                (Encoding::Flag, _) => request.query(name, ""),
                (Encoding::Json, value) => request.query(name, value.to_string()),
                (Encoding::Repeated, Value::Array(list)) => {
                    request.query_values(name, list.iter().map(text))
                }
                _ => request.query(name, text(value)),
            };
        }
        for (parameter, value) in self.parameters(Location::Header) {
            request = request.header(&parameter.name, text(value));
        }
        match (&self.payload, self.content()) {
            (Payload::Empty, _) => request,
            (Payload::Value(value), Some(Content::Form(_))) => request.form(value),
            (Payload::Value(value), _) => request.json(value),
            (Payload::Files(files), _) => files.iter().fold(request, |request, (name, path)| {
                request.part(name.clone(), Upload::path(path))
            }),
        }
    }

    /// Adds a value, unless there is one.
    pub(crate) fn set_default(&mut self, location: Location, name: &str, value: Value) {
        self.values
            .entry((location, name.to_owned()))
            .or_insert(value);
    }

    /// The value of a parameter.
    pub(crate) fn value(&self, location: Location, name: &str) -> Option<&Value> {
        self.values.get(&(location, name.to_owned()))
    }

    /// The values of the path.
    pub(crate) fn path_values(&self) -> Vec<String> {
        self.parameters(Location::Path)
            .map(|(_, value)| text(value))
            .collect()
    }

    /// The body without its secrets.
    pub(crate) fn shown_payload(&self) -> Payload {
        let mut shown = self.payload.clone();
        if let (Payload::Value(value), Some(schema)) = (&mut shown, self.body_schema()) {
            self.entry.document.hide_secrets(schema, value);
        }
        shown
    }

    /// The schema of a body that is not made of files.
    fn body_schema(&self) -> Option<&'static Value> {
        match self.content()? {
            Content::Json(schema) | Content::Form(schema) => Some(schema),
            Content::Multipart(_) => None,
        }
    }

    /// The body.
    pub(crate) fn payload(&self) -> &Payload {
        &self.payload
    }

    fn content(&self) -> Option<&'static Content> {
        self.entry
            .description
            .body
            .as_ref()
            .map(|body| &body.content)
    }

    /// The parameters of a location that have values, in the order of the document.
    fn parameters(&self, location: Location) -> impl Iterator<Item = (&'static Parameter, &Value)> {
        let parameters = self.entry.description.parameters.iter();
        parameters
            .filter(move |parameter| parameter.location == location)
            .filter_map(move |parameter| Some((parameter, self.value(location, &parameter.name)?)))
    }
}

/// The text of a value in a path, a query or a header.
fn text(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().map(text).collect();
            texts.join(",")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A time of the Reporting API: a date and time becomes epoch milliseconds, and a number text, as the service expects.
fn reporting_time(value: &Value) -> Value {
    let text = text(value);
    match DateTime::parse_from_rfc3339(&text) {
        Ok(time) => Value::from(time.timestamp_millis().to_string()),
        Err(_) => Value::from(text),
    }
}

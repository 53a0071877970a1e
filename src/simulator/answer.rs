//! What is answered, and errors in the shape that an operation documents for them.

use bytes::Bytes;
use cisco_secure_access_openapi::Operation;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::values::Values;

/// A status, headers, and a JSON body unless there is none.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Value>,
}

impl Answer {
    /// An answer of a status that is none of HTTP's becomes 500.
    pub(super) fn new(status: u16, body: impl Into<Option<Value>>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// An error in the shape that most operations document.
    pub(super) fn error(status: u16, message: &str) -> Self {
        let error = reason(status);
        let body = json!({
            "statusCode": status, "error": error, "message": message, "txId": TRANSACTION,
        });
        Self::new(status, body)
    }

    /// An error in the shape that the operation documents for the status.
    pub(super) fn documented_error(
        values: Values<'_>,
        operation: &Operation,
        status: u16,
        message: &str,
    ) -> Self {
        let Some(Some(schema)) = operation.responses.get(&status) else {
            return Self::error(status, message);
        };
        let mut report = Report {
            values,
            status,
            message,
            told: false,
        };
        let facts = report.facts(schema, 0);
        let mut body = values.make(schema, &facts, values.world.dice.of("error"));
        if !report.told
            && let Value::Object(body) = &mut body
        {
            body.insert("message".to_owned(), Value::from(message));
        }
        Self::new(status, body)
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let body = self.body.as_ref().map(Value::to_string);
        let mut response = Response::new(Bytes::from(body.unwrap_or_default()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if self.body.is_some() {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().entry(CONTENT_TYPE).or_insert(json);
        }
        response
    }
}

/// The transaction of every error: there is nothing to look up.
const TRANSACTION: &str = "5f1e0000-0000-4000-8000-000000000000";

fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    reason.unwrap_or("Error")
}

/// What an error has to tell, put where its schema has a place for it.
struct Report<'a> {
    values: Values<'a>,
    status: u16,
    message: &'a str,
    /// Whether the message has a place.
    told: bool,
}

impl Report<'_> {
    fn facts(&mut self, schema: &Value, depth: usize) -> Value {
        let document = self.values.document;
        let mut schema = document.resolve(schema);
        if let Some(form) = schema["oneOf"].get(0).or(schema["anyOf"].get(0)) {
            schema = document.resolve(form);
        }
        let properties = || schema["properties"].as_object().into_iter().flatten();
        let tells = |name: &str| matches!(name, "message" | "description" | "detail");
        let has_message = properties().any(|(name, _)| tells(name));
        let mut facts = Map::new();
        for (name, property) in properties() {
            let kind = document.resolve(property);
            if kind["properties"].is_object() && depth < 3 {
                facts.insert(name.clone(), self.facts(kind, depth + 1));
                continue;
            }
            let is_message = tells(name) || (name.eq_ignore_ascii_case("error") && !has_message);
            let fact = match name.as_str() {
                _ if is_message => json!(self.message),
                "error" | "Error" | "title" | "text" => json!(reason(self.status)),
                "statusCode" | "http_status" | "status" | "code" => json!(self.status),
                "txId" | "requestId" | "error_id" => json!(TRANSACTION),
                "validationErrors" => json!({"request": self.message}),
                "success" => json!(false),
                _ => continue,
            };
            if let Some(fact) = self.values.adapt(kind, &fact) {
                self.told |= is_message;
                facts.insert(name.clone(), fact);
            }
        }
        Value::Object(facts)
    }
}

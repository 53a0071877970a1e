//! Errors in the shape that an operation documents for them.

use cisco_secure_access_openapi::Operation;
use serde_json::{Map, Value, json};

use crate::simulator::http::response::{JsonResponse, TRANSACTION, reason};
use crate::simulator::state::ValueMaker;

/// An error in the shape that the operation documents for the status.
pub(crate) fn documented_error(
    values: ValueMaker<'_>,
    operation: &Operation,
    status: u16,
    message: &str,
) -> JsonResponse {
    let Some(Some(schema)) = operation.responses.get(&status) else {
        return JsonResponse::error(status, message);
    };
    let mut report = Report {
        values,
        status,
        message,
        is_reported: false,
    };
    let facts = report.facts(schema, 0);
    let mut body = values.make(schema, &facts, values.env.rng.fork("error"));
    if !report.is_reported
        && let Value::Object(body) = &mut body
    {
        body.insert("message".to_owned(), Value::from(message));
    }
    JsonResponse::new(status, body)
}

/// What an error reports, put where its schema has a property for it.
struct Report<'a> {
    values: ValueMaker<'a>,
    status: u16,
    message: &'a str,
    /// Whether the message is in the body.
    is_reported: bool,
}

impl Report<'_> {
    fn facts(&mut self, schema: &Value, depth: usize) -> Value {
        let document = self.values.document;
        let mut schema = document.resolve(schema);
        if let Some(variant) = schema["oneOf"].get(0).or(schema["anyOf"].get(0)) {
            schema = document.resolve(variant);
        }
        let properties = || schema["properties"].as_object().into_iter().flatten();
        let is_text = |name: &str| matches!(name, "message" | "description" | "detail");
        let has_message = properties().any(|(name, _)| is_text(name));
        let mut facts = Map::new();
        for (name, property) in properties() {
            let kind = document.resolve(property);
            if kind["properties"].is_object() && depth < 3 {
                facts.insert(name.clone(), self.facts(kind, depth + 1));
                continue;
            }
            let is_message = is_text(name) || (name.eq_ignore_ascii_case("error") && !has_message);
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
                self.is_reported |= is_message;
                facts.insert(name.clone(), fact);
            }
        }
        Value::Object(facts)
    }
}

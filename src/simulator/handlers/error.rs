//! Errors in the documented schema of an API.

use cisco_secure_access_openapi::Operation;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Map, Value, json};

use crate::simulator::http::response::{JsonResponse, TRANSACTION, reason};
use crate::simulator::quirks::Quirk;
use crate::simulator::state::ValueMaker;
use crate::simulator::validate::ValidationError;

/// Creates an error in the schema that the operation documents for the status.
pub(crate) fn documented_error(
    values: ValueMaker<'_>,
    operation: &Operation,
    status: u16,
    message: &str,
) -> JsonResponse {
    respond(values, operation, status, ("request", message))
}

/// The rejection of a request that is not valid.
pub(crate) fn invalid(
    values: ValueMaker<'_>,
    operation: &Operation,
    error: &ValidationError,
) -> JsonResponse {
    let is_report = operation.path.starts_with("/reports/v2/") && operation.api == "Reporting";
    if is_report && error.status == 400 && values.env.quirks.has(Quirk::ReportErrors) {
        let fault = json!({"param": error.subject(), "error": error.to_string()});
        return JsonResponse::new(400, json!({"meta": {}, "data": {"errors": [fault]}}));
    }
    let message = error.to_string();
    respond(values, operation, error.status, (error.subject(), &message))
}

/// An error about a parameter or a property, with a message.
fn respond(
    values: ValueMaker<'_>,
    operation: &Operation,
    status: u16,
    (subject, message): (&str, &str),
) -> JsonResponse {
    let mut report = Report {
        values,
        status,
        subject,
        message,
        is_reported: false,
    };
    let response = match schema(operation, status) {
        Shape::Json(schema) => report.response(schema),
        Shape::Text => JsonResponse::text(status, message),
        Shape::Unknown => JsonResponse::error(status, message),
    };
    match status {
        401 => response.with_header(WWW_AUTHENTICATE, "Bearer"),
        _ => response,
    }
}

/// The schema of the errors of an operation.
enum Shape<'a> {
    Json(&'a Value),
    Text,
    Unknown,
}

/// The schema of an error: that of its status, or else that of another error of the operation, because most APIs have a single error
/// schema.
fn schema(operation: &Operation, status: u16) -> Shape<'_> {
    let others = [404, 400, 500];
    let known = [status].into_iter().chain(others);
    let mut known = known.filter_map(|status| operation.responses.get(&status));
    match known.next() {
        Some(Some(schema)) => Shape::Json(schema),
        // The import keeps only the schemas of JSON.
        Some(None) => Shape::Text,
        None => Shape::Unknown,
    }
}

/// Writes the data of an error to the matching properties of its schema.
struct Report<'a> {
    values: ValueMaker<'a>,
    status: u16,
    /// The parameter or the property.
    subject: &'a str,
    message: &'a str,
    /// Whether the message is in the body.
    is_reported: bool,
}

impl Report<'_> {
    fn response(&mut self, schema: &Value) -> JsonResponse {
        let facts = self.facts(schema, 0);
        let rng = self.values.env.rng.fork("error");
        let mut body = self.values.make(schema, &facts, rng);
        if let Value::Object(body) = &mut body {
            if !self.is_reported {
                body.insert("message".to_owned(), Value::from(self.message));
            }
            // Each of these is a list of properties with a text.
            if let Some(errors) = body.get_mut("validationErrors") {
                *errors = json!({self.subject: self.message});
            }
        }
        JsonResponse::new(self.status, body)
    }

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

//! Responses: status, headers and JSON, and how they are delivered.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

/// A status, headers, and a JSON body unless there is none.
#[derive(Clone, Debug)]
pub(crate) struct JsonResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Value>,
}

impl JsonResponse {
    /// Creates a response; an invalid status becomes 500.
    pub(crate) fn new(status: u16, body: impl Into<Option<Value>>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// An error in the shape that most operations document.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        let error = reason(status);
        let body = json!({
            "statusCode": status, "error": error, "message": message, "txId": TRANSACTION,
        });
        Self::new(status, body)
    }

    /// Plain text.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::new(status, Value::from(text)).with_header(CONTENT_TYPE, "text/plain")
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let is_text = self
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|known| known == "text/plain");
        let body = self.body.as_ref().map(|body| match body {
            Value::String(text) if is_text => text.clone(),
            body => body.to_string(),
        });
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
pub(crate) const TRANSACTION: &str = "5f1e0000-0000-4000-8000-000000000000";

pub(crate) fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    reason.unwrap_or("Error")
}

/// A response, and how it is sent.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) response: Response<Bytes>,
    pub(crate) delivery: Delivery,
}

/// How a response is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    #[default]
    Complete,
    /// The connection ends instead.
    Never,
    /// The connection ends in the middle.
    Half,
    /// Piece by piece, over this time.
    Slow(Duration),
}

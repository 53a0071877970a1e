//! The record of requests and responses, without tokens and secrets.

use cisco_secure_access_openapi::Document;
use http::{HeaderMap, Request, Response};
use serde_json::Value;

use super::catalog::Endpoint;

/// A recorded request and its response. It contains no token and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation, such as `list_sites`; `None` if no operation has this path.
    pub operation: Option<&'static str>,
    /// `GET`, `POST`…
    pub method: String,
    /// The path without the query, not decoded.
    pub path: String,
    /// The query without the question mark, not decoded; empty if there is none.
    pub query: String,
    /// The child organization of the token; `None` for the organization of the key.
    pub organization: Option<String>,
    /// The names of the headers, in lower case.
    pub headers: Vec<String>,
    /// The JSON body without its secrets, if bodies are recorded (see
    /// [`SimulatorBuilder::record_bodies`](super::SimulatorBuilder::record_bodies)).
    pub body: Option<Value>,
    /// The ignored undocumented parts of the request, such as ``query parameter `colour` ``.
    pub ignored: Vec<String>,
    /// The status of the response; `None` if the connection was broken instead.
    pub status: Option<u16>,
    /// The headers of the response.
    pub response_headers: HeaderMap,
    /// The JSON body of the response without its secrets, if bodies are recorded.
    pub response_body: Option<Value>,
}

impl RecordedRequest {
    pub(super) fn new<B>(request: &Request<B>, operation: Option<&'static str>) -> Self {
        let headers = request.headers().keys();
        Self {
            operation,
            method: request.method().as_str().to_owned(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            organization: None,
            headers: headers.map(|name| name.as_str().to_owned()).collect(),
            body: None,
            ignored: Vec::new(),
            status: None,
            response_headers: HeaderMap::new(),
            response_body: None,
        }
    }

    /// Adds the JSON body of the request.
    pub(super) fn record_body(&mut self, endpoint: &Endpoint, body: &[u8]) {
        let content = endpoint.operation.body.as_ref();
        if let Some(schema) = content.and_then(|body| body.json()) {
            self.body = without_secrets(endpoint.document, schema, body);
        }
    }

    /// Adds the status and the headers of the response.
    pub(super) fn record_response<B>(&mut self, response: &Response<B>) {
        self.status = Some(response.status().as_u16());
        self.response_headers.clone_from(response.headers());
    }

    /// Adds the JSON body of the response.
    pub(super) fn record_response_body(&mut self, endpoint: Option<&Endpoint>, body: &[u8]) {
        let schema = endpoint.and_then(|endpoint| {
            let schema = endpoint.operation.responses.get(&self.status?)?.as_ref()?;
            Some((endpoint.document, schema))
        });
        self.response_body = match schema {
            Some((document, schema)) => without_secrets(document, schema, body),
            None => serde_json::from_slice(body).ok(),
        };
    }
}

/// Returns a JSON body without the properties that the document marks as secret.
fn without_secrets(document: &Document, schema: &Value, body: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(body).ok()?;
    document.hide_secrets(schema, &mut value);
    Some(value)
}

//! The record of requests, without tokens and secrets.

use cisco_secure_access_openapi::{Document, Operation};
use http::Request;
use serde_json::Value;

/// A request that reached the simulator. It holds no token and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation, such as `list_sites`; `None` where no operation has this path.
    pub operation: Option<&'static str>,
    /// `GET`, `POST`…
    pub method: String,
    /// The path as it came, without the query.
    pub path: String,
    /// The query as it came, without the question mark; empty where there is none.
    pub query: String,
    /// The child organization whose token the request has; `None` where it is the organization of the key itself.
    pub organization: Option<String>,
    /// Names of the headers, in lower case.
    pub headers: Vec<String>,
    /// The JSON body without its secrets, where bodies are recorded (see
    /// [`SimulatorBuilder::record_bodies`](super::SimulatorBuilder::record_bodies)).
    pub body: Option<Value>,
    /// What the request has and the operation does not document, such as ``query parameter `colour` ``. It was ignored.
    pub ignored: Vec<String>,
    /// The status of the response; `None` where the connection ended instead.
    pub status: Option<u16>,
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
        }
    }
}

/// What replaces a secret.
const HIDDEN: &str = "…";

/// A JSON body without what the document marks as secret.
pub(super) fn without_secrets(
    document: &Document,
    operation: &Operation,
    body: &[u8],
) -> Option<Value> {
    let schema = operation.body.as_ref()?.json()?;
    let mut value = serde_json::from_slice(body).ok()?;
    hide(document, schema, &mut value);
    Some(value)
}

fn hide(document: &Document, schema: &Value, value: &mut Value) {
    let schema = document.resolve(schema);
    if schema["x-secret"] == true {
        *value = Value::from(HIDDEN);
        return;
    }
    for kind in ["oneOf", "anyOf", "allOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            hide(document, part, value);
        }
    }
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if let Some(property) = schema["properties"].get(name) {
                    hide(document, property, value);
                }
            }
        }
        Value::Array(list) => {
            for item in list {
                hide(document, &schema["items"], item);
            }
        }
        _ => {}
    }
}

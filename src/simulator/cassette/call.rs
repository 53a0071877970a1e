//! A call on a cassette: the redacted request, which is the key for the lookup, and the redacted response.
//!
//! The redaction is the same as for bug reports. Page numbers and item counts are also kept, because paging needs them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use cisco_secure_access_openapi::{Candidates, Location, Redactor, Segment};
use http::{Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use url::form_urlencoded;

use crate::simulator::catalog::{self, Endpoint, Route};
use crate::simulator::redirect::without_region;
use crate::simulator::tokens;

/// The maximum of page numbers and offsets; a larger number can be an id.
const PAGES: u64 = 1_000_000;
/// The prefixes of the response headers that are kept.
const HEADERS: [&str; 4] = ["content-type", "retry-after", "ratelimit", "x-ratelimit"];

/// A request without values of the organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RedactedRequest {
    /// `request` for an undocumented request.
    pub(super) operation: String,
    method: String,
    path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    query: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// A call on a cassette.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RecordedCall {
    pub(super) request: RedactedRequest,
    response: RedactedResponse,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct RedactedResponse {
    status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// The redaction of a string or number: it gets the value and its placeholder.
pub(super) type Replace<'a> = dyn FnMut(&Value, Value) -> Value + 'a;

/// A request whose response has not arrived.
pub(super) struct Redaction {
    pub(super) request: RedactedRequest,
    endpoint: Option<&'static Endpoint>,
}

impl Redaction {
    /// The redacted request; `None` for a token request, which is not recorded.
    pub(super) fn of_request(request: &Request<Bytes>, replace: &mut Replace<'_>) -> Option<Self> {
        let path = without_region(request.uri().path());
        if path.ends_with(tokens::PATH) {
            return None;
        }
        let method = request.method().as_str();
        let route = match catalog::route(method, &path) {
            Route::Found(endpoint, values) => Some((endpoint, values)),
            Route::OtherMethods(_) | Route::Unknown => None,
        };
        let query = request.uri().query().unwrap_or_default().as_bytes();
        let query = form_urlencoded::parse(query);
        let json = serde_json::from_slice::<Value>(request.body()).ok();
        let (operation, path, query, body): (_, _, Vec<_>, _) = match &route {
            Some((endpoint, values)) => {
                let path = documented_path(endpoint, values, replace);
                let pairs = query.map(|(name, value)| query_pair(endpoint, &name, &value, replace));
                let pairs = pairs.collect();
                let content = endpoint.operation.body.as_ref();
                let schema = content.and_then(|content| content.json());
                let body = schema.zip(json);
                let body = body.map(|(schema, body)| redacted(endpoint, schema, &body, replace));
                (endpoint.operation.id.clone(), path, pairs, body)
            }
            None => {
                let path = undocumented_path(&path, replace);
                let pairs = query.map(|(_, value)| undocumented_pair(&value, replace));
                let pairs = pairs.collect();
                let body = json.map(|body| anything(&body, replace));
                ("request".to_owned(), path, pairs, body)
            }
        };
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(query);
        Some(Self {
            request: RedactedRequest {
                operation,
                method: method.to_owned(),
                path,
                query: encoded.finish(),
                body,
            },
            endpoint: route.map(|(endpoint, _)| endpoint),
        })
    }

    /// Returns the call with its response; `None` for a redirect, because the request that follows it is recorded instead.
    pub(super) fn with_response(
        self,
        response: &Response<Bytes>,
        replace: &mut Replace<'_>,
    ) -> Option<RecordedCall> {
        let status = response.status();
        let body = serde_json::from_slice::<Value>(response.body()).ok();
        let is_redirect_body = |body: &Value| body.pointer("/data/redirect").is_some();
        if status.is_redirection() || body.as_ref().is_some_and(is_redirect_body) {
            return None;
        }
        let mut headers = BTreeMap::new();
        for (name, value) in response.headers() {
            let is_kept = HEADERS.iter().any(|kept| name.as_str().starts_with(kept));
            if let (true, Ok(value)) = (is_kept, value.to_str()) {
                headers.insert(name.as_str().to_owned(), value.to_owned());
            }
        }
        let mut redacted_body = body.as_ref().map(|body| match self.endpoint {
            None => anything(body, replace),
            Some(endpoint) => {
                let schema = endpoint.operation.responses.get(&status.as_u16());
                let schema = schema.and_then(Option::as_ref).unwrap_or(&Value::Null);
                redacted(endpoint, schema, body, replace)
            }
        });
        let pagination = self.endpoint.and_then(|endpoint| {
            let pagination = endpoint.operation.pagination.as_ref();
            pagination.filter(|_| status.is_success())
        });
        if let Some(pagination) = pagination {
            if let Some(name) = &pagination.next_header
                && let Some(Ok(value)) = response.headers().get(name).map(|value| value.to_str())
            {
                headers.insert(name.to_ascii_lowercase(), text(value, replace));
            }
            let mut keep =
                |pointer: &Option<String>, kept: &mut dyn FnMut(&Value) -> Option<Value>| {
                    let pointer = pointer.as_deref()?;
                    let value = kept(body.as_ref()?.pointer(pointer)?)?;
                    *redacted_body.as_mut()?.pointer_mut(pointer)? = value;
                    Some(())
                };
            keep(&pagination.total, &mut |total| {
                Some(total.clone()).filter(Value::is_number)
            });
            keep(&pagination.next, &mut |next| {
                let url = next_page(next.as_str()?, &pagination.offset_param, replace)?;
                Some(url.into())
            });
        }
        Some(RecordedCall {
            request: self.request,
            response: RedactedResponse {
                status: status.as_u16(),
                headers,
                body: redacted_body,
            },
        })
    }
}

impl RecordedCall {
    /// Returns the response for the client.
    pub(super) fn to_response(&self) -> Result<Response<String>, http::Error> {
        let recorded = &self.response;
        let mut response = Response::builder().status(recorded.status);
        for (name, value) in &recorded.headers {
            response = response.header(name, value);
        }
        response.body(
            recorded
                .body
                .as_ref()
                .map(Value::to_string)
                .unwrap_or_default(),
        )
    }
}

impl RedactedRequest {
    /// Returns the request with a placeholder for each value, so that requests of the same form are equal.
    pub(super) fn form(&self) -> Self {
        let query = match self.query.as_str() {
            "" => String::new(),
            query => format!("?{query}"),
        };
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(self.method.as_str())
            .uri(format!("{}{query}", self.path))
            .body(body.into());
        let redaction = request
            .ok()
            .and_then(|request| Redaction::of_request(&request, &mut |_, placeholder| placeholder));
        redaction.map_or_else(|| self.clone(), |redaction| redaction.request)
    }

    /// Returns the similarity to another request. The operation has the largest weight.
    pub(super) fn likeness(&self, other: &Self) -> usize {
        let (one, other_text) = (self.to_string(), other.to_string());
        let common = one.bytes().zip(other_text.bytes());
        let common = common.take_while(|(one, other)| one == other).count();
        let is_same = usize::from(self.operation == other.operation);
        is_same * 10_000 + common
    }
}

impl fmt::Display for RedactedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        match &self.body {
            Some(body) => write!(f, " {body}"),
            None => Ok(()),
        }
    }
}

/// The redactor, which keeps the documented values of the six documents.
fn redactor() -> &'static Redactor<'static> {
    static REDACTOR: OnceLock<Redactor<'static>> = OnceLock::new();
    REDACTOR.get_or_init(|| Redactor::new(catalog::documents().map(|document| document.root())))
}

/// Redacts a value with a documented schema.
fn redacted(
    endpoint: &Endpoint,
    schema: &Value,
    value: &Value,
    replace: &mut Replace<'_>,
) -> Value {
    let schemas = Candidates::new(endpoint.document.root(), schema);
    redactor().redact_with(value, &schemas, replace)
}

/// Redacts a value without a schema.
fn anything(value: &Value, replace: &mut Replace<'_>) -> Value {
    let schemas = Candidates::new(&Value::Null, &Value::Null);
    redactor().redact_with(value, &schemas, replace)
}

fn text(value: &str, replace: &mut Replace<'_>) -> String {
    string(&anything(&value.into(), replace))
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Redacts the value of a parameter, which may be undocumented.
fn parameter(
    endpoint: &Endpoint,
    location: Location,
    name: &str,
    value: &str,
    replace: &mut Replace<'_>,
) -> Option<String> {
    let parameter = endpoint.operation.parameter(location, name)?;
    let value = redacted(endpoint, &parameter.schema, &value.into(), replace);
    Some(string(&value))
}

fn documented_path(
    endpoint: &Endpoint,
    values: &BTreeMap<String, String>,
    replace: &mut Replace<'_>,
) -> String {
    let mut path = String::new();
    for segment in &endpoint.operation.segments {
        path.push('/');
        match segment {
            Segment::Literal(literal) => path.push_str(literal),
            Segment::Parameter { name, suffix } => {
                let value = values.get(name).map(String::as_str).unwrap_or_default();
                let value = parameter(endpoint, Location::Path, name, value, replace);
                path.push_str(&encoded(&value.unwrap_or_default()));
                path.push_str(suffix);
            }
        }
    }
    path
}

/// Redacts an undocumented path. Segments that occur in documented paths are kept.
fn undocumented_path(path: &str, replace: &mut Replace<'_>) -> String {
    let is_known = |piece: &str| {
        let mut segments = catalog::all().flat_map(|endpoint| &endpoint.operation.segments);
        segments.any(|segment| matches!(segment, Segment::Literal(literal) if literal == piece))
    };
    let segments = path.split('/').map(|piece| match is_known(piece) {
        true => piece.to_owned(),
        false => encoded(&text(
            &percent_decode_str(piece).decode_utf8_lossy(),
            replace,
        )),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Encodes a value as a segment of a path.
fn encoded(value: &str) -> String {
    const PLAIN: AsciiSet = NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    utf8_percent_encode(value, &PLAIN).to_string()
}

fn query_pair(
    endpoint: &Endpoint,
    name: &str,
    value: &str,
    replace: &mut Replace<'_>,
) -> (String, String) {
    if endpoint.is_of_paging(name) && value.parse::<u64>().is_ok_and(|number| number < PAGES) {
        return (name.to_owned(), value.to_owned());
    }
    match parameter(endpoint, Location::Query, name, value, replace) {
        Some(value) => (name.to_owned(), value),
        None => undocumented_pair(value, replace),
    }
}

fn undocumented_pair(value: &str, replace: &mut Replace<'_>) -> (String, String) {
    ("undocumented".to_owned(), text(value, replace))
}

/// Redacts the cursor in the URL of the next page; `None` if the value is not a URL but only the cursor.
fn next_page(next: &str, offset_param: &str, replace: &mut Replace<'_>) -> Option<String> {
    let url = Url::parse("https://www.example.com/").ok()?;
    let url = url.join(next).ok()?;
    let (_, cursor) = url.query_pairs().find(|(name, _)| name == offset_param)?;
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.append_pair(offset_param, &text(&cursor, replace));
    Some(format!("https://www.example.com/?{}", encoded.finish()))
}

//! Valid requests for every operation, for tests of all operations.

use bytes::Bytes;
use cisco_secure_access_openapi::{Encoding, Location, Operation, Parameter, Segment, TimeForm};
use http::Request;
use http::header::CONTENT_TYPE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::catalog::Endpoint;
use super::env::Env;
use super::faker::SeededRng;
use super::state::{Store, ValueMaker};

/// The characters that are not encoded in a path and in a query.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Makes a valid request of an operation.
struct ExampleRequest<'a> {
    values: ValueMaker<'a>,
    operation: &'a Operation,
    /// Whether it has all parameters and properties, otherwise those that are required.
    everything: bool,
    rng: SeededRng,
}

/// A valid request of an operation; with `everything`, with all parameters and properties, otherwise with those that are required.
pub(super) fn request(
    store: &mut Store,
    env: &Env,
    endpoint: &Endpoint,
    everything: bool,
) -> Option<Request<Bytes>> {
    let document = endpoint.document;
    let example = ExampleRequest {
        values: ValueMaker { document, env },
        operation: endpoint.operation,
        everything,
        rng: env.rng.fork("example").fork(&endpoint.operation.id),
    };
    let path = example.path(store)?;
    let (query, headers) = example.parameters();
    let uri = match query.is_empty() {
        true => path,
        false => format!("{path}?{}", query.join("&")),
    };
    let mut request = Request::builder()
        .method(endpoint.operation.method.as_str())
        .uri(uri);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    match example.body() {
        Some((content_type, body)) => request
            .header(CONTENT_TYPE, content_type)
            .body(Bytes::from(body))
            .ok(),
        None => request.body(Bytes::new()).ok(),
    }
}

impl ExampleRequest<'_> {
    /// The path, with the ids of items that exist.
    fn path(&self, store: &mut Store) -> Option<String> {
        let mut path = String::new();
        let mut last_id = None;
        for segment in &self.operation.segments {
            let segment = match segment {
                Segment::Literal(text) => text.clone(),
                Segment::Parameter { name, suffix } => {
                    let collection = store.with_ids(&path, self.values.env);
                    let known = collection.and_then(|collection| {
                        let first = collection.numbers().first()?;
                        Some(collection.id(*first))
                    });
                    // The first hub of a tunnel group and its first peer have the id of the group.
                    let is_part = matches!(name.as_str(), "hubId" | "peerId");
                    let known = known.or_else(|| last_id.clone().filter(|_| is_part));
                    last_id.clone_from(&known);
                    let parameter = self.operation.parameter(Location::Path, name)?;
                    let value = known.unwrap_or_else(|| self.value(parameter));
                    format!("{}{suffix}", encoded(&text(&value)))
                }
            };
            path.push('/');
            path.push_str(&segment);
        }
        Some(path)
    }

    /// The pairs of the query, and the headers.
    fn parameters(&self) -> (Vec<String>, Vec<(&str, String)>) {
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        let parameters = self.operation.parameters.iter();
        for parameter in parameters.filter(|parameter| parameter.required || self.everything) {
            let name = parameter.name.as_str();
            let value = self.value(parameter);
            let mut pair =
                |value: &str| query.push(format!("{}={}", encoded(name), encoded(value)));
            match (parameter.location, &value) {
                (Location::Path, _) => {}
                (Location::Header, Value::Array(list)) => headers.push((name, joined(list))),
                (Location::Header, _) => headers.push((name, text(&value))),
                (Location::Query, Value::Array(list))
                    if parameter.encoding == Encoding::Repeated =>
                {
                    list.iter().for_each(|item| pair(&text(item)));
                }
                (Location::Query, Value::Array(list)) if parameter.encoding == Encoding::Comma => {
                    pair(&joined(list));
                }
                (Location::Query, _) => pair(&text(&value)),
            }
        }
        (query, headers)
    }

    fn value(&self, parameter: &Parameter) -> Value {
        let name = parameter.name.as_str();
        match parameter.time {
            Some(TimeForm::Reporting) if name == "from" => Value::from("-1days"),
            Some(TimeForm::Reporting) => Value::from("now"),
            Some(TimeForm::Rfc3339) if name == "from" => Value::from("2026-01-14"),
            Some(TimeForm::Rfc3339) => Value::from("2026-01-15T08:30:00Z"),
            None => match &self.operation.pagination {
                Some(pagination) if pagination.offset_param == name => {
                    Value::from(pagination.first_page)
                }
                _ => self
                    .values
                    .sent(&parameter.schema, name, true, self.rng.fork(name)),
            },
        }
    }

    /// The content type and the body, if it has one.
    fn body(&self) -> Option<(String, String)> {
        let body = self.operation.body.as_ref();
        let body = body.filter(|body| body.required || self.everything)?;
        let (media_type, schema) = body.media_types.first_key_value()?;
        let rng = self.rng.fork("body");
        // A form without parts is not a body.
        let everything = self.everything || media_type == "multipart/form-data";
        let value = self.values.sent(schema, "", everything, rng);
        let fields = || value.as_object().into_iter().flatten();
        Some(match media_type.as_str() {
            "application/json" => (media_type.clone(), value.to_string()),
            "multipart/form-data" => {
                let mut parts = String::new();
                for (name, value) in fields() {
                    parts += &format!(
                        "--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n",
                        text(value)
                    );
                }
                (
                    format!("{media_type}; boundary=part"),
                    parts + "--part--\r\n",
                )
            }
            _ => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in fields() {
                    form.append_pair(name, &text(value));
                }
                (media_type.clone(), form.finish())
            }
        })
    }
}

/// A string in the encoding of a path or query.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}

/// The elements of a list with commas between them.
fn joined(list: &[Value]) -> String {
    let items: Vec<_> = list.iter().map(text).collect();
    items.join(",")
}

/// A value in the encoding of a path or query.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

//! Requests that the documents allow, for every operation: what a test sends that wants to see all of them.

use bytes::Bytes;
use cisco_secure_access_openapi::{Encoding, Location, Operation, Parameter, TimeForm};
use http::Request;
use http::header::CONTENT_TYPE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::catalog::Endpoint;
use super::env::Env;
use super::state::{Store, ValueMaker};

/// What stands for itself in a path and in a query.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A valid request of an operation; with `everything`, with all parameters and properties, otherwise with those that are required.
pub(super) fn request(
    store: &mut Store,
    env: &Env,
    endpoint: &Endpoint,
    everything: bool,
) -> Option<Request<Bytes>> {
    let Endpoint {
        document,
        operation,
        ..
    } = endpoint;
    let values = ValueMaker { document, env };
    let rng = env.rng.fork("example").fork(&operation.id);
    let mut path = String::new();
    for piece in operation.path.split('/').skip(1) {
        let value = piece
            .strip_prefix('{')
            .and_then(|piece| piece.split_once('}'));
        let piece = match value {
            None => piece.to_owned(),
            Some((name, suffix)) => {
                let known = store.with_ids(&path, env).and_then(|collection| {
                    let first = collection.numbers().first()?;
                    Some(collection.id(*first))
                });
                let parameter = operation.parameter(Location::Path, name)?;
                let value = known
                    .unwrap_or_else(|| values.sent(&parameter.schema, name, true, rng.fork(name)));
                let text = utf8_percent_encode(&text(&value), &PLAIN).to_string();
                format!("{text}{suffix}")
            }
        };
        path.push('/');
        path.push_str(&piece);
    }
    let is_wanted = |parameter: &&Parameter| parameter.required || everything;
    let mut query = Vec::new();
    let mut request = Request::builder().method(operation.method.as_str());
    for parameter in operation.parameters.iter().filter(is_wanted) {
        let name = parameter.name.as_str();
        let value = match parameter.time {
            Some(TimeForm::Reporting) if name == "from" => Value::from("-1days"),
            Some(TimeForm::Reporting) => Value::from("now"),
            Some(_) if name == "from" => Value::from("2026-01-14"),
            Some(_) => Value::from("2026-01-15T08:30:00Z"),
            None if is_position(operation, name) => Value::from(first_position(operation)),
            None => values.sent(&parameter.schema, name, true, rng.fork(name)),
        };
        match (parameter.location, &value) {
            (Location::Path, _) => {}
            (Location::Header, Value::Array(list)) => request = request.header(name, joined(list)),
            (Location::Header, _) => request = request.header(name, text(&value)),
            (Location::Query, Value::Array(list)) if parameter.encoding == Encoding::Repeated => {
                query.extend(list.iter().map(|item| (name, text(item))));
            }
            (Location::Query, Value::Array(list)) if parameter.encoding == Encoding::Comma => {
                query.push((name, joined(list)));
            }
            (Location::Query, _) => query.push((name, text(&value))),
        }
    }
    let pairs = query.iter().map(|(name, value)| {
        let encoded = |text: &str| utf8_percent_encode(text, &PLAIN).to_string();
        format!("{}={}", encoded(name), encoded(value))
    });
    let query: Vec<String> = pairs.collect();
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let body = operation
        .body
        .as_ref()
        .filter(|body| body.required || everything);
    let Some((media, schema)) = body.and_then(|body| body.media_types.first_key_value()) else {
        return request.uri(path).body(Bytes::new()).ok();
    };
    let value = values.sent(schema, "", everything, rng.fork("body"));
    let (media, body) = match media.as_str() {
        "application/json" => (media.clone(), value.to_string()),
        "multipart/form-data" => {
            let mut body = String::new();
            for (name, value) in value.as_object().into_iter().flatten() {
                body += &format!(
                    "--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n",
                    text(value)
                );
            }
            (format!("{media}; boundary=part"), body + "--part--\r\n")
        }
        _ => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in value.as_object().into_iter().flatten() {
                form.append_pair(name, &text(value));
            }
            (media.clone(), form.finish())
        }
    };
    let request = request.uri(path).header(CONTENT_TYPE, media);
    request.body(Bytes::from(body)).ok()
}

/// The elements of a list with commas between them.
fn joined(list: &[Value]) -> String {
    let items: Vec<_> = list.iter().map(text).collect();
    items.join(",")
}

/// A value as it stands in a path or in a query.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn is_position(operation: &Operation, name: &str) -> bool {
    let pagination = operation.pagination.as_ref();
    pagination.is_some_and(|pagination| pagination.offset_param == name)
}

fn first_position(operation: &Operation) -> u64 {
    let pagination = operation.pagination.as_ref();
    pagination.map_or(0, |pagination| pagination.first_page)
}

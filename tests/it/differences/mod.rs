//! Each known difference between Cisco's documents and the service, with what the service sends: the tests of `docs/differences.md`.

mod admin;
mod deployments;
mod investigate;
mod policies;
mod reports;
mod requests;
mod table;

use chrono::{DateTime, Utc};
use cisco_secure_access::{Client, Response, ResponseFuture};
use serde::Serialize;
use serde_json::Value;

use crate::scripted::{Scripted, ScriptedResponse};

/// Returns the decoded response to a call when the service sends `body`. It has no deviation.
async fn decode<T>(body: &Value, call: impl FnOnce(&Client) -> ResponseFuture<Response<T>>) -> T {
    let server = Scripted::responding([], ScriptedResponse::json(200, &body.to_string())).await;
    let response = call(&server.client()).await.unwrap();
    assert_eq!(response.deviations(), [], "{body}");
    response.into_inner()
}

/// The same, and the response is encoded as received; a type that is never sent omits null properties.
async fn read<T: Serialize>(
    body: Value,
    call: impl FnOnce(&Client) -> ResponseFuture<Response<T>>,
) -> T {
    let value = decode(&body, call).await;
    let written = serde_json::to_value(&value).unwrap();
    assert_eq!(without_nulls(written), without_nulls(body));
    value
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let properties = object.into_iter().filter(|(_, value)| !value.is_null());
            properties
                .map(|(name, value)| (name, without_nulls(value)))
                .collect()
        }
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        scalar => scalar,
    }
}

/// A client whose server responds to each call with the next of these statuses and bodies, and with the last for ever.
async fn serving<'a>(responses: impl IntoIterator<Item = (u16, &'a str)>) -> (Scripted, Client) {
    let responses = responses.into_iter();
    let mut responses: Vec<_> = responses
        .map(|(status, body)| ScriptedResponse::json(status, body))
        .collect();
    let last = responses.pop().unwrap();
    let server = Scripted::responding(responses, last).await;
    let client = server.client();
    (server, client)
}

/// Method, path and query of the requests so far, but for token requests.
fn lines(server: &Scripted) -> Vec<String> {
    let calls = server.calls();
    let line = |call: &String| call.split(" HTTP/1.1").next().unwrap().to_owned();
    calls.iter().map(line).collect()
}

/// A point in time, of its RFC 3339 form.
fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().unwrap())
}

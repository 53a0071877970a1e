//! The errors that an operation documents: each is reported with its status and with the message of the service, in any schema.

use cisco_secure_access::{Error, ErrorKind, Security};
use serde_json::{Value, json};

use crate::case::{Case, Failure};
use crate::server::{Response, Server};
use crate::specification::Specification;
use crate::values::{self, Direction, Extent, Maker};

/// Errors that any operation can return, documented or not.
const EVERYWHERE: [u16; 5] = [400, 404, 429, 500, 503];

/// A response that is an error.
struct ErrorResponse {
    status: u16,
    body: Option<Value>,
    /// The extent of the body; only a full one always has a message.
    extent: Extent,
}

/// Responds with each error, and returns those that the client does not report correctly.
pub async fn errors(server: &Server, specification: &Specification, case: &Case) -> Vec<String> {
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, Extent::Required, seed);
    let mut findings = Vec::new();
    for expected in all(specification, case, seed) {
        let response = match &expected.body {
            Some(body) => Response::json(expected.status, body),
            None => Response::empty(expected.status),
        };
        let client = server.play(move |_| response.clone());
        let wrong = match (case.send)(&client, &arguments).await {
            Err(Failure::Call(error)) => wrong(case, &error, &expected),
            Err(failure) => Some(failure.to_string()),
            Ok(_) => Some("no error".to_owned()),
        };
        let body = expected.body.unwrap_or_default();
        findings.extend(wrong.map(|why| format!("{} with {body}: {why}", expected.status)));
    }
    findings
}

/// The errors to respond with: the documented errors of the operation, in all their variants, and some that any operation can return.
fn all(specification: &Specification, case: &Case, seed: u64) -> Vec<ErrorResponse> {
    let mut all: Vec<_> = EVERYWHERE
        .into_iter()
        .map(|status| ErrorResponse {
            status,
            body: Some(json!({"message": "This is wrong."})),
            extent: Extent::Full,
        })
        .collect();
    let responses = specification.responses(case);
    for (status, schema) in responses.filter(|(status, _)| *status >= 300) {
        let Some(schema) = schema else {
            all.push(ErrorResponse {
                status,
                body: None,
                extent: Extent::Full,
            });
            continue;
        };
        for variant in specification.variants(schema) {
            all.extend(
                [Extent::Full, Extent::Required].map(|extent| ErrorResponse {
                    status,
                    body: Some(
                        Maker::new(specification, extent, Direction::Response, seed).value(variant),
                    ),
                    extent,
                }),
            );
        }
    }
    all
}

/// The differences of the reported error.
fn wrong(case: &Case, error: &Error, expected: &ErrorResponse) -> Option<String> {
    let is_rejection = case.operation.security == Security::Basic && expected.status == 401;
    let kind = match is_rejection {
        true => ErrorKind::Authentication,
        false => ErrorKind::Service,
    };
    if error.kind() != kind {
        return Some(format!("it is reported as {:?}: {error}", error.kind()));
    }
    let status = error.status().map(|status| status.as_u16());
    if status != Some(expected.status) {
        return Some(format!("it is reported with the status {status:?}"));
    }
    if error.operation() != Some(case.operation) {
        return Some(format!("it is reported for {:?}", error.operation()));
    }
    let mut strings = Vec::new();
    if let Some(body) = &expected.body {
        find_strings(body, &mut strings);
    }
    let has = |value: Option<&str>| value.is_some_and(|value| strings.contains(&value));
    let is_reported = match expected.extent {
        _ if strings.is_empty() => true,
        Extent::Full => has(error.service_message()),
        Extent::Required => {
            has(error.service_message()) || has(error.service_code()) || has(error.request_id())
        }
    };
    (!is_reported).then(|| match error.service_message() {
        Some(message) => format!("it is reported as `{message}`"),
        None => "the message of the service is not reported".to_owned(),
    })
}

/// All strings in a body.
fn find_strings<'a>(body: &'a Value, found: &mut Vec<&'a str>) {
    match body {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|value| find_strings(value, found)),
        Value::Object(map) => map.values().for_each(|value| find_strings(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

//! The errors that an operation documents: each is told with its status and with what the service says, in whatever shape.

use cisco_secure_access::{Error, ErrorKind, Security};
use serde_json::{Value, json};

use crate::case::{Case, Failure};
use crate::server::{Answer, Server};
use crate::specification::Specification;
use crate::values::{self, Extent, Maker, Way};

/// Errors that any operation can be answered with, whether it documents them or not.
const EVERYWHERE: [u16; 5] = [400, 404, 429, 500, 503];

/// Answers with each error, and says which of them the client does not tell as it should.
pub async fn errors(server: &Server, specification: &Specification, case: &Case) -> Vec<String> {
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, Extent::Required, seed);
    let mut findings = Vec::new();
    for (status, body) in bodies(specification, case, seed) {
        let answer = match &body {
            Some(body) => Answer::json(status, body),
            None => Answer::empty(status),
        };
        let client = server.play(move |_| answer.clone());
        let shown = body.as_ref().map_or("no body".to_owned(), Value::to_string);
        match (case.send)(&client, &arguments).await {
            Err(Failure::Call(error)) => findings.extend(
                wrong(case, &error, status, body.as_ref())
                    .map(|why| format!("{status} with {shown}: {why}")),
            ),
            Err(failure) => findings.push(failure.to_string()),
            Ok(_) => findings.push(format!("{status} with {shown}: no error")),
        }
    }
    findings
}

/// The errors to answer with: those that the operation documents, everything in them and only what is required, and some for all.
fn bodies(specification: &Specification, case: &Case, seed: u64) -> Vec<(u16, Option<Value>)> {
    let mut bodies: Vec<_> = EVERYWHERE
        .iter()
        .map(|status| (*status, Some(json!({"message": "This is wrong."}))))
        .collect();
    for (status, answer) in specification
        .answers(case)
        .filter(|(status, _)| *status >= 300)
    {
        match specification.schema(answer) {
            Some(schema) => bodies.extend([Extent::Full, Extent::Required].map(|extent| {
                let mut maker = Maker::new(specification, extent, Way::Read, seed);
                (status, Some(maker.value(schema)))
            })),
            None => bodies.push((status, None)),
        }
    }
    bodies
}

/// What is wrong with how an error is told.
fn wrong(case: &Case, error: &Error, status: u16, body: Option<&Value>) -> Option<String> {
    let is_refusal =
        case.operation.security == Security::Basic && matches!(status, 400 | 401 | 403);
    let kind = match is_refusal {
        true => ErrorKind::Authentication,
        false => ErrorKind::Service,
    };
    if error.kind() != kind {
        return Some(format!("it is told as {:?}: {error}", error.kind()));
    }
    if error.status() != Some(status) {
        return Some(format!("it is told with the status {:?}", error.status()));
    }
    if !std::ptr::eq(error.operation()?, case.operation) {
        return Some("it is told of another operation".to_owned());
    }
    let told = [
        error.service_message(),
        error.service_code(),
        error.request_id(),
    ];
    let mut texts = Vec::new();
    body.into_iter()
        .for_each(|body| find_texts(body, &mut texts));
    let is_told = texts.is_empty()
        || told
            .into_iter()
            .flatten()
            .any(|told| texts.iter().any(|text| told.contains(text)));
    (!is_told).then(|| "nothing of what the service says is told".to_owned())
}

/// All texts in a body.
fn find_texts<'a>(body: &'a Value, found: &mut Vec<&'a str>) {
    match body {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|value| find_texts(value, found)),
        Value::Object(map) => map.values().for_each(|value| find_texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

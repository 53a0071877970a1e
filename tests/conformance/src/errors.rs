//! The errors that an operation documents: each is told with its status and with what the service says, in whatever shape.

use cisco_secure_access::{Error, ErrorKind};
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
        server.answer(match &body {
            Some(body) => Answer::json(status, body),
            None => Answer::empty(status),
        });
        let shown = body.as_ref().map_or("no body".to_owned(), Value::to_string);
        match (case.send)(server.client(), &arguments).await {
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
    if error.kind() != ErrorKind::Service {
        return Some(format!("it is told as {:?}: {error}", error.kind()));
    }
    if error.status() != Some(status) {
        return Some(format!("it is told with the status {:?}", error.status()));
    }
    if !std::ptr::eq(error.operation()?, case.operation) {
        return Some("it is told of another operation".to_owned());
    }
    let mut said = Vec::new();
    if let Some(body) = body {
        texts(body, &mut said);
    }
    match error.service_message() {
        None if said.is_empty() => None,
        None => Some("what the service says is not told".to_owned()),
        Some(message) if said.iter().any(|text| message.contains(text.as_str())) => None,
        Some(message) => Some(format!("it is told as `{message}`")),
    }
}

/// All texts and numbers in a body.
fn texts(body: &Value, found: &mut Vec<String>) {
    match body {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

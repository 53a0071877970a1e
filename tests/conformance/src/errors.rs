//! The errors that an operation documents: each is told with its status and with what the service says, in whatever shape.

use cisco_secure_access::{Error, ErrorKind, Security};
use serde_json::{Value, json};

use crate::case::{Case, Failure};
use crate::server::{Answer, Server};
use crate::specification::Specification;
use crate::values::{self, Extent, Maker, Way};

/// Errors that any operation can be answered with, whether it documents them or not.
const EVERYWHERE: [u16; 5] = [400, 404, 429, 500, 503];

/// An error to answer with.
struct Told {
    status: u16,
    body: Option<Value>,
    /// How much of the body there is; only a full one is sure to have a message.
    extent: Extent,
}

/// Answers with each error, and says which of them the client does not tell as it should.
pub async fn errors(server: &Server, specification: &Specification, case: &Case) -> Vec<String> {
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, Extent::Required, seed);
    let mut findings = Vec::new();
    for told in all(specification, case, seed) {
        let answer = match &told.body {
            Some(body) => Answer::json(told.status, body),
            None => Answer::empty(told.status),
        };
        let client = server.play(move |_| answer.clone());
        let wrong = match (case.send)(&client, &arguments).await {
            Err(Failure::Call(error)) => wrong(case, &error, &told),
            Err(failure) => Some(failure.to_string()),
            Ok(_) => Some("no error".to_owned()),
        };
        let body = told.body.unwrap_or_default();
        findings.extend(wrong.map(|why| format!("{} with {body}: {why}", told.status)));
    }
    findings
}

/// The errors to answer with: those that the operation documents, in all their forms, and some that any operation can have.
fn all(specification: &Specification, case: &Case, seed: u64) -> Vec<Told> {
    let mut all: Vec<_> = EVERYWHERE
        .into_iter()
        .map(|status| Told {
            status,
            body: Some(json!({"message": "This is wrong."})),
            extent: Extent::Full,
        })
        .collect();
    let answers = specification.answers(case);
    for (status, answer) in answers.filter(|(status, _)| *status >= 300) {
        let Some(schema) = specification.schema(answer) else {
            all.push(Told {
                status,
                body: None,
                extent: Extent::Full,
            });
            continue;
        };
        for form in specification.forms(schema) {
            all.extend([Extent::Full, Extent::Required].map(|extent| Told {
                status,
                body: Some(Maker::new(specification, extent, Way::Read, seed).value(form)),
                extent,
            }));
        }
    }
    all
}

/// What is wrong with how an error is told.
fn wrong(case: &Case, error: &Error, told: &Told) -> Option<String> {
    let is_refusal = case.operation.security == Security::Basic && told.status == 401;
    let kind = match is_refusal {
        true => ErrorKind::Authentication,
        false => ErrorKind::Service,
    };
    if error.kind() != kind {
        return Some(format!("it is told as {:?}: {error}", error.kind()));
    }
    let status = error.status().map(|status| status.as_u16());
    if status != Some(told.status) {
        return Some(format!("it is told with the status {status:?}"));
    }
    if error.operation() != Some(case.operation) {
        return Some(format!("it is told of {:?}", error.operation()));
    }
    let mut texts = Vec::new();
    if let Some(body) = &told.body {
        find_texts(body, &mut texts);
    }
    let has = |said: Option<&str>| said.is_some_and(|said| texts.contains(&said));
    let is_told = match told.extent {
        _ if texts.is_empty() => true,
        Extent::Full => has(error.service_message()),
        Extent::Required => {
            has(error.service_message()) || has(error.service_code()) || has(error.request_id())
        }
    };
    (!is_told).then(|| match error.service_message() {
        Some(message) => format!("it is told as `{message}`"),
        None => "what the service says is not told".to_owned(),
    })
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

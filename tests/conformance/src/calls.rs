//! Calls of an operation with what is required, and with everything: the request arrives as it was asked for, the answer is read.

use std::sync::{Arc, Mutex};

use crate::case::Case;
use crate::server::{Answer, Server, lock};
use crate::specification::Specification;
use crate::values::{self, Extent, Maker, Way};
use crate::wire;

/// What is wrong with a call, sent and answered.
#[derive(Debug, Default)]
pub struct Findings {
    /// What is wrong with the request.
    pub sent: Vec<String>,
    /// What is wrong with the reading of the answer.
    pub decoded: Vec<String>,
}

/// Makes a call with so many arguments, and answers it with as much as the document says.
pub async fn call(
    server: &Server,
    specification: &Specification,
    case: &Case,
    extent: Extent,
) -> Findings {
    let mut findings = Findings::default();
    let seed = values::seed(case.operation);
    let arguments = values::arguments(specification, case, extent, seed);
    let (status, schema) = specification.success(case);
    let answer = match schema {
        Some(schema) => {
            let mut value = Maker::new(specification, extent, Way::Read, seed).value(schema);
            if let Some(pointer) = case.operation.success_property
                && let Some(success) = value.pointer_mut(pointer)
            {
                *success = true.into();
            }
            Answer::json(status, &value)
        }
        None => Answer::empty(status),
    };
    let requests = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&requests);
    let client = server.play(move |request| {
        lock(&record).push(request);
        answer.clone()
    });
    match (case.send)(&client, &arguments).await {
        Ok(answer) if answer.status == status => {}
        Ok(answer) => findings
            .decoded
            .push(format!("the status is {} and not {status}", answer.status)),
        Err(failure) => findings.decoded.push(failure.to_string()),
    }
    let requests = std::mem::take(&mut *lock(&requests));
    match requests.as_slice() {
        [request] => findings.sent = wire::differences(case, &arguments, request),
        _ => findings
            .sent
            .push(format!("{} requests arrived", requests.len())),
    }
    findings
}

//! Calls of an operation with the required arguments, and with all: the request arrives as expected, the response is decoded.

use std::sync::{Arc, Mutex};

use crate::case::Case;
use crate::server::{Response, Server, lock};
use crate::specification::Specification;
use crate::values::{self, Direction, Extent, Maker};
use crate::wire;

/// The differences of the request and the response of a call.
#[derive(Debug, Default)]
pub struct Findings {
    /// The differences of the request.
    pub sent: Vec<String>,
    /// The differences of the decoded response.
    pub decoded: Vec<String>,
}

/// Makes a call with arguments of this extent, and responds with all documented properties.
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
    let response = match schema {
        Some(schema) => {
            let mut value =
                Maker::new(specification, extent, Direction::Response, seed).value(schema);
            if let Some(pointer) = case.operation.success_property
                && let Some(success) = value.pointer_mut(pointer)
            {
                *success = true.into();
            }
            Response::json(status, &value)
        }
        None => Response::empty(status),
    };
    let requests = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&requests);
    let client = server.play(move |request| {
        lock(&record).push(request);
        response.clone()
    });
    match (case.send)(&client, &arguments).await {
        Ok(decoded) if decoded.status == status => {}
        Ok(decoded) => findings
            .decoded
            .push(format!("the status is {} and not {status}", decoded.status)),
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

//! Every operation: a valid request gets a response that its document allows and that the client reads.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic fails the test"
)]

use std::collections::BTreeMap;

use bytes::Bytes;
use cisco_secure_access_openapi::validate::SchemaValidator;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use serde_json::Value;

use super::{Simulator, catalog};

/// A token for a request without the socket.
async fn token(simulator: &Simulator) -> HeaderValue {
    let mut request = simulator.example_request("create_token", false).unwrap();
    // simulated-key:simulated-hush-secret
    let basic = HeaderValue::from_static("Basic c2ltdWxhdGVkLWtleTpzaW11bGF0ZWQtaHVzaC1zZWNyZXQ=");
    request.headers_mut().insert(AUTHORIZATION, basic);
    let response = simulator.call(request).await.unwrap();
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    let token = body["access_token"].as_str().unwrap();
    HeaderValue::from_str(&format!("Bearer {token}")).unwrap()
}

/// The response of every operation to an example, by operation id: status and body.
async fn responses(
    simulator: &Simulator,
    everything: bool,
) -> BTreeMap<&'static str, (u16, Bytes)> {
    let token = token(simulator).await;
    let mut responses = BTreeMap::new();
    let mut rejected = Vec::new();
    let operations = catalog::all().map(|endpoint| endpoint.operation);
    for operation in operations.filter(|operation| operation.id != "create_token") {
        let request = simulator
            .example_request(&operation.id, everything)
            .unwrap();
        let shown = format!("{} {}", request.method(), request.uri());
        let mut request: Request<Bytes> = request;
        request.headers_mut().insert(AUTHORIZATION, token.clone());
        let body = request.body().clone();
        let response = simulator.call(request).await.unwrap();
        let status = response.status().as_u16();
        if !operation.responses.contains_key(&status) || status >= 300 {
            let [sent, returned] =
                [&body, response.body()].map(|body| String::from_utf8_lossy(body));
            rejected.push(format!(
                "{} {shown}\n{sent}\n{status} {returned}\n",
                operation.id
            ));
        }
        responses.insert(operation.id.as_str(), (status, response.into_body()));
    }
    assert!(
        rejected.is_empty(),
        "{} rejected:\n{}",
        rejected.len(),
        rejected.join("\n")
    );
    responses
}

#[tokio::test]
async fn every_operation_responds_as_documented() {
    for everything in [false, true] {
        let simulator = Simulator::builder()
            .quirks([])
            .start_without_socket()
            .unwrap();
        let responses = responses(&simulator, everything).await;
        let mut wrong = Vec::new();
        for endpoint in catalog::all() {
            let operation = endpoint.operation;
            let Some((status, body)) = responses.get(operation.id.as_str()) else {
                continue;
            };
            match &operation.responses[status] {
                None => assert!(body.is_empty(), "{}", operation.id),
                Some(schema) => {
                    let body: Value = serde_json::from_slice(body).unwrap();
                    let validator =
                        SchemaValidator::of_response(endpoint.document, schema).unwrap();
                    let errors = validator.violations(&body);
                    wrong.extend(errors.map(|error| format!("{}: {error}", operation.id)));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} responses:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_responses() {
    let mut all = Vec::new();
    for seed in [7, 7, 8] {
        let simulator = Simulator::builder()
            .seed(seed)
            .start_without_socket()
            .unwrap();
        all.push(responses(&simulator, true).await);
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
}

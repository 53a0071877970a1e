//! What `cargo xtask examples` finds in documents made for it, how it changes values, and how it judges the results.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod collecting;
mod judging;
mod mutating;
mod whole;

use cisco_secure_access_importer::Fixes;
use cisco_secure_access_importer::{self as importer, Examples, Hosts, read_all};
use cisco_secure_access_openapi::Document;
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::examples::driver::{Driver, Reply, Request};
use xtask::examples::schema::Api;

/// An upstream document: paths under the server `/policies/v2`, and components.
fn upstream(text: &str) -> Vec<importer::Document> {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("shop.yaml");
    let head = "openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
servers: [{url: 'https://api.example.com/policies/v2'}]
";
    std::fs::write(&file, format!("{head}{text}")).unwrap();
    read_all(&[file], Examples::Kept, Hosts::Any, None, &mut Fixes::new()).unwrap()
}

/// Specifications with one operation, `policies.save_thing`: its body and response have this schema.
fn api(schema: &Value) -> Api {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let document = json!({
        "openapi": "3.0.3",
        "paths": {"/policies/v2/things/{thingId}": {"put": {
            "operationId": "save_thing",
            "summary": "Save a thing",
            "tags": ["Things"],
            "parameters": [{"name": "thingId", "in": "path", "required": true, "schema": {"type": "integer"}}],
            "requestBody": {"content": content},
            "responses": {"200": {"content": content}},
        }}},
        "components": {"schemas": {"Thing": schema}},
    });
    Api::from_iter([Document::new("policies", document).unwrap()])
}

/// The crate, as a function of a request.
struct Fake<F>(F);

impl<F: FnMut(&Request<'_>) -> Reply> Driver for Fake<F> {
    fn recode(&mut self, requests: &[Request<'_>]) -> Result<Vec<Reply>, String> {
        Ok(requests.iter().map(&mut self.0).collect())
    }
}

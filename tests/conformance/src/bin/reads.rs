//! A simulator for clients in other languages, and a request of each read operation that it responds to; `cargo xtask conform secureaccess`
//! runs it.
//!
//! Its argument is `quirks` or `documents`: whether the simulator has the quirks of the service, or does what the documents say. It writes
//! one line for each of its URL, key, secret, and the requests as JSON, and runs until it is ended.

#![allow(clippy::print_stdout, reason = "what it writes is what it is for")]

use std::error::Error;

use cisco_secure_access::operations;
use cisco_secure_access::simulator::{Quirk, Simulator};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let quirks = match std::env::args().nth(1).as_deref() {
        Some("quirks") => Quirk::ALL.to_vec(),
        Some("documents") => Vec::new(),
        _ => return Err("usage: reads quirks|documents".into()),
    };
    let simulator = Simulator::builder().quirks(quirks).start().await?;
    let reads = operations().filter(|operation| operation.method == "GET");
    let requests: Vec<Value> = reads
        .filter_map(|operation| {
            let request = simulator.example_request(operation.id, false)?;
            let headers = request.headers().iter();
            let headers = headers.filter_map(|(name, value)| {
                Some((name.to_string(), Value::from(value.to_str().ok()?)))
            });
            Some(json!({
                "operation": operation.id,
                "scope": operation.scope,
                "template": operation.path,
                "path": request.uri().path(),
                "query": request.uri().query().unwrap_or_default(),
                "headers": headers.collect::<serde_json::Map<_, _>>(),
            }))
        })
        .collect();
    println!("url {}", simulator.base_url());
    println!("key {}", simulator.credentials().key());
    println!("secret {}", simulator.secret());
    println!("requests {}", Value::from(requests));
    std::future::pending().await
}

//! Requests of every operation for clients in other languages, each with a simulator of its own, so that no call sees what another has
//! changed; `cargo xtask conform secureaccess` runs it.
//!
//! Its argument is `quirks` or `documents`: whether the simulators have the quirks of the service, or do what the documents say. It writes
//! a line with the key, one with the secret and one with the requests as JSON, and runs until it is ended.

#![allow(clippy::print_stdout, reason = "the program prints its results")]

use std::error::Error;

use cisco_secure_access::operations;
use cisco_secure_access::simulator::{Quirk, Simulator};
use serde_json::{Map, Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let quirks = match std::env::args().nth(1).as_deref() {
        Some("quirks") => Quirk::ALL.to_vec(),
        Some("documents") => Vec::new(),
        _ => return Err("usage: requests quirks|documents".into()),
    };
    let mut simulators = Vec::new();
    let mut requests = Vec::new();
    for operation in operations() {
        for everything in [false, true] {
            let simulator = Simulator::builder().quirks(quirks.clone()).start().await?;
            if let Some(request) = simulator.example_request(operation.id, everything) {
                let headers = request.headers().iter();
                let headers = headers.filter_map(|(name, value)| {
                    Some((name.to_string(), Value::from(value.to_str().ok()?)))
                });
                requests.push(json!({
                    "url": simulator.base_url().as_str(),
                    "operation": operation.id,
                    "everything": everything,
                    "method": operation.method.as_str(),
                    "template": operation.path,
                    "path": request.uri().path(),
                    "query": request.uri().query().unwrap_or_default(),
                    "headers": headers.collect::<Map<_, _>>(),
                    "body": String::from_utf8_lossy(request.body()),
                }));
                simulators.push(simulator);
            }
        }
    }
    let simulator = simulators.first().ok_or("no operation has a request")?;
    println!("key {}", simulator.credentials().key());
    println!("secret {}", simulator.secret());
    println!("requests {}", Value::from(requests));
    std::future::pending().await
}

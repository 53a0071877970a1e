//! Runs the example in the documentation of every operation against the simulator.

use std::error::Error;
use std::pin::Pin;

use cisco_secure_access::simulator::Simulator;

/// The code of an example.
pub type Example =
    fn(cisco_secure_access::Client) -> Pin<Box<dyn Future<Output = Result<(), Box<dyn Error>>>>>;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

#[tokio::test]
async fn every_example_succeeds() {
    let scopes = [
        admin::EXAMPLES,
        auth::EXAMPLES,
        deployments::EXAMPLES,
        investigate::EXAMPLES,
        policies::EXAMPLES,
        reports::EXAMPLES,
    ];
    let mut failures = Vec::new();
    for (name, example) in scopes.concat() {
        if let Err(error) = run(example).await {
            failures.push(format!("{name}: {error}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Runs an example against its own simulator, so that examples do not affect each other.
async fn run(example: Example) -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().strict_queries(true).start().await?;
    example(simulator.client()?).await
}

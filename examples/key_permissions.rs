//! Finds the permissions of an API key: its OAuth scopes, and the operations that they allow.
//!
//! ```text
//! cargo run --example key_permissions         # a key with a few scopes, on a simulator
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example key_permissions
//! ```
//!
//! A token does not contain its scopes. So the example tests each read scope with an operation that needs no argument: the service accepts
//! the call, or responds with 403. This takes about 40 calls. Write scopes cannot be tested without changes; a Key Admin key can read them
//! with `list_api_keys`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Method, Operation, Security, operations};

/// The scopes of the key on the simulator.
const SIMULATED: [&str; 4] = [
    "deployments.networktunnelgroups:read",
    "deployments.sites:read",
    "policies.rules:read",
    "reports.aggregations:read",
];

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let builder = Simulator::builder().key("auditor", SIMULATED);
    let (mut client, simulator) = common::connect("", builder).await?;
    if let Some(simulator) = &simulator {
        let auditor = simulator.credentials_of("auditor");
        client = simulator.client_builder().credentials(auditor).build()?;
    }

    println!("{:<44}  {:<10}  OPERATIONS", "OAUTH SCOPE", "ALLOWED");
    let mut allowed = 0;
    for (scope, operations) in by_scope() {
        let verdict = match representative(&operations) {
            Some(operation) if scope.ends_with(":read") => probe(&client, operation).await?,
            _ => Verdict::NotTested,
        };
        if verdict == Verdict::Yes {
            allowed += operations.len();
        }
        println!("{scope:<44}  {verdict:<10}  {}", list(&operations));
    }
    println!("\n{allowed} operations are allowed.");
    Ok(())
}

/// Returns all operations by OAuth scope.
fn by_scope() -> BTreeMap<&'static str, Vec<&'static Operation>> {
    let mut scopes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for operation in operations() {
        if let Security::Bearer(needed) = operation.security {
            for scope in needed {
                scopes.entry(*scope).or_default().push(operation);
            }
        }
    }
    scopes
}

/// Returns an operation that can be called without arguments and without changes.
fn representative(operations: &[&'static Operation]) -> Option<&'static Operation> {
    let mut harmless = operations.iter().filter(|operation| {
        let needs_no_other = matches!(operation.security, Security::Bearer([_]));
        operation.method == Method::GET && !operation.path.contains('{') && needs_no_other
    });
    harmless.next().copied()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    No,
    /// The cloud does not have the operation.
    NotAvailable,
    NotTested,
    /// The service failed.
    Unclear,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotAvailable => "not available",
            Self::NotTested => "not tested",
            Self::Unclear => "unclear",
        })
    }
}

/// Whether the service accepts the key. The result of the call does not matter: a 400 for missing arguments also means yes.
async fn probe(client: &Client, operation: &Operation) -> cisco_secure_access::Result<Verdict> {
    let request = client.request(operation.method.clone(), operation.path);
    match request.query("limit", "1").send_raw().await {
        Ok(_) => Ok(Verdict::Yes),
        Err(error) => match error.status().map(|status| status.as_u16()) {
            Some(400) => Ok(Verdict::Yes),
            Some(403) => Ok(Verdict::No),
            Some(404) => Ok(Verdict::NotAvailable),
            Some(500..) => Ok(Verdict::Unclear),
            _ => Err(error),
        },
    }
}

/// Lists the names of a few operations, and the number of further ones.
fn list(operations: &[&Operation]) -> String {
    const SHOWN: usize = 2;
    let shown = operations.iter().take(SHOWN).map(|operation| operation.id);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if let Some(more) = operations.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

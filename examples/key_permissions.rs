//! Finds out what an API key may do: which OAuth scopes it has, and which operations they allow.
//!
//! ```text
//! cargo run --example key_permissions         # a key on a simulator that may do a few things
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example key_permissions
//! ```
//!
//! A token does not tell its scopes, so each scope that reads is tried with one operation that needs no argument: the service lets it in,
//! or answers 403. That is some 40 calls. Scopes that write cannot be tried without changing something; a Key Admin key can read them in
//! `list_api_keys`.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Method, Operation, Security, operations};

/// What the key on the simulator may do.
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

    println!("{:<44}  {:<10}  OPERATIONS", "OAUTH SCOPE", "KEY HAS IT");
    let mut allowed = 0;
    for (scope, operations) in by_scope() {
        let verdict = match representative(&operations) {
            Some(operation) if scope.ends_with(":read") => ask(&client, operation).await?,
            _ => Verdict::NotTried,
        };
        if verdict == Verdict::Yes {
            allowed += operations.len();
        }
        println!("{scope:<44}  {verdict:<10}  {}", list(&operations));
    }
    println!("\n{allowed} operations are sure to be allowed.");
    Ok(())
}

/// All operations by the OAuth scope that they need.
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

/// An operation that can be tried without knowing or changing anything.
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
    /// This cloud has no such operation.
    NotHere,
    NotTried,
    /// The service failed.
    Unclear,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotHere => "not here",
            Self::NotTried => "not tried",
            Self::Unclear => "unclear",
        })
    }
}

/// Whether the service lets the key in. What comes after that does not matter: 400 asks for arguments, and means yes.
async fn ask(client: &Client, operation: &Operation) -> cisco_secure_access::Result<Verdict> {
    let request = client.request(operation.method.clone(), operation.path);
    match request.query("limit", "1").send_raw().await {
        Ok(_) => Ok(Verdict::Yes),
        Err(error) => match error.status().map(|status| status.as_u16()) {
            Some(400) => Ok(Verdict::Yes),
            Some(403) => Ok(Verdict::No),
            Some(404) => Ok(Verdict::NotHere),
            Some(500..) => Ok(Verdict::Unclear),
            _ => Err(error),
        },
    }
}

/// The names of a few operations, and how many more there are.
fn list(operations: &[&Operation]) -> String {
    const SHOWN: usize = 2;
    let shown = operations.iter().take(SHOWN).map(|operation| operation.id);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if let Some(more) = operations.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

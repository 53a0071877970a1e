//! Cisco's SDK for Python calls each operation of the simulator with its typed models, and reads the responses with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use super::script;
use crate::process::Server;
use crate::tools::SECUREACCESS;

/// The script that calls; the SDK has no program of its own.
const SCRIPT: &str = include_str!("secureaccess.py");
/// The failures for which the SDK is at fault: operation, what the message contains, and why.
const EXCEPTIONS: &str = include_str!("secureaccess.json");

/// What the SDK made of a call.
#[derive(Deserialize)]
struct Finding {
    operation: String,
    /// Whether the request had all parameters and properties, otherwise those that are required.
    everything: bool,
    /// Why the call failed, if it did.
    reason: Option<String>,
}

/// Calls simulators that do what the documents say, and some with the quirks of the service. With the quirks, only what the documents do
/// not say can differ, so a failure there is reported and no error.
pub(super) fn judge(workspace: &Path) -> Result<String, String> {
    let exceptions = exceptions()?;
    let documents = findings(workspace, "documents")?;
    let quirks = findings(workspace, "quirks")?;
    let mut rows = Vec::new();
    let mut faults = 0;
    let mut needed = BTreeSet::new();
    for finding in &documents {
        let Some(reason) = &finding.reason else {
            continue;
        };
        match exceptions.get(&finding.operation) {
            Some(exception) if reason.contains(&exception.contains) => {
                if needed.insert(&finding.operation) {
                    rows.push(format!(
                        "{}: known: {}",
                        finding.operation, exception.reason
                    ));
                }
            }
            _ => {
                faults += 1;
                rows.push(format!("{}: REJECTED: {reason}", finding.name()));
            }
        }
    }
    for operation in exceptions.keys().filter(|known| !needed.contains(known)) {
        faults += 1;
        rows.push(format!("{operation}: is accepted; remove its exception"));
    }
    for (found, with_quirks) in documents.iter().zip(&quirks) {
        if let (None, Some(reason)) = (&found.reason, &with_quirks.reason) {
            rows.push(format!("{}: with quirks: {reason}", found.name()));
        }
    }
    let operations: BTreeSet<&str> = documents
        .iter()
        .map(|found| found.operation.as_str())
        .collect();
    let summary = format!(
        "secureaccess: {} calls of {} operations: {} rejected with quirks off, {} with quirks on; {} operations fail for a fault of the SDK, {faults} calls do not",
        documents.len(),
        operations.len(),
        rejected(&documents),
        rejected(&quirks),
        needed.len(),
    );
    let text = format!("{}\n{summary}", rows.join("\n"));
    match (documents.is_empty(), faults) {
        (false, 0) => Ok(text),
        _ => Err(text),
    }
}

impl Finding {
    fn name(&self) -> String {
        match self.everything {
            true => format!("{} with everything", self.operation),
            false => self.operation.clone(),
        }
    }
}

fn rejected(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.reason.is_some())
        .count()
}

/// A known failure.
struct Exception {
    contains: String,
    reason: String,
}

fn exceptions() -> Result<BTreeMap<String, Exception>, String> {
    let unusable = || "secureaccess.json: expected {operation: {contains, reason}}".to_owned();
    let value: Value = serde_json::from_str(EXCEPTIONS).map_err(|error| error.to_string())?;
    let entries = value.as_object().ok_or_else(unusable)?.iter();
    let exception = |(operation, entry): (&String, &Value)| {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        let exception = Exception {
            contains: text("contains")?,
            reason: text("reason")?,
        };
        Some((operation.clone(), exception))
    };
    entries
        .map(|entry| exception(entry).ok_or_else(unusable))
        .collect()
}

/// Starts the simulators and lets the SDK call them.
fn findings(workspace: &Path, mode: &str) -> Result<Vec<Finding>, String> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(workspace)
        .args(["run", "--quiet", "--package", "conformance"])
        .args(["--bin", "requests", "--", mode]);
    let server = Server::start(&mut command, "requests ")?;
    let requests: Value =
        serde_json::from_str(server.said("requests ")?).map_err(|error| error.to_string())?;
    let input = json!({
        "key": server.said("key ")?,
        "secret": server.said("secret ")?,
        "requests": requests,
    });
    script::run(
        workspace,
        &SECUREACCESS,
        ("secureaccess.py", SCRIPT),
        &input,
    )
}

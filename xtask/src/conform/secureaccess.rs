//! Cisco's SDK for Python calls each read operation of the simulator and reads the responses with its typed models.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::Server;
use crate::tools::SECUREACCESS;

/// The script that calls; the SDK has no program of its own.
const SCRIPT: &str = include_str!("secureaccess.py");
/// The failures for which the SDK is at fault: operation, what the message contains, and why.
const EXCEPTIONS: &str = include_str!("secureaccess.json");

/// What the SDK makes of the responses of one simulator: for each operation nothing, or why the call failed.
type Findings = BTreeMap<String, Option<String>>;

/// Calls a simulator that does what the documents say, and one with the quirks of the service. With the quirks, only what the documents do
/// not say can differ, so a failure there is reported and no error.
pub(super) fn judge(workspace: &Path) -> Result<String, String> {
    let python = SECUREACCESS.install(workspace)?;
    let exceptions = exceptions()?;
    let documents = findings(workspace, &python, "documents")?;
    let quirks = findings(workspace, &python, "quirks")?;
    let mut rows = Vec::new();
    let mut faults = 0;
    let mut known = 0;
    for (operation, found) in &documents {
        let with_quirks = quirks.get(operation).and_then(Option::as_deref);
        let exception = exceptions.get(operation);
        let is_excepted = |reason: &str| {
            exception.is_some_and(|exception| reason.contains(exception.contains.as_str()))
        };
        match (found.as_deref(), with_quirks) {
            (None, None) => {
                if exception.is_some() {
                    faults += 1;
                    rows.push(format!("{operation}: is accepted; remove its exception"));
                }
            }
            (Some(reason), _) if is_excepted(reason) => {
                if let Some(Exception { reason, .. }) = exception {
                    known += 1;
                    rows.push(format!("{operation}: known: {reason}"));
                }
            }
            (Some(reason), _) => {
                faults += 1;
                rows.push(format!("{operation}: REJECTED: {reason}"));
            }
            (None, Some(reason)) => rows.push(format!("{operation}: with quirks: {reason}")),
        }
    }
    let rejected = |findings: &Findings| findings.values().flatten().count();
    let summary = format!(
        "secureaccess: {} read operations: {} responses rejected with quirks off, {} with quirks on; {known} of the former are the fault of the SDK, {faults} are not",
        documents.len(),
        rejected(&documents),
        rejected(&quirks),
    );
    let text = format!("{}\n{summary}", rows.join("\n"));
    match (documents.is_empty(), faults) {
        (false, 0) => Ok(text),
        _ => Err(text),
    }
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

/// Starts a simulator and lets the SDK call it.
fn findings(workspace: &Path, python: &Path, mode: &str) -> Result<Findings, String> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(workspace)
        .args(["run", "--quiet", "--package", "conformance"])
        .args(["--bin", "reads", "--", mode]);
    let server = Server::start(&mut command, "requests ")?;
    let requests: Value =
        serde_json::from_str(server.said("requests ")?).map_err(|error| error.to_string())?;
    let input = json!({
        "url": server.said("url ")?,
        "key": server.said("key ")?,
        "secret": server.said("secret ")?,
        "requests": requests,
    });
    let script = SECUREACCESS.home(workspace).join("secureaccess.py");
    let started = fs::write(&script, SCRIPT).and_then(|()| {
        let mut command = Command::new(python);
        let child = command
            .arg(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.to_string().as_bytes())?;
        }
        child.wait_with_output()
    });
    let output = started.map_err(|error| format!("{}: {error}", script.display()))?;
    if !output.status.success() {
        return Err(format!("{}: {}", script.display(), output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{}: {error}", script.display()))
}

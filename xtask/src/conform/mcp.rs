//! The official MCP SDK for Python uses `secure-access mcp` as an agent does, with the simulator of the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

use super::script;
use crate::process::{Server, finish};
use crate::tools::MCP;

/// The script that calls; the SDK has no program for this.
const SCRIPT: &str = include_str!("agent.py");
/// The variables that connect the program to its simulator, which prints them.
const VARIABLES: [&str; 3] = [
    "SECURE_ACCESS_CLOUD",
    "SECURE_ACCESS_API_KEY",
    "SECURE_ACCESS_API_SECRET",
];

/// What the script has found.
#[derive(Deserialize)]
struct Report {
    checks: Vec<Check>,
    /// How long a thousand calls took, by the way they were made.
    seconds: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    /// Why it failed, if it did.
    reason: Option<String>,
}

/// Starts the simulator and lets the script use the server.
pub(super) fn judge(workspace: &Path) -> Result<String, String> {
    let program = program(workspace)?;
    let mut simulator = Command::new(&program);
    simulator.args(["simulate", "--port", "0"]);
    let simulator = Server::start(&mut simulator, VARIABLES[2])?;
    let mut environment = BTreeMap::new();
    for name in VARIABLES {
        environment.insert(name, simulator.said(&format!("{name}="))?);
    }
    let input = json!({
        "command": [program, "mcp", "--no-token-cache"],
        "environment": environment,
    });
    let report: Report = script::run(workspace, &MCP, ("agent.py", SCRIPT), &input)?;
    let failed = report.checks.iter().filter_map(|check| {
        let reason = check.reason.as_ref()?;
        Some(format!("mcp: {}: FAILED: {reason}", check.name))
    });
    let mut rows: Vec<String> = failed.collect();
    let failures = rows.len();
    let times = report.seconds.iter();
    let times: Vec<String> = times
        .map(|(way, seconds)| format!("{seconds:.1} s {way}"))
        .collect();
    rows.push(format!(
        "mcp: {} checks, {failures} failed; 1,000 calls: {}",
        report.checks.len(),
        times.join(", ")
    ));
    let text = rows.join("\n");
    match (report.checks.is_empty(), failures) {
        (false, 0) => Ok(text),
        _ => Err(text),
    }
}

/// Builds the program, and returns where it is.
fn program(workspace: &Path) -> Result<String, String> {
    let mut build = Command::new(env!("CARGO"));
    build
        .current_dir(workspace)
        .args(["build", "--quiet", "--package", "cisco-secure-access-cli"])
        .args(["--bin", "secure-access", "--message-format", "json"]);
    let messages = finish(&mut build)?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    executables
        .next_back()
        .ok_or_else(|| "cargo does not say where the program is".to_owned())
}

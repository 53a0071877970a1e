//! Schemathesis makes up requests from each document, allowed ones and others, and checks the responses of the simulator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cisco_secure_access_codegen::scopes;
use serde_json::Value;

use super::links::link;
use super::{Effort, document};
use crate::process::{Server, finish};
use crate::tools::SCHEMATHESIS;

/// What is checked of each response.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,\
                      use_after_free,ensure_resource_availability";

/// Starts a simulator that does what the documents say and nothing else, and has it tried, one document after the other.
pub(super) fn judge(workspace: &Path, effort: Effort) -> Result<String, String> {
    let program = SCHEMATHESIS.install(workspace)?;
    // On Unix cargo turns into the program that it runs, so that there is one process to end.
    let mut simulator = Command::new(env!("CARGO"));
    simulator
        .current_dir(workspace)
        .args(["run", "--quiet", "--example", "simulator", "--"])
        .args(["--port", "0", "--no-quirks"]);
    let simulator = Server::start(&mut simulator, "token  ")?;
    let mut verdicts = Vec::new();
    let mut failures = Vec::new();
    for scope in &scopes(&workspace.join("specs")).map_err(|error| error.to_string())? {
        let mut command = Command::new(&program);
        command
            // It leaves files where it runs.
            .current_dir(SCHEMATHESIS.home(workspace))
            .args(["--no-color", "run"])
            .arg(as_on_the_wire(workspace, scope)?)
            .args(["--url", simulator.said("The cloud global at ")?])
            .args(["--checks", CHECKS])
            .args(["--phases", "examples,coverage,fuzzing,stateful"])
            .args(["--max-examples", &effort.examples.to_string()])
            .args(["--seed", &effort.seed.to_string()])
            .args(["--generation-database", "none"])
            .args(["--warnings", "off", "--continue-on-failure"]);
        // The token request alone takes key and secret.
        if scope == "auth" {
            let (key, secret) = (simulator.said("key ")?, simulator.said("secret ")?);
            command.args(["--auth", &format!("{key}:{secret}")]);
        } else {
            let token = simulator.said("token ")?;
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        match finish(&mut command) {
            Ok(said) => verdicts.push(format!("Schemathesis: {scope}: {}", summary(&said))),
            Err(said) => failures.push(said),
        }
    }
    match failures.is_empty() {
        true => Ok(verdicts.join("\n")),
        false => Err(failures.join("\n")),
    }
}

/// Writes the document of a scope without the formats of times that are written in another way, which `x-time-format` says: to OpenAPI they
/// are strings. So are numbers with `x-quoted`. What is created has links to the operations on it.
fn as_on_the_wire(workspace: &Path, scope: &str) -> Result<PathBuf, String> {
    fn visit(node: &mut Value) {
        match node {
            Value::Object(object) => {
                if object.contains_key("x-time-format") {
                    object.remove("format");
                }
                if object.contains_key("x-quoted") {
                    object.insert("type".to_owned(), "string".into());
                }
                object.values_mut().for_each(visit);
            }
            Value::Array(list) => list.iter_mut().for_each(visit),
            _ => {}
        }
    }
    let source = document(workspace, scope);
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", source.display());
    let text = fs::read_to_string(&source).map_err(|error| failed(&error))?;
    let mut document: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    visit(&mut document);
    link(scope, &mut document)?;
    let copy = SCHEMATHESIS
        .home(workspace)
        .join(scope)
        .with_extension("json");
    fs::write(&copy, document.to_string()).map_err(|error| failed(&error))?;
    Ok(copy)
}

/// How many requests there were, in the words of the tool.
fn summary(said: &str) -> &str {
    let mut lines = said.lines().map(str::trim);
    lines
        .find(|line| line.contains(" generated"))
        .unwrap_or_default()
}

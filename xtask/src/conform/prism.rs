//! Prism responds from each document, and checks the requests that the conformance suite sends it as well as its own responses.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::process::Command;

use cisco_secure_access_codegen::scopes;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::document;
use crate::process::{Server, finish};
use crate::tools::PRISM;

/// Starts a Prism for each document, and makes the calls.
pub(super) fn judge(workspace: &Path) -> Result<String, String> {
    let program = PRISM.install(workspace)?;
    let documents = TempDir::new().map_err(|error| error.to_string())?;
    let mut servers = Vec::new();
    for scope in scopes(&workspace.join("specs")).map_err(|error| error.to_string())? {
        let path = documents.path().join(&scope).with_extension("json");
        write_document(&document(workspace, &scope), &path)?;
        let mut command = Command::new(&program);
        // Responses that are made from the schemas, the same in each run; the fixed ones of Prism do not fit patterns.
        command
            .args(["mock", "--errors", "--dynamic", "--seed", "1"])
            .args(["--port", "0"])
            .arg(path);
        servers.push((scope, Server::start(&mut command, "Prism is listening")?));
    }
    let mut calls = Command::new(env!("CARGO"));
    calls
        .current_dir(workspace)
        .args(["run", "--quiet", "--package", "conformance"])
        .args(["--bin", "prism", "--"]);
    for (scope, server) in &servers {
        calls.arg(format!("{scope}={}", server.url()?));
    }
    match finish(&mut calls) {
        Ok(said) => Ok(said.trim_end().to_owned()),
        Err(said) => {
            let violations = servers.iter().flat_map(|(_, server)| violations(server));
            Err(said + "\n" + &violations.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Writes a document for Prism, which ends where a header is absent that is a list: it is a string there.
fn write_document(from: &Path, to: &Path) -> Result<(), String> {
    let unusable = |error: &dyn Display| format!("{}: {error}", from.display());
    let text = fs::read_to_string(from).map_err(|error| unusable(&error))?;
    let mut document: Value = serde_json::from_str(&text).map_err(|error| unusable(&error))?;
    let items = document["paths"].as_object_mut().into_iter().flatten();
    let operations = items.filter_map(|(_, item)| item.as_object_mut()).flatten();
    let parameters =
        operations.filter_map(|(_, operation)| operation.get_mut("parameters")?.as_array_mut());
    for parameter in parameters.flatten() {
        if parameter["in"] == "header" && parameter["schema"]["type"] == "array" {
            parameter["schema"] = json!({"type": "string"});
        }
    }
    fs::write(to, document.to_string()).map_err(|error| unusable(&error))
}

/// What Prism objects to; the response of an error is no evidence, since it is made from the schema of the error.
fn violations(server: &Server) -> BTreeSet<String> {
    let lines = server.later();
    lines
        .filter_map(|line| Some(format!("Prism: {}", line.split_once("Violation: ")?.1)))
        .collect()
}

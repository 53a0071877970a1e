//! Scripts that use a library for Python.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::tools::Tool;

/// Runs a script with the interpreter that has a library; `input` and the result are JSON.
pub(super) fn run<T: DeserializeOwned>(
    workspace: &Path,
    library: &Tool,
    (name, text): (&str, &str),
    input: &Value,
) -> Result<T, String> {
    let python = library.install(workspace)?;
    let script = library.home(workspace).join(name);
    let started = fs::write(&script, text).and_then(|()| {
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

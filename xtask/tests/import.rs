//! The commands `import`, `diff` and `names`, as processes: their exit codes, and what they print.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Imports a document with this text into an empty directory; the second element is the path of that directory.
fn import(directory: &Path, text: &str) -> (Output, String) {
    let document = directory.join("document.yaml");
    fs::write(&document, text).unwrap();
    let specs = directory.join("specs").to_str().unwrap().to_owned();
    let document = document.to_str().unwrap();
    (run(&["import", "-v", "--specs", &specs, document]), specs)
}

fn assert_contains(text: &[u8], pieces: &[&str]) {
    let text = String::from_utf8_lossy(text);
    for piece in pieces {
        assert!(text.contains(piece), "{piece:?} is not in {text}");
    }
}

/// A document with one operation, whose response is a string.
const PROBES: &str = "openapi: 3.0.3
info: {title: Cisco Secure Access Probes API, version: 1.0.0}
servers: [{url: 'https://api.sse.cisco.com/policies/v2'}]
paths:
  /probes/{probeId}:
    get:
      operationId: getProbe
      parameters: [{name: probeId, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/Probe'}}}
components:
  schemas:
    Probe: {type: string, format: pem}
";

#[test]
fn a_document_that_cannot_be_imported_fails_with_exit_code_1() {
    let directory = TempDir::new().unwrap();
    let (output, _) = import(directory.path(), "swagger: '2.0'");
    assert_eq!(output.status.code(), Some(1));
    assert_contains(
        &output.stderr,
        &["Swagger 2.0", "problems: 1", "is as it was"],
    );
}

#[test]
fn an_import_is_summarized_and_its_operations_are_listed() {
    let directory = TempDir::new().unwrap();
    let (output, specs) = import(directory.path(), PROBES);
    assert_eq!(output.status.code(), Some(0));
    assert_contains(
        &output.stdout,
        &[
            "1 operations",
            "1  formats: ",
            "1 new operations\n         policies::get_probe",
            "#/components/schemas/Probe: \"pem\" dropped",
            "files written\n         SOURCES.md\n",
            "         policies.json",
        ],
    );
    let output = run(&["names", "--specs", &specs]);
    let listed = [
        "policies\n",
        "get_probe ",
        "GET",
        "/policies/v2/probes/{probeId}",
    ];
    assert_contains(&output.stdout, &listed);
}

#[test]
fn a_comparison_ends_with_the_overlay_actions_that_become_stale() {
    let directory = TempDir::new().unwrap();
    let overlays = directory.path().join("specs/overlays");
    fs::create_dir_all(&overlays).unwrap();
    let overlay = "overlay: 1.0.0
info: {title: Test, version: 1.0.0}
actions:
  - target: $.components.schemas['policies.Probe']
    update: {type: integer}
";
    fs::write(overlays.join("40-test.yaml"), overlay).unwrap();
    let (_, specs) = import(directory.path(), PROBES);
    let changed = directory.path().join("changed.yaml");
    let text = PROBES.replace("{type: string, format: pem}", "{type: boolean}");
    fs::write(&changed, text).unwrap();
    let changed = changed.to_str().unwrap();
    let stale = "1 STALE OVERLAY ACTIONS";
    let found = "40-test.yaml:4: target $.components.schemas['policies.Probe']: expects to replace {type: string}, found {type: boolean}";
    let output = run(&["diff", "--specs", &specs, changed]);
    assert_contains(&output.stdout, &[stale, found]);
    let output = run(&["diff", "--format", "markdown", "--specs", &specs, changed]);
    assert_contains(&output.stdout, &["## Overlays\n\n```text\n", stale, found]);
}

#[test]
fn the_help_of_a_command_has_examples() {
    let output = run(&["import", "--help"]);
    assert_contains(&output.stdout, &["specs/ stays as it was", "Examples:"]);
}

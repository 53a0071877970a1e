//! The crate compiles with the specifications that other documents make: with the ways in which upstream publishes them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access_importer::Options;
use repository_copy::{RepositoryCopy, copy_specifications, newer, single, whole};
use tempfile::TempDir;
use xtask::features;

/// A copy of the specifications into which documents are imported.
fn imported(documents: &[PathBuf], all: bool) -> TempDir {
    let copy = TempDir::new().unwrap();
    copy_specifications(copy.path()).unwrap();
    let options = Options {
        all,
        allow_removals: all,
        ..Options::default()
    };
    options.run(documents, copy.path()).unwrap();
    copy
}

#[test]
#[ignore = "builds the crate four times; run it after a change of the import"]
fn the_crate_compiles_however_the_documents_come() {
    let directory = TempDir::new().unwrap();
    let some = ["third-party-integrations", "security-profiles"];
    let single = single().unwrap();
    let ways = [
        ("single", single.clone(), true),
        ("whole", whole(), true),
        ("turned", [single, whole()].concat(), true),
        ("one", newer(some, directory.path()).unwrap(), false),
    ];
    for (name, documents, all) in ways {
        let specs = imported(&documents, all);
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let copy = RepositoryCopy::new(directory, &format!("updated-{name}")).unwrap();
        copy.set_specs(specs.path()).unwrap();
        features::run(copy.root(), false).unwrap();
        assert!(copy.compiles(&["--all-features"]).unwrap(), "{name}");
    }
}

#[test]
#[ignore = "builds the crate; run it after a change of the build script"]
fn a_new_scope_needs_no_handwritten_line() {
    const DOCUMENT: &str = "openapi: 3.0.3
info: {title: Cisco Secure Access Things API, version: 1.0.0}
servers: [{url: 'https://api.sse.cisco.com/newscope/v1'}]
paths:
  /things:
    get:
      operationId: getThings
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: array, items: {type: string}}}}
";
    let directory = TempDir::new().unwrap();
    let specs = directory.path().join("specs");
    copy_specifications(&specs).unwrap();
    let document = directory.path().join("things.yaml");
    fs::write(&document, DOCUMENT).unwrap();
    let options = Options {
        new_scope: true,
        ..Options::default()
    };
    let outcome = options.run(&[document], &specs).unwrap();
    assert_eq!(outcome.new_scopes.iter().collect::<Vec<_>>(), ["newscope"]);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let copy = RepositoryCopy::new(directory, "new-scope").unwrap();
    copy.set_specs(&specs).unwrap();
    features::run(copy.root(), false).unwrap();
    let code = "//! A call of the new scope.\n\n/// Makes it.\npub fn call(client: &crate::Client) {\n    drop(client.newscope().list_things());\n}\n";
    copy.add_module("new_scope", code).unwrap();
    assert!(copy.compiles(&["--features=simulator"]).unwrap());
    // The feature of its API alone.
    let alone = ["--no-default-features", "--features=things"];
    assert!(copy.compiles(&alone).unwrap());
}

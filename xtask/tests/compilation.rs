//! The crate compiles with the specifications that other documents make: with the ways in which upstream publishes them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access_codegen::SCOPES;
use cisco_secure_access_importer::Options;
use repository_copy::RepositoryCopy;
use serde_json::Value;
use tempfile::TempDir;
use xtask::{features, specs};

/// The documents of the base with these names.
fn documents<const N: usize>(names: [&str; N]) -> Vec<PathBuf> {
    let file = |name| specs().join(format!("base/{name}.json"));
    names.map(file).to_vec()
}

/// Those of single APIs.
fn single() -> Vec<PathBuf> {
    let entries = fs::read_dir(specs().join("base")).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("all-apis.json") && !path.ends_with("index.json"))
        .collect();
    files.sort();
    files
}

/// Copies of these documents, each with a newer version, so that they describe their operations.
fn newer(documents: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let copies = documents.iter().map(|file| {
        let mut document: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        document["info"]["version"] = "99.0.0".into();
        let copy = folder.join(file.file_name().unwrap());
        fs::write(&copy, document.to_string()).unwrap();
        copy
    });
    copies.collect()
}

/// A copy of the specifications into which documents are imported.
fn imported(documents: &[PathBuf], all: bool) -> TempDir {
    let copy = TempDir::new().unwrap();
    for directory in ["base", "overlays"] {
        fs::create_dir(copy.path().join(directory)).unwrap();
        for entry in fs::read_dir(specs().join(directory)).unwrap() {
            let entry = entry.unwrap();
            let to = copy.path().join(directory).join(entry.file_name());
            fs::copy(entry.path(), to).unwrap();
        }
    }
    for scope in SCOPES {
        let file = format!("{scope}.json");
        fs::copy(specs().join(&file), copy.path().join(&file)).unwrap();
    }
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
    let whole = documents(["all-apis"]);
    let folder = TempDir::new().unwrap();
    let some = documents(["third-party-integrations", "security-profiles"]);
    let ways = [
        ("single", single(), true),
        ("whole", whole.clone(), true),
        ("turned", [single(), whole].concat(), true),
        ("one", newer(&some, folder.path()), false),
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

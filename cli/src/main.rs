//! `secure-access`: the Cisco Secure Access API on the command line, and for agents.
//!
//! `arguments` is the command line. A command is one of `commands` or `tasks`, or an `operation` of the API that the documents in
//! `catalog` describe. All make a client from the options in `session`, print with `output`, `progress` and `prompt`, and end with the exit
//! status of a `failure`. `mcp` makes the same calls for agents. `trace` shows what the SDK does.

mod arguments;
mod catalog;
mod commands;
mod failure;
mod mcp;
mod operation;
mod output;
mod progress;
mod prompt;
mod session;
mod tasks;
mod trace;

use std::env;
use std::process::ExitCode;

use clap::builder::styling::AnsiColor;

use arguments::Parsed;
use failure::{ExitStatus, Failure};
use session::Options;

fn main() -> ExitCode {
    commands::completion::complete();
    let (options, parsed) = match arguments::parse(env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version go to standard output.
            let _ = error.print();
            return match error.use_stderr() {
                true => ExitStatus::Usage.into(),
                false => ExitCode::SUCCESS,
            };
        }
    };
    trace::start(options.verbosity());
    match run(&options, parsed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_output() => ExitCode::SUCCESS,
        Err(failure) => {
            report(&options, &failure);
            failure.status().into()
        }
    }
}

fn run(options: &Options, parsed: Parsed) -> failure::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match parsed {
            Parsed::Command(command) => commands::run(options, command).await,
            Parsed::Operation(entry, matches) => operation::run(options, entry, &matches).await,
        }
    })
}

/// Reports a failure on standard error: as JSON if results are JSON.
fn report(options: &Options, failure: &Failure) {
    if options.output.is_json() {
        anstream::eprintln!("{}", failure.to_json());
        return;
    }
    let style = AnsiColor::Red.on_default().bold();
    let text = failure.to_string();
    anstream::eprintln!("{} {}", output::paint(style, "error:"), output::safe(&text));
}

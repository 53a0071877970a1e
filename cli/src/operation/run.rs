//! Sends the call of a command line, and prints its result.

use std::io::{self, IsTerminal as _, Write as _};

use cisco_secure_access::RawResponse;
use cisco_secure_access::http::header::CONTENT_TYPE;
use clap::ArgMatches;
use serde_json::Value;

use super::call::{Call, Effect};
use super::flags::TEMPLATE;
use super::{arguments, list, preview, template};
use crate::catalog::{self, Entry};
use crate::failure::{Failure, Result};
use crate::output::Columns;
use crate::session::Options;

/// Runs the command of an operation.
///
/// # Errors
/// When a value is not valid, the call fails, or the output cannot be written.
pub(crate) async fn run(options: &Options, entry: Entry, matches: &ArgMatches) -> Result<()> {
    if entry.description.body.is_some() && matches.get_flag(TEMPLATE) {
        return options
            .output
            .printer(Columns::default())?
            .document(&template::body(entry));
    }
    let call = arguments::call(entry, matches)?;
    if options.dry_run {
        return preview::print(options, &call).await;
    }
    confirm(options, &call)?;
    match entry.operation.pagination {
        Some(pagination) => list::run(options, call, pagination, matches).await,
        None => single(options, &call).await,
    }
}

/// Prompts for confirmation of a call that cannot be undone.
fn confirm(options: &Options, call: &Call) -> Result<()> {
    let operation = call.entry.operation;
    match call.effect() {
        Effect::Destroy => {
            let things = call.path_values().join(" ");
            let name = catalog::command_name(operation);
            options
                .prompt()
                .confirm(format!("{name} {things}").trim_end())
        }
        Effect::Read | Effect::Change => Ok(()),
    }
}

async fn single(options: &Options, call: &Call) -> Result<()> {
    let client = options.client()?;
    let response = call.request(&client).send_raw().await?;
    print(options, call, response)
}

/// Prints a response: JSON, or the bytes as they are.
fn print(options: &Options, call: &Call, response: RawResponse) -> Result<()> {
    if response.body().is_empty() {
        if io::stderr().is_terminal() {
            anstream::eprintln!("{}", response.status());
        }
        return Ok(());
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_other =
        !content_type.contains("json") && serde_json::from_slice::<Value>(response.body()).is_err();
    if is_other && !content_type.is_empty() {
        return bytes(&response, content_type);
    }
    let value = response.json::<Value>()?.into_inner();
    let schema = call.entry.description.response();
    let columns = schema.map(|schema| Columns::of_schema(call.entry.document, schema));
    options
        .output
        .printer(columns.unwrap_or_default())?
        .value(&value)
}

/// Writes a body that is not JSON. A terminal gets text alone.
fn bytes(response: &RawResponse, content_type: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match std::str::from_utf8(response.body()) {
        Ok(text) if stdout.is_terminal() => write!(stdout, "{}", crate::output::safe(text))?,
        Err(_) if stdout.is_terminal() => {
            return Err(Failure::usage(format!(
                "the response is {content_type}, which a terminal cannot show"
            ))
            .with_hint("Redirect the output to a file."));
        }
        _ => stdout.write_all(response.body())?,
    }
    Ok(stdout.flush()?)
}

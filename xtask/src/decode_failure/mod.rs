//! `cargo xtask report-decode-failure`: what a bug report needs of a response that differs from its documentation, without a value of it.
//!
//! The live test makes its reports here, too. The redaction is that of the document model, which recordings share.

use std::fs;
use std::path::{Path, PathBuf};

use cisco_secure_access_openapi::Redactor;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::command::{CommandResult, Printed};
use crate::examples::collect::Direction;
use crate::examples::driver::{Codecs, Driver, Request};
use crate::examples::schema::{Api, Operation};
use crate::{documents, unknown, workspace};

/// Prepares a response that the crate does not read for a bug report, without its values
///
/// FILE is the response as the service sent it: what `Error::body()` gives, or `send_raw()` where that is longer than the 64 KiB that an
/// error keeps. Beside it a file is written that can be attached to an issue. It keeps names of properties and values of enumerations,
/// where they are documented, and has a placeholder of the same kind for everything else, so that the crate fails at the same place.
/// To find that place, it builds the program `codecs` of the workspace.
#[derive(Args)]
#[command(
    after_help = "Example:\n  cargo xtask report-decode-failure --operation list_sites response.json"
)]
pub struct Arguments {
    /// The operation that it is a response of; `cargo xtask names` lists them
    #[arg(long)]
    operation: String,
    /// The response
    file: PathBuf,
}

impl Arguments {
    /// Prepares the report.
    ///
    /// # Errors
    /// As for [`run`].
    pub fn run(self) -> CommandResult {
        run(workspace(), &self.operation, &self.file).map(Printed::from)
    }
}

/// What stands for the problem where only the values had it.
const HIDDEN: &str = "what is left of the response is read; say in your own words what stands at the place that the error names";

/// A response that the crate does not read, as a bug report shows it.
#[derive(Debug, Serialize)]
pub struct DecodeFailure {
    /// `<scope>.<operation>`.
    operation: String,
    /// The version of the crate.
    version: &'static str,
    /// What the crate says of the response below, so that no value is in it.
    problem: String,
    /// The response with placeholders.
    response: Value,
}

impl DecodeFailure {
    /// Of a response that is redacted, and what the crate says of it, if it does not read it.
    #[must_use]
    pub fn new(operation: &Operation, redacted: Value, problem: Option<String>) -> Self {
        Self {
            operation: operation.name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            problem: problem.unwrap_or_else(|| HIDDEN.to_owned()),
            response: redacted,
        }
    }

    /// What the crate says of the redacted response.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Writes it into a file, as JSON that people can read through.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), String> {
        let write = || {
            fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
            fs::write(file, serde_json::to_string_pretty(self)? + "\n")
        };
        write().map_err(|error| format!("{}: cannot be written: {error}", file.display()))
    }
}

/// Reports the response that is saved in a file: writes a file beside it that can be attached, and says what to do with it.
pub fn run(workspace: &Path, operation: &str, file: &Path) -> Result<String, String> {
    let api: Api = documents::read(&workspace.join("specs"))?
        .into_iter()
        .collect();
    let operation = api
        .named(operation)
        .ok_or_else(|| unknown::operation("the service", operation, api.names()))?;
    let response = read(file)?;
    let mut driver = Codecs::start(workspace)?;
    if problem(operation, &response, &mut driver)?.is_none() {
        return Ok(format!(
            "{} is read by this version of the crate, {}: there is nothing to report.",
            file.display(),
            env!("CARGO_PKG_VERSION")
        ));
    }
    let failure = report(&api, operation, &response, &mut driver)?;
    let redacted = file.with_extension("redacted.json");
    failure.save(&redacted)?;
    Ok(format!(
        "{}: {}\n\n{} has the response without its values: names and enumerations that are documented are kept, everything else\n\
         is a placeholder of the same kind. Look through it, open an issue with the line above, and attach that file,\n\
         not {}.",
        failure.operation,
        failure.problem,
        redacted.display(),
        file.display(),
    ))
}

/// Redacts a response, and lets the crate decode the rest.
pub fn report(
    api: &Api,
    operation: &Operation,
    response: &Value,
    driver: &mut impl Driver,
) -> Result<DecodeFailure, String> {
    let redacted = Redactor::new(api.documents()).redact(response, &api.any_response(operation));
    let problem = problem(operation, &redacted, driver)?;
    Ok(DecodeFailure::new(operation, redacted, problem))
}

/// Why the crate rejects a response, or where it differs from its documentation; `None` where it does not.
fn problem(
    operation: &Operation,
    response: &Value,
    driver: &mut impl Driver,
) -> Result<Option<String>, String> {
    let request = Request {
        operation: &operation.name,
        direction: Direction::Response,
        json: &response.to_string(),
    };
    Ok(match driver.recode(&[request])?.pop() {
        Some(Ok(recoded)) if recoded.deviations.is_empty() => None,
        Some(Ok(recoded)) => {
            let deviations: Vec<_> = recoded.deviations.iter().map(ToString::to_string).collect();
            Some(format!(
                "the response differs from its documentation at {}",
                deviations.join("; ")
            ))
        }
        Some(Err(message)) => Some(message),
        None => return Err(format!("{}: no reply", operation.name)),
    })
}

fn read(file: &Path) -> Result<Value, String> {
    let bytes =
        fs::read(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        format!(
            "{}: is not JSON: {error}; an error keeps the first 64 KiB of a response: save all of it with `send_raw()`",
            file.display()
        )
    })
}

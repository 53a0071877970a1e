//! `cargo xtask report-decode-failure`: what a bug report needs of an answer that the crate does not read, without a value of it.
//!
//! The live test makes its reports here, too: `redact` is the one place where values are taken out of answers.

pub mod redact;

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::examples::driver::{Codecs, Driver, Question};
use crate::examples::schema::{Api, Operation};
use redact::Redactor;

/// What stands for the problem where only the values had it.
const HIDDEN: &str = "what is left of the answer is read; say in your own words what stands at the place that the error names";

/// An answer that the crate does not read, as a bug report shows it.
#[derive(Debug, Serialize)]
pub struct DecodeFailure {
    /// `<scope>.<operation>`.
    operation: String,
    /// The version of the crate.
    version: &'static str,
    /// What the crate says of the answer below, so that no value is in it.
    problem: String,
    /// The answer with placeholders.
    answer: Value,
}

impl DecodeFailure {
    /// Of an answer that is redacted, and what the crate says of it, if it does not read it.
    #[must_use]
    pub fn new(operation: &Operation, redacted: Value, problem: Option<String>) -> Self {
        Self {
            operation: operation.name.clone(),
            version: env!("CARGO_PKG_VERSION"),
            problem: problem.unwrap_or_else(|| HIDDEN.to_owned()),
            answer: redacted,
        }
    }

    /// What the crate says of the redacted answer.
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

/// Reports the answer that is saved in a file: writes a file beside it that can be attached, and says what to do with it.
pub fn run(workspace: &Path, operation: &str, file: &Path) -> Result<String, String> {
    let api = Api::read(&workspace.join("specs"))?;
    let operation = api.named(operation).ok_or_else(|| {
        format!("there is no operation `{operation}`; `cargo xtask names` lists them")
    })?;
    let answer = read(file)?;
    let mut driver = Codecs::start(workspace)?;
    if problem(operation, &answer, &mut driver)?.is_none() {
        return Ok(format!(
            "{} is read by this version of the crate, {}: there is nothing to report.",
            file.display(),
            env!("CARGO_PKG_VERSION")
        ));
    }
    let failure = report(&api, operation, &answer, &mut driver)?;
    let redacted = file.with_extension("redacted.json");
    failure.save(&redacted)?;
    Ok(format!(
        "{}: {}\n\n{} has the answer without its values: names and enumerations that are documented are kept, everything else\n\
         is a placeholder of the same kind. Look through it, open an issue with the line above, and attach that file,\n\
         not {}.",
        failure.operation,
        failure.problem,
        redacted.display(),
        file.display(),
    ))
}

/// Redacts an answer, and asks the crate what is wrong with what is left.
pub fn report(
    api: &Api,
    operation: &Operation,
    answer: &Value,
    driver: &mut impl Driver,
) -> Result<DecodeFailure, String> {
    let redacted = Redactor::new(api).redact(operation, answer);
    let problem = problem(operation, &redacted, driver)?;
    Ok(DecodeFailure::new(operation, redacted, problem))
}

/// Why the crate does not read an answer; `None` where it does.
fn problem(
    operation: &Operation,
    answer: &Value,
    driver: &mut impl Driver,
) -> Result<Option<String>, String> {
    let question = Question {
        operation: &operation.name,
        kind: "answer",
        json: &answer.to_string(),
    };
    let replies = driver.ask(&[question])?;
    Ok(replies.into_iter().find_map(Result::err))
}

fn read(file: &Path) -> Result<Value, String> {
    let bytes =
        fs::read(file).map_err(|error| format!("{}: cannot be read: {error}", file.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        format!(
            "{}: is not JSON: {error}; an error keeps the first 64 KiB of an answer: save all of it with `send_raw()`",
            file.display()
        )
    })
}

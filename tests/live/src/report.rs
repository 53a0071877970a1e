//! The outcome of each operation, as a table without values of the tenant.

use std::fmt;
use std::path::PathBuf;

use conformance::case::Case;

/// The outcome of a call.
#[derive(Debug)]
pub enum Outcome {
    /// The response was decoded.
    Decoded,
    /// The service rejects the call with this key, on this cloud, or with these arguments.
    Rejected(String),
    /// The response cannot be decoded.
    NotDecoded {
        /// The error for the response without its values.
        problem: String,
        /// The file with the response; `None` if it is not JSON.
        file: Option<PathBuf>,
    },
    /// There was no complete response.
    NoResponse(String),
    /// The operation was not called, because an argument has no value.
    NotCalled(String),
}

/// The outcome of an operation.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub operation: &'static str,
    /// The status of its response.
    pub status: Option<u16>,
    /// The outcome of the call.
    pub outcome: Outcome,
}

impl Row {
    /// Creates the row of an operation that has no value for an argument.
    pub(crate) fn not_called(case: &Case, argument: &str) -> Self {
        Self {
            operation: case.operation.id,
            status: None,
            outcome: Outcome::NotCalled(format!("no value for `{argument}`")),
        }
    }
}

/// The table.
#[derive(Debug, Default)]
pub struct Report(pub Vec<Row>);

impl Report {
    /// Adds a row and reports it.
    pub(crate) fn add(&mut self, row: Row, on_row: &mut impl FnMut(&Row)) {
        on_row(&row);
        self.0.push(row);
    }

    /// Returns the operations whose responses cannot be decoded.
    pub fn failures(&self) -> impl Iterator<Item = &Row> {
        let is_failure = |row: &&Row| matches!(row.outcome, Outcome::NotDecoded { .. });
        self.0.iter().filter(is_failure)
    }

    /// Returns the row of an operation.
    #[must_use]
    pub fn row(&self, operation: &str) -> Option<&Row> {
        self.0.iter().find(|row| row.operation == operation)
    }

    /// Returns the number of operations, in total and by outcome.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut counts = [0; 5];
        for row in &self.0 {
            counts[match row.outcome {
                Outcome::Decoded => 0,
                Outcome::Rejected(_) => 1,
                Outcome::NotDecoded { .. } => 2,
                Outcome::NoResponse(_) => 3,
                Outcome::NotCalled(_) => 4,
            }] += 1;
        }
        let [decoded, rejected, not_decoded, no_response, not_called] = counts;
        format!(
            "{} operations: {decoded} decoded, {rejected} rejected, {not_decoded} not decoded, {no_response} without a response, {not_called} not called",
            self.0.len()
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoded => f.write_str("decoded"),
            Self::Rejected(why) => write!(f, "rejected: {why}"),
            Self::NotDecoded { problem, file } => {
                write!(f, "NOT DECODED: {problem}")?;
                // The path of the directory may contain the name of the user.
                match file.as_ref().and_then(|file| file.file_name()) {
                    Some(name) => write!(f, "; see {}", name.display()),
                    None => Ok(()),
                }
            }
            Self::NoResponse(why) => write!(f, "no response: {why}"),
            Self::NotCalled(why) => write!(f, "not called: {why}"),
        }
    }
}

/// A row of a table in Markdown.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map(|status| status.to_string());
        let status = status.unwrap_or_default();
        write!(f, "| {} | {status} | {} |", self.operation, self.outcome)
    }
}

/// The table, in Markdown.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| operation | status | outcome |\n| --- | --- | --- |")?;
        for row in &self.0 {
            writeln!(f, "{row}")?;
        }
        writeln!(f, "\n{}", self.summary())
    }
}

//! What was found out about each operation, as a table that holds no value of the tenant.

use std::fmt;
use std::path::PathBuf;

use conformance::case::Case;

/// What came of a call.
#[derive(Debug)]
pub enum Outcome {
    /// The response was read.
    Decoded,
    /// The service does not do it for this key, on this cloud, or with these arguments.
    Refused(String),
    /// The response is not what the crate expects.
    NotDecoded {
        /// What the crate says of the response without its values.
        problem: String,
        /// Where that response is; `None` where it is not JSON.
        file: Option<PathBuf>,
    },
    /// There was no whole response.
    NoResponse(String),
    /// Nothing was asked: an argument has no value.
    NotAsked(String),
}

/// What was found out about an operation.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub operation: &'static str,
    /// The status of its response.
    pub status: Option<u16>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Row {
    /// Of an operation that has no value for an argument.
    pub(crate) fn not_asked(case: &Case, argument: &str) -> Self {
        Self {
            operation: case.operation.id,
            status: None,
            outcome: Outcome::NotAsked(format!("no value for `{argument}`")),
        }
    }
}

/// All of it.
#[derive(Debug, Default)]
pub struct Report(pub Vec<Row>);

impl Report {
    /// Adds a row and tells it.
    pub(crate) fn add(&mut self, row: Row, told: &mut impl FnMut(&Row)) {
        told(&row);
        self.0.push(row);
    }

    /// The operations whose responses the crate does not read.
    pub fn failures(&self) -> impl Iterator<Item = &Row> {
        let is_failure = |row: &&Row| matches!(row.outcome, Outcome::NotDecoded { .. });
        self.0.iter().filter(is_failure)
    }

    /// The row of an operation.
    #[must_use]
    pub fn row(&self, operation: &str) -> Option<&Row> {
        self.0.iter().find(|row| row.operation == operation)
    }

    /// How many operations there are, and how many of them came out which way.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut counts = [0; 5];
        for row in &self.0 {
            counts[match row.outcome {
                Outcome::Decoded => 0,
                Outcome::Refused(_) => 1,
                Outcome::NotDecoded { .. } => 2,
                Outcome::NoResponse(_) => 3,
                Outcome::NotAsked(_) => 4,
            }] += 1;
        }
        let [decoded, refused, not_decoded, no_response, not_asked] = counts;
        format!(
            "{} operations: {decoded} decoded, {refused} refused, {not_decoded} not decoded, {no_response} without a response, {not_asked} not asked",
            self.0.len()
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decoded => f.write_str("decoded"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::NotDecoded { problem, file } => {
                write!(f, "NOT DECODED: {problem}")?;
                // The way to the folder may tell who ran this.
                match file.as_ref().and_then(|file| file.file_name()) {
                    Some(name) => write!(f, "; see {}", name.display()),
                    None => Ok(()),
                }
            }
            Self::NoResponse(why) => write!(f, "no response: {why}"),
            Self::NotAsked(why) => write!(f, "not asked: {why}"),
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

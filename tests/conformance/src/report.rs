//! The results of each operation, as a table.

use std::fmt;

use crate::case::Case;
use crate::faults::{Fault, Outcome};

/// The checks.
pub const COLUMNS: [&str; 6] = [
    "required call valid",
    "full call valid",
    "decoded",
    "nothing lost",
    "paged",
    "errors typed",
];

/// The results of one way to call an operation.
#[derive(Debug)]
pub struct Row {
    case: &'static Case,
    /// The failures in each column; `None` if the check does not apply.
    cells: [Option<Vec<String>>; COLUMNS.len()],
    /// The outcomes of the faults; `None` if there is a failure.
    faults: Vec<(Fault, Option<Outcome>)>,
}

/// The table.
#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

impl Row {
    /// The results of a case.
    #[must_use]
    pub fn new(case: &'static Case, cells: [Option<Vec<String>>; COLUMNS.len()]) -> Self {
        Self {
            case,
            cells,
            faults: Vec::new(),
        }
    }

    /// Adds the outcomes of the faults.
    #[must_use]
    pub fn with_faults(self, faults: Vec<(Fault, Option<Outcome>)>) -> Self {
        Self { faults, ..self }
    }

    fn name(&self) -> String {
        format!("{}.{}", self.case.operation.scope, self.case.method)
    }

    /// The failures, each with its column.
    fn findings(&self) -> impl Iterator<Item = (&str, &String)> {
        let columns = COLUMNS.into_iter().zip(&self.cells);
        columns
            .flat_map(|(column, cell)| cell.iter().flatten().map(move |finding| (column, finding)))
    }
}

impl Report {
    /// Adds a row.
    pub fn add(&mut self, row: Row) {
        self.0.push(row);
    }

    /// Whether there are no failures.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.0.iter().all(|row| row.findings().next().is_none())
    }

    /// The list operations, and the outcome of each fault: all items or an error; empty if it cannot occur.
    fn write_faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Fault::ALL.map(Fault::name);
        writeln!(f, "\n| listing | {} |", names.join(" | "))?;
        writeln!(f, "|{}", " --- |".repeat(names.len() + 1))?;
        let rows = || self.0.iter().filter(|row| !row.faults.is_empty());
        for row in rows() {
            write!(f, "| {} |", row.name())?;
            for fault in Fault::ALL {
                let outcome = row.faults.iter().find(|(known, _)| *known == fault);
                let word = match outcome {
                    None => "",
                    Some((_, Some(Outcome::Everything))) => "all",
                    Some((_, Some(Outcome::Error))) => "error",
                    Some((_, None)) => "NO",
                };
                write!(f, " {word} |")?;
            }
            writeln!(f)?;
        }
        let totals = Fault::ALL.map(|fault| {
            let outcomes = rows().flat_map(|row| &row.faults);
            let of_fault = || outcomes.clone().filter(|(known, _)| *known == fault);
            let good = of_fault().filter(|(_, outcome)| outcome.is_some());
            format!("{} of {}", good.count(), of_fault().count())
        });
        writeln!(f, "| **{}** | {} |", rows().count(), totals.join(" | "))
    }

    /// The number of rows with a result in a column, and the number of successes.
    fn counts(&self, column: usize) -> (usize, usize) {
        let cells = || {
            self.0
                .iter()
                .filter_map(|row| row.cells.get(column)?.as_ref())
        };
        (
            cells().count(),
            cells().filter(|cell| cell.is_empty()).count(),
        )
    }
}

/// Markdown: a row for each operation, one for each list operation with the outcomes of the faults, and then the failures.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| operation | {} |", COLUMNS.join(" | "))?;
        writeln!(f, "|{}", " --- |".repeat(COLUMNS.len() + 1))?;
        for row in &self.0 {
            write!(f, "| {} |", row.name())?;
            for cell in &row.cells {
                let sign = match cell {
                    None => "",
                    Some(findings) if findings.is_empty() => "yes",
                    Some(_) => "NO",
                };
                write!(f, " {sign} |")?;
            }
            writeln!(f)?;
        }
        let totals = (0..COLUMNS.len()).map(|column| {
            let (all, good) = self.counts(column);
            format!("{good} of {all}")
        });
        let totals: Vec<_> = totals.collect();
        writeln!(f, "| **{}** | {} |", self.0.len(), totals.join(" | "))?;
        self.write_faults(f)?;
        for row in &self.0 {
            for (column, finding) in row.findings() {
                writeln!(f, "\n{}: {column}: {finding}", row.name())?;
            }
        }
        Ok(())
    }
}

//! What was found out about each operation, as a table.

use std::fmt;

use crate::case::Case;

/// What was tried.
pub const COLUMNS: [&str; 6] = [
    "required call valid",
    "full call valid",
    "decoded",
    "nothing lost",
    "paged",
    "errors typed",
];

/// What was found out about one way to call an operation.
#[derive(Debug)]
pub struct Row {
    case: &'static Case,
    /// What is wrong, for each column; `None` where there is nothing to try.
    cells: [Option<Vec<String>>; COLUMNS.len()],
}

/// All of it.
#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

impl Row {
    /// What was found out about a case.
    #[must_use]
    pub fn new(case: &'static Case, cells: [Option<Vec<String>>; COLUMNS.len()]) -> Self {
        Self { case, cells }
    }

    fn name(&self) -> String {
        format!("{}.{}", self.case.operation.scope, self.case.method)
    }

    /// What is wrong, each with its column.
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

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.0.iter().all(|row| row.findings().next().is_none())
    }

    /// How many rows have something in a column, and in how many of them it is good.
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

/// Markdown: a row for each operation, then what is wrong.
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
        for row in &self.0 {
            for (column, finding) in row.findings() {
                writeln!(f, "\n{}: {column}: {finding}", row.name())?;
            }
        }
        Ok(())
    }
}

//! What an import reports when it is done.

use std::fmt;

use crate::import::{Outcome, RENAMES, rules};

/// The summary of an import, for people.
#[derive(Debug)]
pub struct Summary<'a> {
    outcome: &'a Outcome,
    verbose: bool,
}

impl Outcome {
    /// The summary; with `verbose`, each repair and how each operation pages.
    #[must_use]
    pub fn summary(&self, verbose: bool) -> Summary<'_> {
        Summary {
            outcome: self,
            verbose,
        }
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&lines(self.outcome, self.verbose).join("\n"))
    }
}

fn lines(outcome: &Outcome, verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let total: usize = outcome.operations.values().sum();
    lines.push(format!("{total} operations"));
    lines.extend(
        outcome
            .operations
            .iter()
            .map(|(scope, count)| format!("  {count:5}  {scope}")),
    );
    let total: usize = outcome.repairs.values().map(Vec::len).sum();
    lines.push(format!("{total} repairs"));
    let rules = rules();
    for (rule, repairs) in &outcome.repairs {
        lines.push(format!(
            "  {:5}  {rule}: {}",
            repairs.len(),
            rules.get(rule).copied().unwrap_or("")
        ));
        if verbose {
            lines.extend(
                repairs
                    .iter()
                    .map(|repair| format!("           {}: {}", repair.place, repair.note)),
            );
        }
    }
    let listed = outcome
        .pagination
        .values()
        .filter(|found| found.is_ok())
        .count();
    lines.push(format!(
        "{listed} operations list, of {} with a parameter of paging or the name of a list",
        outcome.pagination.len()
    ));
    for (operation, found) in &outcome.pagination {
        match found {
            Ok(rule) if verbose => lines.push(format!("         {operation}: {rule}")),
            Ok(_) => {}
            Err(reason) => lines.push(format!("         {operation} does not: {reason}")),
        }
    }
    lines.push(format!("{} overlays applied", outcome.applied.overlays));
    lines.push(format!(
        "{} paths with other names of placeholders",
        outcome.renamed_paths
    ));
    lines.push(format!(
        "{} numbers that are integers, {} real ones",
        outcome.numbers.integers, outcome.numbers.reals
    ));
    lines.push(format!(
        "{} choices of forms that do not rule each other out",
        outcome.open_choices
    ));
    lines.push(format!(
        "{} operations without `x-clouds`",
        outcome.without_clouds.len()
    ));
    lines.extend(
        outcome
            .without_clouds
            .iter()
            .map(|operation| format!("         {operation}")),
    );
    lines.extend(outcome.applied.report(verbose));
    let mut list = |title: &str, items: &mut dyn Iterator<Item = &String>| {
        let items: Vec<String> = items.map(|item| format!("         {item}")).collect();
        if !items.is_empty() {
            lines.push(format!("{} {title}", items.len()));
            lines.extend(items);
        }
    };
    list(
        "NUMBERS UNDECIDED; `cargo xtask check` fails until an overlay says what they are",
        &mut outcome
            .numbers
            .undecided
            .iter()
            .map(|(at, found)| format!("#{at}: found {found}"))
            .collect::<Vec<_>>()
            .iter(),
    );
    list(
        "EXTENSIONS LEFT OUT; `cargo xtask check` fails until they fit",
        &mut outcome
            .misfits
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .iter(),
    );
    list(
        "NAMES GONE that handwritten code uses: change the code",
        &mut outcome.lost_names.iter(),
    );
    list(
        "NAMES KEPT, although documents call it otherwise; `--forget-names` lets them go",
        &mut outcome.kept_names.iter(),
    );
    list(
        "DOCUMENTS LEFT OUT, because a newer version was given too",
        &mut outcome.left_out.iter(),
    );
    list(
        "DOCUMENTS DESCRIBE OPERATIONS that others described before",
        &mut outcome.handed_over.iter(),
    );
    list(
        "OPERATIONS OF WHICH ANOTHER DOCUMENT SAYS MORE than the one that describes them; an overlay can add it",
        &mut outcome.left_behind.iter(),
    );
    list(
        "OPERATIONS GONE, because no document has them any more",
        &mut outcome.lost.iter(),
    );
    list(
        "NEW SCOPES: `cargo xtask features` gives them Cargo features",
        &mut outcome.new_scopes.iter(),
    );
    if !outcome.renames.is_empty() {
        lines.push(format!(
            "Operations seem to have moved; to keep their names, put into {RENAMES}:"
        ));
        // As they are: they are copied.
        lines.extend(outcome.renames.iter().cloned());
    }
    let unchanged = outcome.files.len() - outcome.changed.len();
    lines.push(format!("{unchanged} files unchanged"));
    lines.extend(
        outcome
            .changed
            .iter()
            .map(|file| format!("  written  {file}")),
    );
    lines.extend(
        outcome
            .stale
            .iter()
            .map(|file| format!("  removed  {file}")),
    );
    lines
}

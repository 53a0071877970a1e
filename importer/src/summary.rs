//! What an import reports when it is done: what has changed, and on request everything.

use std::fmt;

use crate::import::{RENAMES, rules};
use crate::outcome::Outcome;
use crate::overlay::Applied;
use crate::report::{Fix, Fixes};

/// The summary of an import, for people.
#[derive(Debug)]
pub struct Summary<'a> {
    outcome: &'a Outcome,
    verbose: bool,
}

impl Outcome {
    /// The summary of what has changed, one line if nothing has; with `verbose`, everything that was counted, too.
    #[must_use]
    pub fn summary(&self, verbose: bool) -> Summary<'_> {
        Summary {
            outcome: self,
            verbose,
        }
    }

    fn is_unchanged(&self) -> bool {
        self.changed.is_empty() && self.stale.is_empty()
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Lines {
            lines: Vec::new(),
            verbose: self.verbose,
        };
        if self.verbose {
            lines.everything(self.outcome);
        }
        lines.changes(self.outcome);
        out.write_str(&lines.lines.join("\n"))
    }
}

/// How many items of a long list are shown unless everything is.
const SHOWN: usize = 10;

/// That nothing has changed, and how much an overlay still has to decide.
fn unchanged(outcome: &Outcome) -> String {
    let total: usize = outcome.operations.values().sum();
    let stale = outcome.applied.stale.len() + outcome.mismatches.len();
    let unfit = match stale + outcome.numbers.undecided.len() {
        0 => String::new(),
        count => format!("; overlays have to decide {count} things, see `cargo xtask check`"),
    };
    format!(
        "nothing has changed: {total} operations in {} files{unfit}",
        outcome.files.len()
    )
}

/// The lines of a summary.
struct Lines {
    lines: Vec<String>,
    verbose: bool,
}

impl Lines {
    /// What has changed.
    fn changes(&mut self, outcome: &Outcome) {
        let changes = &outcome.changes;
        self.list("OLDER than the document in the base", &changes.older);
        if outcome.is_unchanged() {
            return self.lines.push(unchanged(outcome));
        }
        let removed = outcome.stale.iter().map(|file| format!("{file}, removed"));
        let files: Vec<String> = outcome.changed.iter().cloned().chain(removed).collect();
        self.some("files written", &files);
        self.some("new operations", &changes.added);
        self.list(
            "OPERATIONS GONE, because no document has them any more",
            &outcome.lost,
        );
        self.list(
            "NEW SCOPES: `cargo xtask features` gives them Cargo features",
            &outcome.new_scopes,
        );
        self.names(outcome);
        self.list(
            "DOCUMENTS LEFT OUT, because a newer version was given too",
            &outcome.left_out,
        );
        self.list(
            "DOCUMENTS DESCRIBE OPERATIONS that others described before",
            &outcome.handed_over,
        );
        self.list(
            "OPERATIONS OF WHICH ANOTHER DOCUMENT SAYS MORE than the one that describes them; an overlay can add it",
            &outcome.left_behind,
        );
        self.overlays(outcome);
        if !self.verbose {
            self.fixes("new fixes", &changes.fixes);
        }
        if !outcome.renames.is_empty() {
            self.lines.push(format!(
                "Operations seem to have moved; to keep their names, put into {RENAMES}:"
            ));
            // As they are, and at the end: they are copied.
            self.lines.extend(outcome.renames.iter().cloned());
        }
    }

    /// The names that are gone, or kept.
    fn names(&mut self, outcome: &Outcome) {
        self.list(
            "NAMES GONE that handwritten code uses: change the code",
            &outcome.lost_names,
        );
        self.list(
            "NAMES KEPT, although documents call it otherwise; `--forget-names` lets them go",
            &outcome.kept_names,
        );
    }

    /// What overlays have to decide.
    fn overlays(&mut self, outcome: &Outcome) {
        let undecided = outcome.numbers.undecided.iter();
        let undecided: Vec<String> = undecided
            .map(|(at, found)| format!("#{at}: found {found}"))
            .collect();
        self.list(
            "NUMBERS UNDECIDED; `cargo xtask check` fails until an overlay says what they are",
            &undecided,
        );
        let changes = &outcome.changes;
        let applied = Applied {
            stale: changes.stale.clone(),
            completed: outcome.applied.completed.clone(),
            ..Applied::default()
        };
        self.lines.extend(applied.report(self.verbose));
        self.list(
            "EXTENSIONS LEFT OUT; `cargo xtask check` fails until they fit",
            &changes.mismatches,
        );
        self.list(
            "overlay actions or extensions are not stale any more",
            &changes.ended,
        );
    }

    /// What was counted, whether it has changed or not.
    fn everything(&mut self, outcome: &Outcome) {
        let total: usize = outcome.operations.values().sum();
        self.lines.push(format!("{total} operations"));
        let scopes = outcome.operations.iter();
        self.lines
            .extend(scopes.map(|(scope, count)| format!("  {count:5}  {scope}")));
        self.fixes("fixes", &outcome.fixes);
        let listing = outcome.pagination.values().filter(|found| found.is_ok());
        self.lines.push(format!(
            "{} operations list, of {} with a parameter of paging or the name of a list",
            listing.count(),
            outcome.pagination.len()
        ));
        for (operation, found) in &outcome.pagination {
            self.lines.push(match found {
                Ok(rule) => format!("         {operation}: {rule}"),
                Err(reason) => format!("         {operation} does not: {reason}"),
            });
        }
        let counts = [
            (outcome.applied.overlays, "overlays applied"),
            (
                outcome.renamed_paths,
                "paths with other names of placeholders",
            ),
            (outcome.numbers.integers, "numbers that are integers"),
            (outcome.numbers.reals, "numbers that are not integers"),
            (
                outcome.open_choices,
                "unions whose variants do not exclude each other",
            ),
            (
                outcome.files.len() - outcome.changed.len(),
                "files unchanged",
            ),
        ];
        self.lines
            .extend(counts.map(|(count, what)| format!("{count} {what}")));
        self.list("operations without `x-clouds`", &outcome.without_clouds);
    }

    /// The number of items and, unless there are none, each of them.
    fn list<'a>(&mut self, title: &str, items: impl IntoIterator<Item = &'a String>) {
        let items: Vec<String> = items.into_iter().cloned().collect();
        if !items.is_empty() {
            self.lines.push(format!("{} {title}", items.len()));
            self.items(items.len(), &items);
        }
    }

    /// As [`Lines::list`] does, but only the first items unless everything is shown.
    fn some(&mut self, title: &str, items: &[String]) {
        if !items.is_empty() {
            self.lines.push(format!("{} {title}", items.len()));
            self.items(SHOWN, items);
        }
    }

    /// Fixes by rule, and the locations of each.
    fn fixes(&mut self, title: &str, fixes: &Fixes) {
        let total: usize = fixes.values().map(Vec::len).sum();
        if total == 0 {
            return;
        }
        self.lines.push(format!("{total} {title}"));
        let rules = rules();
        for (rule, fixes) in fixes {
            let what = rules.get(rule).copied().unwrap_or("");
            self.lines
                .push(format!("  {:5}  {rule}: {what}", fixes.len()));
            let line = |fix: &Fix| format!("{}: {}", fix.place, fix.note);
            self.items(SHOWN, &fixes.iter().map(line).collect::<Vec<_>>());
        }
    }

    /// So many of the items, or all of them if everything is shown.
    fn items(&mut self, shown: usize, items: &[String]) {
        let shown = if self.verbose { items.len() } else { shown };
        let lines = items.iter().take(shown);
        self.lines
            .extend(lines.map(|item| format!("         {item}")));
        if items.len() > shown {
            let more = items.len() - shown;
            self.lines
                .push(format!("         {more} more; `--verbose` lists all"));
        }
    }
}

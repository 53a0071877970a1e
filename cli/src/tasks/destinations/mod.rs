//! `secure-access destinations sync`: makes a destination list what a file says.

mod file;

use std::cell::Cell;

use cisco_secure_access::jobs::destinations::{CurrentList, Plan};
use serde_json::json;

use super::find::{Found, find};
use super::{confirm, interruptible, message};
use crate::failure::{Failure, Result};
use crate::output::Columns;
use crate::progress::Progress;
use crate::session::Options;

/// Destination lists and files
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Sync(Sync),
}

/// Makes a destination list have exactly the destinations of a file
#[derive(clap::Args)]
#[command(after_help = "\
The file has a destination on each line: a domain, a URL, an address or a network. A tab or a comma separates it from its comment. Empty
lines and lines that begin with # are ignored. A file whose first line is the header of CSV has the columns `destination` and, if you like,
`comment`. Lines that are not valid are reported, all of them, before anything is sent.

The command reads the list and sends only the differences: first the removals, then the additions, 500 with each request. It prompts for confirmation before it
removes anything. After an interruption or a failure, run it again: it makes the remaining changes. The comments of destinations that are
already on the list do not change.

Examples:
  secure-access destinations sync Blocked blocked.txt --dry-run
  secure-access destinations sync 17 blocked.csv --yes
  curl --silent https://example.com/feed.txt | secure-access destinations sync Feed - --keep")]
struct Sync {
    /// The list: its id or its name
    list: String,
    /// The file; - for standard input
    file: String,
    /// Keeps the destinations that are on the list and not in the file
    #[arg(long)]
    keep: bool,
    /// Accepts a file without destinations, which empties the list
    #[arg(long)]
    allow_empty: bool,
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When the file is not valid, the list is not found, nobody confirms, or a call fails.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        match self.command {
            Command::Sync(sync) => {
                let progress = Cell::new(None);
                let done = interruptible(sync.run(options, &progress)).await;
                done.map_err(|failure| with_continuation(failure, progress.get()))
            }
        }
    }
}

/// How many changes were made, of how many.
type Changes = Cell<Option<(usize, usize)>>;

/// Adds how to continue, if changes were made before the failure.
fn with_continuation(failure: Failure, changes: Option<(usize, usize)>) -> Failure {
    match changes {
        Some((done, total)) => failure.with_hint(format!(
            "{done} of {total} changes are made. To continue, run the command again: it makes the remaining changes."
        )),
        None => failure,
    }
}

impl Sync {
    async fn run(&self, options: &Options, changes: &Changes) -> Result<()> {
        let wanted = file::read(&self.file)?;
        if wanted.destinations.is_empty() && !self.keep && !self.allow_empty {
            return Err(
                Failure::usage(format!("{}: the file has no destinations", self.file))
                    .with_hint("To remove all destinations of the list, add --allow-empty."),
            );
        }
        if wanted.duplicates > 0 {
            let count = wanted.duplicates;
            message(&format!("{}: {count} destinations are repeated", self.file));
        }
        let client = options.client()?;
        let lists = client.policies().list_destination_lists().items();
        let list = find("destination list", &self.list, lists, |list| list.id).await?;
        let mut progress = Progress::new("destinations read", None);
        let current = CurrentList::read(&client, list.id, |read| progress.set(read.done as u64));
        let current = current.await?;
        progress.finish();
        let before = current.len();
        let plan = current.plan(wanted.destinations);
        let plan = match self.keep {
            true => plan.without_removals(),
            false => plan,
        };
        let summary = Summary {
            added: plan.additions().len(),
            removed: plan.removals().len(),
            unchanged: before - plan.removals().len(),
            list,
        };
        message(&summary.text());
        match options.dry_run {
            true => print_plan(options, &plan),
            false => summary.apply(options, plan, changes).await,
        }
    }
}

/// What a plan changes.
struct Summary {
    list: Found,
    added: usize,
    removed: usize,
    unchanged: usize,
}

impl Summary {
    fn text(&self) -> String {
        let Found { id, name } = &self.list;
        let (added, removed, unchanged) = (self.added, self.removed, self.unchanged);
        format!("{name} ({id}): {added} to add, {removed} to remove, {unchanged} unchanged")
    }

    async fn apply(self, options: &Options, plan: Plan, changes: &Changes) -> Result<()> {
        if self.removed > 0 {
            let (removed, name) = (self.removed, &self.list.name);
            let what = format!("Remove {removed} destinations from {name}");
            confirm(options, what).await?;
        }
        let total = self.added + self.removed;
        let mut progress = Progress::new("destinations", Some(total as u64));
        if total > 0 {
            changes.set(Some((0, total)));
        }
        let applied = plan.apply(|step| {
            changes.set(Some((step.done, step.total)));
            progress.set(step.done as u64);
        });
        applied.await?;
        progress.finish();
        changes.set(None);
        let names = ["id", "name", "added", "removed", "unchanged"];
        options
            .output
            .printer(Columns::named(&names))?
            .value(&json!({
                "id": self.list.id,
                "name": self.list.name,
                "added": self.added,
                "removed": self.removed,
                "unchanged": self.unchanged,
            }))
    }
}

/// Prints each change of a plan: with a sign, or as items if the user selects a format.
fn print_plan(options: &Options, plan: &Plan) -> Result<()> {
    let is_selected = options.output.is_selected();
    let columns = Columns::named(&["change", "destination", "comment"]);
    let mut printer = options.output.printer(columns)?;
    for removal in plan.removals() {
        match is_selected {
            true => {
                printer.item(&json!({"change": "remove", "destination": removal.destination}))?
            }
            false => printer.text(&format!("- {}", removal.destination))?,
        }
    }
    for addition in plan.additions() {
        let destination = addition.destination.as_deref().unwrap_or_default();
        match is_selected {
            true => printer.item(&json!({
                "change": "add", "destination": destination, "comment": addition.comment,
            }))?,
            false => printer.text(&format!("+ {destination}"))?,
        }
    }
    match is_selected {
        true => printer.end(),
        false => printer.flush(),
    }
}

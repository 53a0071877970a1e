//! `secure-access snapshot`: the configuration of an organization as files that version control compares well.

mod directory;

use std::path::PathBuf;

use cisco_secure_access::Client;
use serde_json::{Value, json};

use super::configuration::{Collection, Item, is_on, is_volatile, read, select};
use super::interruptible;
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::{Columns, Printer};
use crate::progress::Progress;
use crate::session::Options;
use directory::Directory;

/// Writes the configuration of the organization to a directory, one JSON file for each item
#[derive(clap::Args)]
#[command(after_help = "\
The files are SCOPE/COLLECTION/NAME.json, with sorted properties and without secrets. A snapshot has the collections that the API can
change; --all adds those that it can only read. The next snapshot changes the files that differ, and removes those of deleted items; it
touches no other file. A collection that cannot be read is reported at the end and keeps its files. The exit status is that of the first
failure then.

Examples:
  secure-access snapshot config && git -C config add --all && git -C config commit --message \"$(date)\"
  secure-access snapshot config --only policies,deployments/sites --stable
  secure-access snapshot config --dry-run")]
pub(crate) struct Arguments {
    /// The directory
    directory: PathBuf,
    /// Only these collections or scopes
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    /// Also what the API can only read: states, categories, references
    #[arg(long)]
    all: bool,
    /// Leaves out what changes by itself: counts, states, when something was last seen
    #[arg(long)]
    stable: bool,
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When a collection cannot be read, or a file cannot be written.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let collections = select(self.all, &self.only)?;
        if options.dry_run {
            return print_collections(options, &collections);
        }
        let taken = interruptible(self.take(options, &collections)).await;
        taken.map_err(|failure| match failure.status() {
            ExitStatus::Interrupted => failure.with_hint(
                "The collections that were read are written. Run the command again for the others.",
            ),
            _ => failure,
        })
    }

    async fn take(&self, options: &Options, collections: &[Collection]) -> Result<()> {
        let client = options.client()?;
        let mut directory = Directory::open(&self.directory)?;
        let columns = ["collection", "items", "added", "changed", "removed"];
        let mut printer = options.output.printer(Columns::named(&columns))?;
        let mut progress = Progress::new("collections", Some(collections.len() as u64));
        let mut failures = Vec::new();
        for (done, collection) in (1..).zip(collections) {
            if !is_on(client.cloud(), collection) {
                options.note(&format!("{}: the cloud does not have it", collection.title));
                continue;
            }
            match self
                .take_one(&client, collection, &mut directory, &mut printer)
                .await
            {
                Err(failure) if failure.is_of_call() => failures.push((collection, failure)),
                result => result?,
            }
            progress.set(done);
        }
        progress.finish();
        printer.end()?;
        read_failures(failures)
    }

    async fn take_one(
        &self,
        client: &Client,
        collection: &Collection,
        directory: &mut Directory,
        printer: &mut Printer,
    ) -> Result<()> {
        let mut items = read(client, collection).await?;
        if self.stable {
            for item in &mut items {
                leave_out_volatile(collection, item);
            }
        }
        let changes = directory.write(&collection.title, &items)?;
        printer.item(&json!({
            "collection": collection.title,
            "items": items.len(),
            "added": changes.added,
            "changed": changes.changed,
            "removed": changes.removed,
        }))
    }
}

/// Removes the properties that change by themselves. What a request can set is configuration, whatever its name is.
fn leave_out_volatile(collection: &Collection, item: &mut Item) {
    fn leave_out(value: &mut Value, is_kept: &impl Fn(&str) -> bool) {
        match value {
            Value::Object(properties) => {
                properties.retain(|name, _| is_kept(name));
                properties
                    .values_mut()
                    .for_each(|value| leave_out(value, is_kept));
            }
            Value::Array(list) => list.iter_mut().for_each(|value| leave_out(value, is_kept)),
            _ => {}
        }
    }
    leave_out(&mut item.value, &|name| {
        !is_volatile(name) || collection.can_set(name)
    });
}

/// The failure of the collections that could not be read.
pub(super) fn read_failures(failures: Vec<(&Collection, Failure)>) -> Result<()> {
    let Some((_, first)) = failures.first() else {
        return Ok(());
    };
    let reasons: String = failures
        .iter()
        .map(|(collection, failure)| format!("\n  {}: {failure}", collection.title))
        .collect();
    let message = match failures.len() {
        1 => format!("1 collection could not be read:{reasons}"),
        count => format!("{count} collections could not be read:{reasons}"),
    };
    Err(Failure::new(first.status(), message))
}

/// Prints what a snapshot would read.
fn print_collections(options: &Options, collections: &[Collection]) -> Result<()> {
    let columns = Columns::named(&["collection", "operations"]);
    let mut printer = options.output.printer(columns)?;
    for collection in collections {
        printer.item(&json!({
            "collection": collection.title,
            "operations": collection.operations(),
        }))?;
    }
    printer.end()
}

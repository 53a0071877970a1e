//! `cargo xtask import`.

use std::path::PathBuf;

use cisco_secure_access_importer::Options;
use clap::Args;

use crate::command::CommandResult;
use crate::progress::during;
use crate::specs;

/// Turns Cisco's OpenAPI documents into the specifications under specs/
///
/// Reads OpenAPI documents, fixes what rules can fix, puts each in the place that the document with its title has in
/// specs/base/, or the one with most of its operations, merges all documents there, applies the overlays of specs/overlays/ and writes one
/// document for each path scope, and specs/SOURCES.md. APIs whose documents are not given stay as they are.
///
/// Of documents that describe the same operation, the first describes it; the others add what it lacks: OAuth scopes, response headers, the
/// name of its API, the values of parameters that are any string. With --all, and where there is no base, the order is that of the command line. Later, a document that is new or has a
/// newer version than in that order comes before all others, the one with the latest date in its version first; with --first, the documents
/// come first in the order of the command line. An older version and then the present one again leave everything as it was.
///
/// If anything is wrong, every error is printed with document, line, column and JSON pointer, the exit code is 1, and specs/
/// stays as it was. Importing the same documents twice changes nothing.
///
/// It prints what has changed since the last import, and one line if nothing has.
///
/// Overlay actions that have nothing to act on any more are left out and listed, as are those that replace something else than they
/// expect; `cargo xtask check`, and so CI, does not pass until they are corrected or removed. Without documents, the import adds to a new
/// action what it expects. See docs/updating.md for all steps of an update.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cargo xtask import destination-lists.yaml\n  cargo xtask import --all secure-access.yaml devnet/*.yaml"
)]
pub struct Arguments {
    /// Prints everything that was counted, every fix with document and JSON pointer, how each operation pages, and each of the stale
    /// overlay actions with one cause
    #[arg(short, long)]
    verbose: bool,
    /// The documents are all that there is: what they lack is removed
    #[arg(long)]
    all: bool,
    /// Takes in path scopes that the crate does not have
    #[arg(long)]
    new_scope: bool,
    /// Lets more than a tenth of the operations go
    #[arg(long)]
    allow_removals: bool,
    /// Lets the documents describe their operations before all others, whatever their versions
    #[arg(long)]
    first: bool,
    /// Makes the names of types and APIs anew, as the documents have them, in the place of those that the base remembers
    #[arg(long)]
    forget_names: bool,
    /// Lets names of generated code go that handwritten code uses
    #[arg(long)]
    allow_lost_names: bool,
    /// Takes in documents whose servers are all on hosts of another product, such as Cisco Umbrella
    #[arg(long)]
    allow_other_hosts: bool,
    /// The directory to write, which holds overlays/
    #[arg(long, value_name = "DIR", default_value_os_t = specs())]
    specs: PathBuf,
    /// Upstream documents; without any, the base is taken as it is and the overlays are applied
    #[arg(value_name = "DOC")]
    documents: Vec<PathBuf>,
}

impl Arguments {
    /// Imports the documents.
    ///
    /// # Errors
    /// When anything is wrong with a document, or the specifications cannot be written.
    pub fn run(self) -> CommandResult {
        let options = Options {
            all: self.all,
            new_scope: self.new_scope,
            allow_removals: self.allow_removals,
            first: self.first,
            allow_other_hosts: self.allow_other_hosts,
            allow_lost_names: self.allow_lost_names,
            forget_names: self.forget_names,
        };
        match during("importing", || options.run(&self.documents, &self.specs)) {
            Ok(outcome) => Ok(outcome.summary(self.verbose).to_string().into()),
            Err(failure) => Err(format!(
                "{failure}\n\nproblems: {}; {} is as it was",
                failure.0.len(),
                self.specs.display()
            )),
        }
    }
}

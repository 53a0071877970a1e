//! `cargo xtask diff`.

use std::path::{Path, PathBuf};

use cisco_secure_access_importer::Options;
use cisco_secure_access_importer::diff::{
    Effect, Report, Specs, compare, read_directory, read_texts,
};
use clap::{Args, ValueEnum};

use crate::command::{CommandResult, Printed};
use crate::progress::during;
use crate::specs;

/// Shows what an import would change, and writes nothing
///
/// Compares specs/ with what an import of the documents would write, or two directories of specifications, as users of the crate see
/// them: operations with their arguments, responses and types, OAuth scopes, limits and paging. Of each change it says what programs
/// notice and why, by API; at the end stands the version that the changes take.
///
/// The marks: `!` breaks programs that use it, `~` lets them act differently, `+` is new, `·` has no effect. A type or an operation
/// with another name or place is found by what it is like; so a change of names upstream is one line here, not a hundred.
///
/// At the end stand the overlay actions that the documents make stale, as the import reports them.
#[derive(Args)]
#[command(after_help = "Examples:
  What a new document of one API brings:
    cargo xtask diff destination-lists.yaml
  What to write into the pull request:
    cargo xtask diff --all --format markdown secure-access.yaml devnet/*.yaml
  What has changed since a release:
    git archive v0.1.0 specs | tar -x -C /tmp/before
    cargo xtask diff --from /tmp/before/specs --to specs --format markdown
  Stop a script if programs would break:
    cargo xtask diff --exit-code=breaking new.yaml

Exit codes: 0 when the comparison is done, 1 when something is wrong or as --exit-code says, 2 when the command line is wrong")]
pub struct Arguments {
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Ends with exit code 1 if anything has changed, or with `=breaking`, if anything breaks
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "changes")]
    exit_code: Option<When>,
    /// The old specifications [default: the directory of --specs]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The new specifications, in the place of what an import of documents would write
    #[arg(long, value_name = "DIR", conflicts_with_all = ["documents", "all", "new_scope", "first", "forget_names", "allow_other_hosts"])]
    to: Option<PathBuf>,
    /// The documents are all that there is: what they lack counts as removed
    #[arg(long)]
    all: bool,
    /// Takes in path scopes that the crate does not have
    #[arg(long)]
    new_scope: bool,
    /// Lets the documents describe their operations before all others, as for `import`
    #[arg(long)]
    first: bool,
    /// Makes the names of types and APIs anew, as for `import`
    #[arg(long)]
    forget_names: bool,
    /// Takes in documents of other products, as for `import`
    #[arg(long)]
    allow_other_hosts: bool,
    /// The directory of the specifications, with overlays/ and base/
    #[arg(long, value_name = "DIR", default_value_os_t = specs())]
    specs: PathBuf,
    /// Upstream documents, as for `import`
    #[arg(value_name = "DOC", required_unless_present = "to")]
    documents: Vec<PathBuf>,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a pull request or a change log
    Markdown,
    /// For programs
    Json,
}

/// What makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// Anything that has changed
    Changes,
    /// A change that breaks programs
    Breaking,
}

impl Arguments {
    /// Compares the old specifications with the new ones.
    ///
    /// # Errors
    /// When a document or directory cannot be read, or an import of the documents would fail.
    pub fn run(self) -> CommandResult {
        let old = read_directory(self.from.as_deref().unwrap_or(&self.specs))?;
        let (new, overlays) = match &self.to {
            Some(directory) => (read_directory(directory)?, Vec::new()),
            None => during("importing", || self.imported(&self.specs))?,
        };
        let report = during("comparing", || compare(&old, &new))?;
        let is_success = match self.exit_code {
            None => true,
            Some(When::Changes) => report.effect().is_none(),
            Some(When::Breaking) => report.effect() != Some(Effect::Breaking),
        };
        Ok(Printed {
            text: self.written(&report, &overlays),
            is_success,
        })
    }

    /// What an import of the documents would write, and what it would report of the overlays.
    fn imported(&self, specs: &Path) -> Result<(Specs, Vec<String>), String> {
        let options = Options {
            all: self.all,
            new_scope: self.new_scope,
            // The comparison shows what would go.
            allow_removals: true,
            first: self.first,
            allow_other_hosts: self.allow_other_hosts,
            allow_lost_names: true,
            forget_names: self.forget_names,
        };
        let preview = options
            .preview(&self.documents, specs)
            .map_err(|failure| failure.to_string())?;
        Ok((
            read_texts(&preview.files)?,
            preview.outcome.applied.report(false),
        ))
    }

    fn written(&self, report: &Report, overlays: &[String]) -> String {
        let overlays = overlays.join("\n");
        let text = match self.format {
            Format::Json => format!("{:#}", report.json()),
            Format::Text => format!("{report}\n\n{overlays}"),
            Format::Markdown if overlays.is_empty() => report.markdown(),
            Format::Markdown => format!(
                "{}\n\n## Overlays\n\n```text\n{overlays}\n```",
                report.markdown().trim_end()
            ),
        };
        text.trim_end().to_owned()
    }
}

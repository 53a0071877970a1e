//! The command line of `cargo xtask diff`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::change::Effect;
use super::{Report, Specs, compare, read_folder, read_texts};
use crate::import::Options;
use crate::progress;

/// What `cargo xtask diff` takes.
#[derive(Args)]
pub struct Arguments {
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Ends with exit code 1 if anything has changed, or with `=breaking`, if anything breaks
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "changes")]
    exit_code: Option<When>,
    /// The old specifications [default: the folder of --specs]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The new specifications, in the place of what an import of documents would write
    #[arg(long, value_name = "DIR", conflicts_with_all = ["documents", "all", "new_scope"])]
    to: Option<PathBuf>,
    /// The documents are all that there is: what they lack counts as removed
    #[arg(long)]
    all: bool,
    /// Takes in path scopes that the crate does not have
    #[arg(long)]
    new_scope: bool,
    /// The folder of the specifications, with overlays/ and base/
    #[arg(long, value_name = "DIR", default_value_os_t = crate::specs())]
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

/// What the command has to say.
#[derive(Debug)]
pub struct Answer {
    /// The report.
    pub text: String,
    /// Whether the exit code is 0.
    pub is_good: bool,
}

impl Arguments {
    /// Compares what the command was told to compare.
    ///
    /// # Errors
    /// When a document or folder cannot be read, or an import of the documents would fail.
    pub fn run(self) -> Result<Answer, String> {
        let old = read_folder(self.from.as_deref().unwrap_or(&self.specs))?;
        let new = match &self.to {
            Some(folder) => read_folder(folder)?,
            None => progress::during("importing", || self.imported(&self.specs))?,
        };
        let report = progress::during("comparing", || compare(&old, &new))?;
        let is_good = match self.exit_code {
            None => true,
            Some(When::Changes) => report.effect().is_none(),
            Some(When::Breaking) => report.effect() != Some(Effect::Breaking),
        };
        Ok(Answer {
            text: self.written(&report),
            is_good,
        })
    }

    /// What an import of the documents would write.
    fn imported(&self, specs: &Path) -> Result<Specs, String> {
        let options = Options {
            all: self.all,
            new_scope: self.new_scope,
        };
        let preview = options
            .preview(&self.documents, specs)
            .map_err(|failure| failure.to_string())?;
        read_texts(&preview.files)
    }

    fn written(&self, report: &Report) -> String {
        let text = match self.format {
            Format::Text => report.text(),
            Format::Markdown => report.markdown(),
            Format::Json => format!("{:#}", report.json()),
        };
        text.trim_end().to_owned()
    }
}

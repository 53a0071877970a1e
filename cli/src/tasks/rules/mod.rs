//! `secure-access rules`: backs up, restores and edits access rules.

mod backup;
mod edit;
mod editor;
mod restore;

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::Result;
use crate::session::Options;

/// How long others may lock the rules, if --timeout does not say.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Backups, restoration and editing of access rules
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Writes all access rules with their conditions and settings, and the settings of the policy, as JSON
    #[command(after_help = "\
The rules are in the order of their evaluation, and the same configuration makes the same file, so that backups can be compared and kept in
version control.

Example:
  secure-access rules backup rules.json")]
    Backup {
        /// The file; standard output by default
        file: Option<PathBuf>,
    },
    /// Restores access rules and settings from a backup
    #[command(after_help = "\
Rules that differ from the backup are replaced, and rules that were deleted are created with a new id. Rules that are not in the backup stay
as they are. The command prints the changes, and prompts for confirmation. While others lock the rules, it waits for two minutes, or for --timeout.
After an interruption or a failure, run it again: it makes the remaining changes.

Examples:
  secure-access rules restore rules.json --dry-run
  secure-access rules restore rules.json --yes")]
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Opens an access rule in an editor, and changes it
    #[command(after_help = "\
The editor is that of VISUAL or EDITOR, or vi. It gets the rule as YAML. If the result does not fit the document, it is opened again with
the reason. Save it unchanged to cancel. If another client changed the rule meanwhile, nothing is sent, the exit status is 5, and the edited
rule stays in a file.

Example:
  EDITOR=nano secure-access rules edit \"Block old browsers\"")]
    Edit {
        /// The rule: its id or its name
        rule: String,
    },
}

impl Arguments {
    /// Runs the task.
    ///
    /// # Errors
    /// When a file is not valid, the rule is not found, nobody confirms, or a call fails.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        match self.command {
            Command::Backup { file } => backup::run(options, file.as_deref()).await,
            Command::Restore { file } => restore::run(options, &file).await,
            Command::Edit { rule } => edit::run(options, &rule).await,
        }
    }
}

/// How long to wait while others lock the rules.
fn lock_timeout(options: &Options) -> Duration {
    options.timeout().unwrap_or(TIMEOUT)
}

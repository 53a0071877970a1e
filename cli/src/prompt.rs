//! Confirmation of changes that cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::failure::{ExitStatus, Failure, Result};
use crate::output::safe;

/// Prompts for confirmation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prompt {
    is_confirmed: bool,
}

impl Prompt {
    pub(crate) fn new(is_confirmed: bool) -> Self {
        Self { is_confirmed }
    }

    /// Prompts for confirmation of something: `Delete site 17`.
    ///
    /// # Errors
    /// When the user does not confirm it, and when there is no terminal: `--yes` is needed then.
    pub(crate) fn confirm(self, what: &str) -> Result<()> {
        if self.is_confirmed {
            return Ok(());
        }
        let what = safe(what);
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(Failure::usage(format!("{what}: this needs a confirmation"))
                .with_hint("Add --yes to confirm it, or --dry-run to see the request."));
        }
        anstream::eprint!("{what}? [y/N] ");
        io::stderr().flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new(ExitStatus::Usage, "nothing was changed")),
        }
    }
}

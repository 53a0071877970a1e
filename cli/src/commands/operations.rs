//! `secure-access operations`: finds the command of an operation.

use serde_json::json;

use crate::catalog;
use crate::failure::{ExitStatus, Failure, Result};
use crate::output::Columns;
use crate::session::Options;

/// Lists the operations of the API, or those that contain all words of a search
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  secure-access operations --search tunnel group
  secure-access operations --search destinations --output json")]
pub(crate) struct Arguments {
    /// Words of names, paths, APIs and summaries
    #[arg(long, value_name = "WORDS", num_args = 1..)]
    search: Vec<String>,
}

impl Arguments {
    /// Lists the operations.
    ///
    /// # Errors
    /// When none is found.
    pub(crate) fn run(self, options: &Options) -> Result<()> {
        let found = catalog::search(&self.search);
        if found.is_empty() {
            let words = self.search.join(" ");
            return Err(Failure::new(
                ExitStatus::NotFound,
                format!("no operation contains all of: {words}"),
            )
            .with_hint("Try fewer words; `secure-access operations` lists all operations."));
        }
        let mut printer = options.output.printer(Columns::named(&[
            "scope",
            "operation",
            "method",
            "path",
            "summary",
        ]))?;
        for operation in found {
            printer.item(&json!({
                "scope": operation.scope,
                "operation": catalog::command_name(operation),
                "method": operation.method.as_str(),
                "path": operation.path,
                "summary": operation.summary,
                "api": operation.api,
            }))?;
        }
        printer.end()
    }
}

//! `cargo xtask names`: the operations of the specifications, one to a line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::command::{CommandResult, Printed};
use crate::{documents, specs};

/// Lists the operations of the specifications: method of the crate, HTTP method, path
#[derive(Args)]
pub struct Arguments {
    /// The directory of the specifications
    #[arg(long, value_name = "DIR", default_value_os_t = specs())]
    specs: PathBuf,
}

impl Arguments {
    /// Lists the operations.
    ///
    /// # Errors
    /// As for [`list`].
    pub fn run(self) -> CommandResult {
        list(&self.specs).map(Printed::from)
    }
}

/// Lists the operations of every specification in a directory: method of the crate, HTTP method, path.
///
/// # Errors
/// When there is no specification, or one is not what an import writes.
pub fn list(specs: &Path) -> Result<String, String> {
    let mut text = String::new();
    for document in documents::read(specs)? {
        let _ = writeln!(text, "{}", document.scope());
        let operations = document.operations().iter();
        let mut lines: Vec<_> = operations
            .map(|operation| {
                format!(
                    "  {:55} {:6} {}",
                    operation.id, operation.method, operation.path
                )
            })
            .collect();
        lines.sort();
        text.push_str(&lines.join("\n"));
        text.push_str("\n\n");
    }
    Ok(text.trim_end().to_owned())
}

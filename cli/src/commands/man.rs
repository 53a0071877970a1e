//! `secure-access man`: manual pages.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;

use crate::arguments;
use crate::failure::{Failure, Result};

/// Prints the manual page of a command
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  secure-access man | man --local-file -
  secure-access man deployments list-sites | man --local-file -
  secure-access man --directory /usr/local/share/man/man1")]
pub(crate) struct Arguments {
    /// The command; the program itself by default
    command: Vec<String>,
    /// Writes the pages of all commands to a directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    directory: Option<PathBuf>,
}

impl Arguments {
    /// Prints the page, or writes all pages.
    ///
    /// # Errors
    /// When there is no such command, or the pages cannot be written.
    pub(crate) fn run(self) -> Result<()> {
        let mut command = arguments::command();
        command.build();
        if let Some(directory) = &self.directory {
            fs::create_dir_all(directory)?;
            return write_all(&command, directory);
        }
        let mut found = &command;
        for name in &self.command {
            found = found.find_subcommand(name).ok_or_else(|| {
                Failure::usage(format!("there is no command `{}`", self.command.join(" ")))
            })?;
        }
        let mut page = Vec::new();
        man(found).render(&mut page)?;
        Ok(io::stdout().lock().write_all(&page)?)
    }
}

/// Writes the pages of a command and of those below it.
fn write_all(command: &Command, directory: &Path) -> Result<()> {
    let page = man(command);
    let mut file = fs::File::create(directory.join(page.get_filename()))?;
    page.render(&mut file)?;
    command
        .get_subcommands()
        .try_for_each(|command| write_all(command, directory))
}

fn man(command: &Command) -> Man {
    Man::new(command.clone())
}

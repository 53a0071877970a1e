//! `secure-access completion`: completion of commands, flags and values in a shell.
//!
//! The script that it prints calls the program at each Tab. So it knows the operations of the program that is installed.

use std::io;

use clap_complete::env::{CompleteEnv, Shells};

use crate::arguments;
use crate::failure::{Failure, Result};

/// The variable with which the script calls the program.
const VARIABLE: &str = "SECURE_ACCESS_COMPLETE";
const PROGRAM: &str = "secure-access";

/// Prints the completion script of a shell
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  bash:       echo 'source <(secure-access completion bash)' >> ~/.bashrc
  zsh:        echo 'source <(secure-access completion zsh)' >> ~/.zshrc
  fish:       secure-access completion fish > ~/.config/fish/completions/secure-access.fish
  PowerShell: secure-access completion powershell >> $PROFILE")]
pub(crate) struct Arguments {
    #[arg(value_parser = ["bash", "zsh", "fish", "powershell"])]
    shell: String,
}

impl Arguments {
    /// Prints the script.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn run(self) -> Result<()> {
        let shells = Shells::builtins();
        let shell = shells.completer(&self.shell).ok_or_else(|| {
            Failure::usage(format!("there is no completion for `{}`", self.shell))
        })?;
        Ok(shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut io::stdout())?)
    }
}

/// Completes for the script of a shell, if it is the caller, and ends the program.
pub(crate) fn complete() {
    CompleteEnv::with_factory(arguments::command)
        .var(VARIABLE)
        .complete();
}

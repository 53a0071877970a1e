//! The commands that are not operations, one module for each.

pub(crate) mod api;
pub(crate) mod completion;
pub(crate) mod login;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod operations;
pub(crate) mod profiles;
pub(crate) mod simulate;
pub(crate) mod token;
pub(crate) mod whoami;

use crate::arguments::Command;
use crate::failure::Result;
use crate::session::Options;

/// Runs a command.
///
/// # Errors
/// When it fails; the failure has the exit status.
pub(crate) async fn run(options: &Options, command: Command) -> Result<()> {
    match command {
        Command::Destinations(arguments) => arguments.run(options).await,
        Command::Activity(arguments) => arguments.run(options).await,
        Command::Rules(arguments) => arguments.run(options).await,
        Command::Tunnels(arguments) => arguments.run(options).await,
        Command::Compare(arguments) => arguments.run(options).await,
        Command::Snapshot(arguments) => arguments.run(options).await,
        Command::Api(arguments) => arguments.run(options).await,
        Command::Token(arguments) => arguments.run(options).await,
        Command::Login(arguments) => arguments.run(options).await,
        Command::Logout(arguments) => arguments.run(options).await,
        Command::Profiles(arguments) => arguments.run(options),
        Command::Whoami(arguments) => arguments.run(options).await,
        Command::Operations(arguments) => arguments.run(options),
        Command::Simulate(arguments) => arguments.run(options).await,
        Command::Completion(arguments) => arguments.run(),
        Command::Man(arguments) => arguments.run(),
        Command::Mcp(arguments) => arguments.run(options).await,
    }
}

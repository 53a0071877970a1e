//! The command line: commands of the program, and one for each path scope, whose operations are added when it is used.

use std::ffi::OsString;

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::catalog::{self, Entry, Scope};
use crate::commands::{
    api, completion, login, man, mcp, operations, profiles, simulate, token, whoami,
};
use crate::operation::scope_command;
use crate::session::Options;
use crate::tasks::{activity, compare, destinations, rules, snapshot, tunnels};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Exit status:
  0 success                 5 conflict: it exists, is locked, or has changed
  1 the service rejected it 6 a rate limit or a time limit
  2 usage                   7 the connection failed
  3 authentication          8 the response could not be read
  4 not found               130 interrupted

Examples:
  secure-access deployments list-network-tunnel-groups --output table
  secure-access policies get-destination-list 17 --jq .name
  secure-access operations --search tunnel
  secure-access --profile china whoami";

/// The Cisco Secure Access API on the command line
#[derive(Parser)]
#[command(
    name = "secure-access",
    version,
    styles = STYLES,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = AFTER_HELP
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands of the program.
#[derive(Subcommand)]
#[command(subcommand_help_heading = "Commands")]
pub(crate) enum Command {
    Destinations(destinations::Arguments),
    Activity(activity::Arguments),
    Rules(rules::Arguments),
    Tunnels(tunnels::Arguments),
    Compare(compare::Arguments),
    Snapshot(snapshot::Arguments),
    Login(login::Arguments),
    Logout(profiles::Logout),
    Profiles(profiles::Profiles),
    Whoami(whoami::Arguments),
    Operations(operations::Arguments),
    Api(api::Arguments),
    Token(token::Arguments),
    Simulate(simulate::Arguments),
    Completion(completion::Arguments),
    Man(man::Arguments),
    Mcp(mcp::Arguments),
}

/// What to run.
pub(crate) enum Parsed {
    Command(Command),
    Operation(Entry, ArgMatches),
}

/// The whole command line.
pub(crate) fn command() -> clap::Command {
    let scopes = catalog::scopes().iter().map(|scope| {
        clap::Command::new(scope.name)
            .about(scope.apis().join(", "))
            .defer(scope_command)
    });
    Arguments::command().subcommands(scopes)
}

/// Reads the command line.
///
/// # Errors
/// When it is not valid, or is a request for help.
pub(crate) fn parse(
    arguments: impl Iterator<Item = OsString>,
) -> Result<(Options, Parsed), clap::Error> {
    let arguments: Vec<OsString> = arguments.collect();
    let matches = command()
        .try_get_matches_from(&arguments)
        .map_err(|error| {
            let names = arguments.iter().filter_map(|argument| argument.to_str());
            with_suggestions(names.filter_map(catalog::scope).next(), error)
        })?;
    let options = Options::from_arg_matches(&matches)?;
    if let Some((scope, matches)) = matches.subcommand()
        && catalog::scope(scope).is_some()
        && let Some((name, matches)) = matches.subcommand()
        && let Some(entry) = catalog::find(name)
    {
        return Ok((options, Parsed::Operation(entry, matches.clone())));
    }
    let command = Command::from_arg_matches(&matches)?;
    Ok((options, Parsed::Command(command)))
}

/// The error of a misspelt operation, with the names that are most like it.
fn with_suggestions(scope: Option<&Scope>, mut error: clap::Error) -> clap::Error {
    if let (Some(scope), Some(ContextValue::String(misspelt))) =
        (scope, error.get(ContextKind::InvalidSubcommand))
    {
        let names = scope.similar(misspelt);
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(names),
        );
    }
    error
}

//! The command of an operation: an argument for each path parameter, a flag for each other parameter and each property of a body.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, Command, ValueHint};

use super::flags::{self, BODY, Flag, MAX_ITEMS, NO_VALIDATE, PAGE_SIZE, RESUME, TEMPLATE, Target};
use super::help;
use crate::catalog::{self, Entry};
use crate::session::CONNECTION;

/// Adds the operations of a scope to its command.
pub(crate) fn scope_command(command: Command) -> Command {
    let Some(scope) = catalog::scope(command.get_name()) else {
        return command;
    };
    let operations = scope.operations().into_iter().map(|operation| {
        let name = catalog::command_name(operation);
        Command::new(name)
            .about(operation.summary)
            .defer(operation_command)
    });
    command
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("OPERATION")
        .subcommand_help_heading("Operations")
        .subcommands(operations)
}

/// Adds the arguments of an operation to its command. Its own come before those of all commands.
fn operation_command(command: Command) -> Command {
    let Some(entry) = catalog::find(command.get_name()) else {
        return command;
    };
    let flags = flags::of(entry);
    let mut arguments: Vec<Arg> = flags.iter().map(|flag| argument(entry, flag)).collect();
    if entry.description.body.is_some() {
        arguments.extend(body_arguments());
    }
    if entry.operation.pagination.is_some() {
        arguments.extend(list_arguments());
    }
    arguments.push(
        Arg::new(NO_VALIDATE)
            .long(NO_VALIDATE)
            .help("Sends values without checking them against the documents")
            .action(ArgAction::SetTrue)
            .help_heading("Safety"),
    );
    // `secure-access --help` has the options of the connection.
    arguments.extend(command.get_arguments().map(|argument| {
        let is_of_connection = argument.get_help_heading() == Some(CONNECTION);
        argument.clone().hide(is_of_connection)
    }));
    let own = Command::new(command.get_name().to_owned())
        .about(entry.operation.summary)
        .long_about(help::long_about(entry))
        .after_help(help::example(entry, &flags))
        .styles(command.get_styles().clone())
        .args(arguments);
    // The name with those of the commands above, for the usage.
    let own = match command.get_bin_name() {
        Some(name) => own.bin_name(name.to_owned()),
        None => own,
    };
    match command.get_display_name() {
        Some(name) => own.display_name(name.to_owned()),
        None => own,
    }
}

fn argument(entry: Entry, flag: &Flag) -> Arg {
    let mut argument = Arg::new(flag.id());
    let description = flag.description.unwrap_or_default();
    let value_name = value_name(flag);
    if flag.is_secret {
        argument = argument.help(format!(
            "{description} Secret: @FILE, @- for standard input, or env:NAME"
        ));
    } else {
        argument = argument.help(description.to_owned());
    }
    if flag.is_positional() {
        argument = argument.value_name(flag.value_name());
    } else {
        argument = argument.long(flag.name.clone()).value_name(value_name);
        argument = argument.help_heading(match flag.target {
            Target::Parameter(_) => "Parameters",
            Target::Property(_) | Target::File(_) => "Body",
        });
    }
    if flag.is_switch() {
        return argument.action(ArgAction::SetTrue);
    }
    argument = match flag.target {
        Target::File(_) => argument.value_hint(ValueHint::FilePath),
        _ if flag.is_list() => argument.action(ArgAction::Append),
        _ => argument,
    };
    if flag.is_required {
        argument = match entry.description.body {
            Some(_) => argument.required_unless_present(TEMPLATE),
            None => argument.required(true),
        };
    }
    argument
        .allow_hyphen_values(true)
        .value_parser(Listed(possible_values(entry, flag)))
}

/// The kind of value in the help.
fn value_name(flag: &Flag) -> &'static str {
    let Some(schema) = flag.schema else {
        return "FILE";
    };
    if matches!(flag.target, Target::Parameter(parameter) if parameter.time.is_some()) {
        return "TIME";
    }
    if flag.is_secret {
        return "SECRET";
    }
    let items = &schema["items"];
    match (schema["type"].as_str(), items["type"].as_str()) {
        (Some("integer"), _) => "INTEGER",
        (Some("number"), _) => "NUMBER",
        (Some("boolean"), _) => "BOOLEAN",
        (Some("string"), _) if schema["format"] == "date-time" => "TIME",
        (Some("string"), _) => "TEXT",
        (Some("array"), Some("object")) => "JSON",
        (Some("array"), Some("integer")) => "INTEGERS",
        (Some("array"), _) if items.get("$ref").is_none() => "TEXTS",
        (Some("array"), _) => "VALUES",
        _ => "JSON",
    }
}

/// The values of an enumeration.
fn possible_values(entry: Entry, flag: &Flag) -> Vec<String> {
    let Some(schema) = flag.schema else {
        return Vec::new();
    };
    let items = entry.document.resolve(&schema["items"]);
    let values = schema["enum"]
        .as_array()
        .or_else(|| items["enum"].as_array());
    let is_boolean = schema["type"] == "boolean";
    match values {
        Some(values) => values
            .iter()
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect(),
        None if is_boolean => vec!["true".to_owned(), "false".to_owned()],
        None => Vec::new(),
    }
}

/// A parser of text that shows the values of an enumeration in the help and in completions. The call checks them, with all others.
#[derive(Clone)]
struct Listed(Vec<String>);

impl TypedValueParser for Listed {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        match self.0.is_empty() {
            true => None,
            false => Some(Box::new(self.0.iter().map(PossibleValue::new))),
        }
    }
}

fn body_arguments() -> [Arg; 2] {
    [
        Arg::new(BODY)
            .long(BODY)
            .value_name("JSON|YAML|@FILE|-")
            .help("The body: JSON or YAML, @FILE, or - for standard input. Flags of properties override it")
            .allow_hyphen_values(true)
            .help_heading("Body"),
        Arg::new(TEMPLATE)
            .long(TEMPLATE)
            .help("Prints a body to fill in, and sends nothing")
            .action(ArgAction::SetTrue)
            .help_heading("Body"),
    ]
}

fn list_arguments() -> [Arg; 3] {
    [
        Arg::new(MAX_ITEMS)
            .long(MAX_ITEMS)
            .value_name("COUNT")
            .help("Ends after this many items")
            .value_parser(clap::value_parser!(u64).range(1..))
            .help_heading("List"),
        Arg::new(PAGE_SIZE)
            .long(PAGE_SIZE)
            .value_name("COUNT")
            .help("Items in one request; the documented maximum by default")
            .value_parser(clap::value_parser!(u64).range(1..))
            .help_heading("List"),
        Arg::new(RESUME)
            .long(RESUME)
            .value_name("TOKEN")
            .help("Continues where an interrupted run ended, with the token that it printed")
            .help_heading("List"),
    ]
}

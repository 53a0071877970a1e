//! How the caller of an operation writes its values: messages name a value as the caller does.

use cisco_secure_access_openapi::validate::label;
use cisco_secure_access_openapi::{Location, Parameter, json};

use super::flags::{self, Flag, Target};
use crate::catalog::{self, Entry};

/// How the caller writes the values of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// As flags and arguments of the command: `--limit`.
    Flags,
    /// As JSON, `{"path": {}, "query": {}, "header": {}, "body": {}}`. A value has a JSON pointer: `/query/limit`.
    Json,
}

impl Notation {
    /// The name of a parameter.
    pub(super) fn parameter(self, entry: Entry, parameter: &Parameter) -> String {
        match self {
            Self::Flags => {
                let flags = flags::of(entry);
                let flag = flags.iter().find(|flag| flag.is_of(parameter));
                flag.map_or_else(|| label(parameter), Flag::shown)
            }
            Self::Json => {
                let name = json::escape(&parameter.name);
                format!("/{}/{name}", location_name(parameter.location))
            }
        }
    }

    /// The name of the value at a JSON pointer in the body.
    pub(super) fn body(self, entry: Entry, pointer: &str) -> String {
        if self == Self::Json {
            return format!("/body{pointer}");
        }
        let property = pointer.strip_prefix('/');
        let property = property.filter(|rest| !rest.contains('/'));
        let flags = flags::of(entry);
        let flag = flags.iter().find(|flag| match (&flag.target, property) {
            (Target::Property(name), Some(property)) => *name == property,
            _ => false,
        });
        match (flag, pointer) {
            (Some(flag), _) => flag.shown(),
            (None, "") => "body".to_owned(),
            (None, pointer) => format!("body {pointer}"),
        }
    }

    /// The name of an operation.
    pub(super) fn operation(self, entry: Entry) -> String {
        match self {
            Self::Flags => catalog::command_name(entry.operation),
            Self::Json => entry.operation.id.to_owned(),
        }
    }

    /// What to do about a missing body.
    pub(super) fn body_hint(self) -> &'static str {
        match self {
            Self::Flags => {
                "Pass it with --body, or its properties with flags. --template prints a body to fill in."
            }
            Self::Json => "Pass it as `body`; describe_operation has its schema and an example.",
        }
    }

    /// How to send what the document does not have.
    pub(super) fn unchecked_hint(self) -> Option<&'static str> {
        match self {
            Self::Flags => Some("--no-validate sends it as it is."),
            Self::Json => None,
        }
    }
}

/// The property of the JSON that has the parameters of a location.
pub(crate) fn location_name(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    }
}

//! The flags and arguments of an operation: one for each parameter, each property of the body and each file.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::{Candidates, Content, Encoding, Location, Parameter, words};
use serde_json::Value;

use crate::catalog::Entry;

/// The ids of the arguments that are the same for all operations.
pub(super) const BODY: &str = "body";
pub(super) const TEMPLATE: &str = "template";
pub(super) const NO_VALIDATE: &str = "no-validate";
pub(super) const MAX_ITEMS: &str = "max-items";
pub(super) const PAGE_SIZE: &str = "page-size";
pub(super) const RESUME: &str = "resume";

/// The flags that parameters and properties cannot have.
const RESERVED: &[&str] = &[
    BODY,
    TEMPLATE,
    NO_VALIDATE,
    MAX_ITEMS,
    PAGE_SIZE,
    RESUME,
    "help",
    "version",
    "profile",
    "cloud",
    "organization",
    "timeout",
    "no-token-cache",
    "verbose",
    "dry-run",
    "yes",
    "output",
    "columns",
    "jq",
];

/// A value of a request that has a flag or an argument of its own.
#[derive(Clone)]
pub(super) enum Target {
    Parameter(&'static Parameter),
    /// A property of the body.
    Property(&'static str),
    /// A file of the body.
    File(&'static str),
}

/// A flag or an argument, and what it sets.
pub(super) struct Flag {
    pub(super) name: String,
    pub(super) target: Target,
    pub(super) schema: Option<&'static Value>,
    pub(super) is_secret: bool,
    pub(super) description: Option<&'static str>,
    pub(super) is_required: bool,
}

impl Flag {
    /// The id of the argument.
    pub(super) fn id(&self) -> String {
        match self.target {
            Target::Parameter(parameter) => format!("{:?} {}", parameter.location, parameter.name),
            Target::Property(name) => format!("Body {name}"),
            Target::File(name) => format!("File {name}"),
        }
    }

    pub(super) fn is_positional(&self) -> bool {
        matches!(self.target, Target::Parameter(parameter) if parameter.location == Location::Path)
    }

    /// Whether it has no value: it is set, or it is not.
    pub(super) fn is_switch(&self) -> bool {
        matches!(self.target, Target::Parameter(parameter) if parameter.encoding == Encoding::Flag)
    }

    /// Whether it sets this parameter.
    pub(super) fn is_of(&self, parameter: &Parameter) -> bool {
        matches!(self.target, Target::Parameter(own) if own.location == parameter.location && own.name == parameter.name)
    }

    /// Its name in messages: `--limit`, `<SITE_ID>`.
    pub(super) fn shown(&self) -> String {
        match self.is_positional() {
            true => format!("<{}>", self.value_name()),
            false => format!("--{}", self.name),
        }
    }

    /// The name of the value of a path parameter.
    pub(super) fn value_name(&self) -> String {
        self.name.to_uppercase().replace('-', "_")
    }

    pub(super) fn is_list(&self) -> bool {
        self.schema.is_some_and(|schema| schema["type"] == "array")
    }
}

/// The flags of an operation.
pub(super) fn of(entry: Entry) -> Vec<Flag> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    let mut unique = |name: String, prefix: &str| {
        let name = match taken.contains(&name) {
            true => format!("{prefix}-{name}"),
            false => name,
        };
        taken.insert(name.clone());
        name
    };
    let document = entry.document;
    let mut flags = Vec::new();
    for parameter in &entry.description.parameters {
        let name = words::words(&parameter.rust_name).join("-");
        flags.push(Flag {
            name: match parameter.location {
                Location::Path => name,
                _ => unique(name, "query"),
            },
            target: Target::Parameter(parameter),
            schema: Some(document.resolve(&parameter.schema)),
            is_secret: document.is_secret(&parameter.schema),
            description: parameter.description.as_deref(),
            is_required: parameter.is_mandatory(),
        });
    }
    let Some(body) = &entry.description.body else {
        return flags;
    };
    let files = match &body.content {
        Content::Multipart(parts) => parts.as_slice(),
        _ => body.alternative.as_deref().unwrap_or_default(),
    };
    for part in files {
        let name = words::words(&part.name).join("-");
        flags.push(Flag {
            name: unique(name, "file"),
            target: Target::File(&part.name),
            schema: None,
            is_secret: false,
            description: part.description.as_deref(),
            is_required: false,
        });
    }
    if let Content::Json(schema) | Content::Form(schema) = &body.content {
        for (wire, schema) in properties(entry, schema) {
            let name = words::words(document.rust_name(wire)).join("-");
            let resolved = document.resolve(schema);
            flags.push(Flag {
                name: unique(name, "body"),
                target: Target::Property(wire),
                schema: Some(resolved),
                is_secret: document.is_secret(schema),
                description: schema["description"]
                    .as_str()
                    .or_else(|| resolved["description"].as_str()),
                is_required: false,
            });
        }
    }
    flags
}

/// The properties of a body, of all variants; those that it must have first.
fn properties(entry: Entry, schema: &'static Value) -> Vec<(&'static str, &'static Value)> {
    let candidates = Candidates::new(entry.document.root(), schema);
    let mut found: Vec<(bool, &str, &Value)> = Vec::new();
    for schema in candidates.schemas() {
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let own = schema["properties"].as_object();
        for (name, property) in own.into_iter().flatten() {
            if !found.iter().any(|(_, known, _)| *known == name.as_str()) {
                found.push((required.contains(&name.as_str()), name, property));
            }
        }
    }
    found.sort_by_key(|(is_required, ..)| !is_required);
    found
        .into_iter()
        .map(|(_, name, schema)| (name, schema))
        .collect()
}

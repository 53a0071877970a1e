//! The long help of an operation: what it does, its API, OAuth scopes, clouds, limits and pages, and an example.

use std::fmt::Write as _;

use cisco_secure_access::{PaginationStyle, RateLimitScope, Security};
use serde_json::Value;

use super::flags::{Flag, Target};
use crate::catalog::{self, Entry};

/// The longest body that an example shows; a longer one is a template.
const MAX_EXAMPLE: usize = 240;

/// What an operation does, and what limits it.
pub(super) fn long_about(entry: Entry) -> String {
    let operation = entry.operation;
    let mut text = operation.summary.trim_end_matches('.').to_owned();
    text.push('.');
    if let Some(description) = &entry.description.description {
        let _ = write!(text, "\n\n{description}");
    }
    if operation.deprecated {
        text.push_str("\n\nCisco marks this operation as deprecated.");
    }
    let mut facts = vec![
        (
            "Request",
            format!("{} {}", operation.method, operation.path),
        ),
        ("API", operation.api.to_owned()),
    ];
    match operation.security {
        Security::Bearer(scopes) if !scopes.is_empty() => {
            facts.push(("OAuth scopes", scopes.join(", ")));
        }
        Security::Basic => facts.push(("Authentication", "key and secret".to_owned())),
        _ => {}
    }
    let clouds: Vec<String> = operation.clouds.iter().map(ToString::to_string).collect();
    if !clouds.is_empty() {
        facts.push(("Clouds", clouds.join(", ")));
    }
    if let Some(limit) = operation.rate_limit {
        let windows: Vec<String> = limit
            .windows
            .iter()
            .map(|window| match window.seconds {
                1 => format!("{} a second", window.requests),
                60 => format!("{} a minute", window.requests),
                3600 => format!("{} an hour", window.requests),
                seconds => format!("{} in {seconds} seconds", window.requests),
            })
            .collect();
        let scope = match limit.scope {
            RateLimitScope::Organization => "organization",
            _ => "API key",
        };
        facts.push((
            "Rate limit",
            format!("{}, for each {scope}", windows.join(" and ")),
        ));
    }
    if let Some(pagination) = operation.pagination {
        let size = pagination
            .max_page_size
            .map(|size| format!(", up to {size} items each"));
        facts.push((
            "List",
            match pagination.style {
                PaginationStyle::Single => "all items in one response".to_owned(),
                _ => format!("all pages are requested{}", size.unwrap_or_default()),
            },
        ));
    }
    text.push('\n');
    for (name, value) in facts {
        let _ = write!(text, "\n{:14} {value}", format!("{name}:"));
    }
    text
}

/// A command line that works, with the values of the example in the document.
pub(super) fn example(entry: Entry, flags: &[Flag]) -> String {
    let mut line = format!(
        "secure-access {} {}",
        entry.operation.scope,
        catalog::command_name(entry.operation)
    );
    for flag in flags {
        let Target::Parameter(parameter) = flag.target else {
            continue;
        };
        let Some(example) = &parameter.example else {
            continue;
        };
        let _ = match (flag.is_positional(), flag.is_switch()) {
            (true, _) => write!(line, " {}", quoted(&text(example))),
            (false, true) => write!(line, " --{}", flag.name),
            (false, false) => write!(line, " --{} {}", flag.name, quoted(&text(example))),
        };
    }
    if let Some(body) = &entry.description.body {
        match &body.example {
            Some(example) => {
                let mut example = example.clone();
                if let Some(schema) = body.json() {
                    entry.document.hide_secrets(schema, &mut example);
                }
                let json = example.to_string();
                let is_short = json.len() <= MAX_EXAMPLE && !json.contains('…');
                match is_short {
                    true => {
                        let _ = write!(line, " --body {}", quoted(&json));
                    }
                    false => line.push_str(" --body @body.json"),
                }
            }
            None => {
                for flag in flags
                    .iter()
                    .filter(|flag| matches!(flag.target, Target::File(_)))
                {
                    let _ = write!(line, " --{} {}.csv", flag.name, flag.name);
                }
            }
        }
    }
    format!("Example:\n  {line}")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A word of a command line for a POSIX shell.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:=@,+%".contains(character);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

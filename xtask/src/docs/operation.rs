//! The part of a page about one operation.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cisco_secure_access_codegen::{Method, facts};
use cisco_secure_access_openapi::words::words;
use cisco_secure_access_openapi::{
    Body, Content, Document, Encoding, Location, Operation, Parameter, Part,
};
use serde_json::Value;

use super::values;

/// The kind of error of a response that reports a failure.
const PARTIAL: &str = "`ErrorKind::Partial`";

/// The longest body that is part of a command.
const MAX_INLINE: usize = 100;

/// An operation, where it is documented, and how it is called.
pub(super) struct Entry<'a> {
    pub(super) document: &'a Document,
    pub(super) operation: &'a Operation,
    pub(super) methods: Vec<Method>,
}

/// The part about an operation. The rows of `shared` parameters are elsewhere on the page.
///
/// # Errors
/// When a schema is not supported.
pub(super) fn section(entry: &Entry<'_>, shared: &BTreeSet<String>) -> Result<String, String> {
    let operation = entry.operation;
    let summary = operation.summary.trim_end_matches('.');
    let mut text = format!("\n## `{}`\n\n{summary}.", operation.id);
    if let Some(description) = &operation.description {
        let _ = write!(text, " {description}");
    }
    text.push_str("\n\n");
    if operation.deprecated {
        text.push_str("- Deprecated\n");
    }
    for method in &entry.methods {
        let _ = writeln!(text, "- Rust: `{}`", method.signature);
    }
    let _ = writeln!(text, "- Command: `{}`", usage(entry));
    for (title, value) in facts(operation, PARTIAL) {
        let _ = writeln!(text, "- {title}: {value}");
    }
    if let Some(response) = response(entry) {
        let _ = writeln!(text, "- {response}");
    }
    parameters(entry, shared, &mut text)?;
    if let Some(body) = &operation.body {
        properties(entry, body, &mut text)?;
    }
    examples(entry, &mut text);
    Ok(text)
}

/// The command with the names of what it needs.
fn usage(entry: &Entry<'_>) -> String {
    let mut line = command(entry);
    for parameter in &entry.operation.parameters {
        let name = kebab(&parameter.rust_name);
        let value = name.replace('-', "_").to_uppercase();
        let _ = match (parameter.location, parameter.is_mandatory()) {
            (Location::Path, _) => write!(line, " <{value}>"),
            (_, true) => write!(line, " --{name} <{value}>"),
            (_, false) => Ok(()),
        };
    }
    match &entry.operation.body {
        Some(body) if matches!(body.content, Content::Multipart(_)) => {}
        Some(body) if body.required => line.push_str(" --body <BODY>"),
        Some(_) => line.push_str(" [--body <BODY>]"),
        None => {}
    }
    for Part { name, required, .. } in parts(entry.operation) {
        let flag = format!("--{} <FILE>", kebab(name));
        let _ = match required {
            true => write!(line, " {flag}"),
            false => write!(line, " [{flag}]"),
        };
    }
    line
}

/// The command, with nothing that it needs.
fn command(entry: &Entry<'_>) -> String {
    let name = entry.operation.id.replace('_', "-");
    format!("secure-access {} {name}", entry.document.scope())
}

/// The files of the only form of a body.
fn parts(operation: &Operation) -> &[Part] {
    match operation.body.as_ref().map(|body| &body.content) {
        Some(Content::Multipart(parts)) => parts,
        _ => &[],
    }
}

/// `siteId` as the name of a flag: `site-id`.
fn kebab(name: &str) -> String {
    words(name).join("-")
}

/// What a call returns: the properties of the response, or of the items of a list.
fn response(entry: &Entry<'_>) -> Option<String> {
    let schema = entry.operation.response()?;
    let document = entry.document;
    let (title, schema) = match &entry.operation.pagination {
        Some(pagination) => {
            let list = document.schema_at(schema, &pagination.items)?;
            ("Items", &document.resolve(list)["items"])
        }
        None => ("Response", schema),
    };
    let (title, schema) = match document.resolve(schema) {
        list if list["type"] == "array" => ("Response, a list", &list["items"]),
        _ => (title, schema),
    };
    let names = document.property_names(schema);
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| format!("{title}: {}", names.join(", ")))
}

/// The head of a table of parameters.
pub(super) const PARAMETERS: &str =
    "\n| parameter | in | type | required | |\n| --- | --- | --- | --- | --- |\n";

/// The table of parameters, and the names of those that are in the table of several operations.
fn parameters(
    entry: &Entry<'_>,
    shared: &BTreeSet<String>,
    text: &mut String,
) -> Result<(), String> {
    let (mut own, mut names) = (String::new(), Vec::new());
    for parameter in &entry.operation.parameters {
        let row = self::parameter(entry, parameter)?;
        match shared.contains(&row) {
            true => names.push(format!("`{}`", parameter.name)),
            false => own.push_str(&row),
        }
    }
    if !own.is_empty() {
        let _ = write!(text, "{PARAMETERS}{own}");
    }
    if !names.is_empty() {
        let names = names.join(", ");
        let _ = writeln!(text, "\n[Shared parameters](#shared-parameters): {names}");
    }
    Ok(())
}

/// The row of a parameter.
///
/// # Errors
/// When its schema is not supported.
pub(super) fn parameter(entry: &Entry<'_>, parameter: &Parameter) -> Result<String, String> {
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    };
    let kind = values::parameter(entry.document, parameter)?;
    Ok(format!(
        "| `{}` | {location} | {} | {} | {} |\n",
        parameter.name,
        values::cell(&kind),
        yes(parameter.is_mandatory()),
        values::cell(&description(parameter)),
    ))
}

fn description(parameter: &Parameter) -> String {
    let text = parameter.description.as_deref().unwrap_or_default();
    match &parameter.default {
        Some(default) => format!("{text} Default: `{default}`.")
            .trim_start()
            .to_owned(),
        None => text.to_owned(),
    }
}

fn yes(is_true: bool) -> &'static str {
    match is_true {
        true => "yes",
        false => "",
    }
}

/// The table of the properties of a body, or of its files.
fn properties(entry: &Entry<'_>, body: &Body, text: &mut String) -> Result<(), String> {
    let (schema, media_type) = match &body.content {
        Content::Json(schema) => (schema, "JSON"),
        Content::Form(schema) => (schema, "a form"),
        Content::Multipart(parts) => {
            files("Body: files.", parts, text);
            return Ok(());
        }
    };
    let pointer = &body.pointer;
    let kind = values::kind(entry.document, schema, pointer)?;
    let about = body.description.as_deref().unwrap_or_default();
    let required = match body.required {
        true => "",
        false => ", optional",
    };
    let _ = writeln!(text, "\nBody, {media_type}{required}: {kind}. {about}");
    let rows = values::rows(entry.document, schema, pointer)?;
    if !rows.is_empty() {
        text.push_str("\n| property | type | required | |\n| --- | --- | --- | --- |\n");
    }
    for row in rows {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            row.path,
            values::cell(&row.kind),
            yes(row.required),
            values::cell(&row.description()),
        );
    }
    if let Some(parts) = &body.alternative {
        files("Or files instead.", parts, text);
    }
    Ok(())
}

fn files(title: &str, parts: &[Part], text: &mut String) {
    let _ = writeln!(
        text,
        "\n{title}\n\n| file | required | |\n| --- | --- | --- |"
    );
    for part in parts {
        let about = part.description.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            part.name,
            yes(part.required),
            values::cell(about),
        );
    }
}

/// The example of the call as a command and in Rust.
fn examples(entry: &Entry<'_>, text: &mut String) {
    let mut line = command(entry);
    for parameter in &entry.operation.parameters {
        let Some(example) = &parameter.example else {
            // A command with a placeholder is what the usage is.
            if parameter.is_mandatory() {
                return;
            }
            continue;
        };
        let name = kebab(&parameter.rust_name);
        let value = quoted(&value_text(example));
        let _ = match (parameter.location, parameter.encoding) {
            (Location::Path, _) => write!(line, " {value}"),
            (_, Encoding::Flag) => write!(line, " --{name}"),
            _ => write!(line, " --{name} {value}"),
        };
    }
    for part in parts(entry.operation) {
        let name = kebab(&part.name);
        let _ = write!(line, " --{name} {name}.csv");
    }
    if let Some(body) = &entry.operation.body
        && let Some(example) = &body.example
    {
        let json = example.to_string();
        let _ = match json.len() <= MAX_INLINE && !has_secret(entry.document, body, example) {
            true => write!(line, " --body {}", quoted(&json)),
            false => write!(line, " --body - <<'JSON'\n{example:#}\nJSON"),
        };
    }
    // Without arguments, an example is the usage.
    if line == command(entry) {
        return;
    }
    let _ = write!(text, "\n```sh\n{line}\n```\n");
    // A body has types, whose names are only in its example.
    if entry.operation.body.is_some() {
        for method in &entry.methods {
            let _ = write!(text, "\n```rust\n{}\n```\n", method.example);
        }
    }
}

/// Whether an example has a secret, which does not belong on a command line.
fn has_secret(document: &Document, body: &Body, example: &Value) -> bool {
    let (Content::Json(schema) | Content::Form(schema)) = &body.content else {
        return false;
    };
    let mut hidden = example.clone();
    document.hide_secrets(schema, &mut hidden);
    hidden != *example
}

/// A value as a command line has it.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(value_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A word of a command line for a POSIX shell.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+%".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

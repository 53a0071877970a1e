//! The values of a command line, as a call.

use std::env;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use cisco_secure_access_openapi::validate::typed;
use clap::ArgMatches;
use serde_json::{Map, Value};

use super::call::{Call, Payload, Values};
use super::flags::{self, BODY, Flag, NO_VALIDATE, Target};
use super::notation::Notation;
use crate::catalog::Entry;
use crate::failure::{Failure, Result};

/// Reads the call of a command line.
///
/// # Errors
/// When a file or a value cannot be read, or a value is not valid.
pub(super) fn call(entry: Entry, matches: &ArgMatches) -> Result<Call> {
    let mut values = Values::new();
    let mut properties = Map::new();
    let mut files = Vec::new();
    for flag in flags::of(entry) {
        if flag.is_switch() {
            if let (Target::Parameter(parameter), true) =
                (&flag.target, matches.get_flag(&flag.id()))
            {
                values.insert(
                    (parameter.location, parameter.name.clone()),
                    Value::Bool(true),
                );
            }
            continue;
        }
        let id = flag.id();
        let Some(texts) = matches.get_many::<String>(&id) else {
            continue;
        };
        let texts: Vec<&str> = texts.map(String::as_str).collect();
        match flag.target {
            Target::File(part) => files.push((part.to_owned(), PathBuf::from(texts.concat()))),
            Target::Parameter(parameter) => {
                let key = (parameter.location, parameter.name.clone());
                values.insert(key, value(entry, &flag, &texts)?);
            }
            Target::Property(name) => {
                properties.insert(name.to_owned(), value(entry, &flag, &texts)?);
            }
        }
    }
    let body = match entry.description.body {
        Some(_) => matches
            .get_one::<String>(BODY)
            .map(|text| body(entry, text)),
        None => None,
    };
    let payload = payload(body.transpose()?, properties, files)?;
    let call = Call::new(entry, values, payload);
    match matches.get_flag(NO_VALIDATE) {
        true => Ok(call),
        false => call.checked(Notation::Flags),
    }
}

/// The body: files, or what `--body` has with the properties of the flags.
fn payload(
    body: Option<Value>,
    properties: Map<String, Value>,
    files: Vec<(String, PathBuf)>,
) -> Result<Payload> {
    match (body, properties.is_empty(), files.is_empty()) {
        (None, true, true) => Ok(Payload::Empty),
        (None, true, false) => Ok(Payload::Files(files)),
        (_, _, false) => Err(Failure::usage(
            "a request has either files or a body, not both",
        )),
        (Some(body), true, true) => Ok(Payload::Value(body)),
        (None, false, true) => Ok(Payload::Value(Value::Object(properties))),
        (Some(Value::Object(mut body)), false, true) => {
            body.extend(properties);
            Ok(Payload::Value(Value::Object(body)))
        }
        (Some(_), false, true) => Err(Failure::usage(
            "--body is not an object, so that flags of properties cannot be added to it",
        )),
    }
}

/// The value of a flag or an argument.
fn value(entry: Entry, flag: &Flag, texts: &[&str]) -> Result<Value> {
    let schema = flag.schema.unwrap_or(&Value::Null);
    if flag.is_secret {
        return secret(flag, &texts.concat()).map(Value::from);
    }
    if flag.is_list() {
        let items = entry.document.resolve(&schema["items"]);
        let mut list = Vec::new();
        for text in texts {
            match json(text).filter(|_| text.starts_with(['[', '{'])) {
                Some(Value::Array(elements)) => list.extend(elements),
                Some(element) => list.push(element),
                None => list.extend(
                    text.split(',')
                        .map(|text| typed(entry.document, items, text)),
                ),
            }
        }
        return Ok(Value::Array(list));
    }
    let text = texts.concat();
    let is_text = schema["type"] == "string";
    // A value whose schema is not a string alone: an object, or one of several forms.
    match json(&text).filter(|_| !is_text && text.starts_with(['[', '{'])) {
        Some(value) => Ok(value),
        None => Ok(typed(entry.document, schema, &text)),
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A secret, which other users of the machine could read on a command line.
fn secret(flag: &Flag, text: &str) -> Result<String> {
    let read = match (text.strip_prefix('@'), text.strip_prefix("env:")) {
        (Some("-"), _) => read_stdin(),
        (Some(path), _) => read_file(path),
        (None, Some(name)) => env::var(name)
            .map_err(|_| Failure::usage(format!("the environment has no variable {name}"))),
        (None, None) => Err(Failure::usage(
            "a secret on the command line is visible to other users of this machine, and stays in the history of the shell",
        )
        .with_hint("Pass @FILE, @- for standard input, or env:NAME for a variable of the environment.")),
    };
    let secret = read.map_err(|error| error.context(&format!("--{}", flag.name)))?;
    Ok(secret.trim_end_matches(['\n', '\r']).to_owned())
}

/// The body of `--body`, which has no secret if it is on the command line.
fn body(entry: Entry, text: &str) -> Result<Value> {
    let value = read_body(text)?;
    if !text.starts_with('@') && text != "-" && has_secret(entry, &value) {
        return Err(Failure::usage(
            "--body: the body contains a secret, which other users of this machine could read on the command line",
        )
        .with_hint("Pass the body with @FILE, or - for standard input."));
    }
    Ok(value)
}

/// Reads a body: JSON or YAML, in the text itself, in a file (`@FILE`) or from standard input (`-`).
///
/// # Errors
/// When it cannot be read, or is neither JSON nor YAML.
pub(crate) fn read_body(text: &str) -> Result<Value> {
    let (source, content) = match text.strip_prefix('@') {
        Some("-") => ("standard input", read_stdin()?),
        Some(path) => (path, read_file(path)?),
        None if text == "-" => ("standard input", read_stdin()?),
        None => ("--body", text.to_owned()),
    };
    match serde_json::from_str(&content) {
        Ok(value) => Ok(value),
        // YAML contains JSON, but its errors do not help with JSON.
        Err(error) if content.trim_start().starts_with(['{', '[']) => {
            Err(Failure::usage(format!("{source}: not valid JSON: {error}")))
        }
        Err(_) => yaml_serde::from_str(&content)
            .map_err(|error| Failure::usage(format!("{source}: not valid YAML: {error}"))),
    }
}

/// Whether a body has a secret.
fn has_secret(entry: Entry, value: &Value) -> bool {
    let schema = entry
        .description
        .body
        .as_ref()
        .and_then(|body| body.media_types.values().next());
    schema.is_some_and(|schema| {
        let mut hidden = value.clone();
        entry.document.hide_secrets(schema, &mut hidden);
        hidden != *value
    })
}

fn read_file(path: &str) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Failure::usage(format!("{path}: {error}")))
}

fn read_stdin() -> Result<String> {
    let mut text = String::new();
    let read = io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| Failure::usage(format!("standard input: {error}")))?;
    Ok(text)
}

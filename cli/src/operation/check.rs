//! Checks the values of a call against the document, before anything is sent.

use cisco_secure_access_openapi::validate::{
    Tolerance, Validators, Violation, label, undocumented,
};
use cisco_secure_access_openapi::{Candidates, Content, Parameter};
use serde_json::Value;

use super::call::{Call, Payload};
use super::flags::{self, Flag, Target};
use crate::catalog;
use crate::failure::{Failure, Result};

/// How alike a name must be to be suggested.
const LIKENESS: f64 = 0.8;

/// Checks the parameters and the body.
///
/// # Errors
/// The first value that is missing or not valid.
pub(super) fn check(call: &Call) -> Result<()> {
    let entry = call.entry;
    let validators = Validators::new(entry.document, entry.description);
    let flags = flags::of(entry);
    for parameter in &entry.description.parameters {
        let Some(value) = call.value(parameter.location, &parameter.name) else {
            if parameter.is_mandatory() {
                return Err(Failure::usage(format!(
                    "{} is required",
                    name(&flags, parameter)
                )));
            }
            continue;
        };
        if flags
            .iter()
            .any(|flag| flag.is_switch() && flag.is_of(parameter))
        {
            continue;
        }
        if let Some(validator) = validators.parameter(parameter) {
            validator
                .check(&mut value.clone(), Tolerance::default())
                .map_err(|violation| {
                    Failure::usage(format!("{}: {violation}", name(&flags, parameter)))
                })?;
        }
    }
    let Some(body) = &entry.description.body else {
        return Ok(());
    };
    match call.payload() {
        Payload::Empty if body.required => Err(Failure::usage(format!(
            "{} needs a body",
            catalog::command_name(entry.operation)
        ))
        .with_hint("Pass it with --body, or its properties with flags. --template prints a body to fill in.")),
        Payload::Empty | Payload::Files(_) => Ok(()),
        Payload::Value(value) => {
            let (media_type, schema) = match &body.content {
                Content::Json(schema) => ("application/json", schema),
                Content::Form(schema) => ("application/x-www-form-urlencoded", schema),
                Content::Multipart(_) => {
                    return Err(Failure::usage("the body consists of files: pass them with their flags"));
                }
            };
            if let Some(validator) = validators.body(media_type) {
                validator
                    .check(&mut value.clone(), Tolerance::default())
                    .map_err(|violation| in_body(&flags, &violation))?;
            }
            known(call, schema, value)
        }
    }
}

/// The name of a parameter on the command line.
fn name(flags: &[Flag], parameter: &Parameter) -> String {
    let flag = flags.iter().find(|flag| flag.is_of(parameter));
    flag.map_or_else(|| label(parameter), Flag::shown)
}

/// Where a violation is in the body: a flag, or a location in JSON.
fn in_body(flags: &[Flag], violation: &Violation) -> Failure {
    let property = violation
        .pointer
        .strip_prefix('/')
        .filter(|rest| !rest.contains('/'));
    let flag = flags.iter().find(|flag| match (&flag.target, property) {
        (Target::Property(name), Some(property)) => *name == property,
        _ => false,
    });
    let place = match (flag, violation.pointer.as_str()) {
        (Some(flag), _) => flag.shown(),
        (None, "") => "body".to_owned(),
        (None, pointer) => format!("body {pointer}"),
    };
    Failure::usage(format!("{place}: {}", violation.message))
}

/// Rejects properties that the document does not have.
fn known(call: &Call, schema: &Value, value: &Value) -> Result<()> {
    let document = call.entry.document;
    let unknown = undocumented(document, schema, value);
    let Some(pointer) = unknown.first() else {
        return Ok(());
    };
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let failure = Failure::usage(format!("body {pointer}: the document has no such property"));
    let siblings = siblings(Candidates::new(document.root(), schema), parent);
    let alike = siblings
        .into_iter()
        .map(|known| {
            (
                strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()),
                known,
            )
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    Err(match alike {
        Some((_, known)) => failure.with_hint(format!(
            "Did you mean `{known}`? --no-validate sends it as it is."
        )),
        None => failure.with_hint("--no-validate sends it as it is."),
    })
}

/// The properties that the object at a JSON pointer can have.
fn siblings(mut candidates: Candidates<'_>, pointer: &str) -> Vec<String> {
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        candidates = match token.parse() {
            Ok(index) if !candidates.documents(&token) => candidates.item(index),
            _ => candidates.property(&token),
        };
    }
    let schemas = candidates.schemas().iter();
    let properties = schemas.filter_map(|schema| schema.get("properties")?.as_object());
    properties
        .flat_map(|properties| properties.keys().cloned())
        .collect()
}

//! Checks the values of a call against the document, before anything is sent.

use cisco_secure_access_openapi::validate::{Tolerance, Validators, undocumented};
use cisco_secure_access_openapi::{Candidates, Content, Encoding};
use serde_json::Value;

use super::call::{Call, Payload};
use super::notation::Notation;
use crate::failure::{Failure, Result};

/// How alike a name must be to be suggested.
const LIKENESS: f64 = 0.8;

/// Checks the parameters and the body.
///
/// # Errors
/// The first value that is missing or not valid.
pub(super) fn check(call: &Call, notation: Notation) -> Result<()> {
    let entry = call.entry;
    let validators = Validators::new(entry.document, entry.description);
    for parameter in &entry.description.parameters {
        let Some(value) = call.value(parameter.location, &parameter.name) else {
            if parameter.is_mandatory() {
                return Err(Failure::usage(format!(
                    "{} is required",
                    notation.parameter(entry, parameter)
                )));
            }
            continue;
        };
        if parameter.encoding == Encoding::Flag {
            continue;
        }
        if let Some(validator) = validators.parameter(parameter) {
            validator
                .check(&mut value.clone(), Tolerance::default())
                .map_err(|violation| {
                    let place = notation.parameter(entry, parameter);
                    Failure::usage(format!("{place}: {violation}"))
                })?;
        }
    }
    let Some(body) = &entry.description.body else {
        return Ok(());
    };
    match call.payload() {
        Payload::Empty if body.required => Err(Failure::usage(format!(
            "{} needs a body",
            notation.operation(entry)
        ))
        .with_hint(notation.body_hint())),
        Payload::Empty | Payload::Files(_) => Ok(()),
        Payload::Value(value) => {
            let (media_type, schema) = match &body.content {
                Content::Json(schema) => ("application/json", schema),
                Content::Form(schema) => ("application/x-www-form-urlencoded", schema),
                Content::Multipart(_) => {
                    return Err(Failure::usage(
                        "the body consists of files: pass them with their flags",
                    ));
                }
            };
            if let Some(validator) = validators.body(media_type) {
                validator
                    .check(&mut value.clone(), Tolerance::default())
                    .map_err(|violation| {
                        let place = notation.body(entry, &violation.pointer);
                        Failure::usage(format!("{place}: {}", violation.message))
                    })?;
            }
            known(call, notation, schema, value)
        }
    }
}

/// Rejects properties that the document does not have.
fn known(call: &Call, notation: Notation, schema: &Value, value: &Value) -> Result<()> {
    let document = call.entry.document;
    let unknown = undocumented(document, schema, value);
    let Some(pointer) = unknown.first() else {
        return Ok(());
    };
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let place = notation.body(call.entry, pointer);
    let failure = Failure::usage(format!("{place}: the document has no such property"));
    let siblings = siblings(Candidates::new(document.root(), schema), parent);
    let question = alike(name, siblings).map(|known| format!("Did you mean `{known}`?"));
    let hints: Vec<String> = question
        .into_iter()
        .chain(notation.unchecked_hint().map(str::to_owned))
        .collect();
    Err(match hints.is_empty() {
        true => failure,
        false => failure.with_hint(hints.join(" ")),
    })
}

/// The name that is most like a misspelt one.
pub(crate) fn alike(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let name = name.to_lowercase();
    let rated = known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name), known));
    let found = rated
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    found.map(|(_, known)| known)
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

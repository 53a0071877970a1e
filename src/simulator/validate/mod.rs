//! Validation of requests against the documents: every parameter and the body, with the crate `jsonschema`.
//!
//! `parameters` and `body` parse the parts of a request and convert them to the types of their schemas; `schema` compiles the schemas of an
//! operation at the first request, with the rules of `prose`, and `report` describes the errors. It depends only on the document model and
//! stores nothing: the caller stores the compiled [`Validators`].

mod body;
mod formats;
mod parameters;
mod prose;
mod report;
mod request;
mod schema;

use cisco_secure_access_openapi::{Document, Location, Operation};

use parameters::{check_time, label};

pub(super) use prose::sample;
pub(super) use request::{RawRequest, Strictness, ValidRequest, ValidationError};
#[cfg(test)]
pub(super) use schema::errors;
pub(super) use schema::{PropertyValidator, Validators, check_member};

/// Checks a request and reads it.
pub(crate) fn check(
    document: &Document,
    operation: &Operation,
    validators: &Validators,
    raw: &RawRequest<'_>,
    strictness: Strictness,
) -> Result<ValidRequest, ValidationError> {
    let mut request = ValidRequest::default();
    let is_known = |name: &str| operation.parameter(Location::Query, name).is_some();
    for (name, _) in raw.query.iter().filter(|(name, _)| !is_known(name)) {
        let location = format!("query parameter `{name}`");
        if strictness.rejects_unknown_queries {
            let text = "the operation does not have this parameter";
            return Err(ValidationError::new(location, text));
        }
        request.ignored.push(location);
    }
    for (parameter, validator) in operation.parameters.iter().zip(&validators.parameters) {
        let location = || label(parameter);
        let Some(mut value) = parameters::read(document, parameter, raw)? else {
            if parameter.required {
                return Err(ValidationError::new(location(), "a value is required"));
            }
            continue;
        };
        if let Some(schema) = validator {
            schema
                .check(&mut value, strictness)
                .map_err(|(pointer, text)| {
                    ValidationError::new(format!("{}{pointer}", location()), text)
                })?;
        }
        if let Some(form) = parameter.time {
            check_time(form, &value).map_err(|text| ValidationError::new(location(), text))?;
        }
        if parameter.location == Location::Query {
            request.query.insert(parameter.name.clone(), value);
        }
    }
    if operation.body.is_none() && !raw.body.is_empty() {
        request.ignored.push("body".to_owned());
    }
    request.body = body::read(document, operation, validators, raw, strictness)?;
    Ok(request)
}

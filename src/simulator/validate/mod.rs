//! Requests against the documents: every parameter and the body, with the crate `jsonschema`.
//!
//! `parameters` and `body` read what a request has of each and give it the types of its schema; `schema` compiles the schemas of an operation
//! for the first request. It depends on the document model alone and keeps nothing: the caller keeps the compiled [`Validators`].

mod body;
mod parameters;
mod request;
mod schema;

use cisco_secure_access_openapi::{Document, Location, Operation};

use parameters::{check_time, label};
use schema::first_error;

pub(super) use request::{RawRequest, ValidRequest, ValidationError};
#[cfg(test)]
pub(super) use schema::errors;
pub(super) use schema::{Validators, check_value};

/// Checks a request and reads it.
pub(crate) fn check(
    document: &Document,
    operation: &Operation,
    validators: &Validators,
    raw: &RawRequest<'_>,
) -> Result<ValidRequest, ValidationError> {
    let is_known = |name: &str| {
        let parameters = operation.parameters.iter();
        parameters
            .filter(|parameter| parameter.location == Location::Query)
            .any(|parameter| parameter.name == name)
    };
    if let Some((name, _)) = raw.query.iter().find(|(name, _)| !is_known(name)) {
        return Err(ValidationError::new(
            format!("query parameter `{name}`"),
            "the operation has no such parameter",
        ));
    }
    let mut request = ValidRequest::default();
    for (parameter, validator) in operation.parameters.iter().zip(&validators.parameters) {
        let location = || label(parameter);
        let Some(value) = parameters::read(document, parameter, raw)? else {
            if parameter.required {
                return Err(ValidationError::new(location(), "it is required"));
            }
            continue;
        };
        if let Some(error) = first_error(validator.as_ref(), &value, &[]) {
            return Err(ValidationError::new(
                format!("{}{}", location(), error.0),
                error.1,
            ));
        }
        if let Some(form) = parameter.time {
            check_time(form, &value).map_err(|text| ValidationError::new(location(), text))?;
        }
        if parameter.location == Location::Query {
            request.query.insert(parameter.name.clone(), value);
        }
    }
    request.body = body::read(document, operation, validators, raw)?;
    Ok(request)
}

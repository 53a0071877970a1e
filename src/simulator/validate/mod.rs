//! Validation of requests against the documents: every parameter and the body.
//!
//! `parameters` and `body` read the parts of a request; the crate `openapi` validates them. Nothing is stored here: the caller stores the
//! compiled [`Validators`].

mod body;
mod parameters;
mod request;

use cisco_secure_access_openapi::validate::{Validators, label};
use cisco_secure_access_openapi::{Document, Location, Operation};

pub(super) use request::{RawRequest, Strictness, ValidRequest, ValidationError};

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
    for parameter in &operation.parameters {
        let location = || label(parameter);
        let Some(mut value) = parameters::read(document, parameter, raw)? else {
            if parameter.required {
                return Err(ValidationError::new(location(), "a value is required"));
            }
            continue;
        };
        if let Some(validator) = validators.parameter(parameter) {
            let checked = validator.check(&mut value, strictness.values);
            checked.map_err(|error| {
                ValidationError::new(format!("{}{}", location(), error.pointer), error.message)
            })?;
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

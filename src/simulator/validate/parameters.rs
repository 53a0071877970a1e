//! The values of parameters in a request.

use cisco_secure_access_openapi::validate::{label, parameter_value};
use cisco_secure_access_openapi::{Document, Location, Parameter};
use serde_json::Value;

use super::request::{RawRequest, ValidationError};

/// The value of a parameter, if the request has it.
pub(super) fn read(
    document: &Document,
    parameter: &Parameter,
    raw: &RawRequest<'_>,
) -> Result<Option<Value>, ValidationError> {
    let name = parameter.name.as_str();
    let texts: Vec<&str> = match parameter.location {
        Location::Path => raw.path.get(name).map(String::as_str).into_iter().collect(),
        Location::Header => {
            let value = raw.headers.get(name);
            value
                .and_then(|value| value.to_str().ok())
                .into_iter()
                .collect()
        }
        Location::Query => {
            let pairs = raw.query.iter().filter(|(known, _)| known == name);
            pairs.map(|(_, value)| value.as_str()).collect()
        }
    };
    parameter_value(document, parameter, &texts)
        .map_err(|error| ValidationError::new(label(parameter), error.message))
}

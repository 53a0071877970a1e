//! The body of a request: JSON, a form, or a multipart form.

use cisco_secure_access_openapi::validate::{Validators, typed};
use cisco_secure_access_openapi::{Document, Operation};
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::request::{RawRequest, Strictness, ValidationError};
use crate::simulator::http::multipart;

/// Reads and checks the body; null where the request has none.
pub(super) fn read(
    document: &Document,
    operation: &Operation,
    validators: &Validators,
    raw: &RawRequest<'_>,
    strictness: Strictness,
) -> Result<Value, ValidationError> {
    // A body where none is documented has no meaning (RFC 9110, 9.3): it is ignored.
    let Some(body) = &operation.body else {
        return Ok(Value::Null);
    };
    if raw.body.is_empty() {
        return match body.required {
            true => Err(ValidationError::new("body", "a value is required")),
            false => Ok(Value::Null),
        };
    }
    let header = raw.headers.get(CONTENT_TYPE);
    let header = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = header.split(';').next().unwrap_or_default().trim();
    let Some((media, schema)) = body.media_types.get_key_value(media) else {
        let known: Vec<_> = body.media_types.keys().map(String::as_str).collect();
        let mut error = ValidationError::new(
            "header `content-type`",
            format!("expected {}, not `{media}`", known.join(" or ")),
        );
        error.status = 415;
        return Err(error);
    };
    let mut value = match media.as_str() {
        "application/json" => serde_json::from_slice(raw.body)
            .map_err(|error| ValidationError::new("body", format!("no JSON: {error}")))?,
        "multipart/form-data" => {
            let fields = multipart::read(header, raw.body)
                .map_err(|text| ValidationError::new("body", text))?;
            typed_fields(document, schema, fields)
        }
        _ => {
            let fields = url::form_urlencoded::parse(raw.body).into_owned();
            typed_fields(document, schema, fields)
        }
    };
    if let Some(validator) = validators.body(media) {
        validator.check(&mut value, strictness.values)?;
    }
    Ok(value)
}

/// The fields of a form as an object of the types that the schema has.
fn typed_fields(
    document: &Document,
    schema: &Value,
    fields: impl IntoIterator<Item = (String, String)>,
) -> Value {
    let value = |(name, text): (String, String)| {
        let property = document.property(schema, &name).unwrap_or(&Value::Null);
        let value = typed(document, property, &text);
        (name, value)
    };
    Value::Object(fields.into_iter().map(value).collect())
}

//! The values of parameters, with the types that their schemas have.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use cisco_secure_access_openapi::{Document, Encoding, Location, Parameter, TimeForm};
use serde_json::Value;

use super::request::{RawRequest, ValidationError};

/// The name of a parameter in an error.
pub(super) fn label(parameter: &Parameter) -> String {
    let location = match parameter.location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
    };
    format!("{location} `{}`", parameter.name)
}

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
    let Some(first) = texts.first() else {
        return Ok(None);
    };
    let schema = document.resolve(&parameter.schema);
    let is_list = schema["type"] == "array";
    // Other clients repeat a parameter for each element of a list, however it is documented.
    let is_json = parameter.encoding == Encoding::Json && first.trim_start().starts_with('[');
    if is_list && (!is_json || texts.len() > 1) {
        let items = document.resolve(&schema["items"]);
        let elements = texts.iter().flat_map(|text| match parameter.encoding {
            Encoding::Comma => text.split(',').collect(),
            _ => vec![*text],
        });
        return Ok(Some(elements.map(|text| typed(items, text)).collect()));
    }
    if texts.len() > 1 {
        return Err(ValidationError::new(
            label(parameter),
            "it occurs more than once",
        ));
    }
    if parameter.encoding == Encoding::Json {
        let value = serde_json::from_str(first)
            .map_err(|error| ValidationError::new(label(parameter), format!("no JSON: {error}")))?;
        return Ok(Some(value));
    }
    Ok(Some(typed(schema, first)))
}

/// Converts a string to the type of the schema; an invalid string is kept, and the schema rejects it. A time in another notation of ISO
/// 8601 is converted to RFC 3339.
pub(super) fn typed(schema: &Value, text: &str) -> Value {
    let parsed = match schema["type"].as_str() {
        Some("string") if schema["format"] == "date-time" => iso_time(text).map(Value::from),
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

/// A time whose zone has no colon or is missing, as RFC 3339 has it.
fn iso_time(text: &str) -> Option<String> {
    let zoned = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok();
    let local = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let time = zoned.map(|time| time.to_utc());
    time.or_else(|| local().map(|time| time.and_utc()))
        .map(|time| time.to_rfc3339())
}

/// Whether a time is written as the extension `x-time`.
pub(super) fn check_time(form: TimeForm, value: &Value) -> Result<(), &'static str> {
    let text = value.as_str().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if form == TimeForm::Reporting {
        let is_relative = text.strip_prefix('-').is_some_and(|rest| {
            let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
            digits.len() < rest.len() && is_number(digits)
        });
        return match text == "now" || is_number(text) || is_relative {
            true => Ok(()),
            false => Err("expected epoch milliseconds, `now`, or a relative time such as `-1days`"),
        };
    }
    let is_date = NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    match is_date || DateTime::parse_from_rfc3339(text).is_ok() {
        true => Ok(()),
        false => Err("expected a date, or a date with time and zone (RFC 3339)"),
    }
}

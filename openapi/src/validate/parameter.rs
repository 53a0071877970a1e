//! The values of parameters, with the types that their schemas have.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use super::violation::Violation;
use crate::parameter::{Encoding, Location, Parameter, TimeForm};
use crate::root::Root;

/// The name of a parameter in an error, with its location in a request.
#[must_use]
pub fn label(parameter: &Parameter) -> String {
    let location = match parameter.location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
    };
    format!("{location} `{}`", parameter.name)
}

/// The value of a parameter that was written in these texts: several for a list whose elements each have their own text.
///
/// ```
/// use cisco_secure_access_openapi::{Document, validate::parameter_value};
/// use serde_json::json;
///
/// # let document = Document::new("harbour", json!({"openapi": "3.0.3", "paths": {"/harbour/v1/piers": {"get": {
/// #     "operationId": "list_piers", "summary": "List piers", "tags": ["Piers"], "responses": {"204": {}},
/// #     "parameters": [{"name": "ids", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "integer"}}}],
/// # }}}}))?;
/// let ids = &document.operations()[0].parameters[0];
/// assert_eq!(parameter_value(&document, ids, &["1,2"])?, Some(json!([1, 2])));
/// assert_eq!(parameter_value(&document, ids, &["1", "2"])?, Some(json!([1, 2])));
/// assert_eq!(parameter_value(&document, ids, &[])?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When there are several texts and the value is not a list, or when the value is JSON and the text is not. A text that does not have the
/// type of the schema is no error here: it remains a string, which the schema rejects.
pub fn parameter_value(
    root: &Root,
    parameter: &Parameter,
    texts: &[&str],
) -> Result<Option<Value>, Violation> {
    let Some(first) = texts.first() else {
        return Ok(None);
    };
    let schema = root.resolve(&parameter.schema);
    let is_list = schema["type"] == "array";
    // Other clients repeat a parameter for each element of a list, however it is documented.
    let is_json = parameter.encoding == Encoding::Json && first.trim_start().starts_with('[');
    if is_list && (!is_json || texts.len() > 1) {
        let elements = texts.iter().flat_map(|text| match parameter.encoding {
            Encoding::Comma => text.split(',').collect(),
            _ => vec![*text],
        });
        return Ok(Some(
            elements
                .map(|text| typed(root, &schema["items"], text))
                .collect(),
        ));
    }
    if texts.len() > 1 {
        return Err(Violation::new("", "it occurs more than once"));
    }
    if parameter.encoding == Encoding::Json {
        let value = serde_json::from_str(first)
            .map_err(|error| Violation::new("", format!("no JSON: {error}")))?;
        return Ok(Some(value));
    }
    Ok(Some(typed(root, schema, first)))
}

/// Converts a text to the type of the schema; a text that does not have it remains a string, which the schema rejects. A time in another
/// notation of ISO 8601 is converted to RFC 3339.
#[must_use]
pub fn typed(root: &Root, schema: &Value, text: &str) -> Value {
    let schema = root.resolve(schema);
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
pub(super) fn check_time(form: TimeForm, value: &Value) -> Result<(), Violation> {
    let text = value.as_str().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (is_valid, expected) = match form {
        TimeForm::Reporting => {
            let is_relative = text.strip_prefix('-').is_some_and(|rest| {
                let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
                digits.len() < rest.len() && is_number(digits)
            });
            let is_valid = text == "now" || is_number(text) || is_relative;
            (
                is_valid,
                "epoch milliseconds, `now`, or a relative time such as `-1days`",
            )
        }
        TimeForm::Rfc3339 => {
            let is_date = NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
            let is_valid = is_date || DateTime::parse_from_rfc3339(text).is_ok();
            (is_valid, "a date, or a date with time and zone (RFC 3339)")
        }
    };
    match is_valid {
        true => Ok(()),
        false => Err(Violation::new("", format!("expected {expected}"))),
    }
}

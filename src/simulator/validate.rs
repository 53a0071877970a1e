//! Requests against the documents: every parameter and the body, with the crate `jsonschema`.
//!
//! The checks of an operation are compiled when it is first called.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::document::{Document, Encoding, Location, Operation, Parameter};
use super::multipart;

/// The compiled schemas of an operation: one for each parameter, one for each media type of the body.
#[derive(Debug)]
pub(super) struct Checks {
    parameters: Vec<Option<Validator>>,
    bodies: BTreeMap<String, Option<Validator>>,
}

/// A request, before it is checked.
pub(super) struct Raw<'a> {
    pub(super) path: &'a BTreeMap<String, String>,
    pub(super) query: &'a [(String, String)],
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// What a valid request says.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) query: BTreeMap<String, Value>,
    pub(super) body: Value,
}

/// What is wrong with a request.
#[derive(Debug)]
pub(super) struct Problem {
    /// The parameter, or the JSON pointer into the body.
    pub(super) place: String,
    pub(super) text: String,
    pub(super) status: u16,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, text: impl fmt::Display) -> Self {
        Self {
            place: place.into(),
            text: text.to_string(),
            status: 400,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Checks a request and reads it.
pub(super) fn check(
    document: &Document,
    operation: &Operation,
    raw: &Raw<'_>,
) -> Result<Input, Problem> {
    let checks = operation
        .checks
        .get_or_init(|| Checks::compile(document, operation));
    let is_known = |name: &str| {
        let parameters = operation.parameters.iter();
        parameters
            .filter(|parameter| parameter.location == Location::Query)
            .any(|parameter| parameter.name == name)
    };
    if let Some((name, _)) = raw.query.iter().find(|(name, _)| !is_known(name)) {
        return Err(Problem::new(
            format!("query parameter `{name}`"),
            "the operation has no such parameter",
        ));
    }
    let mut input = Input::default();
    for (parameter, validator) in operation.parameters.iter().zip(&checks.parameters) {
        let place = || parameter.to_string();
        let Some(value) = read(document, parameter, raw)? else {
            if parameter.required {
                return Err(Problem::new(place(), "it is required"));
            }
            continue;
        };
        if let Some(error) = first_error(validator.as_ref(), &value) {
            return Err(Problem::new(format!("{}{}", place(), error.0), error.1));
        }
        if let Some(form) = &parameter.time {
            check_time(form, &value).map_err(|text| Problem::new(place(), text))?;
        }
        if parameter.location == Location::Query {
            input.query.insert(parameter.name.clone(), value);
        }
    }
    input.body = check_body(document, operation, checks, raw)?;
    Ok(input)
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = match self.location {
            Location::Path => "path parameter",
            Location::Query => "query parameter",
            Location::Header => "header",
        };
        write!(f, "{location} `{}`", self.name)
    }
}

/// The value of a parameter, if the request has it.
fn read(
    document: &Document,
    parameter: &Parameter,
    raw: &Raw<'_>,
) -> Result<Option<Value>, Problem> {
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
    let is_json = parameter.encoding == Encoding::Json || schema["type"] == "object";
    if schema["type"] == "array" && !is_json {
        let items = document.resolve(&schema["items"]);
        let values: Vec<Value> = if parameter.encoding == Encoding::Repeated {
            texts.iter().map(|text| typed(items, text)).collect()
        } else {
            first.split(',').map(|text| typed(items, text)).collect()
        };
        return Ok(Some(Value::Array(values)));
    }
    if texts.len() > 1 {
        return Err(Problem::new(
            parameter.to_string(),
            "it is given more than once",
        ));
    }
    if is_json {
        let value = serde_json::from_str(first)
            .map_err(|error| Problem::new(parameter.to_string(), format!("no JSON: {error}")))?;
        return Ok(Some(value));
    }
    Ok(Some(typed(schema, first)))
}

/// A text as the type that the schema wants; where it is none, the text, which the schema then refuses.
fn typed(schema: &Value, text: &str) -> Value {
    let parsed = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

/// Whether a time has the form of the extension `x-time`.
fn check_time(form: &str, value: &Value) -> Result<(), &'static str> {
    let text = value.as_str().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if form == "reporting" {
        let is_relative = text.strip_prefix('-').is_some_and(|rest| {
            let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
            digits.len() < rest.len() && is_number(digits)
        });
        return match text == "now" || is_number(text) || is_relative {
            true => Ok(()),
            false => Err("expected epoch milliseconds, `now`, or words such as `-1days`"),
        };
    }
    let is_date = NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    match is_date || DateTime::parse_from_rfc3339(text).is_ok() {
        true => Ok(()),
        false => Err("expected a date, or a date with time and zone (RFC 3339)"),
    }
}

fn check_body(
    document: &Document,
    operation: &Operation,
    checks: &Checks,
    raw: &Raw<'_>,
) -> Result<Value, Problem> {
    let Some(body) = &operation.body else {
        return match raw.body.is_empty() {
            true => Ok(Value::Null),
            false => Err(Problem::new("body", "the operation takes none")),
        };
    };
    if raw.body.is_empty() {
        return match body.required {
            true => Err(Problem::new("body", "it is required")),
            false => Ok(Value::Null),
        };
    }
    let header = raw.headers.get(CONTENT_TYPE);
    let header = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media = header.split(';').next().unwrap_or_default().trim();
    let Some((media, schema)) = body.content.get_key_value(media) else {
        let known: Vec<_> = body.content.keys().map(String::as_str).collect();
        let mut problem = Problem::new(
            "header `content-type`",
            format!("expected {}, not `{media}`", known.join(" or ")),
        );
        problem.status = 415;
        return Err(problem);
    };
    let value = match media.as_str() {
        "application/json" => serde_json::from_slice(raw.body)
            .map_err(|error| Problem::new("body", format!("no JSON: {error}")))?,
        "multipart/form-data" => {
            let fields =
                multipart::read(header, raw.body).map_err(|text| Problem::new("body", text))?;
            typed_fields(document, schema, fields)
        }
        _ => {
            let fields = url::form_urlencoded::parse(raw.body).into_owned();
            typed_fields(document, schema, fields)
        }
    };
    let validator = checks.bodies.get(media).and_then(Option::as_ref);
    match first_error(validator, &value) {
        None => Ok(value),
        Some((pointer, text)) if pointer.is_empty() => Err(Problem::new("body", text)),
        Some((pointer, text)) => Err(Problem::new(format!("body {pointer}"), text)),
    }
}

/// Checks a value in the body that is for the property at a JSON pointer.
pub(super) fn check_value(
    document: &Document,
    schema: &Value,
    pointer: &str,
    value: &Value,
) -> Result<(), Problem> {
    match first_error(validator(document, schema).as_ref(), value) {
        Some((_, text)) => Err(Problem::new(format!("body {pointer}"), text)),
        None => Ok(()),
    }
}

/// The fields of a form as an object of the types that the schema wants.
fn typed_fields(
    document: &Document,
    schema: &Value,
    fields: impl IntoIterator<Item = (String, String)>,
) -> Value {
    let value = |(name, text): (String, String)| {
        let property = document.property(schema, &name).unwrap_or(&Value::Null);
        let value = typed(document.resolve(property), &text);
        (name, value)
    };
    Value::Object(fields.into_iter().map(value).collect())
}

/// Where a value breaks its schema, as a JSON pointer, and how.
fn first_error(validator: Option<&Validator>, value: &Value) -> Option<(String, String)> {
    let error = validator?.iter_errors(value).next()?;
    Some((
        error.instance_path().to_string(),
        error.masked().to_string(),
    ))
}

impl Checks {
    fn compile(document: &Document, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter();
        let bodies = operation.body.iter().flat_map(|body| &body.content);
        Self {
            parameters: parameters
                .map(|parameter| validator(document, &parameter.schema))
                .collect(),
            bodies: bodies
                .map(|(media, schema)| (media.clone(), validator(document, schema)))
                .collect(),
        }
    }
}

/// Compiles a schema of a request; `None` where it cannot be, which a test rules out for the schemas of the documents.
fn validator(document: &Document, schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&standalone(document, schema))
        .ok()
}

/// All that is wrong with a value.
#[cfg(test)]
pub(super) fn errors(document: &Document, schema: &Value, value: &Value) -> Vec<String> {
    let Some(validator) = validator(document, schema) else {
        return vec!["its schema does not compile".to_owned()];
    };
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A schema of a request as JSON Schema, together with all schemas that it refers to.
fn standalone(document: &Document, schema: &Value) -> Value {
    let mut definitions = Map::new();
    let mut wanted = Vec::new();
    let mut root = translate(document, schema, &mut wanted);
    while let Some(name) = wanted.pop() {
        if !definitions.contains_key(&name) {
            let schema = translate(document, document.schema(&name), &mut wanted);
            definitions.insert(name, schema);
        }
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

/// What OpenAPI 3.0 says otherwise than JSON Schema: references, `nullable`, and properties that only answers have.
fn translate(document: &Document, schema: &Value, wanted: &mut Vec<String>) -> Value {
    if let Some(name) = Document::reference(schema) {
        wanted.push(name.to_owned());
        return json!({"$ref": format!("#/$defs/{name}")});
    }
    let Some(object) = schema.as_object() else {
        return json!({});
    };
    let mut result = Map::new();
    for (keyword, value) in object {
        let value = match keyword.as_str() {
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                let properties = properties
                    .map(|(name, property)| (name.clone(), translate(document, property, wanted)));
                Value::Object(properties.collect())
            }
            "items" | "not" => translate(document, value, wanted),
            "additionalProperties" if value.is_object() => translate(document, value, wanted),
            "oneOf" | "anyOf" | "allOf" => {
                let parts = value.as_array().into_iter().flatten();
                parts
                    .map(|part| translate(document, part, wanted))
                    .collect()
            }
            "required" => {
                let is_sent = |name: &&Value| {
                    let property = &schema["properties"][name.as_str().unwrap_or_default()];
                    document.resolve(property)["readOnly"] != true && property["readOnly"] != true
                };
                let names = value.as_array().into_iter().flatten();
                names.filter(is_sent).cloned().collect()
            }
            // A time that is written in another way than `format` says, or is empty.
            "format" if schema.get("x-time-format").is_some() => continue,
            "type"
            | "enum"
            | "format"
            | "pattern"
            | "minimum"
            | "maximum"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "minProperties"
            | "maxProperties"
            | "multipleOf"
            | "additionalProperties" => value.clone(),
            _ => continue,
        };
        // The documents say `oneOf` of forms that overlap, so that a value of several forms is as good as one of a single form.
        let keyword = match keyword.as_str() {
            "oneOf" => "anyOf",
            other => other,
        };
        result.insert(keyword.to_owned(), value);
    }
    match schema["nullable"] == true {
        true => json!({"anyOf": [result, {"type": "null"}]}),
        false => Value::Object(result),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::document;

    #[test]
    fn the_schemas_of_all_requests_compile() {
        for (document, operation) in document::all() {
            let checks = Checks::compile(document, operation);
            assert!(
                checks
                    .parameters
                    .iter()
                    .chain(checks.bodies.values())
                    .all(Option::is_some),
                "{}",
                operation.id
            );
        }
    }
}

//! The schemas of requests as JSON Schema, compiled.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Document, Operation, reference};
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value, json};

use super::request::ValidationError;

/// The compiled schemas of an operation: one for each parameter, one for each media type of the body.
#[derive(Debug)]
pub(crate) struct Validators {
    pub(super) parameters: Vec<Option<Validator>>,
    bodies: BTreeMap<String, Option<Validator>>,
}

impl Validators {
    pub(crate) fn compile(document: &Document, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter();
        let bodies = operation.body.iter().flat_map(|body| &body.media_types);
        Self {
            parameters: parameters
                .map(|parameter| validator(document, &parameter.schema))
                .collect(),
            bodies: bodies
                .map(|(media, schema)| (media.clone(), validator(document, schema)))
                .collect(),
        }
    }

    /// The schema of a body of this media type.
    pub(super) fn body(&self, media_type: &str) -> Option<&Validator> {
        self.bodies.get(media_type)?.as_ref()
    }

    /// Whether all of the schemas were compiled.
    #[cfg(test)]
    pub(crate) fn is_complete(&self) -> bool {
        let mut all = self.parameters.iter().chain(self.bodies.values());
        all.all(Option::is_some)
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
pub(crate) fn errors(document: &Document, schema: &Value, value: &Value) -> Vec<String> {
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
            let schema = translate(
                document,
                document.schema(&name).unwrap_or(&Value::Null),
                &mut wanted,
            );
            definitions.insert(name, schema);
        }
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

/// What OpenAPI 3.0 says otherwise than JSON Schema: references, `nullable`, and properties that only responses have.
fn translate(document: &Document, schema: &Value, wanted: &mut Vec<String>) -> Value {
    if let Some(name) = reference(schema) {
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
        // The documents say `oneOf` of variants that overlap, so a value of several variants is as good as one of a single variant.
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

/// Where a value breaks its schema, as a JSON pointer, and how; `unlisted` has the values that are valid though an enumeration does not
/// list them.
pub(super) fn first_error(
    validator: Option<&Validator>,
    value: &Value,
    unlisted: &[&str],
) -> Option<(String, String)> {
    let is_unlisted = |error: &jsonschema::ValidationError<'_>| {
        let is_enum = matches!(error.kind(), ValidationErrorKind::Enum { .. });
        let text = error.instance().as_str();
        is_enum && text.is_some_and(|text| unlisted.contains(&text))
    };
    let mut errors = validator?.iter_errors(value);
    let error = errors.find(|error| !is_unlisted(error))?;
    Some((
        error.instance_path().to_string(),
        error.masked().to_string(),
    ))
}

/// Checks a value in the body that is for the property at a JSON pointer.
pub(crate) fn check_value(
    document: &Document,
    schema: &Value,
    pointer: &str,
    value: &Value,
) -> Result<(), ValidationError> {
    match first_error(validator(document, schema).as_ref(), value, &[]) {
        Some((_, text)) => Err(ValidationError::new(format!("body {pointer}"), text)),
        None => Ok(()),
    }
}

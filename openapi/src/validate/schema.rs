//! Compiled schemas: of a value, and of one property of an object.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::formats::with_formats;
use super::json_schema::{Rules, standalone};
use super::parameter::check_time;
use super::report;
use super::violation::Violation;
use crate::document::Document;
use crate::parameter::TimeForm;

/// What a validator accepts besides valid values: by default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tolerance {
    /// Values of enumerations in any case. [`SchemaValidator::check`] corrects their case.
    pub ignores_case: bool,
    /// Values that no enumeration has to list.
    pub unlisted: &'static [&'static str],
}

/// A schema of a document, compiled.
#[derive(Debug)]
pub struct SchemaValidator {
    validator: Validator,
    /// As JSON Schema: errors name what they find in it.
    schema: Value,
    /// How the value is written if it is a time.
    time: Option<TimeForm>,
}

impl SchemaValidator {
    /// Compiles a schema of requests, with the [rules](super::rules) that the documents state in words. Read-only properties are not
    /// required. `None` if it does not compile; a test checks that the schemas of all requests of the documents compile.
    #[must_use]
    pub fn of_request(document: &Document, schema: &Value) -> Option<Self> {
        Self::compile(document, schema, Rules::Enforced)
    }

    /// Compiles a schema of responses: as its keywords define it. `None` if it does not compile.
    #[must_use]
    pub fn of_response(document: &Document, schema: &Value) -> Option<Self> {
        Self::compile(document, schema, Rules::Ignored)
    }

    fn compile(document: &Document, schema: &Value, rules: Rules) -> Option<Self> {
        let schema = standalone(document, schema, rules);
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        let validator = with_formats(options).build(&schema).ok()?;
        Some(Self {
            validator,
            schema,
            time: None,
        })
    }

    /// The same validator for a time that is written in this form.
    pub(super) fn with_time(self, time: Option<TimeForm>) -> Self {
        Self { time, ..self }
    }

    /// Checks a value. The values of enumerations get their documented case if case is ignored; otherwise the value does not change.
    ///
    /// # Errors
    /// The first violation.
    pub fn check(&self, value: &mut Value, tolerance: Tolerance) -> Result<(), Violation> {
        if tolerance.ignores_case {
            self.correct_case(value);
        }
        let is_unlisted =
            |error: &jsonschema::ValidationError<'_>| report::is_one_of(error, tolerance.unlisted);
        let mut errors = self.validator.iter_errors(value);
        match errors.find(|error| !is_unlisted(error)) {
            None => self.time.map_or(Ok(()), |form| check_time(form, value)),
            Some(error) => Err(report::of(&self.schema, &error)),
        }
    }

    /// All violations of a value.
    pub fn violations<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = Violation> + 'a {
        let errors = self.validator.iter_errors(value);
        errors.map(|error| report::of(&self.schema, &error))
    }

    /// Checks the value at a JSON pointer into an object that has nothing else, so that the rules for the property hold.
    ///
    /// # Errors
    /// The first violation, whose pointer begins with this one.
    pub fn check_member(&self, pointer: &str, value: &Value) -> Result<(), Violation> {
        let names = pointer.rsplit('/').filter(|name| !name.is_empty());
        let object = names.fold(value.clone(), |value, name| json!({name: value}));
        let mut errors = self.validator.iter_errors(&object);
        let is_of_value = |error: &jsonschema::ValidationError<'_>| {
            error.instance_path().as_str().starts_with(pointer)
        };
        match errors.find(is_of_value) {
            Some(error) => Err(report::of(&self.schema, &error)),
            None => Ok(()),
        }
    }

    /// Replaces values that differ from a documented one only in case by the documented one.
    fn correct_case(&self, value: &mut Value) {
        let errors = self.validator.iter_errors(value);
        let corrections: Vec<_> = errors
            .flat_map(|error| report::corrections(&error))
            .collect();
        for (pointer, documented) in corrections {
            if let Some(value) = value.pointer_mut(&pointer) {
                *value = documented;
            }
        }
    }
}

/// Validates the values of one property, independently of the other properties of the object.
#[derive(Debug)]
pub struct PropertyValidator {
    pointer: String,
    holder: Option<SchemaValidator>,
}

impl PropertyValidator {
    /// Compiles the schema of the property. Any value is valid if the schema does not compile.
    #[must_use]
    pub fn new(document: &Document, name: &str, schema: &Value) -> Self {
        let holder = json!({"properties": {name: schema}});
        Self {
            pointer: format!("/{name}"),
            holder: SchemaValidator::of_request(document, &holder),
        }
    }

    /// Checks a value of the property.
    ///
    /// # Errors
    /// The first violation, whose pointer begins with the name of the property.
    pub fn check(&self, value: &Value) -> Result<(), Violation> {
        match &self.holder {
            Some(holder) => holder.check_member(&self.pointer, value),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let text = json!({
            "openapi": "3.0.3",
            "info": {"title": "Harbour", "version": "1"},
            "paths": {},
            "components": {"schemas": {
                "Depth": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "exclusiveMaximum": 9},
                "Crane": {"type": "object", "properties": {"kind": {"type": "string"}, "load": {"type": "integer"}}, "required": ["load"]},
                "Tug": {"type": "object", "properties": {"kind": {"type": "string"}, "power": {"enum": ["diesel", "steam"]}}},
                "Machine": {
                    "oneOf": [{"$ref": "#/components/schemas/Crane"}, {"$ref": "#/components/schemas/Tug"}],
                    "discriminator": {"propertyName": "kind", "mapping": {
                        "crane": "#/components/schemas/Crane", "tug": "#/components/schemas/Tug",
                    }},
                },
                "Cargo": {"oneOf": [
                    {"type": "string"}, {"$ref": "#/components/schemas/Crane"}, {"type": "array", "items": {"type": "string"}},
                ]},
            }},
        });
        Document::parse("harbour", &text.to_string()).unwrap()
    }

    fn error(schema: &str, mut value: Value) -> Option<(String, String)> {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        let compiled = SchemaValidator::of_request(&document(), &schema).unwrap();
        let violation = compiled.check(&mut value, Tolerance::default()).err()?;
        Some((violation.pointer, violation.message))
    }

    #[test]
    fn exclusive_bounds_are_checked_as_flags_and_as_numbers() {
        assert_eq!(error("Depth", json!(4)), None);
        assert!(error("Depth", json!(0)).is_some());
        assert!(error("Depth", json!(9)).is_some());
    }

    #[test]
    fn the_discriminator_selects_the_variant() {
        assert_eq!(error("Machine", json!({"kind": "tug"})), None);
        let (pointer, text) = error("Machine", json!({"kind": "crane"})).unwrap();
        assert_eq!(pointer, "/load");
        assert!(text.contains("of `crane`"), "{text}");
        let (pointer, text) = error("Machine", json!({"kind": "barge"})).unwrap();
        assert_eq!(
            (pointer.as_str(), text.as_str()),
            ("/kind", "expected one of crane, tug")
        );
        assert_eq!(error("Machine", json!({})).unwrap().0, "/kind");
    }

    #[test]
    fn without_a_discriminator_it_is_the_closest_variant() {
        assert_eq!(error("Cargo", json!("coal")), None);
        let (pointer, text) = error("Cargo", json!({"load": "coal"})).unwrap();
        assert_eq!(pointer, "/load");
        assert!(text.contains("of `Crane`"), "{text}");
        let (pointer, text) = error("Cargo", json!(["coal", 7])).unwrap();
        assert_eq!(pointer, "/1", "{text}");
        let (pointer, text) = error("Cargo", json!(7)).unwrap();
        assert_eq!(pointer, "");
        assert!(text.contains("Crane"), "{text}");
    }

    #[test]
    fn case_can_be_ignored() {
        let schema = json!({"$ref": "#/components/schemas/Machine"});
        let compiled = SchemaValidator::of_request(&document(), &schema).unwrap();
        let mut value = json!({"kind": "tug", "power": "STEAM"});
        assert!(compiled.check(&mut value, Tolerance::default()).is_err());
        let lenient = Tolerance {
            ignores_case: true,
            ..Tolerance::default()
        };
        compiled.check(&mut value, lenient).unwrap();
        assert_eq!(value["power"], "steam");
    }
}

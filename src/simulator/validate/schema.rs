//! The schemas of requests as JSON Schema, compiled.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::{Document, Operation, reference};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::formats::with_formats;
use super::prose;
use super::report;
use super::request::{Strictness, ValidationError};

/// The compiled schemas of an operation: one for each parameter, one for each media type of the body.
#[derive(Debug)]
pub(crate) struct Validators {
    pub(super) parameters: Vec<Option<CompiledSchema>>,
    bodies: BTreeMap<String, Option<CompiledSchema>>,
}

impl Validators {
    pub(crate) fn compile(document: &Document, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter();
        let bodies = operation.body.iter().flat_map(|body| &body.media_types);
        let compiled = |schema| CompiledSchema::new(document, schema, Rules::Enforced);
        Self {
            parameters: parameters
                .map(|parameter| compiled(&parameter.schema))
                .collect(),
            bodies: bodies
                .map(|(media, schema)| (media.clone(), compiled(schema)))
                .collect(),
        }
    }

    /// The schema of a body of this media type.
    pub(super) fn body(&self, media_type: &str) -> Option<&CompiledSchema> {
        self.bodies.get(media_type)?.as_ref()
    }

    /// Whether all of the schemas were compiled.
    #[cfg(test)]
    pub(crate) fn is_complete(&self) -> bool {
        let mut all = self.parameters.iter().chain(self.bodies.values());
        all.all(Option::is_some)
    }
}

/// Whether the rules of `prose` are part of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    Enforced,
    /// For responses.
    #[cfg(test)]
    Ignored,
}

/// A schema, compiled.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    validator: Validator,
    /// As JSON Schema: errors name what they find in it.
    schema: Value,
}

impl CompiledSchema {
    /// Compiles a schema of a request; `None` if it does not compile. A test checks that the schemas of the documents compile.
    fn new(document: &Document, schema: &Value, rules: Rules) -> Option<Self> {
        let schema = standalone(document, schema, rules);
        let options = jsonschema::options().with_draft(Draft::Draft202012);
        let validator = with_formats(options).build(&schema).ok()?;
        Some(Self { validator, schema })
    }

    /// Validates a value; the error has the JSON pointer of the violation and a message. Enumeration values get their documented case if
    /// case is ignored.
    pub(super) fn check(
        &self,
        value: &mut Value,
        strictness: Strictness,
    ) -> Result<(), (String, String)> {
        if strictness.ignores_case {
            self.correct_case(value);
        }
        let is_unlisted =
            |error: &jsonschema::ValidationError<'_>| report::is_one_of(error, strictness.unlisted);
        let mut errors = self.validator.iter_errors(value);
        match errors.find(|error| !is_unlisted(error)) {
            None => Ok(()),
            Some(error) => Err(report::of(&self.schema, &error)),
        }
    }

    /// Checks the value at a JSON pointer into an object that has nothing else.
    fn check_member(&self, pointer: &str, value: &Value) -> Result<(), ValidationError> {
        let names = pointer.rsplit('/').filter(|name| !name.is_empty());
        let object = names.fold(value.clone(), |value, name| json!({name: value}));
        let mut errors = self.validator.iter_errors(&object);
        let is_of_value = |error: &jsonschema::ValidationError<'_>| {
            error.instance_path().as_str().starts_with(pointer)
        };
        match errors.find(is_of_value) {
            Some(error) => {
                let (pointer, text) = report::of(&self.schema, &error);
                Err(ValidationError::new(format!("body {pointer}"), text))
            }
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

/// All errors of a value.
#[cfg(test)]
pub(crate) fn errors(document: &Document, schema: &Value, value: &Value) -> Vec<String> {
    let Some(compiled) = CompiledSchema::new(document, schema, Rules::Ignored) else {
        return vec!["its schema does not compile".to_owned()];
    };
    let errors = compiled.validator.iter_errors(value);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A schema of a request as JSON Schema, together with all schemas that it refers to.
fn standalone(document: &Document, schema: &Value, rules: Rules) -> Value {
    let mut definitions = Map::new();
    let mut wanted = Vec::new();
    let mut root = translate(document, schema, &mut wanted);
    while let Some(name) = wanted.pop() {
        if !definitions.contains_key(&name) {
            let schema = document.schema(&name).unwrap_or(&Value::Null);
            let schema = translate(document, schema, &mut wanted);
            let schema = match rules {
                Rules::Enforced => prose::ruled(&name, schema),
                #[cfg(test)]
                Rules::Ignored => schema,
            };
            definitions.insert(name, schema);
        }
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

/// Converts OpenAPI 3.0 to JSON Schema: references, `nullable`, discriminators, boolean exclusive bounds, and read-only properties.
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
            // A time in another format than `format`, or an empty string.
            "format" if schema.get("x-time-format").is_some() => continue,
            // In OpenAPI 3.0, a flag beside the bound.
            "exclusiveMinimum" if value == true => schema["minimum"].clone(),
            "exclusiveMaximum" if value == true => schema["maximum"].clone(),
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => continue,
            // The service sends a string, and takes either.
            "type" if schema["x-quoted"] == true => json!([value, "string"]),
            "type"
            | "enum"
            | "format"
            | "pattern"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
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
    if let Some(union) = discriminated(schema) {
        result.remove("anyOf");
        let parts = result.entry("allOf").or_insert_with(|| json!([]));
        if let Some(parts) = parts.as_array_mut() {
            parts.push(union);
        }
    }
    match schema["nullable"] == true {
        true => json!({"anyOf": [result, {"type": "null"}]}),
        false => Value::Object(result),
    }
}

/// A union whose discriminator names the variant: a value is of the variant that it names, and of no other.
fn discriminated(schema: &Value) -> Option<Value> {
    let property = schema["discriminator"]["propertyName"].as_str()?;
    let mapping = schema["discriminator"]["mapping"].as_object()?;
    let names: Vec<&String> = mapping.keys().collect();
    let variants = mapping.iter().map(|(name, target)| {
        let name = json!({"properties": {property: {"const": name}}, "required": [property]});
        let target = json!({"$ref": target});
        let target = reference(&target).unwrap_or_default();
        json!({"if": name, "then": {"$ref": format!("#/$defs/{target}")}})
    });
    Some(json!({
        "type": "object",
        "required": [property],
        "properties": {property: {"enum": names}},
        "allOf": variants.collect::<Vec<_>>(),
    }))
}

/// Checks a value in the body that is for a property of a schema, at a JSON pointer: as part of an object, so that the rules for the property
/// hold.
pub(crate) fn check_member(
    document: &Document,
    schema: &Value,
    pointer: &str,
    value: &Value,
) -> Result<(), ValidationError> {
    match CompiledSchema::new(document, schema, Rules::Enforced) {
        Some(compiled) => compiled.check_member(pointer, value),
        None => Ok(()),
    }
}

/// Validates the values of one property, independently of the other properties of the object.
#[derive(Debug)]
pub(crate) struct PropertyValidator {
    pointer: String,
    compiled: Option<CompiledSchema>,
}

impl PropertyValidator {
    /// Checks against the schema of the property.
    pub(crate) fn new(document: &Document, name: &str, schema: &Value) -> Self {
        let holder = json!({"properties": {name: schema}});
        Self {
            pointer: format!("/{name}"),
            compiled: CompiledSchema::new(document, &holder, Rules::Enforced),
        }
    }

    pub(crate) fn check(&self, value: &Value) -> Result<(), ValidationError> {
        match &self.compiled {
            Some(compiled) => compiled.check_member(&self.pointer, value),
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
        let compiled = CompiledSchema::new(&document(), &schema, Rules::Enforced).unwrap();
        compiled.check(&mut value, Strictness::default()).err()
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
        let compiled = CompiledSchema::new(&document(), &schema, Rules::Enforced).unwrap();
        let mut value = json!({"kind": "tug", "power": "STEAM"});
        assert!(compiled.check(&mut value, Strictness::default()).is_err());
        let lenient = Strictness {
            ignores_case: true,
            ..Strictness::default()
        };
        compiled.check(&mut value, lenient).unwrap();
        assert_eq!(value["power"], "steam");
    }
}

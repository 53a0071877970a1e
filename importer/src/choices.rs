//! Says of choices what holds: `oneOf` where a value can have one of the forms only, `anyOf` where it can have several.
//!
//! Upstream writes `oneOf` for both. A validator that takes it at its word rejects values that have two of the forms, such as an object
//! without any of the properties that would distinguish them. This is done after the last overlay, when all schemas are as they stay.

use serde_json::{Map, Value};

use crate::metamodel::{DOCUMENT, Kind, Shape, walk};
use crate::report::Pointer;

/// Forms within forms are compared so deep.
const DEEPEST: usize = 8;

/// Makes `anyOf` of each `oneOf` whose forms do not rule each other out, and returns how many there were.
pub(crate) fn relax_one_of(whole: &mut Value) -> usize {
    let schemas = Schemas(whole["components"]["schemas"].clone());
    let mut changed = 0;
    let mut visit = |shape: &Shape, schema: &mut Map<String, Value>, _: &Pointer| {
        if shape.name == "schema"
            && let Some(forms) = schema.get("oneOf").and_then(Value::as_array)
            && !schema.contains_key("anyOf")
            && !schemas.are_apart(forms)
            && let Some(forms) = schema.remove("oneOf")
        {
            schema.insert("anyOf".into(), forms);
            changed += 1;
        }
    };
    walk(
        whole,
        &Kind::Object(&DOCUMENT),
        &mut Pointer::default(),
        &mut visit,
    );
    changed
}

/// The schemas that references lead to, by name.
struct Schemas(Value);

impl Schemas {
    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let reference = schema["$ref"].as_str();
        let name = reference.and_then(|text| text.strip_prefix("#/components/schemas/"));
        match name.and_then(|name| self.0.get(name)) {
            Some(schema) => self.followed(schema),
            None => schema,
        }
    }

    /// Whether no value has two of the forms.
    fn are_apart(&self, forms: &[Value]) -> bool {
        let mut rest = forms;
        while let [form, others @ ..] = rest {
            if others.iter().any(|other| !self.rule_out(form, other, 0)) {
                return false;
            }
            rest = others;
        }
        true
    }

    /// Whether no value is valid under both schemas, as far as types, enumerations and required properties show.
    fn rule_out(&self, one: &Value, other: &Value, depth: usize) -> bool {
        let (one, other) = (self.followed(one), self.followed(other));
        if depth > DEEPEST || (one["nullable"] == true && other["nullable"] == true) {
            return false;
        }
        match (one["type"].as_str(), other["type"].as_str()) {
            (Some("integer"), Some("number")) | (Some("number"), Some("integer")) => return false,
            (Some(one), Some(other)) if one != other => return true,
            _ => {}
        }
        if let (Some(values), Some(others)) = (one["enum"].as_array(), other["enum"].as_array())
            && !values.iter().any(|value| others.contains(value))
        {
            return true;
        }
        let differs = |one: &Value, other: &Value| {
            let required = one["required"].as_array().into_iter().flatten();
            required.filter_map(Value::as_str).any(|name| {
                match (one["properties"].get(name), other["properties"].get(name)) {
                    (Some(property), Some(known)) => self.rule_out(property, known, depth + 1),
                    (_, None) => other["additionalProperties"] == false,
                    (None, Some(_)) => false,
                }
            })
        };
        differs(one, other) || differs(other, one)
    }
}

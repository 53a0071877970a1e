//! The properties of a value that no schema documents.

use serde_json::Value;

use crate::candidates::Candidates;
use crate::json::escape;
use crate::root::Root;
use crate::schema::{JsonType, json_type, properties, tuple_elements};
use crate::union::only_requires;

/// The JSON pointers of the properties of a value that no schema documents, in the order of the value: a misspelt name, or a property that
/// is newer than the document. Schemas accept them, as the service does. In a union, it is enough that one variant documents a property.
///
/// ```
/// use cisco_secure_access_openapi::{Document, validate::undocumented};
/// use serde_json::json;
///
/// # let document = Document::new("harbour", json!({"openapi": "3.0.3", "paths": {}}))?;
/// let pier = json!({"type": "object", "properties": {"name": {"type": "string"}, "length": {"type": "integer"}}});
/// let value = json!({"name": "North", "width": 8});
/// assert_eq!(undocumented(&document, &pier, &value), ["/width"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn undocumented(root: &Root, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(&Candidates::new(root.json(), schema), value, "", &mut found);
    found
}

fn collect(candidates: &Candidates<'_>, value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(properties) => {
            let schemas = candidates.schemas();
            let is_closed = schemas.iter().any(|schema| names_properties(schema))
                && !schemas.iter().any(|schema| is_open(schema));
            for (name, value) in properties {
                let pointer = format!("{pointer}/{}", escape(name));
                if is_closed && !candidates.documents(name) {
                    found.push(pointer);
                } else {
                    collect(&candidates.property(name), value, &pointer, found);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                collect(&candidates.item(index), element, &pointer, found);
            }
        }
        _ => {}
    }
}

/// Whether a schema lists the names of properties.
fn names_properties(schema: &Value) -> bool {
    properties(schema).next().is_some() || tuple_elements(schema).is_some()
}

/// Whether an object of this schema can have properties of any name.
fn is_open(schema: &Value) -> bool {
    if let Some(values) = schema.get("additionalProperties") {
        return *values != false;
    }
    let is_object = matches!(json_type(schema), JsonType::Object | JsonType::Any);
    is_object && !names_properties(schema) && !only_requires(schema)
}

//! What the tools have in common: their declarations, and how their inputs are read.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::failure::{Failure, Result};

/// Declares a tool, with the schemas of the properties of its input.
pub(super) fn declare(
    name: &'static str,
    annotations: ToolAnnotations,
    description: &'static str,
    properties: &Value,
    required: &[&str],
) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let schema: JsonObject = schema.as_object().cloned().unwrap_or_default();
    Tool::new(name, description, schema).with_annotations(annotations)
}

/// The schema of the property `operation`.
pub(super) fn operation_schema() -> Value {
    json!({
        "type": "string",
        "description": "Id of the operation, from search_operations: list_sites",
    })
}

/// The schema of the property `arguments`.
pub(super) fn arguments_schema() -> Value {
    json!({
        "type": "object",
        "description": "Arguments of the operation, with the schema that describe_operation returns",
        "properties": {
            "path": {"type": "object", "description": "Path parameters by name"},
            "query": {"type": "object", "description": "Query parameters by name"},
            "header": {"type": "object", "description": "Headers by name"},
            "body": {"description": "Body of the request: JSON"},
        },
        "additionalProperties": false,
    })
}

/// Reads the input of a tool.
///
/// # Errors
/// When a property is missing, unknown, or of another type.
pub(super) fn input<T: DeserializeOwned>(tool: &str, input: JsonObject) -> Result<T> {
    serde_json::from_value(Value::Object(input))
        .map_err(|error| Failure::usage(format!("the input of {tool} is not valid: {error}")))
}

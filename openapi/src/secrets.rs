//! Secrets in values: the properties that a document marks with `x-secret`.

use serde_json::Value;

use crate::json::flag;
use crate::root::Root;

/// What stands in the place of a secret.
const HIDDEN: &str = "…";

impl Root {
    /// Whether values of a schema are secret: it is marked, or what it refers to.
    #[must_use]
    pub fn is_secret(&self, schema: &Value) -> bool {
        flag(schema, "x-secret") || flag(self.resolve(schema), "x-secret")
    }

    /// Replaces the secrets in a value of a schema by `…`.
    ///
    /// ```
    /// use cisco_secure_access_openapi::Document;
    /// use serde_json::json;
    ///
    /// let document = Document::new("policies", json!({"openapi": "3.0.3", "paths": {}}))?;
    /// let schema = json!({"properties": {"password": {"type": "string", "x-secret": true}}});
    /// let mut value = json!({"name": "a", "password": "hush"});
    /// document.hide_secrets(&schema, &mut value);
    /// assert_eq!(value, json!({"name": "a", "password": "…"}));
    /// # Ok::<(), cisco_secure_access_openapi::Error>(())
    /// ```
    pub fn hide_secrets(&self, schema: &Value, value: &mut Value) {
        if self.is_secret(schema) {
            *value = Value::from(HIDDEN);
            return;
        }
        let schema = self.resolve(schema);
        for kind in ["oneOf", "anyOf", "allOf"] {
            for part in schema[kind].as_array().into_iter().flatten() {
                self.hide_secrets(part, value);
            }
        }
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    let property = schema["properties"].get(name);
                    self.hide_secrets(property.unwrap_or(&schema["additionalProperties"]), value);
                }
            }
            Value::Array(list) => {
                for item in list {
                    self.hide_secrets(&schema["items"], item);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Document;

    #[test]
    fn a_secret_is_hidden_if_the_property_or_its_schema_is_marked() -> crate::Result<()> {
        let document = json!({
            "openapi": "3.0.3",
            "paths": {},
            "components": {"schemas": {
                "Word": {"type": "string"},
                "Key": {"type": "string", "x-secret": true},
                "Thing": {"type": "object", "properties": {
                    "password": {"$ref": "#/components/schemas/Word", "x-secret": true},
                    "token": {"$ref": "#/components/schemas/Key"},
                    "label": {"$ref": "#/components/schemas/Word"},
                }},
            }},
        });
        let document = Document::new("policies", document)?;
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}});
        let mut value = json!([{"password": "a", "token": "b", "label": "c"}]);
        document.hide_secrets(&schema, &mut value);
        assert_eq!(
            value,
            json!([{"password": HIDDEN, "token": HIDDEN, "label": "c"}])
        );
        Ok(())
    }
}

//! References: `{"$ref": "#/components/schemas/Site"}`.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::json::escape;
use crate::root::Root;

/// What the references of a document begin with.
const COMPONENTS: &str = "#/components/schemas/";

/// The name of the component that a schema refers to, if it is a reference.
#[must_use]
pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)
}

/// The name in the `$ref` of the schema at a JSON pointer.
///
/// # Errors
/// When it does not refer to a schema under `components`.
pub fn component_name<'a>(reference: &'a Value, pointer: &str) -> Result<&'a str> {
    reference
        .as_str()
        .and_then(|text| text.strip_prefix(COMPONENTS))
        .ok_or_else(|| {
            Error::new(
                format!("{pointer}/$ref"),
                format!("{reference} is not supported: expected #/components/schemas/<name>"),
            )
        })
}

/// The JSON pointer of a component.
#[must_use]
pub fn component_pointer(name: &str) -> String {
    format!("/components/schemas/{}", escape(name))
}

impl Root {
    /// The schema called `name` under `components`.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&Value> {
        self.json().get("components")?.get("schemas")?.get(name)
    }

    /// The schema called `name`, which the schema at a JSON pointer refers to.
    ///
    /// # Errors
    /// When there is none.
    pub fn component(&self, name: &str, pointer: &str) -> Result<&Value> {
        self.schema(name).ok_or_else(|| {
            Error::new(
                format!("{pointer}/$ref"),
                format!("there is no schema `{name}` under components"),
            )
        })
    }

    /// A schema, or the one that it refers to; null where that does not exist, or is a reference to itself.
    #[must_use]
    pub fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        let mut names = Vec::new();
        while let Some(name) = reference(schema) {
            let target = self.schema(name).filter(|_| !names.contains(&name));
            names.push(name);
            schema = target.unwrap_or(&Value::Null);
        }
        schema
    }
}

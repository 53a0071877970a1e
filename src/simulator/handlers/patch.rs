//! What a `PUT` or `PATCH` says about an item: properties, or a list of changes by JSON pointer.

use serde_json::{Map, Value};

use super::call::{Call, Rejection};
use crate::simulator::state::Collection;
use crate::simulator::validate::{self, ValidationError};

impl Call<'_> {
    /// What the body says about an item: an object of properties, or a list of changes to them.
    pub(super) fn change(
        &self,
        collection: &Collection,
        number: u64,
    ) -> Result<Map<String, Value>, Rejection> {
        match &self.request.body {
            Value::Object(changed) => Ok(changed.clone()),
            Value::Array(changes) => {
                let mut item = collection.facts(number);
                let mut changed = Map::new();
                for change in changes {
                    let path = change["path"].as_str().unwrap_or_default();
                    let name = path.split('/').nth(1).unwrap_or_default();
                    if !path.starts_with('/') || !self.may_change(collection, name) {
                        let text = format!("there is no property at `{path}`");
                        return Err(ValidationError::new("body", text).into());
                    }
                    self.check_text(collection, path, &change["value"])?;
                    match item.pointer_mut(path) {
                        Some(target) => *target = change["value"].clone(),
                        None => item[name] = change["value"].clone(),
                    }
                    changed.insert(name.to_owned(), item[name].clone());
                }
                Ok(changed)
            }
            _ => Ok(Map::new()),
        }
    }

    /// Whether a list of changes may name this property: one that the document lists, or one that items or new items have.
    fn may_change(&self, collection: &Collection, property: &str) -> bool {
        let is_listed = || {
            let body = self.operation().body.as_ref();
            let schema = body.and_then(|body| body.json());
            let changes = schema.map(|schema| &self.document().resolve(schema)["items"]);
            let path = changes.and_then(|change| self.document().property(change, "path"));
            path.is_some_and(|path| self.document().resolve(path)["enum"].is_array())
        };
        let new = collection.shape.new.as_ref();
        let mut schemas = new.into_iter().chain([&collection.shape.row]);
        schemas.any(|schema| self.document().property(schema, property).is_some()) || is_listed()
    }

    /// Checks the string that a change sets: the schema of changes does not know the schema of the property.
    fn check_text(
        &self,
        collection: &Collection,
        path: &str,
        value: &Value,
    ) -> Result<(), ValidationError> {
        let new = collection.shape.new.as_ref();
        let mut schemas = new.into_iter().chain([&collection.shape.row]);
        let property =
            schemas.find_map(|schema| Some((schema, self.document().schema_at(schema, path)?)));
        match property {
            Some((schema, property))
                if value.is_string() && self.document().resolve(property)["type"] == "string" =>
            {
                validate::check_member(self.document(), schema, path, value)
            }
            _ => Ok(()),
        }
    }
}

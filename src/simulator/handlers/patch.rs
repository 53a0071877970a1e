//! The changes of an item in a `PUT` or `PATCH`: properties, or a list of changes by JSON pointer.

use std::collections::BTreeSet;

use cisco_secure_access_openapi::validate::SchemaValidator;
use serde_json::{Value, json};

use super::call::{Call, Rejection};
use crate::simulator::state::{Change, Collection};
use crate::simulator::validate::ValidationError;

impl Call<'_> {
    /// The changes in the body: an object of properties, or a list of changes to them.
    pub(super) fn change(&self, collection: &Collection, number: u64) -> Result<Change, Rejection> {
        match &self.request.body {
            Value::Object(sent) if self.operation().method == "PUT" => Ok(Change {
                set: sent.clone(),
                // Properties that the body can have but does not are removed.
                removed: self.body_properties(),
            }),
            Value::Object(sent) => Ok(sent.clone().into()),
            Value::Array(changes) => self.patch(collection, number, changes),
            _ => Ok(Change::default()),
        }
    }

    /// Applies a list of changes to an item, in order.
    fn patch(
        &self,
        collection: &Collection,
        number: u64,
        changes: &[Value],
    ) -> Result<Change, Rejection> {
        let mut item = Value::Object(collection.item(self.values(), number));
        let mut change = Change::default();
        for one in changes {
            let path = one["path"].as_str().unwrap_or_default();
            // Some documents have paths without the slash.
            let path = format!("/{}", path.strip_prefix('/').unwrap_or(path));
            let name = path.split('/').nth(1).unwrap_or_default();
            if !self.may_change(collection, name) {
                let text = format!("there is no property at `{path}`");
                return Err(ValidationError::new("body", text).into());
            }
            let (value, op) = (&one["value"], one["op"].as_str());
            let known = self.property_at(collection, &path);
            let is = |keyword: &str, value: Value| {
                known.is_some_and(|(_, property)| property[keyword] == value)
            };
            let is_list = is("type", json!("array"));
            // The schema of changes does not contain the schema of the property.
            if let Some((schema, _)) =
                known.filter(|_| value.is_string() && is("type", json!("string")))
            {
                let validator = SchemaValidator::of_request(self.document(), schema);
                let checked = validator.map(|validator| validator.check_member(&path, value));
                checked.transpose().map_err(ValidationError::from)?;
            }
            let is_nullable = known.is_none() || is("nullable", json!(true));
            if op != Some("remove") && value.is_null() && !is_nullable {
                let text = format!("`{path}` needs a value");
                return Err(ValidationError::new("body", text).into());
            }
            let target = item.pointer(&path);
            let changed = match (op, is_list) {
                (Some("add"), true) => Some(with(target, value)),
                (Some("remove"), true) if !value.is_null() => Some(without(target, value)),
                (Some("remove"), _) => None,
                (_, true) if !value.is_array() => Some(json!([value])),
                _ => Some(value.clone()),
            };
            set(&mut item, &path, changed);
            match item.get(name) {
                Some(value) => change.set.insert(name.to_owned(), value.clone()),
                None => change.set.remove(name),
            };
            change.removed.insert(name.to_owned());
        }
        Ok(change)
    }

    /// The properties that the body can have.
    fn body_properties(&self) -> BTreeSet<String> {
        let schema = self.operation().body.as_ref().and_then(|body| body.json());
        schema.map_or_else(BTreeSet::new, |schema| {
            self.document().property_names(schema)
        })
    }

    /// Whether a list of changes may contain this property: a documented one, or a property of items or of create requests.
    fn may_change(&self, collection: &Collection, property: &str) -> bool {
        let is_listed = || {
            let body = self.operation().body.as_ref();
            let schema = body.and_then(|body| body.json());
            let changes = schema.map(|schema| &self.document().resolve(schema)["items"]);
            let path = changes.and_then(|change| self.document().property(change, "path"));
            path.is_some_and(|path| self.document().resolve(path)["enum"].is_array())
        };
        let mut schemas = collection.shape.schemas();
        schemas.any(|schema| self.document().property(schema, property).is_some()) || is_listed()
    }

    /// The resolved schema of the property at a JSON pointer, with the schema of items that contains it.
    fn property_at<'c>(
        &self,
        collection: &'c Collection,
        path: &str,
    ) -> Option<(&'c Value, &'c Value)> {
        let document = self.document();
        let mut schemas = collection.shape.schemas();
        schemas
            .find_map(|schema| Some((schema, document.resolve(document.schema_at(schema, path)?))))
    }
}

/// The elements in a change: one, or several in a list.
fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// A list with these elements appended, without those that it already has.
fn with(list: Option<&Value>, added: &Value) -> Value {
    let mut list = list.map(elements).unwrap_or_default();
    for element in elements(added) {
        if !list.contains(&element) {
            list.push(element);
        }
    }
    Value::Array(list)
}

/// A list without these elements.
fn without(list: Option<&Value>, removed: &Value) -> Value {
    let removed = elements(removed);
    let list = list.map(elements).unwrap_or_default().into_iter();
    list.filter(|element| !removed.contains(element)).collect()
}

/// Sets or removes the value at a JSON pointer. If its object does not exist, sets its top property.
fn set(item: &mut Value, path: &str, value: Option<Value>) {
    let (holder, name) = path.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(holder)) = item.pointer_mut(holder) {
        match value {
            Some(value) => holder.insert(name.to_owned(), value),
            None => holder.remove(name),
        };
    }
}

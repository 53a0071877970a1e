//! The documents, and access to their parts.

use serde_json::{Map, Value};

use crate::case::{Argument, Case};

/// The document of one scope.
#[derive(Debug)]
pub struct Specification(Value);

impl Specification {
    /// The document of a scope.
    ///
    /// # Panics
    /// When it is missing, or is not JSON.
    #[must_use]
    pub fn of(scope: &str) -> Self {
        let path = format!("{}/../../specs/{scope}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        Self(serde_json::from_str(&text).expect(&path))
    }

    /// The value at a JSON pointer; null where there is none.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The schema of a parameter, a body or a response, if it has one.
    #[must_use]
    pub fn schema<'a>(&self, holder: &'a Value) -> Option<&'a Value> {
        let media = || {
            holder
                .get("content")?
                .as_object()?
                .values()
                .next()?
                .get("schema")
        };
        holder.get("schema").or_else(media)
    }

    /// A schema, or the one that it refers to.
    #[must_use]
    pub fn deref<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.deref(self.at(reference.trim_start_matches('#'))),
            None => schema,
        }
    }

    /// The variants of a union, or the schema itself where it is not a union.
    #[must_use]
    pub fn variants<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.deref(schema);
        let variants = ["oneOf", "anyOf"]
            .iter()
            .find_map(|key| schema.get(key)?.as_array());
        variants.map_or_else(|| vec![schema], |variants| variants.iter().collect())
    }

    /// Whether an argument can have this value: each one does, but for enumerations.
    #[must_use]
    pub fn accepts(&self, argument: &Argument, value: &str) -> bool {
        let schema = self.schema(self.at(argument.pointer));
        let values = schema.and_then(|schema| self.deref(schema).get("enum")?.as_array());
        values.is_none_or(|values| values.iter().any(|known| known == value))
    }

    /// The responses of an operation by their status.
    pub fn responses(&self, case: &Case) -> impl Iterator<Item = (u16, &Value)> {
        self.at(&format!("{}/responses", case.pointer))
            .as_object()
            .into_iter()
            .flat_map(Map::iter)
            .filter_map(|(status, response)| Some((status.parse().ok()?, response)))
    }

    /// The response for success, and its status: of several, the one that `x-answer` names.
    #[must_use]
    pub fn success(&self, case: &Case) -> (u16, Option<&Value>) {
        let chosen = self.at(&format!("{}/x-answer", case.pointer)).as_str();
        let is_chosen = |status: u16| chosen.is_none_or(|chosen| chosen == status.to_string());
        let successes = || {
            self.responses(case)
                .filter(|(status, _)| (200..300).contains(status) && is_chosen(*status))
                .map(|(status, response)| (status, self.schema(response)))
        };
        successes()
            .find(|(_, schema)| schema.is_some())
            .or_else(|| successes().next())
            .unwrap_or((200, None))
    }
}

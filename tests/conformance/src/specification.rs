//! The documents, accessed by the JSON pointers of arguments and operations.

use cisco_secure_access_openapi::{Document, Operation};
use serde_json::Value;

use crate::case::{Argument, Case};

/// The document of one scope.
#[derive(Debug)]
pub struct Specification(Document);

impl Specification {
    /// The document of a scope.
    ///
    /// # Panics
    /// When it is missing, or was not written by an import.
    #[must_use]
    pub fn of(scope: &str) -> Self {
        let path = format!("{}/../../specs/{scope}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        Self(Document::parse(scope, &text).expect(&path))
    }

    /// The value at a JSON pointer; null if there is none.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.root().pointer(pointer).unwrap_or(&Value::Null)
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

    /// The schema, or the schema that it refers to.
    #[must_use]
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        self.0.resolve(schema)
    }

    /// The variants of a union, or the schema itself if it is not a union.
    #[must_use]
    pub fn variants<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        self.0.variants(schema)
    }

    /// Whether an argument can have this value: any value, except for enumerations.
    #[must_use]
    pub fn accepts(&self, argument: &Argument, value: &str) -> bool {
        let schema = self.schema(self.at(argument.pointer));
        let values = schema.and_then(|schema| self.resolve(schema).get("enum")?.as_array());
        values.is_none_or(|values| values.iter().any(|known| known == value))
    }

    /// The schemas of the responses of an operation by their status.
    pub fn responses(&self, case: &Case) -> impl Iterator<Item = (u16, Option<&Value>)> {
        let responses = &self.operation(case).responses;
        responses
            .iter()
            .map(|(status, schema)| (*status, schema.as_ref()))
    }

    /// The status of the response for success, and its schema.
    #[must_use]
    pub fn success(&self, case: &Case) -> (u16, Option<&Value>) {
        let operation = self.operation(case);
        (operation.success_status, operation.response())
    }

    fn operation(&self, case: &Case) -> &Operation {
        let operation = self.0.operation(case.operation.id);
        operation.expect("the cases are made from the same documents")
    }
}

//! The schemas that can describe one location in a JSON value, whichever variant of a union it is.

use serde_json::Value;

/// The maximum length of a chain of references; a longer one is a circle.
const MAX_DEPTH: usize = 32;

/// All schemas that can describe one location in a value.
#[derive(Clone, Debug)]
pub struct Candidates<'a> {
    root: &'a Value,
    schemas: Vec<&'a Value>,
    in_union: bool,
}

impl<'a> Candidates<'a> {
    /// The schemas of a value that `schema` describes, in the document `root`.
    #[must_use]
    pub fn new(root: &'a Value, schema: &'a Value) -> Self {
        let mut candidates = Self {
            root,
            schemas: Vec::new(),
            in_union: false,
        };
        candidates.add(schema, 0);
        candidates
    }

    fn add(&mut self, schema: &'a Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Some(Value::String(target)) = schema.get("$ref") {
            if let Some(target) = self.root.pointer(target.trim_start_matches('#')) {
                self.add(target, depth + 1);
            }
            return;
        }
        let parts = |key: &str| schema.get(key).and_then(Value::as_array).map(Vec::as_slice);
        let variants = parts("oneOf").or_else(|| parts("anyOf")).unwrap_or(&[]);
        self.in_union |= variants.len() > 1;
        let all = parts("allOf").unwrap_or(&[]);
        for part in variants.iter().chain(all) {
            self.add(part, depth + 1);
        }
        if (variants.is_empty() && all.is_empty()) || schema.get("properties").is_some() {
            self.schemas.push(schema);
        }
    }

    /// The schemas of locations below this one, which `step` finds in a schema of this one.
    fn below(&self, step: impl Fn(&'a Value) -> Option<&'a Value>) -> Self {
        let mut below = Self {
            root: self.root,
            schemas: Vec::new(),
            in_union: self.in_union,
        };
        for schema in self.schemas.iter().filter_map(|schema| step(schema)) {
            below.add(schema, 0);
        }
        below
    }

    /// The schemas, none of which is a reference or composed of others alone.
    #[must_use]
    pub fn schemas(&self) -> &[&'a Value] {
        &self.schemas
    }

    /// Whether the location is in a union.
    #[must_use]
    pub fn is_in_union(&self) -> bool {
        self.in_union
    }

    /// The schemas of a property. An element of a list by position is a property, too: it can come by its name.
    #[must_use]
    pub fn property(&self, name: &str) -> Self {
        self.below(|schema| {
            let own = own_property(schema, name);
            own.or_else(|| match schema.get("properties") {
                Some(_) => None,
                None => schema
                    .get("additionalProperties")
                    .filter(|values| values.is_object()),
            })
        })
    }

    /// Whether a schema names the property.
    #[must_use]
    pub fn documents(&self, name: &str) -> bool {
        let mut schemas = self.schemas.iter();
        schemas.any(|schema| own_property(schema, name).is_some())
    }

    /// The schemas of an element of a list.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.below(|schema| match schema.get("x-tuple") {
            Some(elements) => elements.get(index)?.get("schema"),
            None => schema.get("items"),
        })
    }

    /// Whether an enumeration lists the value.
    #[must_use]
    pub fn lists(&self, value: &Value) -> bool {
        self.schemas
            .iter()
            .filter_map(|schema| schema.get("enum")?.as_array())
            .any(|values| values.contains(value))
    }
}

/// The schema of a property that a schema names.
fn own_property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let elements = schema.get("x-tuple").and_then(Value::as_array);
    let element = elements
        .into_iter()
        .flatten()
        .find(|element| element["name"] == name)
        .and_then(|element| element.get("schema"));
    element.or_else(|| schema.get("properties")?.get(name))
}

//! What documents say of an operation that another document describes, and that its description lacks: parameters, responses, properties and values.
//!
//! It stays out: nobody can know whether the document that comes first has dropped it or forgotten it. The import reports it, and an overlay can
//! add it. OAuth scopes, headers of responses and names of APIs are taken over, and the values of a parameter that is any
//! string (`merge`).

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_openapi::path_shape;
use serde_json::Value;

use crate::document::{Document, Operation};
use crate::parameter_values::take_values;
use crate::references::SCHEMAS;

/// Schemas within schemas are compared to this depth.
const DEEPEST: usize = 8;

/// What documents alone have of operations that others describe, since one of them has changed.
pub(crate) fn new(before: &[Document], documents: &[Document]) -> Vec<String> {
    let is_known = |document: &Document| {
        let known = before.iter().find(|known| known.title == document.title);
        known.is_some_and(|known| known == document)
    };
    let changed: BTreeSet<&str> = documents
        .iter()
        .filter(|document| !is_known(document))
        .map(|document| document.title.as_str())
        .collect();
    let old = remainders(before, &changed);
    let mut lines = Vec::new();
    for (key, facts) in remainders(documents, &changed) {
        let known = old.get(&key);
        let is_new = |fact: &&String| known.is_none_or(|known| !known.contains(*fact));
        let facts: Vec<&str> = facts.iter().filter(is_new).map(String::as_str).collect();
        let (operation, title) = key;
        if !facts.is_empty() {
            lines.push(format!(
                "{operation}: {title:?} alone has {}",
                facts.join(", ")
            ));
        }
    }
    lines
}

/// What a document says of an operation, by the operation and the title of the document.
type Remainders = BTreeMap<(String, String), BTreeSet<String>>;

/// What documents alone have, where one of those that have the operation is among `titles`.
fn remainders(documents: &[Document], titles: &BTreeSet<&str>) -> Remainders {
    let mut order: Vec<&Document> = documents.iter().collect();
    order.sort_by_key(|document| document.rank);
    let mut described: BTreeMap<(String, &str), (&Document, &Operation)> = BTreeMap::new();
    let mut found = Remainders::new();
    for document in order {
        for operation in &document.operations {
            let key = (path_shape(&operation.path), operation.method.as_str());
            let (first, description) = *described.entry(key).or_insert((document, operation));
            let is_concerned = [first, document]
                .iter()
                .any(|one| titles.contains(one.title.as_str()));
            if std::ptr::eq(first, document) || !is_concerned {
                continue;
            }
            let mut description = description.clone();
            take_values(&mut description, operation);
            let known = facts(first, &description);
            let own = facts(document, operation);
            let alone: BTreeSet<String> = own.difference(&known).cloned().collect();
            let name = format!("{} {}", operation.method.to_uppercase(), description.path);
            found.insert((name, document.title.clone()), outermost(&alone));
        }
    }
    found
}

/// The facts without those that are inside of others.
fn outermost(facts: &BTreeSet<String>) -> BTreeSet<String> {
    let is_inside = |fact: &str| {
        let ends = fact.match_indices(['/', '=']);
        ends.into_iter()
            .any(|(end, _)| facts.contains(&fact[..end]))
    };
    facts
        .iter()
        .filter(|fact| !is_inside(fact))
        .cloned()
        .collect()
}

/// What a document says of an operation: `query limit`, `response 200/data/name`, and for values `response 200/data/state=open`.
fn facts(document: &Document, operation: &Operation) -> BTreeSet<String> {
    let mut facts = Facts {
        document,
        open: Vec::new(),
        found: BTreeSet::new(),
    };
    let object = Value::Object(operation.object.clone());
    for parameter in object["parameters"].as_array().into_iter().flatten() {
        let text = |key: &str| parameter[key].as_str().unwrap_or("").to_owned();
        // Those of a path are identified by their positions.
        if text("in") != "path" {
            let fact = format!("{} {}", text("in"), text("name"));
            facts.found.insert(fact.clone());
            facts.schema(&fact, &parameter["schema"]);
        }
    }
    if let Some(body) = object.get("requestBody") {
        facts.content("body", body);
    }
    for (status, response) in object["responses"].as_object().into_iter().flatten() {
        facts.content(&format!("response {status}"), response);
    }
    facts.found
}

struct Facts<'a> {
    document: &'a Document,
    /// The schemas that are being read.
    open: Vec<String>,
    found: BTreeSet<String>,
}

impl Facts<'_> {
    fn content(&mut self, at: &str, holder: &Value) {
        self.found.insert(at.to_owned());
        for content in holder["content"]
            .as_object()
            .into_iter()
            .flat_map(|map| map.values())
        {
            self.schema(at, &content["schema"]);
        }
    }

    fn schema(&mut self, at: &str, schema: &Value) {
        if let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|text| text.strip_prefix(SCHEMAS))
        {
            let document = self.document;
            let is_open = self.open.iter().any(|open| open == name);
            if let Some(schema) = document.schemas.get(name).filter(|_| !is_open) {
                self.open.push(name.to_owned());
                self.schema(at, schema);
                self.open.pop();
            }
            return;
        }
        for value in schema["enum"].as_array().into_iter().flatten() {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            self.found.insert(format!("{at}={value}"));
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                self.schema(at, part);
            }
        }
        for key in ["items", "additionalProperties"] {
            if schema[key].is_object() {
                self.schema(at, &schema[key]);
            }
        }
        if at.matches('/').count() == DEEPEST {
            return;
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            self.found.insert(at.clone());
            self.schema(&at, property);
        }
    }
}

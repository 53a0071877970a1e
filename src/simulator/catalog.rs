//! The documents of the API, and the routing of requests to operations.
//!
//! A document is parsed at the first request of its scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use cisco_secure_access_openapi::validate::Validators;
use cisco_secure_access_openapi::{Document, Operation, Segment};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// An operation, and what the simulator derives from its document.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) document: &'static Document,
    pub(super) operation: &'static Operation,
    /// JSON pointer of the rows in the response, if the operation lists something.
    pub(super) listing: Option<String>,
    validators: OnceLock<Validators>,
}

/// The route of a request.
pub(super) enum Route {
    /// An operation, with the values of its path parameters.
    Found(&'static Endpoint, BTreeMap<String, String>),
    /// A path with other methods only: these.
    OtherMethods(BTreeSet<&'static str>),
    Unknown,
}

/// The document of a scope: its text, and what was read of it for the first request.
struct Source {
    scope: &'static str,
    text: &'static str,
    document: OnceLock<Document>,
    endpoints: OnceLock<Vec<Endpoint>>,
}

impl Source {
    const fn new(scope: &'static str, text: &'static str) -> Self {
        Self {
            scope,
            text,
            document: OnceLock::new(),
            endpoints: OnceLock::new(),
        }
    }

    fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "a test parses each of the documents")]
            Document::parse(self.scope, self.text).expect("a document of specs/")
        })
    }

    fn endpoints(&'static self) -> &'static [Endpoint] {
        self.endpoints.get_or_init(|| {
            let document = self.document();
            let operations = document.operations().iter();
            operations
                .map(|operation| Endpoint {
                    document,
                    operation,
                    listing: listing(document, operation),
                    validators: OnceLock::new(),
                })
                .collect()
        })
    }
}

// `SOURCES`: one for each scope.
include!(concat!(env!("OUT_DIR"), "/documents.rs"));

/// Whether a document has an operation of this id, found without parsing the document.
pub(super) fn is_operation(id: &str) -> bool {
    let line = format!("\"operationId\": \"{id}\"");
    SOURCES.iter().any(|source| source.text.contains(&line))
}

/// The scope and the text of each document.
pub(super) fn texts() -> impl ExactSizeIterator<Item = (&'static str, &'static str)> {
    SOURCES.iter().map(|source| (source.scope, source.text))
}

/// All documents.
pub(super) fn documents() -> impl Iterator<Item = &'static Document> {
    SOURCES.iter().map(Source::document)
}

/// All operations.
pub(super) fn all() -> impl Iterator<Item = &'static Endpoint> {
    SOURCES.iter().flat_map(Source::endpoints)
}

/// Finds the operation of a request.
pub(super) fn route(method: &str, path: &str) -> Route {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let source = SOURCES
        .iter()
        .find(|source| segments.first() == Some(&source.scope));
    let Some(source) = source else {
        return Route::Unknown;
    };
    let mut others = BTreeSet::new();
    let mut best: Option<(&Endpoint, BTreeMap<String, String>)> = None;
    for endpoint in source.endpoints() {
        let Some(values) = path_values(&endpoint.operation.segments, &segments) else {
            continue;
        };
        if endpoint.operation.method != method {
            others.insert(endpoint.operation.method.as_str());
        } else if best
            .as_ref()
            .is_none_or(|(known, _)| endpoint.is_more_literal_than(known))
        {
            best = Some((endpoint, values));
        }
    }
    match best {
        Some((endpoint, values)) => Route::Found(endpoint, values),
        None if others.is_empty() => Route::Unknown,
        None => Route::OtherMethods(others),
    }
}

impl Endpoint {
    /// The compiled schemas of its requests; they are compiled for the first one.
    pub(super) fn validators(&self) -> &Validators {
        self.validators
            .get_or_init(|| Validators::new(self.document, self.operation))
    }

    /// Whether a query parameter selects a page.
    pub(super) fn is_of_paging(&self, name: &str) -> bool {
        let pagination = self.operation.pagination.as_ref();
        pagination.is_some_and(|pagination| {
            pagination.offset_param == name || pagination.limit.as_deref() == Some(name)
        })
    }

    /// Whether its path has a literal where that of the other has a parameter: `/sites/counts` before `/sites/{siteId}`.
    fn is_more_literal_than(&self, other: &Self) -> bool {
        let literals = |endpoint: &Self| -> Vec<bool> {
            let segments = endpoint.operation.segments.iter();
            segments
                .map(|segment| matches!(segment, Segment::Literal(_)))
                .collect()
        };
        literals(self) > literals(other)
    }
}

/// The values of the path parameters, if the path has this template.
fn path_values(template: &[Segment], path: &[&str]) -> Option<BTreeMap<String, String>> {
    if template.len() != path.len() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (segment, piece) in template.iter().zip(path) {
        match segment {
            Segment::Literal(text) if text == piece => {}
            Segment::Literal(_) => return None,
            Segment::Parameter { name, suffix } => {
                let piece = piece.strip_suffix(suffix.as_str())?;
                let value = percent_decode_str(piece).decode_utf8().ok()?;
                if value.is_empty() {
                    return None;
                }
                values.insert(name.clone(), value.into_owned());
            }
        }
    }
    Some(values)
}

/// Returns the JSON pointer of the rows in the response of an operation. If it is not documented, the operation lists items that can be
/// created or have paths under it.
fn listing(document: &Document, operation: &Operation) -> Option<String> {
    if let Some(pagination) = &operation.pagination {
        return Some(pagination.items.clone());
    }
    if operation.method != "GET" || operation.last_parameter().is_some() {
        return None;
    }
    let schema = document.resolve(operation.response()?);
    if schema["type"] == "array" {
        return Some(String::new());
    }
    let is_of_a_collection = document.operations().iter().any(|other| {
        let creates = other.path == operation.path && other.method == "POST" && !other.is_safe();
        let below = other.path.strip_prefix(operation.path.as_str());
        let has_item = below.is_some_and(|rest| rest.starts_with("/{") && rest.ends_with('}'));
        creates || has_item
    });
    let is_rows = |schema: &Value| {
        let schema = document.resolve(schema);
        schema["type"] == "array" && !document.resolve(&schema["items"])["properties"].is_null()
    };
    let mut lists = document
        .variants(schema)
        .into_iter()
        .filter_map(|variant| variant["properties"].as_object())
        .flatten()
        .filter(|(_, property)| is_rows(property));
    let (name, _) = lists.next()?;
    (is_of_a_collection && lists.next().is_none()).then(|| format!("/{name}"))
}

#[cfg(test)]
mod tests {
    use cisco_secure_access_openapi::validate::{ProseRule, rules};

    use super::*;

    #[test]
    fn every_document_is_parsed_and_every_operation_is_found_under_its_own_path() {
        let mut count = 0;
        for endpoint in all() {
            count += 1;
            let operation = endpoint.operation;
            let path = operation.path.replace(['{', '}'], "");
            let Route::Found(found, _) = route(&operation.method, &path) else {
                panic!("{} is not found", operation.path);
            };
            assert_eq!(found.operation.id, operation.id);
            assert!(is_operation(&operation.id));
        }
        let documented: usize = SOURCES
            .iter()
            .map(|source| source.text.matches("\"operationId\": ").count())
            .sum();
        assert_eq!(count, documented);
        assert!(!is_operation("get_nothing"));
    }

    #[test]
    fn the_schemas_of_all_requests_compile() {
        for endpoint in all() {
            let (operation, validators) = (endpoint.operation, endpoint.validators());
            let mut parameters = operation.parameters.iter();
            let mut bodies = operation
                .body
                .iter()
                .flat_map(|body| body.media_types.keys());
            let is_complete = parameters.all(|known| validators.parameter(known).is_some())
                && bodies.all(|media_type| validators.body(media_type).is_some());
            assert!(is_complete, "{}", operation.id);
        }
    }

    #[test]
    fn every_rule_in_words_is_for_a_schema_that_a_document_has() {
        let has = |rule: &&ProseRule| {
            documents().any(|document| {
                let schema = document.schema(rule.schema);
                schema.is_some_and(|schema| {
                    rule.property.is_empty() || schema["properties"][rule.property].is_object()
                })
            })
        };
        let lost: Vec<_> = rules().iter().filter(|rule| !has(rule)).collect();
        assert!(lost.is_empty(), "{lost:#?}");
    }
}

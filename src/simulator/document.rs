//! The documents of the API, as the simulator reads them: which operation a request means, and what is written about it.
//!
//! A document is parsed when the first request of its scope comes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::validate::Checks;

/// The document of one path scope.
#[derive(Debug)]
pub(super) struct Document {
    schemas: Map<String, Value>,
    operations: Vec<Operation>,
}

/// An operation as its document describes it.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    /// The path template from the root of the host.
    pub(super) template: String,
    segments: Vec<Segment>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    /// The schema of the answer of each status; `None` where an answer has no body.
    pub(super) answers: BTreeMap<u16, Option<Value>>,
    /// The OAuth scopes that a key needs.
    pub(super) scopes: Vec<String>,
    pub(super) clouds: Vec<String>,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) pagination: Option<Pagination>,
    /// Whether it may be repeated though it is a `POST`, so that it creates nothing.
    pub(super) only_asks: bool,
    /// Where the answer holds rows, if the operation lists something.
    pub(super) listing: Option<String>,
    success: u16,
    pub(super) checks: OnceLock<Checks>,
}

/// A piece of a path template between slashes: `sites`, `{siteId}`, `{domain}.json`.
#[derive(Debug)]
enum Segment {
    Text(String),
    Value { name: String, suffix: String },
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) required: bool,
    pub(super) schema: Value,
    pub(super) encoding: Encoding,
    /// The form of a time: `reporting` or `rfc3339`.
    pub(super) time: Option<String>,
}

/// How a value that is no scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Each element in a parameter of its own.
    Repeated,
    /// The elements separated by commas.
    Comma,
    /// As JSON.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Path,
    Query,
    Header,
}

#[derive(Debug)]
pub(super) struct Body {
    pub(super) required: bool,
    /// The schema for each media type.
    pub(super) content: BTreeMap<String, Value>,
}

/// Which calls are counted together, and the limits: requests and seconds.
#[derive(Clone, Debug)]
pub(super) struct RateLimit {
    pub(super) class: String,
    /// Whether all keys of an organization are counted together.
    pub(super) of_organization: bool,
    pub(super) windows: Vec<(u64, u64)>,
}

#[derive(Debug)]
pub(super) struct Pagination {
    /// The query parameter that says where a page begins, and whether it counts pages.
    pub(super) position: String,
    pub(super) counts_pages: bool,
    /// Whether that is a cursor.
    pub(super) is_cursor: bool,
    pub(super) first: u64,
    pub(super) limit: Option<String>,
    pub(super) maximum: Option<u64>,
    /// Where the items are in the answer.
    pub(super) items: String,
    /// Where the number of all items is in the answer.
    pub(super) total: Option<String>,
    /// Where a response says whether there are more pages.
    pub(super) more: Option<String>,
    /// Where a response has the URL of the next page.
    pub(super) next: Option<String>,
    /// The header with the cursor of the next page.
    pub(super) next_header: Option<String>,
    /// Where the last item has the cursor of the next page.
    pub(super) next_from_item: Option<String>,
    /// Whether the header `Link` has the URL of the next page.
    pub(super) link: bool,
}

/// What a request means.
pub(super) enum Route {
    /// An operation, with the values of its path parameters.
    Found(
        &'static Document,
        &'static Operation,
        BTreeMap<String, String>,
    ),
    /// A path that only other methods have.
    OtherMethod,
    Unknown,
}

/// The document of a scope: its text, and what was read of it when it was first asked for.
struct Source {
    scope: &'static str,
    text: &'static str,
    document: OnceLock<Document>,
}

impl Source {
    const fn new(scope: &'static str, text: &'static str) -> Self {
        Self {
            scope,
            text,
            document: OnceLock::new(),
        }
    }

    fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            #[expect(
                clippy::expect_used,
                reason = "a test parses each of the six documents"
            )]
            let text: Value = serde_json::from_str(self.text).expect("a JSON document");
            Document::read(&text)
        })
    }
}

static SOURCES: [Source; 6] = [
    Source::new("admin", include_str!("../../specs/admin.json")),
    Source::new("auth", include_str!("../../specs/auth.json")),
    Source::new("deployments", include_str!("../../specs/deployments.json")),
    Source::new("investigate", include_str!("../../specs/investigate.json")),
    Source::new("policies", include_str!("../../specs/policies.json")),
    Source::new("reports", include_str!("../../specs/reports.json")),
];

/// The document of a scope.
fn document(scope: &str) -> Option<&'static Document> {
    let source = SOURCES.iter().find(|source| source.scope == scope)?;
    Some(source.document())
}

/// Whether a document has an operation of this id, found without parsing the document.
pub(super) fn is_operation(id: &str) -> bool {
    let line = format!("\"operationId\": \"{id}\"");
    SOURCES.iter().any(|source| source.text.contains(&line))
}

/// All operations, with their documents.
pub(super) fn all() -> impl Iterator<Item = (&'static Document, &'static Operation)> {
    SOURCES.iter().map(Source::document).flat_map(|document| {
        document
            .operations
            .iter()
            .map(move |operation| (document, operation))
    })
}

/// Finds the operation of a request.
pub(super) fn route(method: &str, path: &str) -> Route {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let Some(document) = segments.first().and_then(|scope| document(scope)) else {
        return Route::Unknown;
    };
    let mut other_method = false;
    let mut best: Option<(&Operation, BTreeMap<String, String>)> = None;
    for operation in &document.operations {
        let Some(values) = operation.matches(&segments) else {
            continue;
        };
        if operation.method != method {
            other_method = true;
        } else if best
            .as_ref()
            .is_none_or(|(known, _)| operation.is_plainer_than(known))
        {
            best = Some((operation, values));
        }
    }
    match best {
        Some((operation, values)) => Route::Found(document, operation, values),
        None if other_method => Route::OtherMethod,
        None => Route::Unknown,
    }
}

impl Document {
    fn read(text: &Value) -> Self {
        let schemas = text["components"]["schemas"].as_object().cloned();
        let paths = text["paths"].as_object();
        let operations = paths.into_iter().flatten().flat_map(|(path, item)| {
            let item = item.as_object().into_iter().flatten();
            item.map(move |(method, operation)| Operation::read(path, method, operation))
        });
        let mut document = Self {
            schemas: schemas.unwrap_or_default(),
            operations: operations.collect(),
        };
        let listings: Vec<_> = document
            .operations
            .iter()
            .map(|operation| document.listing(operation))
            .collect();
        for (operation, listing) in document.operations.iter_mut().zip(listings) {
            operation.listing = listing;
        }
        document
    }

    /// Where the answer of an operation holds rows. Without paging, it lists what can be created or has items of their own under its path.
    fn listing(&self, operation: &Operation) -> Option<String> {
        if let Some(pagination) = &operation.pagination {
            return Some(pagination.items.clone());
        }
        if operation.method != "GET" || operation.last_parameter().is_some() {
            return None;
        }
        let schema = self.resolve(operation.success().1?);
        if schema["type"] == "array" {
            return Some(String::new());
        }
        let is_of_a_collection = self.operations.iter().any(|other| {
            let creates = other.template == operation.template && other.method == "POST";
            let under = other.template.strip_prefix(operation.template.as_str());
            let has_item = under.is_some_and(|rest| rest.starts_with("/{") && rest.ends_with('}'));
            (creates && !other.only_asks) || has_item
        });
        let is_rows = |schema: &Value| {
            let schema = self.resolve(schema);
            schema["type"] == "array" && !self.resolve(&schema["items"])["properties"].is_null()
        };
        let choice = ["oneOf", "anyOf"]
            .iter()
            .find_map(|kind| schema[*kind].as_array());
        let forms = choice.map_or(vec![schema], |forms| {
            forms.iter().map(|form| self.resolve(form)).collect()
        });
        let mut lists = forms
            .iter()
            .filter_map(|form| form["properties"].as_object())
            .flatten()
            .filter(|(_, property)| is_rows(property));
        let (name, _) = lists.next()?;
        (is_of_a_collection && lists.next().is_none()).then(|| format!("/{name}"))
    }

    /// The name of the schema that this one refers to.
    pub(super) fn reference(schema: &Value) -> Option<&str> {
        schema["$ref"]
            .as_str()?
            .strip_prefix("#/components/schemas/")
    }

    /// The schema of this name.
    pub(super) fn schema(&self, name: &str) -> &Value {
        self.schemas.get(name).unwrap_or(&Value::Null)
    }

    /// The schema itself, where this is a reference to one.
    pub(super) fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(name) = Self::reference(schema) {
            schema = self.schema(name);
        }
        schema
    }

    /// The schema of a property, in a schema or in the parts that it is composed of.
    pub(super) fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        schema["properties"].get(name).or_else(|| {
            ["allOf", "oneOf", "anyOf"]
                .iter()
                .filter_map(|kind| schema[*kind].as_array())
                .flatten()
                .find_map(|part| self.property(part, name))
        })
    }

    /// The schema at a JSON pointer into values of a schema.
    pub(super) fn at<'a>(&'a self, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
        pointer
            .split('/')
            .skip(1)
            .try_fold(schema, |schema, name| self.property(schema, name))
    }
}

impl Operation {
    fn read(path: &str, method: &str, value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let texts = |value: &Value| -> Vec<String> {
            let list = value.as_array().into_iter().flatten();
            list.filter_map(|item| Some(item.as_str()?.to_owned()))
                .collect()
        };
        let json = |content: &Value| content["application/json"].get("schema").cloned();
        let answers: BTreeMap<u16, Option<Value>> = value["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(status, answer)| Some((status.parse().ok()?, json(&answer["content"]))))
            .collect();
        let success = value["x-answer"]
            .as_str()
            .and_then(|status| status.parse().ok())
            .or_else(|| answers.keys().find(|status| **status < 300).copied());
        let parameters = value["parameters"].as_array().into_iter().flatten();
        Self {
            id: text("operationId"),
            method: method.to_ascii_uppercase(),
            template: path.to_owned(),
            segments: path.split('/').skip(1).map(Segment::read).collect(),
            parameters: parameters.map(Parameter::read).collect(),
            body: value.get("requestBody").map(Body::read),
            success: success.unwrap_or(200),
            answers,
            scopes: texts(&value["security"][0]["oauth2"]),
            clouds: texts(&value["x-clouds"]),
            rate_limit: value.get("x-rate-limit").map(RateLimit::read),
            pagination: value.get("x-pagination").and_then(Pagination::read),
            only_asks: value["x-idempotent"] == true,
            listing: None,
            checks: OnceLock::new(),
        }
    }

    /// The status of success and the schema of its answer.
    pub(super) fn success(&self) -> (u16, Option<&Value>) {
        let schema = self.answers.get(&self.success).and_then(Option::as_ref);
        (self.success, schema)
    }

    /// The path parameter that the template ends with.
    pub(super) fn last_parameter(&self) -> Option<&Parameter> {
        let Some(Segment::Value { name, .. }) = self.segments.last() else {
            return None;
        };
        self.parameters
            .iter()
            .find(|parameter| parameter.location == Location::Path && parameter.name == *name)
    }

    /// Whether a query parameter says which page is wanted.
    pub(super) fn is_of_paging(&self, name: &str) -> bool {
        self.pagination
            .as_ref()
            .is_some_and(|paging| paging.position == name || paging.limit.as_deref() == Some(name))
    }

    fn matches(&self, path: &[&str]) -> Option<BTreeMap<String, String>> {
        if self.segments.len() != path.len() {
            return None;
        }
        let mut values = BTreeMap::new();
        for (segment, piece) in self.segments.iter().zip(path) {
            match segment {
                Segment::Text(text) if text == piece => {}
                Segment::Text(_) => return None,
                Segment::Value { name, suffix } => {
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

    /// Whether the path of this one says in words what that of the other leaves open: `/sites/counts` before `/sites/{siteId}`.
    fn is_plainer_than(&self, other: &Self) -> bool {
        let words = |operation: &Self| -> Vec<bool> {
            let segments = operation.segments.iter();
            segments
                .map(|segment| matches!(segment, Segment::Text(_)))
                .collect()
        };
        words(self) > words(other)
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        let value = text.strip_prefix('{').and_then(|text| text.split_once('}'));
        match value {
            Some((name, suffix)) => Self::Value {
                name: name.to_owned(),
                suffix: suffix.to_owned(),
            },
            None => Self::Text(text.to_owned()),
        }
    }
}

impl Parameter {
    fn read(value: &Value) -> Self {
        let (schema, encoding) = match (value.get("schema"), value.get("explode")) {
            (None, _) => (
                &value["content"]["application/json"]["schema"],
                Encoding::Json,
            ),
            (Some(schema), Some(Value::Bool(false))) => (schema, Encoding::Comma),
            (Some(schema), _) => (schema, Encoding::Repeated),
        };
        Self {
            name: value["name"].as_str().unwrap_or_default().to_owned(),
            location: match value["in"].as_str() {
                Some("path") => Location::Path,
                Some("header") => Location::Header,
                _ => Location::Query,
            },
            required: value["required"] == true,
            schema: schema.clone(),
            encoding,
            time: value["x-time"].as_str().map(str::to_owned),
        }
    }
}

impl Body {
    fn read(value: &Value) -> Self {
        let content = value["content"].as_object().into_iter().flatten();
        Self {
            required: value["required"] == true,
            content: content
                .map(|(media, content)| (media.clone(), content["schema"].clone()))
                .collect(),
        }
    }
}

impl RateLimit {
    fn read(value: &Value) -> Self {
        let windows = value["windows"].as_array().into_iter().flatten();
        Self {
            class: value["class"].as_str().unwrap_or_default().to_owned(),
            of_organization: value["per"] == "organization",
            windows: windows
                .filter_map(|window| {
                    Some((window["requests"].as_u64()?, window["seconds"].as_u64()?))
                })
                .collect(),
        }
    }
}

impl Pagination {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let style = text("style")?;
        Some(Self {
            position: text(&style)?,
            counts_pages: style == "page",
            is_cursor: style == "cursor",
            first: value["start"].as_u64().unwrap_or_default(),
            limit: text("limit"),
            maximum: value["maximum"].as_u64(),
            items: text("items")?,
            total: text("total"),
            more: text("more"),
            next: text("next"),
            next_header: text("nextHeader"),
            next_from_item: text("nextFromItem"),
            link: value["link"] == true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_parsed_and_every_operation_is_found_under_its_own_path() {
        let mut count = 0;
        for (_, operation) in all() {
            count += 1;
            let path = operation.template.replace(['{', '}'], "");
            let Route::Found(_, found, _) = route(&operation.method, &path) else {
                panic!("{} is not found", operation.template);
            };
            assert_eq!(found.id, operation.id);
            assert!(is_operation(&found.id));
        }
        let documented: usize = SOURCES
            .iter()
            .map(|source| source.text.matches("\"operationId\": ").count())
            .sum();
        assert_eq!(count, documented);
        assert!(!is_operation("get_nothing"));
    }
}

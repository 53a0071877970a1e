//! Finds the operations that page, by the shape of their parameters and answers, and writes down how as `x-pagination`.
//!
//! ```json
//! {"style": "offset", "offset": "offset", "limit": "limit", "start": 0, "maximum": 100, "items": "/data", "total": "/total"}
//! ```
//!
//! `style` is `offset`, `page` or `cursor`, and the key of that name holds the query parameter; `limit` is the parameter for the
//! size of a page and `maximum` its largest value; `start` is the first offset or page; `items`, `total` and, for cursors, `next`
//! are JSON pointers into the answer. What is not documented is left out. An overlay can set any of the keys itself, and
//! `x-pagination: false` where the rule is wrong.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operations::each_operation;

const KEY: &str = "x-pagination";

/// Why an operation does not page that an overlay marks with `x-pagination: false`.
pub const AN_OVERLAY_SAYS_SO: &str = "an overlay says so";

const OFFSETS: &[&str] = &["offset", "skip"];
const PAGES: &[&str] = &["page", "pageNumber"];
const CURSORS: &[&str] = &["cursor", "cursorId", "nextToken", "pageToken"];
const LIMITS: &[&str] = &["limit", "pageSize", "perPage"];
const NEXTS: &[&str] = &[
    "next",
    "nextCursor",
    "cursor",
    "cursorId",
    "nextToken",
    "nextPageToken",
];

/// Adds `x-pagination` to the operations of the merged document, and tells of each that has a parameter of paging how it pages
/// or why it does not, by scope and name.
pub fn find(whole: &mut Value) -> BTreeMap<String, Result<String, String>> {
    let schemas = whole["components"]["schemas"].take();
    let mut found = BTreeMap::new();
    each_operation(whole, |path, _, operation, _| {
        let Some(paging) = Paging::of(operation, &schemas) else {
            return;
        };
        let scope = path.split('/').nth(1).unwrap_or("");
        let name = format!(
            "{scope}::{}",
            operation["operationId"].as_str().unwrap_or("")
        );
        let own = operation.remove(KEY);
        let result = paging.rule(own, path, operation, &schemas);
        if let Ok(rule) = &result {
            operation.insert(KEY.into(), Value::Object(rule.clone()));
        }
        found.insert(name, result.map(|rule| Value::Object(rule).to_string()));
    });
    whole["components"]["schemas"] = schemas;
    found
}

/// The parameters by which an operation pages.
struct Paging {
    style: &'static str,
    parameter: String,
    start: Option<u64>,
    limit: Option<(String, Option<Value>)>,
}

impl Paging {
    fn of(operation: &Map<String, Value>, schemas: &Value) -> Option<Self> {
        let parameters = operation.get("parameters").and_then(Value::as_array)?;
        let query = |names: &[&str]| {
            let named = |parameter: &&Value| {
                parameter["in"] == "query" && names.iter().any(|name| parameter["name"] == *name)
            };
            parameters.iter().find(named)
        };
        let styles = [
            ("offset", OFFSETS, Some(0)),
            ("page", PAGES, Some(1)),
            ("cursor", CURSORS, None),
        ];
        let (style, parameter, start) = styles
            .into_iter()
            .find_map(|(style, names, start)| Some((style, query(names)?, start)))?;
        let name = |parameter: &Value| parameter["name"].as_str().unwrap_or("").to_owned();
        let limit = query(LIMITS).map(|limit| {
            (
                name(limit),
                target(&limit["schema"], schemas).get("maximum").cloned(),
            )
        });
        Some(Self {
            style,
            parameter: name(parameter),
            start,
            limit,
        })
    }

    /// How the operation pages, an overlay's own keys before those found.
    fn rule(
        &self,
        own: Option<Value>,
        path: &str,
        operation: &Map<String, Value>,
        schemas: &Value,
    ) -> Result<Map<String, Value>, String> {
        let own = match own {
            Some(Value::Bool(false)) => return Err(AN_OVERLAY_SAYS_SO.into()),
            Some(Value::Object(own)) => own,
            _ => Map::new(),
        };
        let mut rule = match self.describe(path, operation, schemas) {
            Ok(rule) => rule,
            Err(_) if own.contains_key("items") => self.parameters(),
            Err(reason) => return Err(reason),
        };
        let items = own.get("items").and_then(Value::as_str);
        if let Some(items) = items.filter(|items| !has_list(answer(operation), items, schemas)) {
            return Err(format!(
                "its answer has no list at {items:?}, as an overlay says"
            ));
        }
        rule.extend(own);
        Ok(rule)
    }

    fn parameters(&self) -> Map<String, Value> {
        let mut rule = Map::new();
        rule.insert("style".into(), self.style.into());
        rule.insert(self.style.into(), self.parameter.clone().into());
        if let Some(start) = self.start {
            rule.insert("start".into(), start.into());
        }
        if let Some((limit, maximum)) = &self.limit {
            rule.insert("limit".into(), limit.clone().into());
            rule.extend(
                maximum
                    .clone()
                    .map(|maximum| ("maximum".to_owned(), maximum)),
            );
        }
        rule
    }

    fn describe(
        &self,
        path: &str,
        operation: &Map<String, Value>,
        schemas: &Value,
    ) -> Result<Map<String, Value>, String> {
        let mut rule = self.parameters();
        let answer = answer(operation).ok_or("its answer is not JSON")?;
        let (items, branch) = items(answer, path, schemas)?;
        let totals = [
            ["total"].as_slice(),
            &["totalResults"],
            &["totalresults"],
            &["meta", "total"],
        ];
        let total = totals.into_iter().find(|steps| {
            let found = steps.iter().try_fold(branch, |schema, step| {
                target(schema, schemas)["properties"].get(step)
            });
            found.is_some_and(|found| {
                matches!(
                    target(found, schemas)["type"].as_str(),
                    Some("integer" | "number")
                )
            })
        });
        rule.insert("items".into(), items.into());
        rule.extend(
            total.map(|steps| ("total".to_owned(), json!(format!("/{}", steps.join("/"))))),
        );
        if self.style == "cursor" {
            let next = NEXTS
                .iter()
                .find(|name| target(branch, schemas)["properties"].get(**name).is_some());
            let next = next.ok_or("its answer has no cursor for the next page")?;
            rule.insert("next".into(), format!("/{next}").into());
        }
        Ok(rule)
    }
}

/// The schema behind a chain of references.
fn target<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    let mut schema = schema;
    // No chain is longer; one that leads back to itself ends here, too.
    for _ in 0..20 {
        let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|target| target.rsplit('/').next())
        else {
            break;
        };
        schema = &schemas[name];
    }
    schema
}

/// The schema of the first successful JSON answer.
fn answer(operation: &Map<String, Value>) -> Option<&Value> {
    let answers = operation
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    answers
        .filter(|(status, _)| status.starts_with('2'))
        .find_map(|(_, answer)| answer["content"]["application/json"].get("schema"))
}

/// Whether an answer, or one of its forms, has a list at a JSON pointer.
fn has_list(answer: Option<&Value>, pointer: &str, schemas: &Value) -> bool {
    let mut at: Vec<&Value> = answer.into_iter().collect();
    for step in pointer.split('/').skip(1).map(Some).chain([None]) {
        let forms = at.iter().flat_map(|schema| {
            let schema = target(schema, schemas);
            let branches = ["oneOf", "anyOf", "allOf"].iter();
            let branches = branches.filter_map(|key| schema[*key].as_array()).flatten();
            branches
                .map(|branch| target(branch, schemas))
                .chain([schema])
        });
        at = match step {
            Some(step) => forms
                .filter_map(|schema| schema["properties"].get(step))
                .collect(),
            None => forms.collect(),
        };
    }
    at.iter().any(|schema| schema["type"] == "array")
}

/// The JSON pointer of the one list in an answer, and the branch of the answer that has it.
fn items<'a>(
    answer: &'a Value,
    path: &str,
    schemas: &'a Value,
) -> Result<(String, &'a Value), String> {
    let answer = target(answer, schemas);
    let branches = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| answer[*key].as_array());
    let branches: Vec<&Value> =
        branches.map_or_else(|| vec![answer], |branches| branches.iter().collect());
    let mut found: Vec<(String, &Value)> = Vec::new();
    for branch in branches.into_iter().map(|branch| target(branch, schemas)) {
        found.extend(
            lists(branch, path, schemas)
                .into_iter()
                .map(|pointer| (pointer, branch)),
        );
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err("its answer has no list".into()),
        _ => {
            let pointers: Vec<String> = found
                .iter()
                .map(|(pointer, _)| format!("{pointer:?}"))
                .collect();
            Err(format!(
                "its answer has several lists: {}",
                pointers.join(", ")
            ))
        }
    }
}

/// The pointers of the lists in a schema: itself, its properties, or else those of the object that it wraps. The property that
/// is called like the end of the path comes before all others.
fn lists(schema: &Value, path: &str, schemas: &Value) -> Vec<String> {
    let is_list = |schema: &Value| target(schema, schemas)["type"] == "array";
    if is_list(schema) {
        return vec![String::new()];
    }
    let lists_of = |schema: &Value, prefix: &str| -> Vec<String> {
        let properties = target(schema, schemas)["properties"]
            .as_object()
            .into_iter()
            .flatten();
        properties
            .filter(|(_, property)| is_list(property))
            .map(|(name, _)| format!("{prefix}/{name}"))
            .collect()
    };
    let mut found = lists_of(schema, "");
    if found.is_empty() {
        let wraps = ["data", "body"]
            .iter()
            .filter_map(|name| Some((name, schema["properties"].get(*name)?)));
        found = wraps
            .flat_map(|(name, wrapped)| lists_of(wrapped, &format!("/{name}")))
            .collect();
    }
    let last = path.rsplit('/').next().unwrap_or("");
    match found.iter().find(|pointer| pointer[1..] == *last) {
        Some(named) => vec![named.clone()],
        None => found,
    }
}

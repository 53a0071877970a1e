//! Finds the operations that list, by their names and the shape of their parameters and responses, and writes down how as `x-pagination`.
//!
//! ```json
//! {"style": "offset", "offset": "offset", "limit": "limit", "start": 0, "maximum": 100, "items": "/data", "total": "/total"}
//! ```
//!
//! - `style` is `offset`, `page` or `cursor`, and the key of that name holds the query parameter; or it is `single`, where one response
//!   has the complete list. An operation without a parameter of paging has it if its name begins with `list_`.
//! - `limit` is the parameter for the size of a page and `maximum` its largest value; `start` is the first offset or page, and
//!   `maxOffset` the largest offset that the service accepts.
//! - `items` and `total` are JSON pointers into the response, to the list and to the number of all items.
//! - `more` is a JSON pointer to a boolean that says whether another page follows; with `link`, the response has a `Link` header
//!   with the relation `next` as long as one does.
//! - `next` is a JSON pointer to the cursor of the next page, or to a URL with that cursor in its query; `nextHeader` is the header of
//!   the response that holds the cursor; `nextFromItem` is a JSON pointer into the last item of a page, to what is the cursor of the
//!   next.
//!
//! What is not documented is left out. An overlay can set any of the keys itself, can leave out one with `false`, and says
//! `x-pagination: false` of an operation that does not list.

mod keys;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::operations::each_operation;
use crate::responses::{deref, schema, successes};

const KEY: &str = "x-pagination";

/// Why an operation does not list that an overlay marks with `x-pagination: false`.
pub(crate) const AN_OVERLAY_SAYS_SO: &str = "an overlay says so";

/// The style of a list that comes in one response, and the names of operations that have it.
const SINGLE: &str = "single";
const LISTS: &str = "list_";

/// The styles of lists that come in pages, with the names of their parameters and the first position.
const STYLES: &[(&str, &[&str], Option<u64>)] = &[
    ("offset", &["offset", "skip"], Some(0)),
    ("page", &["page", "pageNumber"], Some(1)),
    (
        "cursor",
        &["cursor", "cursorId", "nextToken", "pageToken"],
        None,
    ),
];

const LIMITS: &[&str] = &["limit", "pageSize", "perPage"];

/// Where responses have the number of all items. `totalResults` of Investigate is none of them: it counts the page.
const TOTALS: &[&[&str]] = &[
    &["total"],
    &["meta", "total"],
    &["pageInfo", "totalNumRecords"],
    &["itemsCount"],
];

/// Where responses say whether another page follows.
const MORES: &[&[&str]] = &[&["moreDataAvailable"], &["pageInfo", "hasMoreRecords"]];

/// Where responses have the cursor of the next page.
const NEXTS: &[&[&str]] = &[
    &["next"],
    &["nextCursor"],
    &["cursor"],
    &["cursorId"],
    &["nextToken"],
    &["nextPageToken"],
];

/// Adds `x-pagination` to the operations of the merged document, and reports of each that has a parameter of paging or the name of a list
/// how it lists or why it does not, by scope and name.
pub(crate) fn find(whole: &mut Value) -> BTreeMap<String, Result<String, String>> {
    let schemas = whole["components"]["schemas"].take();
    let mut found = BTreeMap::new();
    each_operation(whole, |path, _, operation, _| {
        let own = operation.remove(KEY);
        let paging = Paging::of(own.as_ref(), operation, &schemas);
        if own.is_none() && paging.is_err() {
            return;
        }
        let result = match own {
            Some(Value::Bool(false)) => Err(AN_OVERLAY_SAYS_SO.to_owned()),
            Some(Value::Object(own)) => {
                paging.and_then(|paging| paging.rule(own, path, operation, &schemas))
            }
            Some(other) => Err(format!("`x-pagination` is {other}, not an object or false")),
            None => paging.and_then(|paging| paging.rule(Map::new(), path, operation, &schemas)),
        };
        let scope = path.split('/').nth(1).unwrap_or("");
        let name = operation["operationId"].as_str().unwrap_or("");
        let name = format!("{scope}::{name}");
        if let Ok(rule) = &result {
            operation.insert(KEY.into(), Value::Object(rule.clone()));
        }
        found.insert(name, result.map(|rule| Value::Object(rule).to_string()));
    });
    whole["components"]["schemas"] = schemas;
    found
}

/// The parameters in the query of an operation.
fn query_parameters(operation: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query")
}

/// The parameters by which an operation lists.
struct Paging {
    style: &'static str,
    /// What selects a page.
    parameter: Option<String>,
    start: Option<u64>,
    max_offset: Option<Value>,
    limit: Option<(String, Option<Value>)>,
}

impl Paging {
    /// The parameters that an overlay names, or those that are called as such parameters are.
    fn of(
        own: Option<&Value>,
        operation: &Map<String, Value>,
        schemas: &Value,
    ) -> Result<Self, String> {
        let named = |names: &[&str]| {
            query_parameters(operation)
                .find(|parameter| names.iter().any(|name| parameter["name"] == *name))
        };
        let own = |key: &str| own.and_then(|own| own.get(key)).and_then(Value::as_str);
        let given = own("style");
        let style = STYLES
            .iter()
            .filter(|(style, ..)| given.is_none_or(|given| given == *style))
            .find_map(|(style, names, start)| {
                let parameter = own(style)
                    .map(str::to_owned)
                    .or_else(|| Some(named(names)?["name"].as_str()?.to_owned()));
                Some((*style, Some(parameter?), *start))
            });
        let is_list = || match given {
            Some(given) => given == SINGLE,
            None => operation["operationId"]
                .as_str()
                .is_some_and(|name| name.starts_with(LISTS)),
        };
        let style = style.or_else(|| is_list().then_some((SINGLE, None, None)));
        let (style, parameter, start) = style.ok_or("it has no parameter of paging")?;
        let maximum = |parameter: &Value| {
            let schema = deref(&parameter["schema"], schemas);
            schema.get("maximum").cloned()
        };
        let limit = named(LIMITS).map(|limit| {
            let name = limit["name"].as_str().unwrap_or("");
            (name.to_owned(), maximum(limit))
        });
        let max_offset = parameter
            .as_deref()
            .filter(|_| style == "offset")
            .and_then(|parameter| named(&[parameter]))
            .and_then(maximum);
        Ok(Self {
            style,
            parameter,
            start,
            max_offset,
            limit,
        })
    }

    /// How the operation lists, an overlay's own keys before those found.
    fn rule(
        &self,
        own: Map<String, Value>,
        path: &str,
        operation: &Map<String, Value>,
        schemas: &Value,
    ) -> Result<Map<String, Value>, String> {
        let mut rule = self.parameters();
        match describe(self.style, path, operation, schemas) {
            Ok(found) => rule.extend(found),
            Err(_) if own.contains_key("items") => {}
            Err(reason) => return Err(reason),
        }
        rule.extend(own);
        rule.retain(|_, value| *value != false);
        keys::verify(&rule, operation, schemas)?;
        Ok(rule)
    }

    fn parameters(&self) -> Map<String, Value> {
        let limit = self.limit.as_ref();
        let keys = [
            ("style", Some(self.style.into())),
            (self.style, self.parameter.clone().map(Value::from)),
            ("start", self.start.map(Value::from)),
            ("maxOffset", self.max_offset.clone()),
            ("limit", limit.map(|(name, _)| name.clone().into())),
            ("maximum", limit.and_then(|(_, maximum)| maximum.clone())),
        ];
        let known = keys.into_iter();
        known
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect()
    }
}

/// What the response of an operation says about its pages.
fn describe(
    style: &str,
    path: &str,
    operation: &Map<String, Value>,
    schemas: &Value,
) -> Result<Map<String, Value>, String> {
    let response = schema(operation).ok_or("its response is not JSON")?;
    let (items, branch) = items(response, path, schemas)?;
    let find = |places: &[&[&str]], types: &[&str]| {
        let has = |steps: &&&[&str]| {
            let found = steps.iter().try_fold(branch, |schema, step| {
                deref(schema, schemas)["properties"].get(step)
            });
            let found = found.map(|found| &deref(found, schemas)["type"]);
            found
                .and_then(Value::as_str)
                .is_some_and(|word| types.contains(&word))
        };
        let place = places.iter().find(has)?;
        Some(json!(format!("/{}", place.join("/"))))
    };
    let next = (style == "cursor").then(|| find(NEXTS, keys::CURSOR_TYPES));
    let has_link = successes(operation).any(|response| {
        let headers = response["headers"].as_object();
        let mut names = headers.into_iter().flat_map(Map::keys);
        names.any(|name| name.eq_ignore_ascii_case("Link"))
    });
    let keys = [
        ("items", Some(items.into())),
        ("total", find(TOTALS, &["integer", "number"])),
        ("more", find(MORES, &["boolean"])),
        ("next", next.flatten()),
        ("link", has_link.then_some(Value::Bool(true))),
    ];
    let known = keys.into_iter();
    Ok(known
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect())
}

/// The JSON pointer of the one list in a response, and the branch of the response that has it.
fn items<'a>(
    response: &'a Value,
    path: &str,
    schemas: &'a Value,
) -> Result<(String, &'a Value), String> {
    let response = deref(response, schemas);
    let branches = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| response[*key].as_array());
    let branches: Vec<&Value> =
        branches.map_or_else(|| vec![response], |branches| branches.iter().collect());
    let mut found: Vec<(String, &Value)> = Vec::new();
    for branch in branches.into_iter().map(|branch| deref(branch, schemas)) {
        found.extend(
            lists(branch, path, schemas)
                .into_iter()
                .map(|pointer| (pointer, branch)),
        );
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err("its response has no list".into()),
        _ => {
            let pointers: Vec<String> = found
                .iter()
                .map(|(pointer, _)| format!("{pointer:?}"))
                .collect();
            Err(format!(
                "its response has several lists: {}",
                pointers.join(", ")
            ))
        }
    }
}

/// The pointers of the lists in a schema: itself, its properties, or else those of the object that it wraps. The property that
/// is called like the end of the path comes before all others.
fn lists(schema: &Value, path: &str, schemas: &Value) -> Vec<String> {
    let is_list = |schema: &Value| deref(schema, schemas)["type"] == "array";
    if is_list(schema) {
        return vec![String::new()];
    }
    let lists_of = |schema: &Value, prefix: &str| -> Vec<String> {
        let properties = deref(schema, schemas)["properties"]
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

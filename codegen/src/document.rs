//! The operations of a document for the rest of this crate: one flat description each, read once and checked.
//!
//! Only what `specs/` contains is accepted: references point to `components/schemas`, every operation has an id, a summary and one tag.

use serde_json::{Map, Value, json};

use crate::compose;
use crate::error::{Error, Result};
use crate::reference::{escape, text};
use crate::schema::{self, Kind};

/// One operation of the document.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub id: String,
    pub upstream_id: String,
    /// `x-former-name`: its id in the previous release, which users may still call.
    pub former_name: Option<String>,
    /// Upper case: `GET`.
    pub method: String,
    /// The path template from the root of the host: `/admin/v2/apiKeys/{apiKeyId}`.
    pub path: String,
    /// Name of the API that the operation belongs to: `Key Admin`.
    pub api: String,
    pub summary: String,
    pub description: Option<String>,
    pub deprecated: bool,
    pub security: Security,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    /// The schema of the response with a status of success; `None` if it has no body.
    pub response: Option<Value>,
    pub pagination: Option<Pagination>,
    /// `x-clouds`: the clouds that document it.
    pub clouds: Vec<String>,
    /// `x-rate-limit`: how often it may be called.
    pub rate_limit: Option<RateLimit>,
    /// Whether the operation is idempotent.
    pub idempotent: bool,
    /// `x-success-property`: JSON pointer of the boolean for whether the request succeeded.
    pub success_property: Option<String>,
    /// `x-upstream-errors`: the statuses of errors that can be those of another server.
    pub upstream_errors: Vec<u16>,
    /// `x-regional`: whether it can be requested from a storage region.
    pub regional: bool,
    /// Its JSON pointer in the document.
    pub pointer: String,
}

/// `x-rate-limit`: how often all operations of a class together may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The name of the class.
    pub class: String,
    /// What is counted: `key` or `organization`.
    pub per: String,
    /// Requests in a number of seconds; all of these limits apply.
    pub windows: Vec<(u64, u64)>,
}

/// The authentication of a call.
#[derive(Clone, Debug)]
pub(crate) enum Security {
    /// A bearer token of a key that has these OAuth 2.0 scopes.
    Bearer(Vec<String>),
    /// Key and secret.
    Basic,
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// What its names in Rust are made of.
    pub rust_name: String,
    pub location: Location,
    pub required: bool,
    /// What a call sends where a query parameter is required and the caller does not set it: the default of its schema.
    pub default: Option<String>,
    pub encoding: Encoding,
    pub schema: Value,
    /// `x-time`: how a time is written, where it differs from the schema.
    pub time: Option<Time>,
    pub description: Option<String>,
    /// Its value in the example of the operation.
    pub example: Option<Value>,
    pub pointer: String,
}

/// How a time is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Epoch milliseconds, or words such as `-1days`.
    Reporting,
    /// A date, or a date and time, as in RFC 3339.
    Rfc3339,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

/// How the value of a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    /// The name alone: the parameter is set or it is not.
    Flag,
    /// One value, the elements joined by commas.
    Comma,
    /// The name once for each element.
    Repeated,
    /// JSON.
    Json,
}

#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub required: bool,
    pub content: Content,
    /// The parts of a multipart form that can be sent instead.
    pub alternative: Option<Vec<Part>>,
    pub description: Option<String>,
    /// Its value in the example of the operation, if it is not a form of parts.
    pub example: Option<Value>,
    pub pointer: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Json(Value),
    Form(Value),
    /// The parts of a `multipart/form-data` body: name, and whether it is a file.
    Multipart(Vec<Part>),
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub name: String,
    pub required: bool,
    pub description: Option<String>,
    /// The content of the file in the example of the operation.
    pub example: Option<Value>,
}

/// `x-pagination`: how an operation that lists pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// What selects a page.
    pub style: PaginationStyle,
    /// The query parameter that selects a page.
    pub offset_param: String,
    /// The query parameter that sets the page size.
    pub limit: Option<String>,
    /// The offset or number of the first page.
    pub first_page: u64,
    /// The maximum page size.
    pub max_page_size: Option<u64>,
    /// The maximum offset.
    pub max_offset: Option<u64>,
    /// JSON pointer of the list in a response.
    pub items: String,
    /// JSON pointer of the number of all items in a response.
    pub total: Option<String>,
    /// JSON pointer of the flag in a response that there are more pages.
    pub more: Option<String>,
    /// JSON pointer of the cursor of the next page in a response, or of a URL whose query has it.
    pub next: Option<String>,
    /// The response header with the cursor of the next page.
    pub next_header: Option<String>,
    /// JSON pointer of the cursor of the next page in the last item.
    pub next_from_item: Option<String>,
    /// Whether the header `Link` has the next page.
    pub link: bool,
    /// Whether the service may ignore these parameters and send all items at once.
    pub may_send_all: bool,
}

/// What selects a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaginationStyle {
    /// The number of items before it.
    Offset,
    /// Its number.
    Page,
    /// A cursor from the previous page.
    Cursor,
}

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Reads all operations, in the order of paths and methods in the document.
pub(crate) fn operations(document: &Value) -> Result<Vec<Operation>> {
    let version = document
        .get("openapi")
        .and_then(Value::as_str)
        .ok_or_else(|| {
            Error::new(
                "/openapi",
                "not an OpenAPI document: the key `openapi` is missing",
            )
        })?;
    if !version.starts_with("3.0.") {
        return Err(Error::new(
            "/openapi",
            format!(
                "OpenAPI {version} is not supported: expected 3.0.x, as `cargo xtask import` writes it"
            ),
        ));
    }
    let mut operations: Vec<Operation> = Vec::new();
    let paths = object(document, "", "paths")?;
    for (path, item) in paths {
        let pointer = format!("/paths/{}", escape(path));
        let item = item
            .as_object()
            .ok_or_else(|| Error::new(&pointer, "expected an object"))?;
        for (method, operation) in item {
            let pointer = format!("{pointer}/{method}");
            if !METHODS.contains(&method.as_str()) {
                return Err(Error::new(
                    pointer,
                    format!("expected one of {}", METHODS.join(", ")),
                ));
            }
            let operation = read_operation(document, path, method, operation, pointer)?;
            if operations.iter().any(|other| other.id == operation.id) {
                return Err(Error::new(
                    format!("{}/operationId", operation.pointer),
                    format!("the operationId `{}` is used twice", operation.id),
                ));
            }
            operations.push(operation);
        }
    }
    Ok(operations)
}

fn read_operation(
    document: &Value,
    path: &str,
    method: &str,
    value: &Value,
    pointer: String,
) -> Result<Operation> {
    let id = string(value, &pointer, "operationId")?;
    let body = value
        .get("requestBody")
        .map(|body| read_body(document, body, &format!("{pointer}/requestBody")))
        .transpose()?;
    let mut parameters = Vec::new();
    if let Some(list) = value.get("parameters") {
        let list_pointer = format!("{pointer}/parameters");
        let list = list
            .as_array()
            .ok_or_else(|| Error::new(&list_pointer, "expected an array"))?;
        for (index, parameter) in list.iter().enumerate() {
            let parameter = read_parameter(document, parameter, format!("{list_pointer}/{index}"))?;
            let key = |parameter: &Parameter| (parameter.location, parameter.name.clone());
            if parameters.iter().any(|other| key(other) == key(&parameter)) {
                return Err(Error::new(
                    &parameter.pointer,
                    format!("the parameter `{}` is declared twice", parameter.name),
                ));
            }
            parameters.push(parameter);
        }
    }
    let parameters = in_call_order(path, parameters, &pointer)?;
    Ok(Operation {
        former_name: text(value, "x-former-name"),
        upstream_id: text(value, "x-upstream-id").unwrap_or_else(|| id.clone()),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        api: value
            .pointer("/tags/0")
            .and_then(Value::as_str)
            .ok_or_else(|| Error::new(&pointer, "expected one tag, the name of the API"))?
            .to_owned(),
        summary: string(value, &pointer, "summary")?,
        description: text(value, "description"),
        deprecated: flag(value, "deprecated"),
        security: read_security(value),
        response: read_response(value, &pointer)?,
        pagination: value
            .get("x-pagination")
            .map(|pagination| read_pagination(pagination, &format!("{pointer}/x-pagination")))
            .transpose()?,
        clouds: value
            .get("x-clouds")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|cloud| cloud.as_str().map(str::to_owned))
            .collect(),
        rate_limit: value
            .get("x-rate-limit")
            .map(|limit| read_rate_limit(limit, &format!("{pointer}/x-rate-limit")))
            .transpose()?,
        idempotent: value
            .get("x-idempotent")
            .and_then(Value::as_bool)
            .unwrap_or(matches!(method, "get" | "put" | "delete")),
        success_property: text(value, "x-success-property"),
        upstream_errors: value
            .get("x-upstream-errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|status| status.as_u64()?.try_into().ok())
            .collect(),
        regional: flag(value, "x-regional"),
        id,
        parameters,
        body,
        pointer,
    })
}

/// Path parameters in the order of the template, then the others as documented.
fn in_call_order(path: &str, parameters: Vec<Parameter>, pointer: &str) -> Result<Vec<Parameter>> {
    let (mut in_path, others): (Vec<_>, Vec<_>) = parameters
        .into_iter()
        .partition(|parameter| parameter.location == Location::Path);
    let mut ordered = Vec::with_capacity(in_path.len() + others.len());
    for name in placeholders(path) {
        let position = in_path
            .iter()
            .position(|parameter| parameter.name == name)
            .ok_or_else(|| {
                Error::new(
                    pointer,
                    format!(
                        "the path has `{{{name}}}`, but no path parameter of that name is declared"
                    ),
                )
            })?;
        ordered.push(in_path.swap_remove(position));
    }
    if let Some(extra) = in_path.first() {
        return Err(Error::new(
            &extra.pointer,
            format!("path parameter `{}` does not occur in the path", extra.name),
        ));
    }
    ordered.extend(others);
    Ok(ordered)
}

/// What the names in Rust of a property, parameter or value of an enumeration are made of: its entry in `x-rust-names`, or else its name on
/// the wire.
pub(crate) fn rust_name<'a>(document: &'a Value, wire: &'a str) -> &'a str {
    let names = document.get("x-rust-names");
    names
        .and_then(|names| names.get(wire)?.as_str())
        .unwrap_or(wire)
}

/// The names between braces in a path template, in order.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

fn read_parameter(document: &Value, value: &Value, pointer: String) -> Result<Parameter> {
    let location = match string(value, &pointer, "in")?.as_str() {
        "path" => Location::Path,
        "query" => Location::Query,
        "header" => Location::Header,
        other => {
            return Err(Error::new(
                format!("{pointer}/in"),
                format!(
                    "a parameter in `{other}` is not supported: expected path, query or header"
                ),
            ));
        }
    };
    let (schema, as_json) = match (value.get("schema"), json_content(value)) {
        (Some(schema), _) => (schema.clone(), false),
        (None, Some(schema)) => (schema, true),
        (None, None) => return Err(Error::new(pointer, "expected a `schema`")),
    };
    let style = match location {
        Location::Query => "form",
        Location::Path | Location::Header => "simple",
    };
    if let Some(other) = text(value, "style").filter(|other| other != style) {
        return Err(Error::new(
            format!("{pointer}/style"),
            format!("the style {other} is not supported: expected {style}"),
        ));
    }
    let explode = value
        .get("explode")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let name = string(value, &pointer, "name")?;
    let kind = ParameterKind::of(document, &schema, &format!("{pointer}/schema"))?;
    let encoding = match (kind, location) {
        (_, Location::Query) if as_json => Encoding::Json,
        (ParameterKind::Scalar, Location::Query)
            if flag(value, "allowEmptyValue") && schema["enum"] == json!([""]) =>
        {
            Encoding::Flag
        }
        (ParameterKind::Scalar, _) => Encoding::Plain,
        (ParameterKind::ScalarList, Location::Query) if explode => Encoding::Repeated,
        (ParameterKind::ScalarList, Location::Query | Location::Header) => Encoding::Comma,
        (ParameterKind::Object, Location::Query) => Encoding::Json,
        _ => {
            return Err(Error::new(
                format!("{pointer}/schema"),
                "this schema is not supported here: expected a string, a number or a boolean, or in a query or header a list of these, or in a query an object",
            ));
        }
    };
    let required = location == Location::Path || flag(value, "required");
    let default = match compose::deref(document, &schema, &pointer)?.get("default") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(value.to_string()),
        _ => None,
    };
    let default = default.filter(|_| required && location == Location::Query);
    Ok(Parameter {
        rust_name: rust_name(document, &name).to_owned(),
        name,
        location,
        required: required && default.is_none(),
        default,
        encoding,
        schema,
        time: match text(value, "x-time").as_deref() {
            None => None,
            Some("reporting") => Some(Time::Reporting),
            Some("rfc3339") => Some(Time::Rfc3339),
            Some(other) => {
                return Err(Error::new(
                    format!("{pointer}/x-time"),
                    format!("unknown time format `{other}`: expected reporting or rfc3339"),
                ));
            }
        },
        description: text(value, "description"),
        example: value.get("example").cloned(),
        pointer,
    })
}

/// The JSON type of the value of a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterKind {
    Scalar,
    ScalarList,
    Object,
    Other,
}

impl ParameterKind {
    fn of(document: &Value, schema: &Value, pointer: &str) -> Result<Self> {
        let schema = compose::deref(document, schema, pointer)?;
        Ok(match schema::kind(&schema) {
            Kind::String | Kind::Number | Kind::Boolean => Self::Scalar,
            Kind::Object => Self::Object,
            Kind::Array => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                let items = compose::deref(document, items, pointer)?;
                match schema::kind(&items) {
                    Kind::String | Kind::Number | Kind::Boolean => Self::ScalarList,
                    _ => Self::Other,
                }
            }
            Kind::Any => Self::Other,
        })
    }
}

fn read_body(document: &Value, value: &Value, pointer: &str) -> Result<Body> {
    let media_types = object(value, pointer, "content")?;
    let schema = |media: &str| media_types.get(media).map(schema_of);
    let example = |media: &str| media_types.get(media)?.get("example").cloned();
    let parts = |schema: &Value| {
        let example = example("multipart/form-data").unwrap_or_default();
        read_parts(document, schema, &example, pointer)
    };
    let content = if let Some(schema) = schema("application/json") {
        Content::Json(schema)
    } else if let Some(schema) = schema("application/x-www-form-urlencoded") {
        Content::Form(schema)
    } else if let Some(schema) = schema("multipart/form-data") {
        Content::Multipart(parts(&schema)?)
    } else {
        let found: Vec<_> = media_types.keys().map(String::as_str).collect();
        return Err(Error::new(
            format!("{pointer}/content"),
            format!(
                "a body of {} is not supported: expected application/json, application/x-www-form-urlencoded or multipart/form-data",
                found.join(", ")
            ),
        ));
    };
    let alternative = match (&content, schema("multipart/form-data")) {
        (Content::Json(_), Some(schema)) if schema.get("properties").is_some() => {
            Some(parts(&schema)?)
        }
        _ => None,
    };
    Ok(Body {
        required: flag(value, "required"),
        example: example("application/json")
            .or_else(|| example("application/x-www-form-urlencoded")),
        content,
        alternative,
        description: text(value, "description"),
        pointer: pointer.to_owned(),
    })
}

fn read_parts(
    document: &Value,
    schema: &Value,
    example: &Value,
    pointer: &str,
) -> Result<Vec<Part>> {
    let pointer = format!("{pointer}/content/multipart~1form-data/schema");
    let schema = compose::deref(document, schema, &pointer)?;
    let properties = object(&schema, &pointer, "properties")?;
    let required = |name: &str| {
        properties.len() == 1
            || schema
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|list| list.iter().any(|entry| entry == name))
    };
    properties
        .iter()
        .map(|(name, property)| {
            if text(property, "format").as_deref() != Some("binary") {
                return Err(Error::new(
                    format!("{pointer}/properties/{}", escape(name)),
                    "a part that is not a file is not supported: expected a string of the format binary",
                ));
            }
            Ok(Part {
                required: required(name),
                name: name.clone(),
                description: text(property, "description"),
                example: example.get(name).cloned(),
            })
        })
        .collect()
}

/// The schema of the successful responses; if they differ, `x-answer` has the status of the one that a call returns.
fn read_response(value: &Value, pointer: &str) -> Result<Option<Value>> {
    let pointer = format!("{pointer}/responses");
    let responses = value.get("responses").and_then(Value::as_object);
    let mut successes = responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'))
        .peekable();
    if successes.peek().is_none() {
        return Err(Error::new(
            pointer,
            "no successful response: expected a status from 200 to 299",
        ));
    }
    let mut schemas: Vec<(&str, Value)> = Vec::new();
    for (status, response) in successes {
        let content = response.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            continue;
        };
        let schema = json_content(response).ok_or_else(|| {
            let found: Vec<_> = content.keys().map(String::as_str).collect();
            Error::new(
                format!("{pointer}/{status}/content"),
                format!(
                    "a response of {} is not supported: expected application/json",
                    found.join(", ")
                ),
            )
        })?;
        if schemas.iter().all(|(_, other)| *other != schema) {
            schemas.push((status, schema));
        }
    }
    if schemas.len() < 2 {
        return Ok(schemas.pop().map(|(_, schema)| schema));
    }
    let chosen = text(value, "x-answer");
    schemas
        .iter()
        .find(|(status, _)| chosen.as_deref() == Some(status))
        .map(|(_, schema)| Some(schema.clone()))
        .ok_or_else(|| {
            let found: Vec<_> = schemas.iter().map(|(status, _)| *status).collect();
            Error::new(
                pointer,
                format!(
                    "the responses {} have different schemas: `x-answer` must have the status of the one that a call returns",
                    found.join(", ")
                ),
            )
        })
}

/// The schema of a content that is JSON, whatever its media type.
fn json_content(value: &Value) -> Option<Value> {
    let content = value.get("content")?.as_object()?;
    content
        .iter()
        .find(|(name, _)| *name == "application/json" || name.ends_with("+json"))
        .map(|(_, media)| schema_of(media))
}

fn schema_of(media: &Value) -> Value {
    media
        .get("schema")
        .cloned()
        .unwrap_or_else(|| Value::Object(Map::new()))
}

fn read_security(value: &Value) -> Security {
    let requirement = value.pointer("/security/0").and_then(Value::as_object);
    match requirement {
        Some(requirement) if requirement.contains_key("basic") => Security::Basic,
        Some(requirement) => Security::Bearer(
            requirement
                .get("oauth2")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|scope| scope.as_str().map(str::to_owned))
                .collect(),
        ),
        None => Security::Bearer(Vec::new()),
    }
}

fn read_rate_limit(value: &Value, pointer: &str) -> Result<RateLimit> {
    let windows = value
        .get("windows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|window| {
            Some((
                window.get("requests")?.as_u64()?,
                window.get("seconds")?.as_u64()?,
            ))
        })
        .collect::<Option<Vec<_>>>()
        .filter(|windows| !windows.is_empty())
        .ok_or_else(|| {
            Error::new(
                format!("{pointer}/windows"),
                "expected a list of {requests, seconds}, both integers",
            )
        })?;
    Ok(RateLimit {
        class: string(value, pointer, "class")?,
        per: string(value, pointer, "per")?,
        windows,
    })
}

fn read_pagination(value: &Value, pointer: &str) -> Result<Pagination> {
    let (style, offset_param) = match string(value, pointer, "style")?.as_str() {
        "offset" => (PaginationStyle::Offset, "offset"),
        "page" => (PaginationStyle::Page, "page"),
        "cursor" => (PaginationStyle::Cursor, "cursor"),
        other => {
            return Err(Error::new(
                format!("{pointer}/style"),
                format!("unknown style `{other}`: expected offset, page or cursor"),
            ));
        }
    };
    let pagination = Pagination {
        style,
        offset_param: string(value, pointer, offset_param)?,
        limit: text(value, "limit"),
        first_page: value.get("start").and_then(Value::as_u64).unwrap_or(0),
        max_page_size: value.get("maximum").and_then(Value::as_u64),
        max_offset: value.get("maxOffset").and_then(Value::as_u64),
        items: string(value, pointer, "items")?,
        total: text(value, "total"),
        more: text(value, "more"),
        next: text(value, "next"),
        next_header: text(value, "nextHeader"),
        next_from_item: text(value, "nextFromItem"),
        link: flag(value, "link"),
        may_send_all: flag(value, "maySendAll"),
    };
    let has_cursor = pagination.next.is_some()
        || pagination.next_header.is_some()
        || pagination.next_from_item.is_some()
        || pagination.link;
    if style == PaginationStyle::Cursor && !has_cursor {
        return Err(Error::new(
            pointer,
            "the cursor of the next page is missing: expected `next`, `nextHeader`, `nextFromItem` or `link`",
        ));
    }
    Ok(pagination)
}

fn object<'a>(value: &'a Value, pointer: &str, key: &str) -> Result<&'a Map<String, Value>> {
    value
        .get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| Error::new(format!("{pointer}/{key}"), "expected an object"))
}

fn string(value: &Value, pointer: &str, key: &str) -> Result<String> {
    text(value, key).ok_or_else(|| Error::new(format!("{pointer}/{key}"), "expected a string"))
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

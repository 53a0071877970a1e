//! An operation: one flat description, read once and checked.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::body::{Body, json_schema};
use crate::error::{Error, Result};
use crate::json::{flag, required_text, strings, text};
use crate::pagination::Pagination;
use crate::parameter::{Location, Parameter};
use crate::path::{Segment, placeholders};
use crate::root::Root;
use crate::words;

/// One operation of a document.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its id: `list_sites`.
    pub id: String,
    /// `x-upstream-id`: its id in Cisco's documents.
    pub upstream_id: String,
    /// `x-former-name`: its id in the previous release, which users may still call.
    pub former_name: Option<String>,
    /// Upper case: `GET`.
    pub method: String,
    /// The path template from the root of the host: `/admin/v2/apiKeys/{apiKeyId}`.
    pub path: String,
    /// The segments of the path template.
    pub segments: Vec<Segment>,
    /// Name of the API that the operation belongs to: `Key Admin`.
    pub api: String,
    /// `x-feature`: the Cargo feature of its API, where that does not follow from the name.
    pub feature: Option<String>,
    /// What it does, in one line.
    pub summary: String,
    /// What it does.
    pub description: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Its authentication.
    pub security: Security,
    /// Path parameters in the order of the template, then the others as documented.
    pub parameters: Vec<Parameter>,
    /// The body of its requests.
    pub body: Option<Body>,
    /// The schema of the body of each response by status; `None` for a response without a body.
    pub responses: BTreeMap<u16, Option<Value>>,
    /// The status of the response that a call returns.
    pub success_status: u16,
    /// How it pages.
    pub pagination: Option<Pagination>,
    /// `x-clouds`: the clouds that document it.
    pub clouds: Vec<String>,
    /// `x-rate-limit`: how often it can be called.
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

/// The authentication of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// A bearer token of a key that has these OAuth 2.0 scopes.
    Bearer(Vec<String>),
    /// Key and secret.
    Basic,
}

/// `x-rate-limit`: how often all operations of a class together can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The name of the class.
    pub class: String,
    /// What is counted: `key` or `organization`.
    pub per: String,
    /// Requests in a number of seconds; all of these limits apply.
    pub windows: Vec<(u64, u64)>,
}

/// The only tag of an operation.
fn api(operation: &Value, pointer: &str) -> Result<String> {
    let tag = operation.pointer("/tags/0").and_then(Value::as_str);
    let expected = || Error::new(pointer, "expected one tag, the name of the API");
    tag.map(str::to_owned).ok_or_else(expected)
}

impl Operation {
    pub(crate) fn read(
        root: &Root,
        path: &str,
        method: &str,
        value: &Value,
        pointer: String,
    ) -> Result<Self> {
        let id = required_text(value, &pointer, "operationId")?;
        let body = value
            .get("requestBody")
            .map(|body| Body::read(root, body, &format!("{pointer}/requestBody")))
            .transpose()?;
        let parameters = read_parameters(root, value, &pointer)?;
        let parameters = in_call_order(path, parameters, &pointer)?;
        let responses = read_responses(value, &pointer)?;
        Ok(Self {
            former_name: text(value, "x-former-name"),
            upstream_id: text(value, "x-upstream-id").unwrap_or_else(|| id.clone()),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            segments: Segment::read(path),
            api: api(value, &pointer)?,
            feature: text(value, "x-feature"),
            summary: required_text(value, &pointer, "summary")?,
            description: text(value, "description"),
            deprecated: flag(value, "deprecated"),
            security: Security::read(value),
            success_status: success_status(value, &responses, &pointer)?,
            responses,
            pagination: value
                .get("x-pagination")
                .map(|pagination| Pagination::read(pagination, &format!("{pointer}/x-pagination")))
                .transpose()?,
            clouds: strings(value, "x-clouds"),
            rate_limit: value
                .get("x-rate-limit")
                .map(|limit| RateLimit::read(limit, &format!("{pointer}/x-rate-limit")))
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

    /// The schema of the body of the response that a call returns; `None` if it has no body.
    #[must_use]
    pub fn response(&self) -> Option<&Value> {
        self.responses.get(&self.success_status)?.as_ref()
    }

    /// Whether it changes nothing in the service: it reads, or it is a `POST` that can be repeated.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        match self.method.as_str() {
            "GET" => true,
            "POST" => self.idempotent,
            _ => false,
        }
    }

    /// The Cargo feature of its API: `network-tunnel-groups`.
    #[must_use]
    pub fn feature_name(&self) -> String {
        let own = self.feature.clone();
        own.unwrap_or_else(|| words::feature(&self.api))
    }

    /// The parameter of this name and location.
    #[must_use]
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Parameter> {
        let mut parameters = self.parameters.iter();
        parameters.find(|parameter| parameter.location == location && parameter.name == name)
    }

    /// The path parameter that the path template ends with.
    #[must_use]
    pub fn last_parameter(&self) -> Option<&Parameter> {
        match self.segments.last()? {
            Segment::Parameter { name, .. } => self.parameter(Location::Path, name),
            Segment::Literal(_) => None,
        }
    }
}

impl Security {
    /// The scopes of all requirements: upstream lists scopes that belong together as alternatives, too.
    fn read(operation: &Value) -> Self {
        let requirements = operation.get("security").and_then(Value::as_array);
        let mut scopes = Vec::new();
        for requirement in requirements.into_iter().flatten() {
            if requirement.get("basic").is_some() {
                return Self::Basic;
            }
            for scope in strings(requirement, "oauth2") {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
        Self::Bearer(scopes)
    }

    /// The OAuth 2.0 scopes that a key needs.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        match self {
            Self::Bearer(scopes) => scopes,
            Self::Basic => &[],
        }
    }
}

impl RateLimit {
    fn read(value: &Value, pointer: &str) -> Result<Self> {
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
        Ok(Self {
            class: required_text(value, pointer, "class")?,
            per: required_text(value, pointer, "per")?,
            windows,
        })
    }
}

fn read_parameters(root: &Root, value: &Value, pointer: &str) -> Result<Vec<Parameter>> {
    let Some(list) = value.get("parameters") else {
        return Ok(Vec::new());
    };
    let pointer = format!("{pointer}/parameters");
    let list = list
        .as_array()
        .ok_or_else(|| Error::new(&pointer, "expected an array"))?;
    let mut parameters: Vec<Parameter> = Vec::new();
    for (index, parameter) in list.iter().enumerate() {
        let parameter = Parameter::read(root, parameter, format!("{pointer}/{index}"))?;
        let is_same = |other: &Parameter| {
            other.location == parameter.location && other.name == parameter.name
        };
        if parameters.iter().any(is_same) {
            return Err(Error::new(
                &parameter.pointer,
                format!("the parameter `{}` is declared twice", parameter.name),
            ));
        }
        parameters.push(parameter);
    }
    Ok(parameters)
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

/// The schema of the body of each response that has a status.
fn read_responses(value: &Value, pointer: &str) -> Result<BTreeMap<u16, Option<Value>>> {
    let mut responses = BTreeMap::new();
    let documented = value.get("responses").and_then(Value::as_object);
    for (status, response) in documented.into_iter().flatten() {
        let Ok(status) = status.parse::<u16>() else {
            continue;
        };
        let content = response.get("content").and_then(Value::as_object);
        let content = content.filter(|content| !content.is_empty());
        let schema = content.and_then(json_schema);
        if let (None, Some(content), 200..300) = (&schema, content, status) {
            let found: Vec<_> = content.keys().map(String::as_str).collect();
            return Err(Error::new(
                format!("{pointer}/responses/{status}/content"),
                format!(
                    "a response of {} is not supported: expected application/json",
                    found.join(", ")
                ),
            ));
        }
        responses.insert(status, schema);
    }
    Ok(responses)
}

/// The status of the response that a call returns: the one that `x-success-status` names, or else the first with a body. Responses with different
/// bodies need `x-success-status`.
fn success_status(
    value: &Value,
    responses: &BTreeMap<u16, Option<Value>>,
    pointer: &str,
) -> Result<u16> {
    let pointer = format!("{pointer}/responses");
    let successes = || responses.range(200..300);
    let first = successes().next().map(|(status, _)| *status);
    let first = first.ok_or_else(|| {
        Error::new(
            &pointer,
            "no successful response: expected a status from 200 to 299",
        )
    })?;
    let with_body: Vec<(u16, &Value)> = successes()
        .filter_map(|(status, schema)| Some((*status, schema.as_ref()?)))
        .collect();
    let chosen = text(value, "x-success-status").and_then(|status| status.parse().ok());
    let is_candidate =
        |status: &u16| with_body.is_empty() || with_body.iter().any(|(known, _)| known == status);
    if let Some(status) = chosen.filter(is_candidate) {
        return Ok(status);
    }
    let mut distinct: Vec<(u16, &Value)> = Vec::new();
    for (status, schema) in with_body {
        if distinct.iter().all(|(_, other)| *other != schema) {
            distinct.push((status, schema));
        }
    }
    match distinct.as_slice() {
        [] => Ok(first),
        [(status, _)] => Ok(*status),
        several => {
            let found: Vec<_> = several
                .iter()
                .map(|(status, _)| status.to_string())
                .collect();
            Err(Error::new(
                pointer,
                format!(
                    "the responses {} have different schemas: `x-success-status` must have the status of the one that a call returns",
                    found.join(", ")
                ),
            ))
        }
    }
}

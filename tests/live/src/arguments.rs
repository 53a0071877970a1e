//! The arguments of a call: from the document, the responses so far, and a few public values.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use conformance::case::{Argument, Case, ParameterLocation, Values};
use conformance::specification::Specification;
use serde_json::Value;

/// The requested page size, large enough for many variants of an item.
const PAGE: u64 = 100;

/// Public values that do not belong to a tenant: the parameter, and a value.
const PUBLIC: [(&str, &str); 18] = [
    ("asNumber", "109"),
    ("attributeValue", "41"),
    ("cputhreshold", "80"),
    ("destination", "cisco.com"),
    ("domain", "cisco.com"),
    ("email", "hostmaster@cisco.com"),
    ("expression", "cisco.*"),
    // The SHA-256 of the EICAR test file.
    (
        "hash",
        "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f",
    ),
    ("ip", "208.67.222.222"),
    ("ipAddress", "208.67.222.222"),
    ("name", "cisco.com"),
    ("nameServerList", "ns1.cisco.com"),
    ("nameserver", "ns1.cisco.com"),
    ("offset", "0"),
    ("product_id", "0"),
    ("rawData", "cisco.com"),
    ("regex", "cisco.*"),
    ("type", "virtual_appliance"),
];

/// The properties of a row that can be the value of a path parameter with another name, in order of precedence.
const IDS: [&str; 5] = ["id", "originId", "resourceId", "resourceGroupId", "name"];

/// Query parameters that refer to items of a list: the parameter, the path of the listing, and the property of its rows.
const ITEMS: [(&str, &str, &str); 7] = [
    ("agentids", "/deployments/v2/connectorAgents", "id"),
    ("groupids", "/deployments/v2/connectorGroups", "id"),
    ("organizationIds", ORGANIZATION, "organizationId"),
    ("organization_id", ORGANIZATION, "organizationId"),
    ("privateresourceid", PRIVATE_RESOURCES, "resourceId"),
    ("privateresourceids", PRIVATE_RESOURCES, "resourceId"),
    ("ruleids", "/policies/v2/rules", "ruleId"),
];
const ORGANIZATION: &str = "/deployments/v2/roamingcomputers/orgInfo";
const PRIVATE_RESOURCES: &str = "/policies/v2/privateResources";

/// The first row of each list so far, by path template.
#[derive(Debug, Default)]
pub(crate) struct Rows(BTreeMap<&'static str, Value>);

impl Rows {
    /// Stores the first row of a response.
    pub(crate) fn keep(&mut self, case: &Case, response: &Value) {
        let items = case.operation.pagination.map(|paging| paging.items);
        let list = match items {
            Some(pointer) => response.pointer(pointer),
            None => Some(list_in(response)),
        };
        let row = match list {
            Some(Value::Array(rows)) => rows.first(),
            other => other,
        };
        if let Some(row) = row {
            self.0.insert(case.operation.path, row.clone());
        }
    }

    /// Returns the arguments of a call, or the first argument without a value.
    pub(crate) fn arguments(
        &self,
        specification: &Specification,
        case: &Case,
    ) -> Result<Values, String> {
        let mut values = Values::default();
        let mut placeholders = placeholders(case.operation.path);
        for (index, argument) in case.arguments.iter().enumerate() {
            let value = match argument.location {
                ParameterLocation::Path => {
                    let (listing, name) = placeholders.next().unwrap_or_default();
                    self.value(specification, argument, name, || self.item(listing, name))
                }
                ParameterLocation::Query(name, _) if is_limit(case, name) => {
                    Some(page(case).into())
                }
                ParameterLocation::Query(name, _) if argument.required => match case
                    .operation
                    .pagination
                {
                    Some(paging) if paging.offset_param == name => Some(paging.first_page.into()),
                    _ => self.value(specification, argument, name, || self.named(name)),
                },
                _ => None,
            };
            match value {
                Some(value) => {
                    let schema = specification.schema(specification.at(argument.pointer));
                    let schema =
                        schema.map_or(&Value::Null, |schema| specification.resolve(schema));
                    values.set(index, typed(schema, value));
                }
                None if argument.required => return Err(argument.name.to_owned()),
                None => {}
            }
        }
        Ok(values)
    }

    /// Returns the value of an argument: a time, the first enumeration value, an `item`, or a public value.
    fn value(
        &self,
        specification: &Specification,
        argument: &Argument,
        name: &str,
        item: impl FnOnce() -> Option<Value>,
    ) -> Option<Value> {
        let parameter = specification.at(argument.pointer);
        let schema = specification.resolve(specification.schema(parameter)?);
        time(parameter, schema, name)
            .or_else(|| schema.get("enum")?.get(0).cloned())
            .or_else(item)
            .or_else(|| public(name))
    }

    /// Returns the value of the path parameter after the path of a list, from the first row.
    fn item(&self, listing: &str, name: &str) -> Option<Value> {
        let row = self.0.get(listing)?;
        std::iter::once(name)
            .chain(IDS)
            .find_map(|property| row.get(property))
            .filter(|value| value.is_string() || value.is_number())
            .cloned()
    }

    /// Returns the value of a query parameter, from the first row of a list.
    fn named(&self, name: &str) -> Option<Value> {
        let (_, listing, property) = ITEMS.iter().find(|(known, ..)| *known == name)?;
        self.0.get(listing)?.get(property).cloned()
    }
}

/// The list in a response that does not page: the response itself, a list in it, or else the response as its only row.
fn list_in(response: &Value) -> &Value {
    let properties = response.as_object().into_iter().flatten();
    let mut lists = properties
        .map(|(_, value)| value)
        .filter(|value| value.is_array());
    lists.next().unwrap_or(response)
}

/// The placeholders of a path, each with the path before it.
fn placeholders(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('{').filter_map(move |(start, _)| {
        let (name, _) = path.get(start + 1..)?.split_once('}')?;
        Some((path.get(..start)?.trim_end_matches('/'), name))
    })
}

/// Whether a parameter sets the page size.
fn is_limit(case: &Case, name: &str) -> bool {
    let paging = case.operation.pagination;
    paging.and_then(|paging| paging.limit) == Some(name) || name == "limit"
}

fn page(case: &Case) -> u64 {
    let paging = case.operation.pagination;
    let maximum = paging.and_then(|paging| paging.max_page_size);
    maximum.map_or(PAGE, |maximum| maximum.min(PAGE))
}

/// A time of yesterday for the start of a period, and the current time for its end.
fn time(parameter: &Value, schema: &Value, name: &str) -> Option<Value> {
    let is_end = matches!(name, "to" | "stop");
    let word = |owner: &Value, key: &str| owner.get(key).and_then(Value::as_str).map(str::to_owned);
    let form = word(parameter, "x-time").or_else(|| word(schema, "format"))?;
    let now = Utc::now();
    let moment: DateTime<Utc> = if is_end { now } else { now - Duration::days(1) };
    match form.as_str() {
        "reporting" => Some(if is_end { "now" } else { "-1days" }.into()),
        "rfc3339" | "date-time" => Some(moment.to_rfc3339_opts(SecondsFormat::Secs, true).into()),
        "date" => Some(moment.date_naive().to_string().into()),
        _ => None,
    }
}

fn public(name: &str) -> Option<Value> {
    let (_, value) = PUBLIC.iter().find(|(known, _)| *known == name)?;
    Some(Value::from(*value))
}

/// Converts a value to the type of the schema.
fn typed(schema: &Value, value: Value) -> Value {
    match (schema.get("type").and_then(Value::as_str), value) {
        (Some("array"), value) if !value.is_array() => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            Value::Array(vec![typed(items, value)])
        }
        (Some("string"), Value::Number(number)) => number.to_string().into(),
        (Some("integer" | "number"), Value::String(text)) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (_, value) => value,
    }
}

//! Compares a request with the expected one: each value in its location, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::{Case, Encoding, ParameterLocation, Values};
use crate::server::Request;

/// The differences of a request.
#[must_use]
pub fn differences(case: &Case, values: &Values, request: &Request) -> Vec<String> {
    let mut differences = Vec::new();
    let mut expect = |what: &str, expected: String, found: String| {
        if expected != found {
            differences.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    expect(
        "method",
        case.operation.method.to_string(),
        request.method.clone(),
    );
    let given = || {
        let arguments = case.arguments.iter().enumerate();
        arguments.filter_map(|(index, argument)| Some((argument.location, values.get(index)?)))
    };

    let in_path = given().filter(|(location, _)| *location == ParameterLocation::Path);
    let mut in_path = in_path.map(|(_, value)| text(value));
    let path = case
        .operation
        .path
        .split('/')
        .map(|segment| filled(segment, &mut in_path));
    expect(
        "path",
        path.collect::<Vec<_>>().join("/"),
        request.path.join("/"),
    );

    let mut expected = Vec::new();
    let mut found = request.query.clone();
    for (location, value) in given() {
        if let ParameterLocation::Query(name, encoding) = location {
            expected.extend(pairs(name, encoding, value));
            // The properties of an object have no order.
            let sent = found.iter_mut().filter(|(known, _)| known == name);
            for (_, sent) in sent.filter(|_| encoding == Encoding::Json) {
                *sent = serde_json::from_str(sent).map_or_else(|_| sent.clone(), canonical);
            }
        }
    }
    let is_given = |name: &str| {
        given().any(
            |(location, _)| matches!(location, ParameterLocation::Query(known, _) if known == name),
        )
    };
    let defaults = case.operation.defaults.iter();
    let defaults = defaults.filter(|(name, _)| !is_given(name));
    expected.extend(defaults.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    expected.sort();
    found.sort();
    expect("query", format!("{expected:?}"), format!("{found:?}"));

    for (location, value) in given() {
        if let ParameterLocation::Header(name) = location {
            let found = request
                .headers
                .get(name)
                .and_then(|found| found.to_str().ok());
            let expected = match value {
                Value::Array(_) => joined(value),
                _ => text(value),
            };
            expect(name, expected, found.unwrap_or_default().to_owned());
        }
    }

    let content_type = || {
        let kind = request.headers.get("content-type")?.to_str().ok()?;
        kind.split(';').next()
    };
    let body = || String::from_utf8_lossy(&request.body).into_owned();
    let kind = |expected: &str| {
        (
            expected.to_owned(),
            content_type().unwrap_or("none").to_owned(),
        )
    };
    let mut has_body = false;
    for (location, value) in given() {
        let (expected, found) = match location {
            ParameterLocation::Json => {
                let found = serde_json::from_slice(&request.body).unwrap_or_default();
                expect("body", canonical(value.clone()), canonical(found));
                kind("application/json")
            }
            ParameterLocation::Form => {
                let form = url::form_urlencoded::parse(&request.body).into_owned();
                let mut found: Vec<_> = form.collect();
                let fields = value.as_object().into_iter().flatten();
                let mut expected: Vec<_> = fields
                    .map(|(name, value)| (name.clone(), text(value)))
                    .collect();
                expected.sort();
                found.sort();
                expect("body", format!("{expected:?}"), format!("{found:?}"));
                kind("application/x-www-form-urlencoded")
            }
            ParameterLocation::Part(name) => {
                let text = text(value);
                let has_part =
                    body().contains(&format!("name=\"{name}\"")) && body().contains(&text);
                expect(
                    "part",
                    name.to_owned(),
                    if has_part { name.to_owned() } else { body() },
                );
                kind("multipart/form-data")
            }
            _ => continue,
        };
        has_body = true;
        expect("content type", expected, found);
    }
    if !has_body {
        expect("body", String::new(), body());
    }
    differences
}

/// A segment of a path template, with the value of its placeholder.
fn filled(segment: &str, values: &mut impl Iterator<Item = String>) -> String {
    match (segment.split_once('{'), segment.split_once('}')) {
        (Some((before, _)), Some((_, after))) => {
            format!("{before}{}{after}", values.next().unwrap_or_default())
        }
        _ => segment.to_owned(),
    }
}

/// A value in a query.
fn pairs(name: &str, encoding: Encoding, value: &Value) -> Vec<(String, String)> {
    let pair = |value| (name.to_owned(), value);
    match encoding {
        Encoding::Plain => vec![pair(text(value))],
        Encoding::Comma => vec![pair(joined(value))],
        Encoding::Repeated => strings(value).map(pair).collect(),
        Encoding::Json => vec![pair(canonical(value.clone()))],
    }
}

/// The elements of a list as strings.
fn strings(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().map(text)
}

/// The elements of a list, joined by commas.
fn joined(value: &Value) -> String {
    strings(value).collect::<Vec<_>>().join(",")
}

/// A value as a string.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            // 2.0 and 2 are the same number.
            Some(real) if !number.is_i64() => real.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// A value as JSON, the same for equal values: independent of the order of properties, and of 2 or 2.0.
fn canonical(value: Value) -> String {
    fn settled(value: Value) -> Value {
        match value {
            Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
            Value::Array(list) => list.into_iter().map(settled).collect(),
            Value::Object(map) => {
                let sorted: BTreeMap<_, _> = map.into_iter().collect();
                let settled = |(name, value)| (name, settled(value));
                sorted.into_iter().map(settled).collect()
            }
            other => other,
        }
    }
    settled(value).to_string()
}

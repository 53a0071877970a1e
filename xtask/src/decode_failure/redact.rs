//! An answer of the service without a value of the customer's.
//!
//! Kept is what the documents say themselves: names of properties, and values of enumerations where they are listed. Everything else
//! becomes a placeholder of the same kind, out of a small set, so that the crate meets the same difficulty in what is left.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regress::Regex;
use serde_json::{Map, Number, Value};

use crate::examples::schema::{Api, Operation, Schemas};

/// Texts of more characters stand for themselves no better.
const LONGEST: usize = 4096;

/// The formats of texts, each with what stands for it; the first that fits counts.
static FORMATS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let formats = [
        (
            r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
            "00000000-0000-4000-8000-000000000000",
        ),
        (r"^[A-Za-z][A-Za-z0-9+.-]*://", "https://www.example.com/"),
        (r"^[^\s@]+@[^\s@]+$", "user@example.com"),
        (
            r"^([A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]+\.?$",
            "www.example.com",
        ),
    ];
    formats
        .map(|(pattern, placeholder)| (regex(pattern), placeholder))
        .into()
});

/// A date, or a date and a time, in the ways in which the service writes them.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?( ?Z|[+-]\d\d:?\d\d)?)?$")
});

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants that the tests try"
)]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

/// Takes the values out of answers.
#[derive(Debug)]
pub struct Redactor<'a> {
    api: &'a Api,
    /// The names of all documented properties.
    names: BTreeSet<&'a str>,
}

impl<'a> Redactor<'a> {
    /// A redactor that keeps what these specifications say themselves.
    #[must_use]
    pub fn new(api: &'a Api) -> Self {
        Self {
            api,
            names: api.property_names(),
        }
    }

    /// An answer of an operation with placeholders for its values.
    #[must_use]
    pub fn redact(&self, operation: &Operation, answer: &Value) -> Value {
        self.value(answer, &self.api.any_response(operation))
    }

    /// A value in a response; `schemas` are those of its place.
    fn value(&self, value: &Value, schemas: &Schemas<'_>) -> Value {
        match value {
            listed if schemas.lists(listed) => listed.clone(),
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(known) => number(known).into(),
            Value::String(known) => text(known).into(),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.value(item, &schemas.item(index)))
                    .collect()
            }
            Value::Object(properties) => {
                let mut kept = Map::new();
                for (name, value) in properties {
                    let value = self.value(value, &schemas.property(name));
                    // What is no word of the documents may be a value: objects can have domains or users for keys.
                    let name = match self.names.contains(name.as_str()) {
                        true => name.clone(),
                        false => format!("undocumented-{}", kept.len() + 1),
                    };
                    kept.insert(name, value);
                }
                Value::Object(kept)
            }
        }
    }
}

/// A number of the same kind: as many digits, a fraction or none, below zero or not. 0 and 1, which may mean no and yes, are both 1.
fn number(known: &Number) -> Number {
    let whole = |digits: usize| "2".repeat(digits).parse().unwrap_or(i64::MAX);
    match (known.as_i64(), known.as_u64(), known.as_f64()) {
        (Some(0 | 1), ..) => 1.into(),
        (Some(known), ..) => {
            let digits = known.unsigned_abs().to_string().len();
            (whole(digits) * known.signum()).into()
        }
        (None, Some(_), _) => u64::MAX.into(),
        (None, None, Some(known)) => {
            let size: f64 = match known.abs() {
                size if size.fract() != 0.0 => 2.5,
                size if size < i64::MAX as f64 => 2.0,
                _ => 2e20,
            };
            Number::from_f64(size.copysign(known)).unwrap_or_else(|| 2.into())
        }
        // There is no such number.
        (None, None, None) => 2.into(),
    }
}

/// A text of the same kind: of the same format, or else about as long.
fn text(known: &str) -> String {
    if known.is_empty() {
        return String::new();
    }
    if known.bytes().all(|byte| byte.is_ascii_digit()) {
        return match known {
            "0" | "1" => "1".to_owned(),
            _ => "2".repeat(known.len().min(LONGEST)),
        };
    }
    if let "true" | "false" = known.to_ascii_lowercase().as_str() {
        return "true".to_owned();
    }
    if let Ok(known) = known.parse() {
        return number(&known).to_string();
    }
    if DATE.find(known).is_some() {
        return date(known);
    }
    if let Some(placeholder) = address(known) {
        return placeholder.to_owned();
    }
    let formats = FORMATS.iter();
    let format = formats
        .into_iter()
        .find(|(format, _)| format.find(known).is_some());
    match format {
        Some((_, placeholder)) => (*placeholder).to_owned(),
        None => "x".repeat(known.chars().count().next_power_of_two().min(LONGEST)),
    }
}

/// The same notation of another moment, or of none: there are dates of zeros alone.
fn date(known: &str) -> String {
    const ZEROS: &str = "0000-00-00";
    let (day, time) = known.split_at(ZEROS.len());
    let day = if day == ZEROS { ZEROS } else { "2000-01-01" };
    let time = time.chars().map(|letter| match letter {
        '0'..='9' => '0',
        other => other,
    });
    day.chars().chain(time).collect()
}

/// What stands for an address or a network.
fn address(known: &str) -> Option<&'static str> {
    let (address, length) = match known.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (known, None),
    };
    let is_v4 = address.parse::<Ipv4Addr>().is_ok();
    let is_v6 = address.parse::<Ipv6Addr>().is_ok();
    match (is_v4, is_v6, length) {
        (true, _, None) => Some("192.0.2.2"),
        (true, _, Some(_)) => Some("192.0.2.0/24"),
        (_, true, None) => Some("2001:db8::2"),
        (_, true, Some(_)) => Some("2001:db8::/32"),
        _ => None,
    }
}

//! JSON of the service without a value of the customer.
//!
//! Kept is what the documents say themselves: names of properties, and values of enumerations where they are listed. Everything else
//! becomes a placeholder of the same kind, out of a small set, so that a client meets the same difficulty in what is left.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Map, Number, Value};

use crate::candidates::Candidates;

/// The maximum length of a placeholder, in characters.
const LONGEST: usize = 4096;

/// Whether a string is of a format, and the placeholder of that format.
type Format = (fn(&str) -> bool, &'static str);

/// The formats of strings; the first that fits counts.
const FORMATS: [Format; 4] = [
    (is_uuid, "00000000-0000-4000-8000-000000000000"),
    (is_url, "https://www.example.com/"),
    (is_email, "user@example.com"),
    (is_domain, "www.example.com"),
];

/// Replaces the values in bodies and parameters with placeholders.
#[derive(Debug)]
pub struct Redactor<'a> {
    /// The names of all documented properties.
    names: BTreeSet<&'a str>,
}

impl<'a> Redactor<'a> {
    /// A redactor that keeps what these documents say themselves.
    #[must_use]
    pub fn new(documents: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut names = BTreeSet::new();
        let mut open: Vec<&Value> = documents.into_iter().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Object(map) => {
                    let properties = map.get("properties").and_then(Value::as_object);
                    let known = properties.into_iter().flat_map(Map::keys);
                    names.extend(known.map(String::as_str));
                    open.extend(map.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        Self { names }
    }

    /// A value with placeholders; `schemas` are those of its location.
    #[must_use]
    pub fn redact(&self, value: &Value, schemas: &Candidates<'_>) -> Value {
        self.redact_with(value, schemas, &mut |_, placeholder| placeholder)
    }

    /// A value with placeholders, of which `replace` makes others: it gets each string and number with its placeholder.
    #[must_use]
    pub fn redact_with(
        &self,
        value: &Value,
        schemas: &Candidates<'_>,
        replace: &mut dyn FnMut(&Value, Value) -> Value,
    ) -> Value {
        match value {
            listed if schemas.lists(listed) => listed.clone(),
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(known) => replace(value, number(known).into()),
            Value::String(known) => replace(value, text(known).into()),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.redact_with(item, &schemas.item(index), replace))
                    .collect()
            }
            Value::Object(properties) => {
                let mut kept = Map::new();
                for (name, value) in properties {
                    let value = self.redact_with(value, &schemas.property(name), replace);
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

/// A string of the same kind: of the same format, or else about as long.
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
    if is_date(known) {
        return date(known);
    }
    if let Some(placeholder) = address(known) {
        return placeholder.to_owned();
    }
    let mut formats = FORMATS.iter();
    let format = formats.find(|(is_of, _)| is_of(known));
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

/// The placeholder of an address or a network.
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

/// Whether a string consists of groups of hexadecimal digits as a UUID does.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_group =
        |(group, length): (&&str, usize)| group.len() == length && group.bytes().all(is_hex);
    groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(is_group)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// Whether a string begins as a URL does: `https://`.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

/// Whether a string is two parts around one `@`, without white space.
fn is_email(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    text.split_once('@')
        .is_some_and(|(user, host)| is_part(user) && is_part(host) && !host.contains('@'))
}

/// Whether a string is a domain of two labels or more, the last of which is no number.
fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.strip_suffix('.').unwrap_or(text).split('.').collect();
    let is_label = |label: &&str| {
        let mut bytes = label.bytes();
        !label.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let is_top = |label: &&str| {
        let is_letter = label.starts_with(|first: char| first.is_ascii_alphabetic());
        label.len() > 1 && is_letter && !label.contains('_')
    };
    labels.len() > 1 && labels.iter().all(is_label) && labels.last().is_some_and(is_top)
}

/// Whether a string is a date, or a date and a time, in one of the notations of the service.
fn is_date(text: &str) -> bool {
    let Some(rest) = strip_pattern(text, "dddd-dd-dd") else {
        return false;
    };
    let Some(time) = rest.strip_prefix(['T', ' ']) else {
        return rest.is_empty();
    };
    let Some(mut rest) = strip_pattern(time, "dd:dd") else {
        return false;
    };
    if let Some(seconds) = strip_pattern(rest, ":dd") {
        rest = seconds;
        if let Some(fraction) = rest.strip_prefix('.') {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if !(1..=9).contains(&(fraction.len() - zone.len())) {
                return false;
            }
            rest = zone;
        }
    }
    let zone = rest.strip_prefix(['+', '-']);
    let is_offset = |zone| {
        ["dd:dd", "dddd"]
            .iter()
            .any(|pattern| strip_pattern(zone, pattern) == Some(""))
    };
    ["", "Z", " Z"].contains(&rest) || zone.is_some_and(is_offset)
}

/// What follows a pattern in which `d` is a digit, if the string begins with it.
fn strip_pattern<'a>(text: &'a str, pattern: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(pattern.len())?;
    let fits = |(byte, expected): (u8, u8)| match expected {
        b'd' => byte.is_ascii_digit(),
        _ => byte == expected,
    };
    head.bytes().zip(pattern.bytes()).all(fits).then_some(rest)
}

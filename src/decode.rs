//! Reading what the service really sends: null for a list, a number between quotes, a date without a zone, nothing at all.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a body. An empty one is read as what stands for nothing in the type: null, an empty object or an empty list.
pub(crate) fn from_body<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    if !body.iter().all(u8::is_ascii_whitespace) {
        return serde_json::from_slice(body);
    }
    serde_json::from_slice(b"null")
        .or_else(|_| serde_json::from_slice(b"{}"))
        .or_else(|_| serde_json::from_slice(b"[]"))
        .or_else(|_| serde_json::from_slice(body))
}

/// Says what is wrong with a body that cannot be read.
pub(crate) fn describe(body: &[u8], error: &serde_json::Error) -> String {
    if error.is_data() {
        let place = path_at(body, error.line(), error.column());
        return format!("the answer is not as documented at `{place}`: {error}");
    }
    let start: String = String::from_utf8_lossy(body)
        .chars()
        .take(80)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("the answer is not JSON ({error}); it begins with `{start}`")
}

/// The JSON path (`$.data[3].name`) of the value that ends at a line and column, both counted from one, of a JSON text.
fn path_at(body: &[u8], line: usize, column: usize) -> String {
    let start = body
        .split_inclusive(|&byte| byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = (start + column).min(body.len());
    /// An object with the key under way, or a list with the number of the element.
    enum Level {
        Object(String),
        List(usize),
    }
    let mut levels: Vec<Level> = Vec::new();
    let mut bytes = body[..end].iter().enumerate();
    let mut key_expected = false;
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'{' => {
                levels.push(Level::Object(String::new()));
                key_expected = true;
            }
            b'[' => levels.push(Level::List(0)),
            b'}' | b']' if index + 1 < end => {
                levels.pop();
            }
            b',' if index + 1 < end => match levels.last_mut() {
                Some(Level::List(number)) => *number += 1,
                Some(Level::Object(_)) => key_expected = true,
                None => {}
            },
            b'"' => {
                let mut text = Vec::new();
                while let Some((_, &byte)) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => text.extend(bytes.next().map(|(_, &escaped)| escaped)),
                        other => text.push(other),
                    }
                }
                if key_expected && let Some(Level::Object(key)) = levels.last_mut() {
                    *key = String::from_utf8_lossy(&text).into_owned();
                    key_expected = false;
                }
            }
            _ => {}
        }
    }
    levels
        .iter()
        .fold(String::from("$"), |path, level| match level {
            Level::Object(key) if key.is_empty() => path,
            Level::Object(key) => format!("{path}.{key}"),
            Level::List(number) => format!("{path}[{number}]"),
        })
}

/// Null as the default: an empty list.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// An integer, also from `7.0` and `"7"`; an empty text is none.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let found = match &value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    found.map(Some).ok_or_else(|| {
        D::Error::custom(format_args!("expected an integer, found {}", Found(&value)))
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Option<i64> {
    /// The largest range in which every whole `f64` is an `i64`.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= LIMIT).then_some(number as i64)
}

/// A number, also from a text; an empty text is none.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let found = match &value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    found
        .map(Some)
        .ok_or_else(|| D::Error::custom(format_args!("expected a number, found {}", Found(&value))))
}

/// A date and time, also without a zone (then it is UTC) and with a space for the `T`; an empty text is none.
pub(crate) fn date_time<'de, D>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error>
where
    D: Deserializer<'de>,
{
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .map(|time| time.to_utc());
    zoned
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc())
        })
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|time| time.and_utc())
        })
        .map(Some)
        .map_err(|_| D::Error::custom(format_args!("expected a date and time, found `{text}`")))
}

/// What a value is, for a message.
struct Found<'a>(&'a Value);

impl std::fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Value::Null => f.write_str("null"),
            Value::Bool(_) => f.write_str("a boolean"),
            Value::Number(number) => write!(f, "{number}"),
            Value::String(text) => write!(f, "`{text}`"),
            Value::Array(_) => f.write_str("a list"),
            Value::Object(_) => f.write_str("an object"),
        }
    }
}

//! From the body of an answer to its value, and from a body that cannot be read to what is wrong with it.

use std::fmt;

use serde::de::{Error, IgnoredAny};
use serde_json::Deserializer;

use crate::read::Read;

/// Reads a body. An empty one, and null, are read as what stands for nothing in the type: an empty object or an empty list.
pub(crate) fn from_body<T: for<'de> Read<'de>>(body: &[u8]) -> serde_json::Result<T> {
    let is_empty = T::IGNORES_BODY || is_blank(body);
    if !is_empty && let Some(value) = read(body)? {
        return Ok(value);
    }
    for nothing in ["{}", "[]"] {
        if let Ok(Some(value)) = read(nothing.as_bytes()) {
            return Ok(value);
        }
    }
    // A text or a number cannot be made of nothing.
    Err(Error::custom("expected a value, found nothing"))
}

fn read<'de, T: Read<'de>>(body: &'de [u8]) -> serde_json::Result<Option<T>> {
    // Checked as a whole, which is faster than text by text.
    let text = std::str::from_utf8(body).map_err(|error| {
        let place = error.valid_up_to();
        Error::custom(format_args!(
            "expected UTF-8, found something else at byte {place}"
        ))
    })?;
    let mut deserializer = Deserializer::from_str(text);
    let value = T::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Says what is wrong with a body that cannot be read.
pub(crate) fn describe(body: &[u8], error: &serde_json::Error) -> String {
    match serde_json::from_slice::<IgnoredAny>(body) {
        Err(error) if !is_blank(body) => {
            let mut what = format!("the answer is not JSON ({error})");
            // What begins like JSON is cut off or damaged, and may have a secret in it.
            let start = body.trim_ascii_start();
            if !start.starts_with(b"{") && !start.starts_with(b"[") && !start.starts_with(b"\"") {
                let start: String = String::from_utf8_lossy(start)
                    .chars()
                    .take(80)
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .collect();
                what.push_str(&format!("; it begins with `{start}`"));
            }
            what
        }
        _ => {
            let error = error.to_string();
            let (place, what) = place(&error).unwrap_or(("", &error));
            let what = without_value(what);
            format!("the answer is not as documented at `${place}`: {what}")
        }
    }
}

/// Leaves out the text that was found where something else was expected: it may be a secret, and the error has the body.
fn without_value(what: &str) -> String {
    let shown = what.find("string \"").zip(what.rfind("\", expected"));
    match shown {
        Some((start, end)) if start < end => {
            format!("{}string{}", &what[..start], &what[end + 1..])
        }
        _ => what.to_owned(),
    }
}

/// Puts a step of the way to a value, `.name` or `[3]`, in front of what is wrong with it: `.data[3].name: expected a text`.
///
/// Every reader of an object or a list does so for what is in it; [`describe`] makes a JSON path of the steps.
#[cold]
pub(crate) fn below<E: Error>(step: fmt::Arguments<'_>, error: &E) -> E {
    let error = error.to_string();
    let separator = if place(&error).is_some() { "" } else { ": " };
    E::custom(format_args!("{step}{separator}{error}"))
}

/// Splits the message of an error into the steps in front of it, if there are any, and the rest.
fn place(error: &str) -> Option<(&str, &str)> {
    error
        .split_once(": ")
        .filter(|_| error.starts_with(['.', '[']))
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

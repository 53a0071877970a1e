//! From the body of an answer to its value, and from a body that cannot be read to what is wrong with it.

use serde_json::Deserializer;

use crate::read::Read;

/// Reads a body. An empty one, and null, are read as what stands for nothing in the type: an empty object or an empty list.
pub(crate) fn from_body<T: for<'de> Read<'de>>(body: &[u8]) -> serde_json::Result<T> {
    let is_empty = T::IGNORES_BODY || body.iter().all(u8::is_ascii_whitespace);
    if !is_empty && let Some(value) = read(body)? {
        return Ok(value);
    }
    for nothing in ["{}", "[]"] {
        if let Ok(Some(value)) = read(nothing.as_bytes()) {
            return Ok(value);
        }
    }
    // A text or a number cannot be made of nothing.
    Err(serde::de::Error::custom("expected a value, found nothing"))
}

fn read<'de, T: Read<'de>>(body: &'de [u8]) -> serde_json::Result<Option<T>> {
    let mut deserializer = Deserializer::from_slice(body);
    let value = T::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
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

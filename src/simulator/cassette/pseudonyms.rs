//! Pseudonyms: placeholders that distinguish values, so that references on a cassette still match.

use std::collections::BTreeMap;

use serde_json::Value;

/// The pseudonyms of a recording: equal values have equal pseudonyms, and different values have different ones, as far as their kind has
/// enough.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    /// The number of each value among those with the same placeholder.
    numbers: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Pseudonyms {
    /// Returns the pseudonym of a value, of the same kind as its placeholder.
    pub(super) fn name(&mut self, value: &Value, placeholder: Value) -> Value {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let known = self.numbers.entry(text(&placeholder)).or_default();
        let next = known.len() as u64;
        let number = *known.entry(text(value)).or_insert(next);
        let numbered = numbered(&text(&placeholder), number);
        match numbered {
            Some(text) if placeholder.is_string() => text.into(),
            Some(text) => serde_json::from_str(&text).unwrap_or(placeholder),
            None => placeholder,
        }
    }
}

/// Returns the placeholder with this number, from 0; `None` if the kind has no more.
fn numbered(placeholder: &str, number: u64) -> Option<String> {
    let is_of = |letter: u8| placeholder.bytes().all(|byte| byte == letter);
    if number == 0 || placeholder.is_empty() {
        return None;
    }
    if is_of(b'2') {
        // All numbers of as many digits, one after the other.
        let digits = u32::try_from(placeholder.len()).ok()?;
        let first = 10_u64.checked_pow(digits - 1)?;
        let count = first.checked_mul(9)?;
        let start = placeholder.parse::<u64>().ok()? - first;
        return Some((first + (start + number % count) % count).to_string());
    }
    if is_of(b'x') {
        let suffix = format!("-{number}");
        let rest = placeholder.len().checked_sub(suffix.len() + 1)?;
        return Some(format!("x{}{suffix}", "x".repeat(rest)));
    }
    Some(match placeholder {
        "www.example.com" => format!("www{number}.example.com"),
        "user@example.com" => format!("user{number}@example.com"),
        "https://www.example.com/" => format!("{placeholder}{number}"),
        "00000000-0000-4000-8000-000000000000" => {
            format!("00000000-0000-4000-8000-{:012x}", number & 0xffff_ffff_ffff)
        }
        "2001:db8::2" => format!("2001:db8::{:x}:2", number & 0xffff),
        "192.0.2.2" => format!("198.18.{}.{}", number / 256 % 256, number % 256),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_equal_pseudonyms_of_their_kind() {
        let mut pseudonyms = Pseudonyms::default();
        let mut name = |value: Value, placeholder: Value| pseudonyms.name(&value, placeholder);
        assert_eq!(name(json!(8917), json!(2222)), 2222);
        assert_eq!(name(json!("5301"), json!("2222")), "2223");
        assert_eq!(name(json!(5301), json!(2222)), 2223);
        assert_eq!(name(json!("Harbour!"), json!("xxxxxxxx")), "xxxxxxxx");
        assert_eq!(name(json!("The pier"), json!("xxxxxxxx")), "xxxxxx-1");
        assert_eq!(name(json!(-3.5), json!(-2.5)), -2.5);
        assert_eq!(name(json!(-4.5), json!(-2.5)), -2.5);
        assert_eq!(numbered("22", 80).as_deref(), Some("12"));
        assert_eq!(numbered("xx", 1), None);
    }
}

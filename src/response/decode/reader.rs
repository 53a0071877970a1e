//! A reader of JSON text, for the fast pass, and for the parts of a page.
//!
//! It supports what services send, and reports a [`Mismatch`] for everything else: then `serde_json` parses the body, and decides whether
//! it is valid. What is rare (escapes, fractions, undocumented values) is left to `serde_json` here as well.
//!
//! The rows of a page have the same properties in the same order. [`Order`] remembers this order, so that the next name is compared with
//! the text before it is looked up.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// The maximum depth of lists and objects, which is that of `serde_json`.
const MAX_DEPTH: usize = 127;

/// The JSON does not match the type exactly, or it is not valid.
#[derive(Debug)]
pub struct Mismatch;

/// The rest of a JSON text. A copy reads ahead.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            depth: 0,
        }
    }

    /// Checks that only white space remains.
    pub(crate) fn end(mut self) -> Result<(), Mismatch> {
        self.skip_white_space();
        self.rest.is_empty().then_some(()).ok_or(Mismatch)
    }

    /// Returns the first byte of the next value, without reading it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, Mismatch> {
        match self.rest.as_bytes().first() {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => {
                self.skip_white_space();
                self.rest.as_bytes().first().copied().ok_or(Mismatch)
            }
        }
    }

    #[cold]
    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    /// Skips this number of bytes.
    #[inline]
    fn advance(&mut self, count: usize) -> Result<(), Mismatch> {
        self.rest = self.rest.get(count..).ok_or(Mismatch)?;
        Ok(())
    }

    /// Reads the rest of a word of which the first byte is known.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> Result<(), Mismatch> {
        self.rest = self.rest.strip_prefix(word).ok_or(Mismatch)?;
        Ok(())
    }

    /// Reads a null, if there is one.
    #[inline]
    pub(super) fn null(&mut self) -> Result<bool, Mismatch> {
        if self.peek()? != b'n' {
            return Ok(false);
        }
        self.word("null")?;
        Ok(true)
    }

    /// Reads the start of a list or an object.
    #[inline]
    pub(crate) fn open(&mut self, bracket: u8) -> Result<(), Mismatch> {
        if self.peek()? != bracket || self.depth == MAX_DEPTH {
            return Err(Mismatch);
        }
        self.depth += 1;
        self.advance(1)
    }

    /// Reads up to the next element of a list or an object; `false` if the bracket closes it.
    #[inline]
    pub(crate) fn next(&mut self, bracket: u8, is_first: &mut bool) -> Result<bool, Mismatch> {
        let byte = self.peek()?;
        if byte == bracket {
            self.depth -= 1;
            self.advance(1)?;
            return Ok(false);
        }
        match std::mem::take(is_first) {
            true => Ok(true),
            false if byte == b',' => self.advance(1).map(|()| true),
            false => Err(Mismatch),
        }
    }

    /// Reads the name of a property and its colon, if it is this name.
    #[inline]
    pub(super) fn is_name(&mut self, name: &str) -> bool {
        let rest = self.rest.strip_prefix('"');
        let rest = rest.and_then(|rest| rest.strip_prefix(name)?.strip_prefix("\":"));
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    /// Reads the name of a property and its colon.
    pub(crate) fn name(&mut self) -> Result<Cow<'a, str>, Mismatch> {
        let name = self.text()?;
        match self.peek()? {
            b':' => self.advance(1).map(|()| name),
            _ => Err(Mismatch),
        }
    }

    /// Reads a string.
    #[inline]
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Mismatch> {
        if self.peek()? != b'"' {
            return Err(Mismatch);
        }
        self.advance(1)?;
        let length = plain_length(self.rest.as_bytes());
        match self.rest.as_bytes().get(length) {
            Some(b'"') => {
                let (text, rest) = self.rest.split_at_checked(length).ok_or(Mismatch)?;
                self.rest = rest;
                self.advance(1)?;
                Ok(Cow::Borrowed(text))
            }
            Some(b'\\') => self.escaped_text(length).map(Cow::Owned),
            _ => Err(Mismatch),
        }
    }

    /// Reads the rest of a string with an escape at this position.
    #[cold]
    fn escaped_text(&mut self, escape: usize) -> Result<String, Mismatch> {
        let length = escaped_length(self.rest.as_bytes(), escape)?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or(Mismatch)?;
        self.rest = rest;
        self.advance(1)?;
        serde_json::from_str(&format!("\"{text}\"")).map_err(|_| Mismatch)
    }

    /// Reads a number.
    #[inline]
    pub(super) fn number(&mut self) -> Result<JsonNumber, Mismatch> {
        self.peek()?;
        let bytes = self.rest.as_bytes();
        let mut value = 0;
        let mut length = 0;
        while let Some(digit) = bytes.get(length).filter(|byte| byte.is_ascii_digit())
            && length < MAX_DIGITS
        {
            value = value * 10 + i64::from(*digit - b'0');
            length += 1;
        }
        let is_plain = match bytes.get(length) {
            Some(b'.' | b'e' | b'E' | b'0'..=b'9') => false,
            _ => length == 1 || (length > 1 && bytes[0] != b'0'),
        };
        match is_plain {
            true => self.advance(length).map(|()| JsonNumber::Integer(value)),
            false => self.other_number(),
        }
    }

    /// Reads a number that is negative, long or not integral.
    #[cold]
    fn other_number(&mut self) -> Result<JsonNumber, Mismatch> {
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let rest = self.rest.trim_start_matches(is_number);
        let number = &self.rest[..self.rest.len() - rest.len()];
        let number: Number = serde_json::from_str(number).map_err(|_| Mismatch)?;
        self.rest = rest;
        match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Ok(JsonNumber::Integer(number)),
            (_, Some(number), _) => Ok(JsonNumber::Unsigned(number)),
            (.., Some(number)) => Ok(JsonNumber::Float(number)),
            _ => Err(Mismatch),
        }
    }

    /// Reads any value.
    pub(super) fn value(&mut self) -> Result<Value, Mismatch> {
        let text = self.skip()?;
        serde_json::from_str(text).map_err(|_| Mismatch)
    }

    /// Skips a value and returns its text. The value is delimited, but not checked.
    pub(crate) fn skip(&mut self) -> Result<&'a str, Mismatch> {
        self.peek()?;
        let bytes = self.rest.as_bytes();
        let mut depth = self.depth;
        let mut length = 0;
        loop {
            let byte = *bytes.get(length).ok_or(Mismatch)?;
            let is_nested = depth > self.depth;
            length += 1;
            match byte {
                b'"' => length = escaped_length(bytes, length)? + 1,
                b'[' | b'{' if depth < MAX_DEPTH => depth += 1,
                b']' | b'}' if is_nested => depth -= 1,
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if is_nested => {}
                byte if is_of_word(byte) => {
                    while bytes.get(length).is_some_and(|byte| is_of_word(*byte)) {
                        length += 1;
                    }
                }
                _ => return Err(Mismatch),
            }
            if depth == self.depth {
                break;
            }
        }
        let (value, rest) = self.rest.split_at_checked(length).ok_or(Mismatch)?;
        self.rest = rest;
        Ok(value)
    }
}

/// Whether a number or a literal can have this byte.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// The number of digits of an integer that always fits into an `i64`.
const MAX_DIGITS: usize = 18;

/// A JSON number, in the first of these types that can store it.
pub(super) enum JsonNumber {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
}

/// Returns the integer whose JSON is this text, without white space.
#[inline]
pub(super) fn integer(text: &str) -> Option<i64> {
    let mut reader = Reader::new(text);
    match reader.number() {
        // The reader skips white space before the number.
        Ok(JsonNumber::Integer(value))
            if reader.rest.is_empty() && text.bytes().next() > Some(b' ') =>
        {
            Some(value)
        }
        _ => None,
    }
}

/// Returns the number of bytes before the first quote, backslash or control character.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

    /// Sets the high bit of each zero byte, and of no byte before the first of them.
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & HIGHS
    }

    let (chunks, rest) = bytes.as_chunks::<8>();
    for (number, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let quotes = zeros(word ^ (ONES * b'"' as u64));
        let backslashes = zeros(word ^ (ONES * b'\\' as u64));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = quotes | backslashes | controls;
        if found != 0 {
            return number * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let length = rest.iter().position(is_special).unwrap_or(rest.len());
    bytes.len() - rest.len() + length
}

/// Returns the number of bytes before the quote that ends a string, from this position on.
fn escaped_length(bytes: &[u8], from: usize) -> Result<usize, Mismatch> {
    let mut length = from;
    loop {
        length += plain_length(bytes.get(length..).ok_or(Mismatch)?);
        match bytes.get(length) {
            Some(b'"') => return Ok(length),
            Some(b'\\') => length += 2,
            _ => return Err(Mismatch),
        }
    }
}

/// What the last value at one location of the body contained.
#[derive(Debug, Default)]
pub struct Order {
    /// The properties of an object, in their order; or the variants of a union.
    steps: Vec<Step>,
    /// The number of elements of a list.
    pub(super) length: usize,
}

#[derive(Debug)]
struct Step {
    property: usize,
    content: Order,
}

impl Order {
    /// Returns the property that is expected at this step.
    #[inline]
    pub(super) fn expected(&self, step: usize) -> Option<usize> {
        self.steps.get(step).map(|step| step.property)
    }

    /// Returns the step of a property that was not expected at this step; an object has at most `count` properties.
    pub(super) fn step_of(&mut self, property: usize, expected: usize, count: usize) -> usize {
        let known = self.steps.iter().position(|step| step.property == property);
        known.unwrap_or_else(|| {
            if self.steps.is_empty() {
                self.steps.reserve_exact(count);
            }
            let step = Step {
                property,
                content: Self::default(),
            };
            let index = expected.min(self.steps.len());
            self.steps.insert(index, step);
            index
        })
    }

    /// Returns the order of the value of a step.
    #[inline]
    pub(super) fn content(&mut self, step: usize) -> &mut Self {
        &mut self.steps[step].content
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::fast_pass;
    use super::*;

    type Table = BTreeMap<String, Vec<BTreeMap<String, i64>>>;

    /// Checks that a text is read as `serde_json` reads it, or not at all if it is not valid.
    fn check(text: &str) {
        assert_eq!(
            fast_pass::<Table>(text),
            serde_json::from_str(text).ok(),
            "{text:?}"
        );
    }

    #[test]
    fn a_text_is_read_as_by_serde_json() {
        let text = "{\"long name, é \": [{\"a\": 1,\"b\\u00e9\\n\" : -20} ,\n{}], \"c\":[ ]}";
        let characters: Vec<_> = text.char_indices().collect();
        check(text);
        for (start, character) in characters {
            let (before, after) = (&text[..start], &text[start + character.len_utf8()..]);
            check(before);
            check(&format!("{before}{after}"));
            for other in [
                '"',
                '\\',
                '[',
                ']',
                '{',
                '}',
                ',',
                ':',
                ' ',
                '0',
                '9',
                '-',
                '.',
                'e',
                'n',
                't',
                '\n',
                '\t',
                '\u{1f}',
                '\u{7f}',
                'ÿ',
                '\u{a0}',
                '\u{1f680}',
            ] {
                check(&format!("{before}{other}{after}"));
                check(&format!("{before}{other}{character}{after}"));
            }
        }
    }

    #[test]
    fn numbers_are_read_as_by_serde_json() {
        for number in [
            "0",
            "-0",
            "7",
            "-7",
            "00",
            "01",
            "-01",
            "1.5",
            "1.",
            ".5",
            "1e2",
            "1e",
            "+1",
            "--1",
            "-",
            "1-1",
            "999999999999999999",
            "1000000000000000000",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "1e400",
            "0x1",
            "1a",
            "NaN",
        ] {
            check(&format!("{{\"a\":[{{\"b\":{number}}}]}}"));
        }
    }

    #[test]
    fn strings_of_each_length_are_read() {
        for length in 0..40 {
            for end in ["", "\\n", "\\\"", "é", "\\ud83d\\ude80"] {
                let text = format!("[\"{}{end}\"]", "x".repeat(length));
                let read = fast_pass::<Vec<String>>(&text);
                assert_eq!(read, serde_json::from_str(&text).ok(), "{text}");
                assert!(read.is_some());
            }
        }
    }

    #[test]
    fn the_depth_is_limited_as_by_serde_json() {
        for depth in [126, 127, 128, 100_000] {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let read = fast_pass::<Value>(&text);
            assert_eq!(read, serde_json::from_str(&text).ok(), "{depth}");
        }
    }

    #[test]
    fn a_value_is_skipped_with_what_belongs_to_it() {
        let value = json!({"a": [{"b\"]": "}"}, -1.5e3, true, null], "c": {}}).to_string();
        let text = format!("{value} , 1");
        let mut reader = Reader::new(&text);
        assert_eq!(reader.skip().unwrap(), value);
        assert_eq!(reader.rest, " , 1");
        for text in ["", "]", "}", ",", "[", "[1", "\"a", "\"a\\"] {
            assert!(Reader::new(text).skip().is_err(), "{text}");
        }
    }
}

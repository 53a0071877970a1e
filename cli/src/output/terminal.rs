//! Text that is safe on a terminal.
//!
//! Names and descriptions come from the service, and anyone in the organization can write them. A terminal would execute an escape sequence in
//! them: it could hide lines, or change the title or the clipboard.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Replaces control characters, and characters that change the direction of text, by their escapes: `\u{1b}`.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_unsafe(character) {
            true => {
                let _ = write!(safe, "{}", character.escape_unicode());
            }
            false => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe(character: char) -> bool {
    let is_directional = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && character != '\n' && character != '\t') || is_directional
}

/// Paints a word of a message: with colors, if standard error shows them.
pub(crate) fn paint(style: clap::builder::styling::Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A writer to a terminal that escapes what is unsafe.
pub(super) struct SafeWriter<W> {
    writer: W,
    /// The bytes of a character whose end is not yet written.
    rest: Vec<u8>,
}

impl<W> SafeWriter<W> {
    pub(super) fn new(writer: W) -> Self {
        Self {
            writer,
            rest: Vec::new(),
        }
    }
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            // The end of the character follows.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..complete]);
        self.writer.write_all(safe(&text).as_bytes())?;
        self.rest.drain(..complete);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown_and_not_obeyed() {
        assert_eq!(safe("a\u{1b}[2Jb\u{9b}c\rd"), "a\\u{1b}[2Jb\\u{9b}c\\u{d}d");
        assert_eq!(safe("\u{202e}txt.exe"), "\\u{202e}txt.exe");
        assert!(matches!(safe("Zürich 東京\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_character_can_come_in_two_parts() -> io::Result<()> {
        let mut writer = SafeWriter::new(Vec::new());
        let bytes = "東\u{9b}".as_bytes();
        for byte in bytes {
            writer.write_all(&[*byte])?;
        }
        assert_eq!(writer.writer, "東\\u{9b}".as_bytes());
        Ok(())
    }
}

//! The values of a TOML file, each with its location for errors.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Item, Key, TableLike, Value};

use crate::error::{Error, Result};

/// A TOML file.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The error at a position of the text.
    pub(super) fn error(&self, span: Option<Range<usize>>, reason: impl Display) -> Error {
        Error::configuration(format!("{}: {reason}", self.location(span)))
    }

    fn location(&self, span: Option<Range<usize>>) -> String {
        let path = self.path.display();
        let Some(span) = span else {
            return path.to_string();
        };
        let before = self.text.bytes().take(span.start);
        let line = 1 + before.filter(|byte| *byte == b'\n').count();
        format!("{path}, line {line}")
    }
}

/// A value of the file and its key.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) key: &'a str,
    source: Source<'a>,
    /// The profile of which the value is a part.
    profile: Option<&'a str>,
    span: Option<Range<usize>>,
    item: &'a Item,
}

impl<'a> Node<'a> {
    /// The values of a table.
    pub(super) fn of_table(
        source: Source<'a>,
        table: &'a dyn TableLike,
    ) -> impl Iterator<Item = Self> {
        table.iter().map(move |(key, item)| Self {
            key,
            source,
            profile: None,
            span: table.key(key).and_then(Key::span),
            item,
        })
    }

    /// The same value, as the profile that it is.
    pub(super) fn as_profile(&self) -> Self {
        Self {
            profile: Some(self.key),
            ..self.clone()
        }
    }

    /// The values of the table that this value is.
    pub(super) fn entries(&self) -> Result<impl Iterator<Item = Self>> {
        let Some(table) = self.item.as_table_like() else {
            return Err(self.wrong_type("a table"));
        };
        let profile = self.profile;
        let entries = Self::of_table(self.source, table);
        Ok(entries.map(move |entry| Self { profile, ..entry }))
    }

    pub(super) fn string(&self) -> Result<&'a str> {
        let string = self.item.as_str();
        string.ok_or_else(|| self.wrong_type("a string"))
    }

    pub(super) fn strings(&self) -> Result<Vec<String>> {
        let array = self.item.as_array();
        let strings =
            array.and_then(|array| array.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        let strings = strings.ok_or_else(|| self.wrong_type("a list of strings"))?;
        Ok(strings.into_iter().map(str::to_owned).collect())
    }

    pub(super) fn natural_number(&self) -> Result<u64> {
        let number = self
            .item
            .as_integer()
            .and_then(|number| number.try_into().ok());
        number.ok_or_else(|| self.wrong_type("a number without a sign or quotes"))
    }

    /// The error of this value.
    pub(super) fn error(&self, reason: impl Display) -> Error {
        match self.profile {
            Some(profile) => {
                let location = self.source.location(self.span.clone());
                Error::configuration(format!("{location}, profile `{profile}`: {reason}"))
            }
            None => self.source.error(self.span.clone(), reason),
        }
    }

    /// The error of a key that has no meaning.
    pub(super) fn unknown(&self, expected: &str) -> Error {
        match is_word(self.key) {
            true => self.error(format_args!(
                "unknown key `{}`: expected {expected}",
                self.key
            )),
            false => self.error(format_args!("unknown key: expected {expected}")),
        }
    }

    /// The error of a value with another type. It does not show the value, which may be a secret.
    pub(super) fn wrong_type(&self, expected: &str) -> Error {
        match is_word(self.key) {
            true => self.error(format_args!("`{}` must be {expected}", self.key)),
            false => self.error(format_args!("a value must be {expected}")),
        }
    }
}

/// Whether an error can show a text of the file: a single word. A wrong quotation mark makes a string of other values, also of a secret.
pub(super) fn is_word(text: &str) -> bool {
    let ends = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "\"'=,{}[]".contains(letter)
    };
    !text.is_empty() && !text.contains(ends)
}

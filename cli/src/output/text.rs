//! JSON, NDJSON and YAML, and the plain results of a filter.

use std::io::{self, Write};

use serde_json::Value;

use super::ItemWriter;

/// Writes indented JSON.
pub(super) fn json(writer: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *writer, value)?;
    writeln!(writer)
}

/// Writes JSON in one line.
pub(super) fn ndjson(writer: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, value)?;
    writeln!(writer)
}

/// Writes a YAML document.
pub(super) fn yaml(writer: &mut dyn Write, value: &Value) -> io::Result<()> {
    yaml_serde::to_writer(writer, value).map_err(io::Error::other)
}

/// Writes a string as it is, and any other value as JSON in one line.
pub(super) fn plain(writer: &mut dyn Write, value: &Value) -> io::Result<()> {
    match value {
        Value::String(text) => writeln!(writer, "{text}"),
        other => ndjson(writer, other),
    }
}

/// The items of a JSON array.
#[derive(Default)]
pub(super) struct JsonItems {
    is_begun: bool,
}

impl ItemWriter for JsonItems {
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()> {
        let separator = match self.is_begun {
            true => ",\n",
            false => "[\n",
        };
        self.is_begun = true;
        let text = serde_json::to_string_pretty(item)?;
        write!(writer, "{separator}  {}", text.replace('\n', "\n  "))
    }

    fn end(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        match self.is_begun {
            true => writeln!(writer, "\n]"),
            false => writeln!(writer, "[]"),
        }
    }
}

/// Lines of JSON.
pub(super) struct NdjsonItems;

impl ItemWriter for NdjsonItems {
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()> {
        ndjson(writer, item)
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The items of a YAML sequence.
#[derive(Default)]
pub(super) struct YamlItems {
    is_begun: bool,
}

impl ItemWriter for YamlItems {
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()> {
        self.is_begun = true;
        yaml_serde::to_writer(writer, std::slice::from_ref(item)).map_err(io::Error::other)
    }

    fn end(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        match self.is_begun {
            true => Ok(()),
            false => writeln!(writer, "[]"),
        }
    }
}

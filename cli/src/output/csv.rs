//! Comma-separated values.

use std::io::{self, Write};

use serde_json::Value;

use super::{Columns, ItemWriter};

/// Writes the properties of a value as a header and one row.
pub(super) fn value(writer: &mut dyn Write, value: &Value, columns: &Columns) -> io::Result<()> {
    let mut items = CsvItems::new(columns.clone());
    match value {
        Value::Array(rows) => rows.iter().try_for_each(|row| items.item(writer, row))?,
        row => items.item(writer, row)?,
    }
    items.end(writer)
}

/// Rows under a header.
pub(super) struct CsvItems {
    columns: Columns,
    /// The columns, once the first row is known.
    names: Option<Vec<String>>,
}

impl CsvItems {
    pub(super) fn new(columns: Columns) -> Self {
        Self {
            columns,
            names: None,
        }
    }

    /// Rows under a header that is written already.
    pub(super) fn after_header(columns: &Columns) -> Self {
        Self {
            columns: columns.clone(),
            names: Some(columns.all(&Value::Null)),
        }
    }
}

impl ItemWriter for CsvItems {
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()> {
        if self.names.is_none() {
            let names = self.columns.all(item);
            record(writer, names.iter().map(String::as_str))?;
            self.names = Some(names);
        }
        let names = self.names.iter().flatten();
        let cells: Vec<_> = names.map(|name| super::columns::cell(item, name)).collect();
        record(writer, cells.iter().map(String::as_str))
    }

    fn end(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        match &self.names {
            Some(_) => Ok(()),
            None => {
                let names = self.columns.all(&Value::Null);
                match names.is_empty() {
                    true => Ok(()),
                    false => record(writer, names.iter().map(String::as_str)),
                }
            }
        }
    }
}

fn record<'a>(writer: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut line = csv::Writer::from_writer(Vec::new());
    line.write_record(cells).map_err(io::Error::other)?;
    let line = line.into_inner().map_err(|error| error.into_error())?;
    writer.write_all(&line)
}

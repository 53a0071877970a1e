//! Tables, for people.

use std::io::{self, Write};

use cisco_secure_access_openapi::words;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::ItemWriter;
use super::columns::{Columns, cell};
use super::terminal::safe;

/// How many rows are aligned with each other. More of them are further tables, so that the memory of a long list is bounded.
const ROWS: usize = 1000;
/// The width of the output if it is not that of a terminal.
const MAX_WIDTH: u16 = 160;
/// The longest text of a cell, in characters.
const MAX_CELL: usize = 500;

/// Writes the properties of a value, one to a line; a list of values as rows.
pub(super) fn value(writer: &mut dyn Write, value: &Value, columns: &Columns) -> io::Result<()> {
    match value {
        Value::Object(properties) => {
            let mut table = table();
            for name in columns.all(value) {
                if properties.contains_key(&name) || name.contains('.') {
                    table.add_row([safe(&name).into_owned(), text(value, &name)]);
                }
            }
            print(writer, &table)
        }
        Value::Array(rows) => {
            let mut items = TableItems::new(columns.clone(), false);
            rows.iter().try_for_each(|row| items.item(writer, row))?;
            items.end(writer)
        }
        other => super::text::plain(writer, other),
    }
}

/// Rows under a header.
pub(super) struct TableItems {
    columns: Columns,
    rows: Vec<Value>,
    is_begun: bool,
    is_terminal: bool,
}

impl TableItems {
    pub(super) fn new(columns: Columns, is_terminal: bool) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            is_begun: false,
            is_terminal,
        }
    }

    fn print(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        let names = self.columns.of_table(&self.rows);
        self.is_begun = true;
        let mut table = table();
        table.set_header(names.iter().map(|name| title(name)));
        for row in self.rows.drain(..) {
            table.add_row(names.iter().map(|name| text(&row, name)));
        }
        print(writer, &table)
    }
}

impl ItemWriter for TableItems {
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()> {
        self.rows.push(item.clone());
        match self.rows.len() < ROWS {
            true => Ok(()),
            false => self.print(writer),
        }
    }

    fn end(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        if !self.rows.is_empty() {
            return self.print(writer);
        }
        // Nothing at all would look like a failure.
        match !self.is_begun && self.is_terminal {
            true => writeln!(writer, "(none)"),
            false => Ok(()),
        }
    }
}

fn table() -> Table {
    let mut table = Table::new();
    let width = terminal_size::terminal_size().map_or(MAX_WIDTH, |(width, _)| width.0);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table
}

/// The title of a column: `createdAt` is `CREATED AT`.
fn title(name: &str) -> String {
    match name.contains('.') {
        true => safe(name).to_uppercase(),
        false => words::split(&safe(name)).join(" ").to_uppercase(),
    }
}

/// The text of a cell, in one line.
fn text(row: &Value, name: &str) -> String {
    let text = cell(row, name).replace(['\n', '\t', '\r'], " ");
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", safe(&text[..end])),
        None => safe(&text).into_owned(),
    }
}

fn print(writer: &mut dyn Write, table: &Table) -> io::Result<()> {
    table.lines().try_for_each(|line| {
        writeln!(
            writer,
            "{}",
            line.trim_end().strip_prefix(' ').unwrap_or(&line)
        )
    })
}

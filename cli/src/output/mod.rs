//! What commands print on standard output: one value, or the items of a list as they come.
//!
//! A [`Printer`] sends values through the `--jq` filter to the writer of a format: `json` (JSON, NDJSON, YAML), `csv` and `table`, which
//! select their columns with `columns`. `terminal` makes text safe to show.

mod columns;
mod csv;
mod filter;
mod table;
mod terminal;
mod text;

use std::io::{self, IsTerminal as _, Write};

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::failure::Result;
pub(crate) use columns::Columns;
use filter::Filter;
use terminal::SafeWriter;
pub(crate) use terminal::{paint, safe};

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, for people
    Table,
    /// Indented JSON; a list is one array
    Json,
    /// A line of JSON for each item
    Ndjson,
    /// Comma-separated values with a header (RFC 4180)
    Csv,
    /// YAML
    Yaml,
}

/// The options of the output.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputOptions {
    /// How results are written; a table on a terminal, and JSON elsewhere
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// The columns of a table or CSV: property names, with dots into objects
    #[arg(long, global = true, value_delimiter = ',', value_name = "NAMES")]
    columns: Vec<String>,
    /// Filters results with a jq expression; each item of a list by itself
    #[arg(long, global = true, value_name = "EXPRESSION")]
    jq: Option<String>,
}

impl OutputOptions {
    /// Whether the user selects a format.
    pub(crate) fn is_selected(&self) -> bool {
        self.output.is_some() || self.jq.is_some()
    }

    /// Whether errors are written as JSON, too.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.output, Some(Format::Json | Format::Ndjson))
    }

    /// The options with these columns instead of others.
    pub(crate) fn with_columns(mut self, columns: Vec<String>) -> Self {
        self.columns = columns;
        self
    }

    /// A printer to standard output. `columns` are those that the program would select.
    ///
    /// # Errors
    /// When the jq expression is not valid.
    pub(crate) fn printer(&self, columns: Columns) -> Result<Printer> {
        let is_terminal = io::stdout().is_terminal();
        let writer = io::BufWriter::new(io::stdout());
        self.printer_to(columns, Box::new(writer), is_terminal)
    }

    /// A printer to a writer.
    ///
    /// # Errors
    /// When the jq expression is not valid.
    pub(crate) fn printer_to(
        &self,
        columns: Columns,
        writer: Box<dyn Write>,
        is_terminal: bool,
    ) -> Result<Printer> {
        let default = match is_terminal {
            true => Format::Table,
            false => Format::Json,
        };
        let writer: Box<dyn Write> = match is_terminal {
            true => Box::new(SafeWriter::new(writer)),
            false => writer,
        };
        let filter = self.jq.as_deref().map(Filter::parse).transpose()?;
        Ok(Printer {
            // The results of a filter are not rows.
            format: match (self.output, &filter) {
                (Some(format), _) => Some(format),
                (None, Some(_)) => None,
                (None, None) => Some(default),
            },
            columns: match &filter {
                None => columns.or_selected(&self.columns),
                Some(_) => Columns::default().or_selected(&self.columns),
            },
            filter,
            is_terminal,
            writer,
            items: None,
        })
    }
}

/// Writes values to an output.
pub(crate) struct Printer {
    /// `None` for the plain results of a filter.
    format: Option<Format>,
    filter: Option<Filter>,
    columns: Columns,
    is_terminal: bool,
    writer: Box<dyn Write>,
    /// The writer of the items, after the first one.
    items: Option<Box<dyn ItemWriter>>,
}

/// Writes the items of a list, one by one.
trait ItemWriter {
    /// Writes an item.
    fn item(&mut self, writer: &mut dyn Write, item: &Value) -> io::Result<()>;

    /// Writes the end of the list.
    fn end(&mut self, writer: &mut dyn Write) -> io::Result<()>;
}

impl Printer {
    /// Continues CSV that has its header. The columns are those that are selected.
    pub(crate) fn after_header(mut self) -> Self {
        if self.format == Some(Format::Csv) {
            self.items = Some(Box::new(csv::CsvItems::after_header(&self.columns)));
        }
        self
    }

    /// Prints one value.
    ///
    /// # Errors
    /// When the filter fails, or the output cannot be written.
    pub(crate) fn value(&mut self, value: &Value) -> Result<()> {
        match &self.filter {
            None => self.write_value(value)?,
            Some(filter) => {
                for result in filter.apply(value)? {
                    self.write_value(&result)?;
                }
            }
        }
        Ok(self.writer.flush()?)
    }

    fn write_value(&mut self, value: &Value) -> io::Result<()> {
        match self.format {
            None => text::plain(&mut self.writer, value),
            Some(Format::Json) => text::json(&mut self.writer, value),
            Some(Format::Ndjson) => text::ndjson(&mut self.writer, value),
            Some(Format::Yaml) => text::yaml(&mut self.writer, value),
            Some(Format::Table) => table::value(&mut self.writer, value, &self.columns),
            Some(Format::Csv) => csv::value(&mut self.writer, value, &self.columns),
        }
    }

    /// Prints one value that has no columns: as YAML if that is selected, otherwise as JSON.
    ///
    /// # Errors
    /// When the filter fails, or the output cannot be written.
    pub(crate) fn document(&mut self, value: &Value) -> Result<()> {
        if let Some(Format::Table | Format::Csv) = self.format {
            self.format = Some(Format::Json);
        }
        self.value(value)
    }

    /// Prints a line of text.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn text(&mut self, line: &str) -> Result<()> {
        writeln!(self.writer, "{line}")?;
        Ok(self.writer.flush()?)
    }

    /// Prints an item of a list.
    ///
    /// # Errors
    /// When the filter fails, or the output cannot be written.
    pub(crate) fn item(&mut self, item: &Value) -> Result<()> {
        match &self.filter {
            None => self.write_item(item)?,
            Some(filter) => {
                for result in filter.apply(item)? {
                    self.write_item(&result)?;
                }
            }
        }
        Ok(())
    }

    fn write_item(&mut self, item: &Value) -> io::Result<()> {
        let Some(format) = self.format else {
            return text::plain(&mut self.writer, item);
        };
        let items = self
            .items
            .get_or_insert_with(|| item_writer(format, &self.columns, self.is_terminal));
        items.item(&mut self.writer, item)
    }

    /// Prints the end of the list.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn end(&mut self) -> Result<()> {
        if let Some(format) = self.format {
            let items = self
                .items
                .get_or_insert_with(|| item_writer(format, &self.columns, self.is_terminal));
            items.end(&mut self.writer)?;
        }
        Ok(self.writer.flush()?)
    }

    /// Shows what has been printed so far.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn flush(&mut self) -> Result<()> {
        Ok(self.writer.flush()?)
    }
}

fn item_writer(format: Format, columns: &Columns, is_terminal: bool) -> Box<dyn ItemWriter> {
    match format {
        Format::Json => Box::new(text::JsonItems::default()),
        Format::Ndjson => Box::new(text::NdjsonItems),
        Format::Yaml => Box::new(text::YamlItems::default()),
        Format::Csv => Box::new(csv::CsvItems::new(columns.clone())),
        Format::Table => Box::new(table::TableItems::new(columns.clone(), is_terminal)),
    }
}

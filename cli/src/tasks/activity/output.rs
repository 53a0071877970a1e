//! Where the events of an export go: standard output, or the end of a file.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use serde_json::Value;

use super::kinds::Kind;
use crate::failure::{Failure, Result};
use crate::output::{Columns, Format, OutputOptions, Printer};
use crate::session::Options;

/// The output of an export.
pub(super) struct Output {
    printer: Printer,
    /// The length of the file; `None` for standard output.
    length: Option<Rc<Cell<u64>>>,
}

impl Output {
    /// Opens the output. A file continues after `length`: what an interrupted run wrote later is removed.
    ///
    /// # Errors
    /// When the format is not one of lines, and when the file cannot be opened.
    pub(super) fn open(
        options: &Options,
        kind: Kind,
        path: Option<&Path>,
        length: Option<u64>,
    ) -> Result<Self> {
        let output = lines(&options.output)?;
        let Some(path) = path else {
            let printer = output.printer(kind.columns())?;
            return Ok(Self {
                printer,
                length: None,
            });
        };
        let failed = |error: io::Error| Failure::usage(format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(failed)?;
        if let Some(length) = length {
            file.set_len(length).map_err(failed)?;
        }
        let end = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let header = match output.output {
            Some(Format::Csv) if end > 0 => Some(header(path).map_err(failed)?),
            _ => None,
        };
        let length = Rc::new(Cell::new(end));
        let writer = Counted {
            file,
            length: Rc::clone(&length),
        };
        let writer = Box::new(BufWriter::new(writer));
        let printer = match header {
            Some(names) => {
                let output = output.with_columns(names);
                let printer = output.printer_to(Columns::default(), writer, false)?;
                printer.after_header()
            }
            None => output.printer_to(kind.columns(), writer, false)?,
        };
        Ok(Self {
            printer,
            length: Some(length),
        })
    }

    /// Writes an event.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn event(&mut self, event: &Value) -> Result<()> {
        self.printer.item(event)
    }

    /// Writes what is buffered; returns the length of the file.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn flush(&mut self) -> Result<Option<u64>> {
        self.printer.flush()?;
        Ok(self.length.as_ref().map(|length| length.get()))
    }

    /// Completes the output.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn end(mut self) -> Result<()> {
        self.printer.end()
    }
}

/// The options with a format that writes each event by itself: NDJSON, unless another is selected.
fn lines(output: &OutputOptions) -> Result<OutputOptions> {
    let mut output = output.clone();
    match output.output {
        Some(Format::Ndjson | Format::Csv) => {}
        None if output.is_selected() => {}
        None => output.output = Some(Format::Ndjson),
        Some(_) => {
            return Err(Failure::usage(
                "--output: an export has the format ndjson or csv",
            ));
        }
    }
    Ok(output)
}

/// The columns of a CSV file.
fn header(path: &Path) -> io::Result<Vec<String>> {
    let mut line = String::new();
    BufReader::new(File::open(path)?).read_line(&mut line)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line.as_bytes());
    let record = reader
        .records()
        .next()
        .transpose()
        .map_err(io::Error::other)?;
    Ok(record.iter().flatten().map(str::to_owned).collect())
}

/// A file whose length is known to others.
struct Counted {
    file: File,
    length: Rc<Cell<u64>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.length.set(self.length.get() + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

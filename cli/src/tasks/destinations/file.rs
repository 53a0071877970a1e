//! Reads destinations from a file: one on each line, or CSV. Every line that is not valid is reported.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};

use cisco_secure_access::api::policies::types::AddDestination;
use cisco_secure_access_openapi::validate::{SchemaValidator, Tolerance};
use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::json;

use crate::catalog;
use crate::failure::{Failure, Result};

/// The largest file, in bytes. All lists of an organization together have at most 250,000 destinations.
const MAX_SIZE: u64 = 64 << 20;

/// The destinations of a file.
#[derive(Debug, Default)]
pub(super) struct Destinations {
    /// Each destination once, in the order of the file.
    pub(super) destinations: Vec<AddDestination>,
    /// How many lines repeat a destination.
    pub(super) duplicates: usize,
}

/// Reads a file; `-` is standard input.
///
/// # Errors
/// When it cannot be read, or a line is not valid.
pub(super) fn read(path: &str) -> Result<Destinations> {
    let failed = |error: io::Error| Failure::usage(format!("{path}: {error}"));
    let mut text = String::new();
    let reader: Box<dyn Read> = match path {
        "-" => Box::new(io::stdin()),
        path => Box::new(File::open(path).map_err(failed)?),
    };
    let size = reader.take(MAX_SIZE + 1).read_to_string(&mut text);
    if size.map_err(failed)? as u64 > MAX_SIZE {
        let message = format!("{path}: the file is larger than {} MiB", MAX_SIZE >> 20);
        return Err(Failure::usage(message));
    }
    let mut lines = Lines::new();
    lines.read(text.trim_start_matches('\u{feff}'));
    lines.end(path)
}

/// The lines that were read so far.
struct Lines {
    /// What the documents require of a destination.
    validator: Option<SchemaValidator>,
    known: HashSet<String>,
    read: Destinations,
    /// The lines that are not valid, and why.
    invalid: Vec<(u64, String)>,
}

impl Lines {
    fn new() -> Self {
        let validator = catalog::find("add_destinations").and_then(|entry| {
            let body = entry.description.body.as_ref()?.json()?;
            let item = &entry.document.resolve(body)["items"];
            SchemaValidator::of_request(entry.document, item)
        });
        Self {
            validator,
            known: HashSet::new(),
            read: Destinations::default(),
            invalid: Vec::new(),
        }
    }

    fn read(&mut self, text: &str) {
        let is_blank = |line: &str| line.is_empty() || line.starts_with('#');
        let first = text.lines().map(str::trim).find(|line| !is_blank(line));
        match first.and_then(header) {
            Some(header) => self.read_csv(text, header),
            None => {
                for (number, line) in (1..).zip(text.lines()) {
                    match line.trim() {
                        line if is_blank(line) => {}
                        line => self.add(number, split(line)),
                    }
                }
            }
        }
    }

    fn read_csv(&mut self, text: &str, header: Header) {
        let mut reader = ReaderBuilder::new()
            .comment(Some(b'#'))
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    self.add(line, header.fields(&record));
                }
                // The text is in memory and valid UTF-8, so that no other error can occur.
                Err(error) => self.invalid.push((0, error.to_string())),
            }
        }
    }

    /// Adds a destination with its comment.
    fn add(&mut self, line: u64, fields: Result<(&str, &str), String>) {
        let checked = fields.and_then(|(destination, comment)| {
            let mut value = json!({"destination": destination});
            if let Some(validator) = &self.validator {
                validator
                    .check(&mut value, Tolerance::default())
                    .map_err(|violation| format!("`{destination}`: {}", violation.message))?;
            }
            Ok((destination, comment))
        });
        match checked {
            Err(why) => self.invalid.push((line, why)),
            Ok((destination, _)) if !self.known.insert(destination.to_owned()) => {
                self.read.duplicates += 1;
            }
            Ok((destination, comment)) => {
                let mut addition = AddDestination::new(destination);
                addition.comment = Some(comment.to_owned()).filter(|text| !text.is_empty());
                self.read.destinations.push(addition);
            }
        }
    }

    fn end(self, path: &str) -> Result<Destinations> {
        if self.invalid.is_empty() {
            return Ok(self.read);
        }
        let count = match self.invalid.len() {
            1 => "1 line is not valid".to_owned(),
            count => format!("{count} lines are not valid"),
        };
        let mut message = format!("{path}: {count}, and nothing was sent");
        for (line, why) in &self.invalid {
            let _ = write!(message, "\n  line {line}: {why}");
        }
        Err(Failure::usage(message))
    }
}

/// The columns of CSV.
struct Header {
    destination: usize,
    comment: Option<usize>,
}

/// The header of CSV; `None` if the line is not one.
fn header(line: &str) -> Option<Header> {
    let position = |name: &str| {
        line.split(',')
            .position(|field| field.trim().trim_matches('"').eq_ignore_ascii_case(name))
    };
    Some(Header {
        destination: position("destination")?,
        comment: position("comment"),
    })
}

impl Header {
    fn fields<'a>(&self, record: &'a StringRecord) -> Result<(&'a str, &'a str), String> {
        let destination = record.get(self.destination).unwrap_or_default();
        let comment = self.comment.and_then(|column| record.get(column));
        match destination {
            "" => Err("the column `destination` is empty".to_owned()),
            destination => Ok((destination, comment.unwrap_or_default())),
        }
    }
}

/// Splits a line into the destination and its comment.
fn split(line: &str) -> Result<(&str, &str), String> {
    if let Some((destination, comment)) = line.split_once('\t') {
        return Ok((destination.trim(), comment.trim()));
    }
    match line.split_once(',') {
        // A comma can be part of a URL.
        Some((destination, comment))
            if is_url(destination) && !comment.starts_with(char::is_whitespace) =>
        {
            Err(format!(
                "`{line}`: a comma in a URL is ambiguous: separate a comment with a tab or with a comma and a space, or use CSV with quotes"
            ))
        }
        Some((destination, comment)) => Ok((destination.trim(), comment.trim())),
        None => Ok((line, "")),
    }
}

/// Whether a destination has a path. A network such as 10.0.0.0/8 has none.
fn is_url(destination: &str) -> bool {
    let path = destination.split_once('/').map(|(_, path)| path);
    path.is_some_and(|path| !path.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<Vec<(String, Option<String>)>> {
        let mut lines = Lines::new();
        lines.read(text);
        let read = lines.end("file")?;
        let pair = |row: AddDestination| (row.destination.unwrap_or_default(), row.comment);
        Ok(read.destinations.into_iter().map(pair).collect())
    }

    fn row(destination: &str, comment: &str) -> (String, Option<String>) {
        let comment = Some(comment.to_owned()).filter(|text| !text.is_empty());
        (destination.to_owned(), comment)
    }

    #[test]
    fn lines_have_a_destination_and_a_comment() -> Result<()> {
        let text = "# feed\n\na.example\r\n b.example , why\nc.example/x?y=1,2\tthree\n10.0.0.0/8,office\nd.example/p, or not\na.example\n";
        assert_eq!(
            lines(text)?,
            [
                row("a.example", ""),
                row("b.example", "why"),
                row("c.example/x?y=1,2", "three"),
                row("10.0.0.0/8", "office"),
                row("d.example/p", "or not"),
            ]
        );
        Ok(())
    }

    #[test]
    fn csv_has_columns_in_any_order() -> Result<()> {
        let text = "Comment,Destination\n\"a, b\",a.example\n# no row\n,\"b.example/x,y\"\n";
        assert_eq!(
            lines(text)?,
            [row("a.example", "a, b"), row("b.example/x,y", "")]
        );
        Ok(())
    }

    #[test]
    fn every_invalid_line_is_reported() {
        let text = "a.example\nno host\n\nb.example/x,y\n-\n";
        let message = lines(text).map_err(|failure| failure.to_string());
        let message = message.expect_err("three invalid lines");
        for part in ["3 lines", "line 2: `no host`", "line 4: ", "line 5: `-`"] {
            assert!(message.contains(part), "{part} is not in {message}");
        }
    }
}

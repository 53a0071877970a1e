//! The parts of a page in the body of a response, found in one pass over the text.
//!
//! The rows are not decoded here: their text shows whether a page is a repetition.

use http::StatusCode;

use super::history::RowsBuilder;
use crate::operation::Pagination;
use crate::response::{JsonReader, Mismatch, RawResponse};

/// The location of the missing parts in a partial response.
const FAILED: &str = "/meta/failed";

/// The maximum number of properties in an error, and the maximum length of each name.
const NAMES: usize = 12;
const NAME_LENGTH: usize = 40;

/// The parts of a page, each as JSON.
#[derive(Default)]
pub(super) struct PageBody<'a> {
    pub(super) list: List<'a>,
    pub(super) total: Option<&'a str>,
    pub(super) more: Option<&'a str>,
    pub(super) next: Option<&'a str>,
    pub(super) failed: Option<&'a str>,
}

/// The value at the location of the list.
pub(super) enum List<'a> {
    Rows(RowsBuilder<'a>),
    Null,
    /// No property of that name, in an object with these properties.
    Renamed(Vec<String>),
    /// A value of another type.
    Other(&'static str),
}

impl Default for List<'_> {
    fn default() -> Self {
        Self::Renamed(Vec::new())
    }
}

/// A part to find, and the rest of its JSON pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wanted<'p> {
    part: Part,
    rest: &'p str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Items,
    Total,
    More,
    Next,
    Failed,
}

const LIST: Wanted<'static> = Wanted {
    part: Part::Items,
    rest: "",
};

impl<'a> PageBody<'a> {
    /// Finds the parts; the error describes the difference from the documentation.
    pub(super) fn read(response: &'a RawResponse, pagination: &Pagination) -> Result<Self, String> {
        let mut body = Self::default();
        if response.body().trim_ascii().is_empty() {
            if response.status() != StatusCode::NO_CONTENT {
                let list = place(pagination.items);
                return Err(format!(
                    "the response has no body: expected a list at {list}"
                ));
            }
            body.list = List::Null;
            return Ok(body);
        }
        let wanted = [
            Some((Part::Items, pagination.items)),
            pagination.total.map(|pointer| (Part::Total, pointer)),
            pagination.more.map(|pointer| (Part::More, pointer)),
            pagination.next.map(|pointer| (Part::Next, pointer)),
            Some((Part::Failed, FAILED)),
        ];
        let wanted = wanted.into_iter().flatten();
        let wanted: Vec<_> = wanted.map(|(part, rest)| Wanted { part, rest }).collect();
        let text = std::str::from_utf8(response.body()).map_err(|error| error.to_string());
        let read = text.and_then(|text| {
            let mut reader = JsonReader::new(text);
            let read = body.value(&mut reader, &wanted, true);
            read.and_then(|()| reader.end()).map_err(|Mismatch| {
                match serde_json::from_str::<serde_json::Value>(text) {
                    Err(error) => error.to_string(),
                    Ok(_) => "it has another form".to_owned(),
                }
            })
        });
        read.map_err(|error| format!("the response is not JSON ({error})"))?;
        Ok(body)
    }

    /// Reads a value, and the wanted parts in it.
    fn value(
        &mut self,
        reader: &mut JsonReader<'a>,
        wanted: &[Wanted<'_>],
        is_root: bool,
    ) -> Result<(), Mismatch> {
        let slot = match wanted.iter().find(|wanted| wanted.rest.is_empty()) {
            Some(Wanted {
                part: Part::Total, ..
            }) => Some(&mut self.total),
            Some(Wanted {
                part: Part::More, ..
            }) => Some(&mut self.more),
            Some(Wanted {
                part: Part::Next, ..
            }) => Some(&mut self.next),
            Some(Wanted {
                part: Part::Failed, ..
            }) => Some(&mut self.failed),
            Some(Wanted {
                part: Part::Items, ..
            })
            | None => None,
        };
        if let Some(slot) = slot {
            *slot = Some(reader.skip()?);
            return Ok(());
        }
        let found = match reader.peek()? {
            b'[' => return self.list(reader, wanted, is_root),
            b'{' => return self.object(reader, wanted, is_root),
            b'n' => None,
            b't' | b'f' => Some("a boolean"),
            b'"' => Some("a string"),
            _ => Some("a number"),
        };
        reader.skip()?;
        self.set_list(wanted, found.map_or(List::Null, List::Other));
        Ok(())
    }

    /// Sets what stands at the location of the list, if it is this value or expected in it.
    fn set_list(&mut self, wanted: &[Wanted<'_>], list: List<'a>) {
        if wanted.iter().any(|wanted| wanted.part == Part::Items) {
            self.list = list;
        }
    }

    fn list(
        &mut self,
        reader: &mut JsonReader<'a>,
        wanted: &[Wanted<'_>],
        is_root: bool,
    ) -> Result<(), Mismatch> {
        let mut rows = RowsBuilder::default();
        reader.open(b'[')?;
        let mut is_first = true;
        while reader.next(b']', &mut is_first)? {
            rows.add(reader.skip()?);
        }
        // A bare list instead of a documented envelope is the list.
        if is_root || wanted.contains(&LIST) {
            self.list = List::Rows(rows);
            return Ok(());
        }
        // Some services write an object without properties as `[]`.
        let list = match is_first {
            true => List::Null,
            false => List::Other("a list"),
        };
        self.set_list(wanted, list);
        Ok(())
    }

    fn object(
        &mut self,
        reader: &mut JsonReader<'a>,
        wanted: &[Wanted<'_>],
        is_root: bool,
    ) -> Result<(), Mismatch> {
        if wanted.contains(&LIST) {
            // An object instead of a documented list is a list with one element.
            self.list = match is_root {
                true => list_by_id(reader)?,
                false => List::Rows(RowsBuilder::one(reader.skip()?)),
            };
            return Ok(());
        }
        let mut names = Vec::new();
        let mut is_met = false;
        reader.open(b'{')?;
        let mut is_first = true;
        while reader.next(b'}', &mut is_first)? {
            let name = reader.name()?;
            let below = below(wanted, &name);
            is_met |= below.iter().any(|wanted| wanted.part == Part::Items);
            names.push(name);
            match below.is_empty() {
                true => drop(reader.skip()?),
                false => self.value(reader, &below, false)?,
            }
        }
        if !is_met {
            let names = names.into_iter().map(Into::into).collect();
            self.set_list(wanted, List::Renamed(names));
        }
        Ok(())
    }
}

/// Reads an object instead of a list: the elements with their ids as keys.
fn list_by_id<'a>(reader: &mut JsonReader<'a>) -> Result<List<'a>, Mismatch> {
    let mut rows = RowsBuilder::default();
    let mut names = Vec::new();
    let mut are_by_id = true;
    reader.open(b'{')?;
    let mut is_first = true;
    while reader.next(b'}', &mut is_first)? {
        let name = reader.name()?;
        are_by_id &= name.parse::<u64>().is_ok() && reader.peek()? == b'{';
        names.push(name.into_owned());
        rows.add(reader.skip()?);
    }
    Ok(match are_by_id && !names.is_empty() {
        true => List::Rows(rows),
        false => List::Renamed(names),
    })
}

/// The parts to find below a property.
fn below<'p>(wanted: &[Wanted<'p>], key: &str) -> Vec<Wanted<'p>> {
    let below = |wanted: &Wanted<'p>| {
        let pointer = wanted.rest.strip_prefix('/')?;
        let (segment, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
        let is_key = segment == key || segment.replace("~1", "/").replace("~0", "~") == key;
        is_key.then_some(Wanted { rest, ..*wanted })
    };
    wanted.iter().filter_map(below).collect()
}

impl List<'_> {
    /// Describes the value at the location of the list.
    pub(super) fn describe(&self, pointer: &str) -> String {
        let list = place(pointer);
        match self {
            Self::Other(found) => format!("expected a list at {list}, found {found}"),
            Self::Renamed(names) if names.is_empty() => {
                format!("the list at {list} is missing: found no properties")
            }
            Self::Renamed(names) => {
                let shown: Vec<_> = names.iter().take(NAMES).map(|name| quoted(name)).collect();
                let more = if names.len() > NAMES { ", …" } else { "" };
                let shown = shown.join(", ");
                format!("the list at {list} is missing: found the properties {shown}{more}")
            }
            Self::Rows(_) | Self::Null => String::new(),
        }
    }
}

/// Formats a JSON pointer for an error.
fn place(pointer: &str) -> String {
    match pointer {
        "" => "the top of the response".to_owned(),
        pointer => format!("`{pointer}`"),
    }
}

/// Formats the name of a property for an error, on one line.
fn quoted(name: &str) -> String {
    let mut shown: String = name.chars().take(NAME_LENGTH).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    format!("`{}`", shown.escape_debug())
}

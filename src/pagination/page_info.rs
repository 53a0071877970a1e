//! Page properties, extracted from the body of a response.
//!
//! Typed rows are not sufficient: they omit null and unreadable rows, and a list property with another name decodes as an empty list.

use std::collections::BTreeMap;
use std::fmt;

use http::StatusCode;
use serde::Deserialize as _;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::continuation::Position;
use super::history::{Repetition, Rows, RowsBuilder};
use super::link;
use crate::operation::{Pagination, PaginationStyle};
use crate::response::RawResponse;

/// The location of the missing parts in a partial response.
const FAILED: &str = "/meta/failed";

/// The parts that a response can lack, according to the documents.
const PARTS: [&str; 7] = ["dns", "firewall", "intrusion", "ip", "proxy", "swa", "ztna"];

/// The maximum number of properties in an error, and the maximum length of each name.
const NAMES: usize = 12;
const NAME_LENGTH: usize = 40;

/// The properties of a page.
#[derive(Debug)]
pub(super) struct PageInfo {
    pub(super) status: StatusCode,
    /// The rows of the list, including those that are null or cannot be decoded.
    pub(super) rows: Rows,
    /// Whether the first row is the item that the cursor of the page names: the service includes it, and it is the last item of the
    /// previous page.
    pub(super) has_cursor_row: bool,
    /// The relation to the previous pages.
    pub(super) repetition: Repetition,
    /// The total number of items on all pages.
    pub(super) total: Option<u64>,
    /// The documented flag for more pages.
    pub(super) has_more: Option<bool>,
    /// The cursor of the next page. For numbered pages, any pointer to the next page.
    pub(super) next: Option<String>,
    /// Whether there is a documented header `Link`.
    pub(super) has_link: bool,
    /// The query of the link to the next page.
    pub(super) next_link: Option<String>,
    /// The missing parts of a partial response, as a string.
    pub(super) missing_parts: Option<String>,
}

impl PageInfo {
    /// Parses a response; the error describes the difference from the documentation.
    pub(super) fn read(
        response: &RawResponse,
        pagination: &Pagination,
        position: &Position,
    ) -> Result<Self, String> {
        let body = read_body(response, pagination)?;
        let total = total(body.total);
        let row;
        let rows = match body.list {
            List::Rows(rows) => rows,
            List::One(object) => {
                row = object;
                let mut rows = RowsBuilder::default();
                rows.add(&row);
                rows
            }
            List::Null => RowsBuilder::default(),
            // A list that is omitted because it is empty.
            List::Renamed(_) if total == Some(0) => RowsBuilder::default(),
            list => return Err(list.describe(pagination.items)),
        };
        let next_link = pagination
            .link
            .then(|| link::next_query(response.headers()))
            .flatten();
        let next = match pagination.next {
            Some(pointer) => text(&value(body.next), format_args!("at `{pointer}`"))?,
            None => None,
        };
        let next = match next {
            Some(next) => Some(next),
            None => next_elsewhere(response, pagination, &rows, next_link.as_deref())?,
        };
        let next = match (pagination.style, next) {
            (PaginationStyle::Cursor, Some(next)) => Some(cursor(next, pagination.offset_param)?),
            (_, next) => next,
        };
        Ok(Self {
            status: response.status(),
            has_cursor_row: has_cursor_row(&rows, pagination, position),
            rows: rows.build(),
            repetition: Repetition::None,
            total,
            has_more: flag(body.more),
            next,
            has_link: pagination.link && response.headers().contains_key(http::header::LINK),
            next_link,
            missing_parts: missing_parts(response.status(), &value(body.failed)),
        })
    }

    /// Returns the number of rows that the previous pages do not have.
    pub(super) fn new_rows(&self) -> usize {
        self.rows.count - usize::from(self.has_cursor_row)
    }
}

/// The properties to find in a body, which are found in one pass.
#[derive(Default)]
struct Body<'de> {
    list: List<'de>,
    total: Option<&'de RawValue>,
    more: Option<&'de RawValue>,
    next: Option<&'de RawValue>,
    failed: Option<&'de RawValue>,
}

/// The value at the location of the list.
enum List<'de> {
    Rows(RowsBuilder<'de>),
    /// An object, which is the only row.
    One(String),
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

fn read_body<'de>(
    response: &'de RawResponse,
    pagination: &Pagination,
) -> Result<Body<'de>, String> {
    let mut body = Body::default();
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
        Some((Target::Items, pagination.items)),
        pagination.total.map(|pointer| (Target::Total, pointer)),
        pagination.more.map(|pointer| (Target::More, pointer)),
        pagination.next.map(|pointer| (Target::Next, pointer)),
        Some((Target::Failed, FAILED)),
    ];
    let mut deserializer = serde_json::Deserializer::from_slice(response.body());
    let node = Node {
        wanted: wanted.into_iter().flatten().collect(),
        is_root: true,
        body: &mut body,
    };
    node.deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| format!("the response is not JSON ({error})"))?;
    Ok(body)
}

/// The properties to find in a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Items,
    Total,
    More,
    Next,
    Failed,
}

/// A value of the body, and the properties to find in it, each with the rest of its pointer.
struct Node<'a, 'de, 'p> {
    wanted: Vec<(Target, &'p str)>,
    is_root: bool,
    body: &'a mut Body<'de>,
}

impl Node<'_, '_, '_> {
    /// The list, if it is expected in this value or is this value.
    fn set_list(&mut self, list: List<'static>) {
        if self
            .wanted
            .iter()
            .any(|(target, _)| *target == Target::Items)
        {
            self.body.list = list;
        }
    }
}

/// The properties to find below a property.
fn below<'p>(wanted: &[(Target, &'p str)], key: &str) -> Vec<(Target, &'p str)> {
    let rest = |(target, pointer): &(Target, &'p str)| {
        let pointer = pointer.strip_prefix('/')?;
        let (segment, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
        let is_key = segment == key || segment.replace("~1", "/").replace("~0", "~") == key;
        is_key.then_some((*target, rest))
    };
    wanted.iter().filter_map(rest).collect()
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let here = self.wanted.iter().find(|(_, rest)| rest.is_empty());
        let slot = match here {
            Some((Target::Total, _)) => &mut self.body.total,
            Some((Target::More, _)) => &mut self.body.more,
            Some((Target::Next, _)) => &mut self.body.next,
            Some((Target::Failed, _)) => &mut self.body.failed,
            Some((Target::Items, _)) | None => return deserializer.deserialize_any(self),
        };
        *slot = Some(<&RawValue>::deserialize(deserializer)?);
        Ok(())
    }
}

/// The list, and objects on the path to the properties.
impl<'de> Visitor<'de> for Node<'_, 'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let is_list = self.wanted.contains(&(Target::Items, ""));
        // A bare list instead of a documented envelope is the list.
        if is_list || self.is_root {
            let mut rows = RowsBuilder::default();
            while let Some(row) = list.next_element::<&RawValue>()? {
                rows.add(row.get());
            }
            self.body.list = List::Rows(rows);
            return Ok(());
        }
        let mut is_empty = true;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_empty = false;
        }
        // Some services write an object without properties as `[]`.
        self.set_list(if is_empty {
            List::Null
        } else {
            List::Other("a list")
        });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        // An object instead of a documented list is a list with one element.
        if !self.is_root && self.wanted.contains(&(Target::Items, "")) {
            let map = MapAccessDeserializer::new(map);
            let row = BTreeMap::<String, &RawValue>::deserialize(map)?;
            self.body.list = List::One(serde_json::to_string(&row).unwrap_or_default());
            return Ok(());
        }
        let mut names = Vec::new();
        if self.wanted.contains(&(Target::Items, "")) {
            let mut rows = RowsBuilder::default();
            let mut are_by_id = true;
            while let Some((name, row)) = map.next_entry::<String, &RawValue>()? {
                are_by_id &= name.parse::<u64>().is_ok() && row.get().starts_with('{');
                names.push(name);
                rows.add(row.get());
            }
            // The elements of the list, with their ids as keys.
            self.body.list = match are_by_id && !names.is_empty() {
                true => List::Rows(rows),
                false => List::Renamed(names),
            };
            return Ok(());
        }
        let mut is_met = false;
        while let Some(name) = map.next_key::<String>()? {
            let wanted = below(&self.wanted, &name);
            is_met |= wanted.iter().any(|(target, _)| *target == Target::Items);
            names.push(name);
            match wanted.is_empty() {
                true => drop(map.next_value::<IgnoredAny>()?),
                false => map.next_value_seed(Node {
                    wanted,
                    is_root: false,
                    body: &mut *self.body,
                })?,
            }
        }
        if !is_met {
            self.set_list(List::Renamed(names));
        }
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.set_list(List::Null);
        Ok(())
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.set_list(List::Other("a boolean"));
        Ok(())
    }

    fn visit_i64<E>(mut self, _: i64) -> Result<(), E> {
        self.set_list(List::Other("a number"));
        Ok(())
    }

    fn visit_u64<E>(mut self, _: u64) -> Result<(), E> {
        self.set_list(List::Other("a number"));
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.set_list(List::Other("a number"));
        Ok(())
    }

    fn visit_str<E>(mut self, _: &str) -> Result<(), E> {
        self.set_list(List::Other("a string"));
        Ok(())
    }
}

impl List<'_> {
    /// Describes the value at the location of the list.
    fn describe(&self, pointer: &str) -> String {
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
            Self::Rows(_) | Self::One(_) | Self::Null => String::new(),
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

fn value(raw: Option<&RawValue>) -> Value {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

/// A number of items in any notation.
fn total(raw: Option<&RawValue>) -> Option<u64> {
    match value(raw) {
        Value::Number(number) => number.as_u64().or_else(|| integer(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn integer(number: f64) -> Option<u64> {
    /// 2^53: up to here, every integral `f64` is exact.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && (0.0..=LIMIT).contains(&number)).then_some(number as u64)
}

fn flag(raw: Option<&RawValue>) -> Option<bool> {
    match value(raw) {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// Returns the pointer to the next page as a string; `None` if there is none.
fn text(value: &Value, place: fmt::Arguments<'_>) -> Result<Option<String>, String> {
    let found = match value {
        Value::Null | Value::Bool(false) => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => return Ok(Some(text.clone())),
        Value::Number(number) => return Ok(Some(number.to_string())),
        Value::Bool(true) => "a boolean",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(format!(
        "expected the cursor of the next page {place}, found {found}"
    ))
}

/// A pointer to the next page outside of the body properties: a header, a property of the last row, a link.
fn next_elsewhere(
    response: &RawResponse,
    pagination: &Pagination,
    rows: &RowsBuilder<'_>,
    next_link: Option<&str>,
) -> Result<Option<String>, String> {
    if let Some(name) = pagination.next_header {
        let Some(value) = response.headers().get(name) else {
            return Ok(None);
        };
        let value = value.to_str().map_err(|_| {
            format!("expected the cursor of the next page in the header `{name}`, found bytes that are not ASCII")
        })?;
        return Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()));
    }
    if let Some(pointer) = pagination.next_from_item {
        return cursor_of_row(rows.last(), pointer);
    }
    Ok(next_link
        .filter(|_| pagination.style == PaginationStyle::Cursor)
        .map(|query| format!("?{query}")))
}

/// Returns the cursor for the next page in a row.
fn cursor_of_row(row: Option<&str>, pointer: &str) -> Result<Option<String>, String> {
    let row: Value = row
        .and_then(|row| serde_json::from_str(row).ok())
        .unwrap_or_default();
    let found = row.pointer(pointer).unwrap_or(&Value::Null);
    text(found, format_args!("at `{pointer}` of the last item"))
}

/// Whether the first row is the item that the cursor of the page names.
fn has_cursor_row(rows: &RowsBuilder<'_>, pagination: &Pagination, position: &Position) -> bool {
    let (Some(pointer), Position::Cursor(Some(cursor))) = (pagination.next_from_item, position)
    else {
        return false;
    };
    cursor_of_row(rows.first(), pointer).is_ok_and(|first| first.as_ref() == Some(cursor))
}

/// Returns the cursor itself, or the cursor in the query of a URL.
fn cursor(next: String, param: &str) -> Result<String, String> {
    let is_url = next.contains('?')
        && ["https://", "http://", "/", "?"]
            .iter()
            .any(|start| next.starts_with(start));
    if !is_url {
        return Ok(next);
    }
    url::form_urlencoded::parse(link::query(&next).as_bytes())
        .find(|(name, _)| name == param)
        .map(|(_, value)| value.into_owned())
        .ok_or_else(|| format!("the URL of the next page has no query parameter `{param}`"))
}

/// Lists the missing parts of a partial response; `None` if it is not partial.
fn missing_parts(status: StatusCode, failed: &Value) -> Option<String> {
    let failed = failed.as_array().map_or(&[][..], Vec::as_slice);
    let is_known = |part: &&str| failed.iter().any(|failed| failed == part);
    let known = PARTS.iter().filter(|part| is_known(part));
    let mut parts: Vec<_> = known.map(|part| format!("`{part}`")).collect();
    match failed.len().saturating_sub(parts.len()) {
        0 if !parts.is_empty() => {}
        0 if status != StatusCode::MULTI_STATUS => return None,
        0 => parts.push("unnamed parts".to_owned()),
        others => parts.push(format!("{others} other parts")),
    }
    Some(parts.join(", "))
}

//! Page properties, extracted from the body of a response.
//!
//! Typed rows are not sufficient: they omit null and unreadable rows, and a list property with another name decodes as an empty list.

use std::fmt;

use http::StatusCode;
use serde_json::Value;

use super::continuation::Position;
use super::history::{Repetition, Rows, RowsBuilder};
use super::link;
use super::page_body::{List, PageBody};
use crate::operation::{Pagination, PaginationStyle};
use crate::response::RawResponse;

/// The parts that a response can lack, according to the documents.
const PARTS: [&str; 7] = ["dns", "firewall", "intrusion", "ip", "proxy", "swa", "ztna"];

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
        let body = PageBody::read(response, pagination)?;
        let total = total(body.total);
        let rows = match body.list {
            List::Rows(rows) => rows,
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

fn value(raw: Option<&str>) -> Value {
    raw.and_then(|raw| serde_json::from_str(raw).ok())
        .unwrap_or_default()
}

/// A number of items in any notation.
fn total(raw: Option<&str>) -> Option<u64> {
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

fn flag(raw: Option<&str>) -> Option<bool> {
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

//! `x-pagination`: how an operation lists.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::json::{flag, required_text, text};

/// `x-pagination`: how an operation lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// What selects a page.
    pub style: PaginationStyle,
    /// The query parameter that selects a page; empty with [`PaginationStyle::Single`].
    pub offset_param: String,
    /// The query parameter that sets the page size.
    pub limit: Option<String>,
    /// The offset or number of the first page.
    pub first_page: u64,
    /// The maximum page size.
    pub max_page_size: Option<u64>,
    /// The maximum offset.
    pub max_offset: Option<u64>,
    /// JSON pointer of the list in a response.
    pub items: String,
    /// JSON pointer of the number of all items in a response.
    pub total: Option<String>,
    /// JSON pointer of the flag in a response that there are more pages.
    pub more: Option<String>,
    /// JSON pointer of the cursor of the next page in a response, or of a URL whose query has it.
    pub next: Option<String>,
    /// The response header with the cursor of the next page.
    pub next_header: Option<String>,
    /// JSON pointer of the cursor of the next page in the last item.
    pub next_from_item: Option<String>,
    /// Whether the header `Link` has the next page.
    pub link: bool,
    /// Whether the service may ignore these parameters and send all items at once.
    pub may_send_all: bool,
}

/// What selects a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaginationStyle {
    /// The number of items before it.
    Offset,
    /// Its number.
    Page,
    /// A cursor from the previous page.
    Cursor,
    /// Nothing: one response has the complete list.
    Single,
}

impl Pagination {
    pub(crate) fn read(value: &Value, pointer: &str) -> Result<Self> {
        let (style, offset_param) = match required_text(value, pointer, "style")?.as_str() {
            "offset" => (PaginationStyle::Offset, Some("offset")),
            "page" => (PaginationStyle::Page, Some("page")),
            "cursor" => (PaginationStyle::Cursor, Some("cursor")),
            "single" => (PaginationStyle::Single, None),
            other => {
                return Err(Error::new(
                    format!("{pointer}/style"),
                    format!("unknown style `{other}`: expected offset, page, cursor or single"),
                ));
            }
        };
        let pagination = Self {
            style,
            offset_param: match offset_param {
                Some(key) => required_text(value, pointer, key)?,
                None => String::new(),
            },
            limit: text(value, "limit"),
            first_page: value.get("start").and_then(Value::as_u64).unwrap_or(0),
            max_page_size: value.get("maximum").and_then(Value::as_u64),
            max_offset: value.get("maxOffset").and_then(Value::as_u64),
            items: required_text(value, pointer, "items")?,
            total: text(value, "total"),
            more: text(value, "more"),
            next: text(value, "next"),
            next_header: text(value, "nextHeader"),
            next_from_item: text(value, "nextFromItem"),
            link: flag(value, "link"),
            may_send_all: flag(value, "maySendAll"),
        };
        let has_cursor = pagination.next.is_some()
            || pagination.next_header.is_some()
            || pagination.next_from_item.is_some()
            || pagination.link;
        if style == PaginationStyle::Cursor && !has_cursor {
            return Err(Error::new(
                pointer,
                "the cursor of the next page is missing: expected `next`, `nextHeader`, `nextFromItem` or `link`",
            ));
        }
        Ok(pagination)
    }
}

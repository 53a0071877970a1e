//! Faults of list responses, and their required outcome: all items, or an error, but never a shorter list without an error.

use cisco_secure_access::{Pagination, PaginationStyle};
use serde_json::{Value, json};

use crate::values::put;

/// The name of the list property if the documented one is missing.
const RENAMED: &str = "renamedByTheService";

/// A fault of the service, or undocumented behavior.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its pages are shorter than requested, and it reports no total.
    ShortPages,
    /// A page before the reported end has no items.
    EmptyPage,
    /// A response has no body.
    EmptyBody,
    /// A page has no list.
    MissingList,
    /// The list of a page has another name.
    RenamedList,
    /// Two pages have one row each, and these are equal.
    EqualRows,
    /// A response is partial: 207.
    Partial,
    /// Rows are null.
    NullRows,
    /// The paging parameters are ignored.
    IgnoredOffset,
    /// A page points to itself as the next page.
    StuckCursor,
    /// The flag ends the listing before the total.
    EarlyEnd,
    /// The `Link` header is missing from the last page, which is full.
    LastLink,
    /// The only response does not have all items.
    CutResponse,
}

/// The outcome of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All items were received.
    Everything,
    /// The items before the fault were received, and then an error.
    Error,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 13] = [
        Self::ShortPages,
        Self::EmptyPage,
        Self::EmptyBody,
        Self::MissingList,
        Self::RenamedList,
        Self::EqualRows,
        Self::Partial,
        Self::NullRows,
        Self::IgnoredOffset,
        Self::StuckCursor,
        Self::EarlyEnd,
        Self::LastLink,
        Self::CutResponse,
    ];

    /// The name in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ShortPages => "short pages, no total",
            Self::EmptyPage => "empty page before the end",
            Self::EmptyBody => "empty 200",
            Self::MissingList => "no list",
            Self::RenamedList => "renamed list",
            Self::EqualRows => "equal one-row pages",
            Self::Partial => "207",
            Self::NullRows => "null rows",
            Self::IgnoredOffset => "offset ignored",
            Self::StuckCursor => "cursor does not move",
            Self::EarlyEnd => "flag ends early",
            Self::LastLink => "last page without Link",
            Self::CutResponse => "cut response",
        }
    }

    /// Whether it can occur with this pagination.
    #[must_use]
    pub fn is_possible(self, pagination: &Pagination) -> bool {
        let is_single = pagination.style == PaginationStyle::Single;
        let has_cursor = pagination.style == PaginationStyle::Cursor;
        let reports_end = pagination.total.is_some()
            || pagination.more.is_some()
            || (pagination.link && !has_cursor);
        match self {
            // A documented property shows it.
            Self::CutResponse => is_single && (reports_end || pagination.limit.is_some()),
            Self::ShortPages
            | Self::EmptyPage
            | Self::EqualRows
            | Self::IgnoredOffset
            | Self::LastLink
                if is_single =>
            {
                false
            }
            Self::EmptyPage => reports_end,
            Self::StuckCursor => has_cursor && pagination.next_from_item.is_none(),
            Self::EarlyEnd => pagination.total.is_some() && pagination.more.is_some(),
            Self::LastLink => pagination.link,
            // A repeated page is documented there.
            Self::EqualRows | Self::IgnoredOffset => !pagination.may_send_all,
            _ => true,
        }
    }

    /// The accepted outcomes. If there are two, the total decides.
    #[must_use]
    pub fn outcomes(self) -> &'static [Outcome] {
        match self {
            Self::ShortPages | Self::NullRows | Self::LastLink => &[Outcome::Everything],
            Self::EqualRows => &[Outcome::Everything, Outcome::Error],
            _ => &[Outcome::Error],
        }
    }

    /// Whether it occurs on the page with this number, counted from 0: on the second page, if there are several.
    pub(crate) fn happens_to(self, page: usize, pagination: &Pagination) -> bool {
        let is_first = page == 0;
        match self {
            Self::EmptyPage
            | Self::EmptyBody
            | Self::MissingList
            | Self::RenamedList
            | Self::Partial => match pagination.style {
                PaginationStyle::Single => is_first,
                _ => page == 1,
            },
            Self::StuckCursor => !is_first,
            _ => true,
        }
    }

    /// Whether an item is replaced by null.
    pub(crate) fn is_null(number: usize) -> bool {
        number % 3 == 1
    }

    /// Applies the fault to a page.
    pub(crate) fn spoil(self, pagination: &Pagination, page: &mut Value) {
        match self {
            Self::ShortPages => {
                if let Some(total) = pagination.total {
                    put(page, total, Some(Value::Null));
                }
            }
            Self::MissingList => match pagination.items {
                "" => *page = json!({}),
                items => put(page, items, None),
            },
            Self::RenamedList => {
                let list = page.pointer_mut(pagination.items).map(Value::take);
                match pagination.items {
                    "" => *page = json!({ RENAMED: list }),
                    items => {
                        put(page, items, None);
                        put(page, &format!("/{RENAMED}"), list);
                    }
                }
            }
            Self::EarlyEnd => {
                if let Some(more) = pagination.more {
                    put(page, more, Some(false.into()));
                }
            }
            _ => {}
        }
    }
}

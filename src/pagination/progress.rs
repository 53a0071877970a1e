//! The progress and the end of a listing, by the rules of the [module](super).

use super::continuation::Position;
use super::history::{History, Repetition};
use super::page_info::PageInfo;
use crate::operation::{Pagination, PaginationStyle};

/// The progress of a listing.
pub(super) struct Progress {
    pagination: Pagination,
    /// The requested page size, if there is one.
    limit: Option<u64>,
    /// The number of rows so far, if it is known.
    seen: Option<u64>,
    /// The latest total.
    total: Option<u64>,
    /// The page size, once it is known.
    page_size: Option<u64>,
    /// Whether a page had a `Link` header.
    has_link: bool,
    /// Whether a page had a pointer to the next page.
    has_next: bool,
    history: History,
}

/// The step after a page.
pub(super) struct Step {
    /// The next page; `None` after the last one.
    pub(super) next: Option<Position>,
    /// The reason why the listing is incomplete, if it ends here.
    pub(super) failure: Option<String>,
}

impl Progress {
    pub(super) fn new(pagination: Pagination, limit: Option<u64>) -> Self {
        Self {
            pagination,
            limit,
            seen: None,
            total: None,
            page_size: None,
            has_link: false,
            has_next: false,
            history: History::default(),
        }
    }

    /// Returns the number of rows so far, if it is known.
    pub(super) fn seen(&self) -> Option<u64> {
        self.seen
    }

    pub(super) fn set_seen(&mut self, rows: Option<u64>) {
        self.seen = rows;
    }

    /// Whether a page is new. It is not new if it shows that the previous page was the last. The error is the reason why the listing is
    /// incomplete.
    pub(super) fn check(&self, position: &Position, info: &mut PageInfo) -> Result<bool, String> {
        info.repetition = match self.is_end_at_cursor(info) {
            true => Repetition::None,
            false => self.history.compare(&info.rows),
        };
        let has_total = info.total.or(self.total).is_some();
        match info.repetition {
            Repetition::None => Ok(true),
            Repetition::Identical | Repetition::Ambiguous if self.has_all(info) => Ok(false),
            // The total decides whether these are different items.
            Repetition::Ambiguous if has_total => Ok(true),
            Repetition::Ambiguous => Err(format!(
                "{} has the same rows as the previous page, and the response does not show whether these are different items: increase the page size",
                self.describe(position)
            )),
            Repetition::Identical | Repetition::Repeated => Err(format!(
                "{} repeats the rows of an earlier page: the service ignores the paging parameters, or its items have moved; `send()` returns a single page",
                self.describe(position)
            )),
        }
    }

    /// Whether a page has only the item that its cursor names, and could have more.
    fn is_end_at_cursor(&self, info: &PageInfo) -> bool {
        let page_size = self.limit.unwrap_or(self.history.longest() as u64);
        info.has_cursor_row && info.new_rows() == 0 && page_size > 1
    }

    /// Whether the repeated first page is the complete list, because the service ignores the paging parameters.
    fn has_all(&self, info: &PageInfo) -> bool {
        let announces_more =
            info.total.or(self.total).is_some() || self.has_more(info) == Some(true);
        self.pagination.may_send_all && self.history.has_one_page() && !announces_more
    }

    /// Advances to the page after one that was checked and decoded.
    pub(super) fn advance(&mut self, position: &Position, info: &PageInfo) -> Step {
        let count = info.new_rows() as u64;
        self.seen = self.seen.map(|seen| seen.saturating_add(count));
        let reached = match (position, self.pagination.style) {
            (Position::Number(offset), PaginationStyle::Offset) => {
                Some(offset.saturating_add(count))
            }
            _ => self.seen,
        };
        self.total = info.total.or(self.total);
        self.has_link |= info.has_link;
        self.has_next |= info.next.is_some();
        self.page_size = self.is_full(info, reached).then_some(count);
        self.history.add(&info.rows, info.repetition);
        if let Position::Cursor(Some(cursor)) = position {
            self.history.add_cursor(cursor);
        }
        match self.next(position, info, reached) {
            Ok(next) => Step {
                next,
                failure: None,
            },
            // With numbered pages, received rows are not requested again.
            Err(why) => Step {
                next: self
                    .after_rows(position, count)
                    .or_else(|| Some(position.clone())),
                failure: Some(why),
            },
        }
    }

    /// Returns the position of the next page; `None` if there is none. The error is the reason why the listing is incomplete.
    fn next(
        &self,
        position: &Position,
        info: &PageInfo,
        reached: Option<u64>,
    ) -> Result<Option<Position>, String> {
        let page = || self.describe(position);
        let end = |what: &str| match self.is_short(reached) {
            None => Ok(None),
            Some((total, reached)) => Err(format!(
                "{} {what}, but only {reached} of the {total} items that the service reports were received",
                page()
            )),
        };
        if self.pagination.style == PaginationStyle::Single {
            return self.cut(info, reached).map_or(Ok(None), Err);
        }
        let is_empty = info.new_rows() == 0;
        match self.has_more(info) {
            Some(false) => return end("is the last one"),
            Some(true) => {}
            None if is_empty => return end("has no items"),
            // A total below the number of received rows is wrong.
            None if self.total.is_some() && self.total == reached => return Ok(None),
            None => {}
        }
        if self.history.is_idle() {
            return Err(format!("{} is one of many pages without new items", page()));
        }
        let next = match self.pagination.style {
            PaginationStyle::Offset | PaginationStyle::Page if is_empty => {
                return Err(format!(
                    "{} has no items, and the service reports more",
                    page()
                ));
            }
            PaginationStyle::Offset | PaginationStyle::Page => {
                let next = self.after_rows(position, info.rows.count as u64);
                return match next {
                    Some(_) => Ok(next),
                    None => Err(format!("{} has the largest number", page())),
                };
            }
            PaginationStyle::Link => &info.next_link,
            PaginationStyle::Cursor | PaginationStyle::Single => &info.next,
        };
        let Some(next) = next else {
            return Err(format!(
                "{} has no cursor, and the service reports more",
                page()
            ));
        };
        let position_of_next = Position::Cursor(Some(next.clone()));
        if !self.history.has_cursor(next) {
            return Ok(Some(position_of_next));
        }
        let is_shorter = is_empty || info.rows.count < self.history.longest();
        if *position == position_of_next && is_shorter && info.has_more != Some(true) {
            return end("is the last one");
        }
        Err(format!("{} points to an earlier page", page()))
    }

    /// Returns the reason why the only response may not have the complete list.
    fn cut(&self, info: &PageInfo, reached: Option<u64>) -> Option<String> {
        let count = info.new_rows() as u64;
        let max_page_size = self.pagination.max_page_size.unwrap_or(u64::MAX);
        let limit = self.limit.map(|limit| limit.min(max_page_size));
        let limit = limit.filter(|limit| *limit <= count);
        let why = match (self.has_more(info), self.is_short(reached), limit) {
            (Some(true), ..) => "the service reports more".to_owned(),
            (_, Some((total, _)), _) => format!("the service reports {total}"),
            (None, None, Some(limit)) if self.total.is_none() => {
                let param = self.pagination.limit.unwrap_or_default();
                format!("`{param}` allows no more than {limit}")
            }
            _ => return None,
        };
        Some(format!(
            "the list comes in one response, which has {count} items, and {why}"
        ))
    }

    /// Whether the page says that there are more pages, apart from the total; `None` if it does not say.
    fn has_more(&self, info: &PageInfo) -> Option<bool> {
        if info.has_more.is_some() {
            return info.has_more;
        }
        match self.pagination.style {
            PaginationStyle::Link => Some(info.next_link.is_some()),
            PaginationStyle::Cursor if self.pagination.next_from_item.is_some() => None,
            PaginationStyle::Cursor => Some(info.next.is_some()),
            PaginationStyle::Offset | PaginationStyle::Page if self.has_next => {
                Some(info.next.is_some())
            }
            PaginationStyle::Offset | PaginationStyle::Page | PaginationStyle::Single
                if self.has_link =>
            {
                Some(info.next_link.is_some())
            }
            PaginationStyle::Offset | PaginationStyle::Page | PaginationStyle::Single => None,
        }
    }

    /// Whether a page has the full page size, if it is known.
    fn is_full(&self, info: &PageInfo, reached: Option<u64>) -> bool {
        let count = Some(info.rows.count as u64);
        let is_cut = self.has_more(info) == Some(true) || self.is_short(reached).is_some();
        let is_usual = self.limit == count || self.history.previous_count() == count;
        info.rows.count > 0 && (is_cut || is_usual)
    }

    /// Returns the total and the number of received rows, if fewer rows were received.
    fn is_short(&self, reached: Option<u64>) -> Option<(u64, u64)> {
        self.total
            .zip(reached)
            .filter(|(total, reached)| reached < total)
    }

    /// Returns the page after this number of rows, if pages are numbered.
    fn after_rows(&self, position: &Position, count: u64) -> Option<Position> {
        let Position::Number(number) = position else {
            return None;
        };
        let step = match self.pagination.style {
            PaginationStyle::Offset => count,
            _ => count.min(1),
        };
        number.checked_add(step).map(Position::Number)
    }

    /// Whether a page has the page size that is expected of it.
    pub(super) fn is_usual(&self, info: &PageInfo) -> bool {
        self.page_size == Some(info.new_rows() as u64)
    }

    /// Returns the page after that at `position`, if it is known to be needed before that page is received.
    pub(super) fn next_ahead(&self, position: &Position) -> Option<Position> {
        let next = self.after_rows(position, self.page_size?)?;
        (self.is_accepted(&next) && self.is_before_total(&next)).then_some(next)
    }

    /// Whether the page starts before the total, if it is known.
    fn is_before_total(&self, position: &Position) -> bool {
        let (Position::Number(number), Some(total)) = (position, self.total) else {
            return true;
        };
        let rows_before = match self.pagination.style {
            PaginationStyle::Offset => *number,
            _ => number
                .saturating_sub(self.pagination.first_page)
                .saturating_mul(self.page_size.unwrap_or(1)),
        };
        rows_before < total
    }

    /// Whether the service accepts the offset.
    pub(super) fn is_accepted(&self, position: &Position) -> bool {
        match (position, self.pagination.max_offset) {
            (Position::Number(offset), Some(max_offset)) => *offset <= max_offset,
            _ => true,
        }
    }

    /// Names a page in an error. The cursor comes from the service and is not shown.
    fn describe(&self, position: &Position) -> String {
        let param = self.pagination.offset_param;
        match position {
            Position::Number(number) => format!("the page at `{param}` {number}"),
            Position::Cursor(None) => "the first page".to_owned(),
            Position::Cursor(Some(_)) => "a page".to_owned(),
        }
    }
}

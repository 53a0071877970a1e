//! How far a listing is, and where it ends: the rules of the [module](super).

use super::continuation::Position;
use super::history::{History, Repetition};
use super::page_info::PageInfo;
use crate::operation::{Pagination, PaginationStyle};

/// How far a listing is.
pub(super) struct Progress {
    pagination: Pagination,
    /// The page size that is requested, where one is.
    limit: Option<u64>,
    /// How many rows the pages so far have, where the listing has all of them.
    seen: Option<u64>,
    /// The newest total.
    total: Option<u64>,
    /// How long pages are, once that is known.
    page_size: Option<u64>,
    /// Whether some page had a `Link` header.
    has_link: bool,
    /// Whether some page had what points to the next one.
    has_next: bool,
    history: History,
}

/// What comes after a page.
pub(super) struct Step {
    /// The next page; `None` behind the last.
    pub(super) next: Option<Position>,
    /// Why the listing is incomplete, if it ends here.
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

    /// How many rows the pages so far have, where the listing has all of them.
    pub(super) fn seen(&self) -> Option<u64> {
        self.seen
    }

    pub(super) fn set_seen(&mut self, rows: Option<u64>) {
        self.seen = rows;
    }

    /// Whether a page is another one than those before it; not so where it shows that the one before was the last. The error says why the
    /// listing is incomplete.
    pub(super) fn check(&self, position: &Position, info: &mut PageInfo) -> Result<bool, String> {
        info.repetition = match self.is_end_at_cursor(info) {
            true => Repetition::None,
            false => self.history.compare(&info.rows),
        };
        let has_total = info.total.or(self.total).is_some();
        match info.repetition {
            Repetition::None => Ok(true),
            Repetition::Whole | Repetition::Ambiguous if self.has_all(info) => Ok(false),
            // The total says whether these are other items.
            Repetition::Ambiguous if has_total => Ok(true),
            Repetition::Ambiguous => Err(format!(
                "{} has the same rows as the page before, and whether these are other items cannot be said: request longer pages",
                self.describe(position)
            )),
            Repetition::Whole | Repetition::Repeated => Err(format!(
                "{} has the rows of an earlier page: the service ignores which page is requested, or its items have moved; a single request gives what it sends",
                self.describe(position)
            )),
        }
    }

    /// Whether a page has nothing but the item that its cursor names, and could have more.
    fn is_end_at_cursor(&self, info: &PageInfo) -> bool {
        let page_size = self.limit.unwrap_or(self.history.longest() as u64);
        info.has_cursor_row && info.new_rows() == 0 && page_size > 1
    }

    /// Whether the first page, which came again, is all there is: the service ignores the paging parameters.
    fn has_all(&self, info: &PageInfo) -> bool {
        let announces_more =
            info.total.or(self.total).is_some() || self.has_more(info) == Some(true);
        self.pagination.may_send_all && self.history.has_one_page() && !announces_more
    }

    /// Moves on behind a page that was checked and decoded.
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
            // The rows that came are not requested again, where the page after them has a number.
            Err(why) => Step {
                next: self
                    .after_rows(position, count)
                    .or_else(|| Some(position.clone())),
                failure: Some(why),
            },
        }
    }

    /// Where the page behind this one begins; `None` where there is none. The error says why the listing is incomplete.
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
                "{} {what}, and {reached} of the {total} items that the service reports came",
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
            // More rows than the total say that it is wrong.
            None if self.total.is_some() && self.total == reached => return Ok(None),
            None => {}
        }
        if self.history.is_idle() {
            return Err(format!(
                "{} is one of many that brought nothing new",
                page()
            ));
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
        Err(format!("{} points to a page that came before", page()))
    }

    /// Why the only response of a listing may not have the complete list.
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

    /// What a page says about further pages, apart from the total.
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

    /// Whether a page is as long as pages are, as far as can be said.
    fn is_full(&self, info: &PageInfo, reached: Option<u64>) -> bool {
        let count = Some(info.rows.count as u64);
        let is_cut = self.has_more(info) == Some(true) || self.is_short(reached).is_some();
        let is_usual = self.limit == count || self.history.previous_count() == count;
        info.rows.count > 0 && (is_cut || is_usual)
    }

    /// The total, where fewer rows came, and how many did.
    fn is_short(&self, reached: Option<u64>) -> Option<(u64, u64)> {
        self.total
            .zip(reached)
            .filter(|(total, reached)| reached < total)
    }

    /// The page behind so many rows, where pages have numbers.
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

    /// The page after that at `position`, if it is known to be needed before that one came.
    pub(super) fn next_ahead(&self, position: &Position) -> Option<Position> {
        let next = self.after_rows(position, self.page_size?)?;
        (self.is_accepted(&next) && self.is_before_total(&next)).then_some(next)
    }

    /// Whether the page begins before the total, as far as that is known.
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

    /// A page for an error. A cursor is the service's, and not shown.
    fn describe(&self, position: &Position) -> String {
        let param = self.pagination.offset_param;
        match position {
            Position::Number(number) => format!("the page at `{param}` {number}"),
            Position::Cursor(None) => "the first page".to_owned(),
            Position::Cursor(Some(_)) => "a page".to_owned(),
        }
    }
}

//! Requests one page after the other, and decides where the listing ends.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use super::continuation::{ContinuationToken, Position};
use super::fetch::PageFetch;
use super::history::{History, Repetition};
use super::page_info::PageInfo;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Pagination, PaginationStyle};
use crate::request::RequestParts;
use crate::response::RawResponse;

/// How many pages are requested at the same time at most.
const MAX_CONCURRENCY: usize = 32;

/// Requests one page after the other.
pub(super) struct Pager {
    parts: RequestParts,
    pagination: Pagination,
    /// The page size that is requested, where one is.
    limit: Option<u64>,
    /// How many pages to request at the same time.
    concurrency: usize,
    in_flight: VecDeque<PageFetch>,
    /// The next page; `None` behind the last.
    position: Option<Position>,
    /// How many rows the pages before it have, where that is known.
    seen: Option<u64>,
    /// The newest total.
    total: Option<u64>,
    /// How long pages are, once that is known.
    page_size: Option<u64>,
    /// Whether some page had a `Link` header, and whether some page had what points to the next one.
    has_link: bool,
    has_next: bool,
    history: History,
    /// The error that comes after the items at hand.
    failure: Option<Error>,
    is_terminated: bool,
}

impl Pager {
    pub(super) fn new(mut parts: RequestParts, pagination: Pagination) -> Self {
        // The longest page that is documented makes the fewest calls.
        if let (Some(limit), Some(size)) = (pagination.limit, pagination.max_page_size)
            && parts.query_value(limit).is_none()
        {
            parts.query(limit, size.to_string());
        }
        let limit = pagination.limit.and_then(|limit| parts.query_value(limit));
        let limit = limit.and_then(|limit| limit.parse().ok());
        let first = match pagination.style {
            PaginationStyle::Offset | PaginationStyle::Page => {
                Position::Number(pagination.first_page)
            }
            PaginationStyle::Cursor | PaginationStyle::Link => Position::Cursor(None),
        };
        let position = match (&first, parts.query_value(pagination.offset_param)) {
            (Position::Number(_), Some(number)) => number.parse().ok().map(Position::Number),
            (Position::Cursor(_), Some(cursor)) => Some(Position::Cursor(Some(cursor.to_owned()))),
            (_, None) => None,
        };
        let has_cursor = pagination.next.is_some()
            || pagination.next_header.is_some()
            || pagination.next_from_item.is_some()
            || pagination.link;
        let mut pager = Self {
            limit: limit.filter(|size| *size > 0),
            concurrency: 1,
            in_flight: VecDeque::new(),
            seen: position
                .as_ref()
                .is_none_or(|position| *position == first)
                .then_some(0),
            position: Some(position.unwrap_or(first)),
            total: None,
            page_size: None,
            has_link: false,
            has_next: false,
            history: History::default(),
            failure: None,
            is_terminated: false,
            parts,
            pagination,
        };
        if pagination.style == PaginationStyle::Cursor && !has_cursor {
            let why = "the pagination does not say where a page has the cursor of the next one";
            pager.failure = Some(pager.labeled(Error::request(pager.parts.operation(), why)));
        }
        pager
    }

    pub(super) fn operation(&self) -> &'static Operation {
        self.parts.operation()
    }

    pub(super) fn pagination(&self) -> &Pagination {
        &self.pagination
    }

    /// Sets how many pages are requested at the same time.
    pub(super) fn set_concurrency(&mut self, pages: usize) {
        self.concurrency = pages.clamp(1, MAX_CONCURRENCY);
    }

    /// The response with the next page. The caller decodes it, and then calls [`advance`](Self::advance) or [`fail`](Self::fail).
    pub(super) fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<(RawResponse, PageInfo)>>> {
        if let Some(failure) = self.failure.take() {
            return Poll::Ready(Some(Err(self.fail(failure))));
        }
        let Some(position) = self.position.clone().filter(|_| !self.is_terminated) else {
            return Poll::Ready(None);
        };
        if !self.is_accepted(&position) {
            let failure = self.incomplete(self.describe_max_offset());
            return Poll::Ready(Some(Err(self.fail(failure))));
        }
        self.start_fetches(position);
        let result = ready!(self.poll_first(context));
        Poll::Ready(match result.and_then(|response| self.read(response)) {
            Ok(page) => page.map(Ok),
            Err(error) => Some(Err(self.fail(error))),
        })
    }

    /// Requests the page at `position`, and those after it that are known to be needed.
    fn start_fetches(&mut self, position: Position) {
        // The first page is requested alone: it says how long pages are, and how many there may be.
        let concurrency = self.page_size.map_or(1, |_| self.concurrency);
        let mut next = Some(position);
        for index in 0..concurrency {
            let Some(position) = next else { break };
            next = self
                .after_full_page(&position)
                .filter(|next| self.is_accepted(next) && self.is_before_total(next));
            if index == self.in_flight.len() {
                let parts = self.request(&position);
                self.in_flight.push_back(match concurrency {
                    1 => PageFetch::inline(position, parts),
                    _ => PageFetch::spawned(position, parts),
                });
            }
        }
    }

    /// The response to the first request in flight. The others are polled as well: not all of them run by themselves.
    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<Result<RawResponse>> {
        let mut is_complete = false;
        for (index, fetch) in self.in_flight.iter_mut().enumerate() {
            is_complete |= fetch.poll(context).is_ready() && index == 0;
        }
        if !is_complete {
            return Poll::Pending;
        }
        let first = self.in_flight.pop_front();
        first
            .and_then(PageFetch::into_result)
            .map_or(Poll::Pending, Poll::Ready)
    }

    /// The request for the page at `position`.
    fn request(&self, position: &Position) -> RequestParts {
        let mut parts = self.parts.clone();
        let param = self.pagination.offset_param;
        match position {
            Position::Number(number) => parts.query(param, number.to_string()),
            Position::Cursor(Some(query)) if self.pagination.style == PaginationStyle::Link => {
                parts.replace_query(query);
            }
            Position::Cursor(Some(cursor)) => parts.query(param, cursor.clone()),
            Position::Cursor(None) => {}
        }
        parts
    }

    /// The page after a full one at `position`, where that is known before the full one came.
    fn after_full_page(&self, position: &Position) -> Option<Position> {
        let Position::Number(number) = position else {
            return None;
        };
        let step = match self.pagination.style {
            PaginationStyle::Offset => self.page_size?,
            _ => 1,
        };
        number.checked_add(step).map(Position::Number)
    }

    /// Whether the service accepts the offset.
    fn is_accepted(&self, position: &Position) -> bool {
        match (position, self.pagination.max_offset) {
            (Position::Number(offset), Some(max_offset)) => *offset <= max_offset,
            _ => true,
        }
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

    /// Reads what a response says about its page; `None` where that shows that the page before was the last.
    fn read(&mut self, response: RawResponse) -> Result<Option<(RawResponse, PageInfo)>> {
        let mut info = match PageInfo::read(&response, &self.pagination) {
            Ok(info) => info,
            Err(what) => return Err(self.labeled(response.into_error(ErrorKind::Decode, what))),
        };
        info.repetition = self.history.compare(&info.rows);
        match info.repetition {
            Repetition::None => {}
            Repetition::Whole | Repetition::Ambiguous if self.has_all(&info) => {
                self.end();
                return Ok(None);
            }
            // The total says whether these are other items.
            Repetition::Ambiguous if info.total.or(self.total).is_some() => {}
            Repetition::Ambiguous | Repetition::Whole | Repetition::Repeated => {
                let why = self.describe_repetition(info.repetition);
                return Err(self.incomplete(why));
            }
        }
        Ok(Some((response, info)))
    }

    /// Whether the first page, which came again, is all there is: the service ignores the paging parameters.
    fn has_all(&self, info: &PageInfo) -> bool {
        let announces_more =
            info.total.or(self.total).is_some() || self.has_more(info) == Some(true);
        self.pagination.may_send_all && self.history.has_one_page() && !announces_more
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
            PaginationStyle::Offset | PaginationStyle::Page if self.has_link => {
                Some(info.next_link.is_some())
            }
            PaginationStyle::Offset | PaginationStyle::Page => None,
        }
    }

    /// Moves on behind a page that was read and decoded.
    pub(super) fn advance(&mut self, info: &PageInfo) {
        let Some(position) = self.position.take() else {
            return;
        };
        let count = info.rows.count as u64;
        let seen = self.seen.map(|seen| seen.saturating_add(count));
        let reached = match (&position, self.pagination.style) {
            (Position::Number(offset), PaginationStyle::Offset) => {
                Some(offset.saturating_add(count))
            }
            _ => seen,
        };
        self.seen = seen;
        self.total = info.total.or(self.total);
        self.has_link |= info.has_link;
        self.has_next |= info.next.is_some();
        self.page_size = self.is_full(info, count, reached).then_some(count);
        self.history.add(&info.rows, info.repetition);
        if let Position::Cursor(Some(cursor)) = &position {
            self.history.add_cursor(cursor);
        }
        match self.next_position(&position, info, reached) {
            Ok(next) => self.position = next,
            Err(why) => {
                self.failure = Some(self.incomplete(why));
                // The rows that came are not requested again, where the page after them has a number.
                self.position = Some(self.after_rows(&position, count).unwrap_or(position));
            }
        }
        if let Some(parts) = &info.missing_parts {
            let why = format!("the response is partial, without {parts}");
            let error = Error::partial(self.operation(), info.status, why);
            self.failure = Some(self.labeled(error));
        }
        // What was requested ahead is of use only if it begins where this page ended.
        if self.in_flight.front().map(|fetch| &fetch.position) != self.position.as_ref() {
            self.in_flight.clear();
        }
    }

    /// Whether a page is as long as pages are, as far as can be said.
    fn is_full(&self, info: &PageInfo, count: u64, reached: Option<u64>) -> bool {
        let is_cut = self.has_more(info) == Some(true) || self.is_short(reached).is_some();
        count > 0
            && (is_cut || self.limit == Some(count) || self.history.previous_count() == Some(count))
    }

    /// The total, where fewer rows came, and how many did.
    fn is_short(&self, reached: Option<u64>) -> Option<(u64, u64)> {
        self.total
            .zip(reached)
            .filter(|(total, reached)| reached < total)
    }

    /// Where the page behind this one begins; `None` where there is none. The error says why the listing is incomplete.
    fn next_position(
        &self,
        position: &Position,
        info: &PageInfo,
        reached: Option<u64>,
    ) -> Result<Option<Position>, String> {
        let count = info.rows.count as u64;
        let end = |what: &str| match self.is_short(reached) {
            None => Ok(None),
            Some((total, reached)) => Err(format!(
                "{} {what}, and {reached} of the {total} items that the service reports came",
                self.describe(position)
            )),
        };
        match self.has_more(info) {
            Some(false) => return end("is the last one"),
            Some(true) => {}
            None if count == 0 => return end("has no items"),
            None => {
                // More rows than the total say that it is wrong.
                if self.total.is_some() && self.total == reached {
                    return Ok(None);
                }
            }
        }
        if self.history.is_idle() {
            return Err(format!(
                "{} is one of many that brought nothing new",
                self.describe(position)
            ));
        }
        let next = match self.pagination.style {
            PaginationStyle::Offset | PaginationStyle::Page if count == 0 => {
                return Err(format!(
                    "{} has no items, and the service reports more",
                    self.describe(position)
                ));
            }
            PaginationStyle::Offset | PaginationStyle::Page => {
                return match self.after_rows(position, count) {
                    Some(next) => Ok(Some(next)),
                    None => Err(format!(
                        "{} has the largest number",
                        self.describe(position)
                    )),
                };
            }
            PaginationStyle::Cursor => &info.next,
            PaginationStyle::Link => &info.next_link,
        };
        let Some(next) = next else {
            return Err(format!(
                "{} has no cursor, and the service reports more",
                self.describe(position)
            ));
        };
        if !self.history.has_cursor(next) {
            return Ok(Some(Position::Cursor(Some(next.clone()))));
        }
        let is_own = *position == Position::Cursor(Some(next.clone()));
        let is_shorter = count == 0 || info.rows.count < self.history.longest;
        if is_own && is_shorter && info.has_more != Some(true) {
            return end("is the last one");
        }
        Err(format!(
            "{} points to a page that came before",
            self.describe(position)
        ))
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

    /// Ends the listing, unless another request for the same page can cure the error.
    pub(super) fn fail(&mut self, error: Error) -> Error {
        self.in_flight.clear();
        self.is_terminated |= !error.is_retryable();
        error
    }

    fn end(&mut self) {
        self.position = None;
        self.in_flight.clear();
    }

    /// Whether nothing more comes, not even an error.
    pub(super) fn is_terminated(&self) -> bool {
        self.failure.is_none() && (self.is_terminated || self.position.is_none())
    }

    /// The next page, and how many rows the pages before it have.
    pub(super) fn place(&self) -> Option<(Position, Option<u64>)> {
        Some((self.position.clone()?, self.seen))
    }

    pub(super) fn continuation(
        &self,
        (position, seen): (Position, Option<u64>),
        skip: usize,
    ) -> ContinuationToken {
        ContinuationToken {
            operation: self.label(),
            position,
            skip,
            seen,
        }
    }

    /// Starts where another listing of the same operation stood, and says how many items of the first page to leave out.
    pub(super) fn resume(&mut self, continuation: &ContinuationToken) -> usize {
        let has_number = matches!(
            self.pagination.style,
            PaginationStyle::Offset | PaginationStyle::Page
        );
        let is_numbered = matches!(continuation.position, Position::Number(_));
        if continuation.operation != self.label() || has_number != is_numbered {
            let why = format!(
                "the continuation is one of `{}` and cannot be resumed here",
                continuation.operation
            );
            let error = Error::request(self.operation(), why);
            self.failure = Some(self.labeled(error));
            return 0;
        }
        self.position = Some(continuation.position.clone());
        self.seen = continuation.seen;
        continuation.skip
    }

    /// A page for an error.
    fn describe(&self, position: &Position) -> String {
        let param = self.pagination.offset_param;
        match position {
            Position::Number(number) => format!("the page at `{param}` {number}"),
            Position::Cursor(None) => "the first page".to_owned(),
            Position::Cursor(Some(_)) => "a page".to_owned(),
        }
    }

    fn describe_max_offset(&self) -> String {
        let param = self.pagination.offset_param;
        let max_offset = self.pagination.max_offset.unwrap_or_default();
        let is_activity = self
            .parts
            .operation()
            .path
            .starts_with("/reports/v2/activity");
        let split = match is_activity {
            true => ", or use `jobs::activity`, which splits it",
            false => "",
        };
        format!(
            "the service accepts no `{param}` above {max_offset}, and there may be more items: narrow the time range{split}"
        )
    }

    fn describe_repetition(&self, repetition: Repetition) -> String {
        let page = match &self.position {
            Some(position) => self.describe(position),
            None => "a page".to_owned(),
        };
        match repetition {
            Repetition::Ambiguous => format!(
                "{page} has the same rows as the page before, and whether these are other items cannot be said: request longer pages"
            ),
            _ => format!(
                "{page} has the rows of an earlier page: the service ignores which page is requested, or its items have moved; a single request gives what it sends"
            ),
        }
    }

    fn incomplete(&self, why: String) -> Error {
        let operation = self.operation();
        self.labeled(Error::of(ErrorKind::Incomplete, operation, why))
    }

    /// An error that names the request.
    pub(super) fn labeled(&self, error: Error) -> Error {
        match self.parts.label() {
            Some(label) => error.with_label(label),
            None => error,
        }
    }

    /// What a continuation names the request: the operation, or its method and path.
    fn label(&self) -> String {
        let label = self.parts.label();
        label.map_or_else(|| self.operation().id.to_owned(), |label| label.to_string())
    }
}

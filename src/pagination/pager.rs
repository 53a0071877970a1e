//! Requests one page after the other.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use super::continuation::{ContinuationToken, Position};
use super::fetch::Fetch;
use super::page_info::PageInfo;
use super::progress::Progress;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Pagination, PaginationStyle};
use crate::request::RequestParts;
use crate::response::RawResponse;

/// The maximum number of concurrent page requests.
const MAX_CONCURRENCY: usize = 32;

/// The request for a page.
struct PageFetch {
    position: Position,
    fetch: Fetch<RawResponse>,
}

/// Requests one page after the other.
pub(super) struct Pager {
    parts: RequestParts,
    pagination: Pagination,
    /// The number of concurrent page requests.
    concurrency: usize,
    in_flight: VecDeque<PageFetch>,
    /// The next page; `None` after the last one.
    position: Option<Position>,
    progress: Progress,
    /// The error to return after the buffered items.
    failure: Option<Error>,
    is_terminated: bool,
}

impl Pager {
    pub(super) fn new(mut parts: RequestParts, pagination: Pagination) -> Self {
        // The largest documented page size takes the fewest calls.
        if let (Some(limit), Some(size)) = (pagination.limit, pagination.max_page_size)
            && parts.query_value(limit).is_none()
        {
            parts.query(limit, size.to_string());
        }
        let limit = pagination.limit.and_then(|limit| {
            let set = parts.query_value(limit);
            set.or_else(|| parts.default_value(limit))
        });
        let limit = limit.and_then(|limit| limit.parse().ok());
        let first = match has_numbers(&pagination) {
            true => Position::Number(pagination.first_page),
            false => Position::Cursor(None),
        };
        let position = parts.query_value(pagination.offset_param);
        let position = position.and_then(|value| match first {
            Position::Number(_) => value.parse().ok().map(Position::Number),
            Position::Cursor(_) => Some(Position::Cursor(Some(value.to_owned()))),
        });
        let position = position.unwrap_or_else(|| first.clone());
        let mut progress = Progress::new(pagination, limit.filter(|size| *size > 0));
        progress.set_seen((position == first).then_some(0));
        let mut pager = Self {
            parts,
            pagination,
            concurrency: 1,
            in_flight: VecDeque::new(),
            position: Some(position),
            progress,
            failure: None,
            is_terminated: false,
        };
        let has_cursor = pagination.next.is_some()
            || pagination.next_header.is_some()
            || pagination.next_from_item.is_some()
            || pagination.link;
        if pagination.style == PaginationStyle::Cursor && !has_cursor {
            let why = "the pagination does not set the location of the cursor in a page";
            pager.failure = Some(pager.labeled(Error::request(pager.operation(), why)));
        }
        pager
    }

    pub(super) fn operation(&self) -> &'static Operation {
        self.parts.operation()
    }

    pub(super) fn pagination(&self) -> &Pagination {
        &self.pagination
    }

    /// Sets the number of concurrent page requests.
    pub(super) fn set_concurrency(&mut self, pages: usize) {
        self.concurrency = pages.clamp(1, MAX_CONCURRENCY);
    }

    /// Returns the response with the next page. The caller decodes it, and then calls [`advance`](Self::advance) or [`fail`](Self::fail).
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
        if !self.progress.is_accepted(&position) {
            let failure = self.beyond_max_offset();
            return Poll::Ready(Some(Err(self.fail(failure))));
        }
        self.start_fetches(position.clone());
        let result = ready!(self.poll_first(context));
        Poll::Ready(
            match result.and_then(|response| self.read(&position, response)) {
                Ok(Some(page)) => {
                    self.replace_fetch(&position, &page.1);
                    Some(Ok(page))
                }
                Ok(None) => {
                    self.position = None;
                    self.in_flight.clear();
                    None
                }
                Err(error) => Some(Err(self.fail(error))),
            },
        )
    }

    /// Requests the page at `position`, and the following pages that are known to be needed.
    fn start_fetches(&mut self, position: Position) {
        let mut next = Some(position);
        for index in 0..self.concurrency {
            let Some(position) = next else { break };
            next = self.progress.next_ahead(&position);
            if index == self.in_flight.len() {
                let parts = self.request(&position);
                let fetch = match self.concurrency {
                    1 => Fetch::inline(parts.send_raw()),
                    _ => Fetch::spawned(parts.send_raw()),
                };
                self.in_flight.push_back(PageFetch { position, fetch });
            }
        }
    }

    /// Requests another page in place of a received one, before that is decoded, if it has the expected size.
    fn replace_fetch(&mut self, received: &Position, info: &PageInfo) {
        if self.concurrency > 1
            && self.progress.is_usual(info)
            && let Some(next) = self.progress.next_ahead(received)
        {
            self.start_fetches(next);
        }
    }

    /// Returns the response to the first request in flight. The other requests are polled as well, because some do not run in their own
    /// task.
    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<Result<RawResponse>> {
        let mut is_complete = false;
        for (index, page) in self.in_flight.iter_mut().enumerate() {
            is_complete |= page.fetch.poll(context).is_ready() && index == 0;
        }
        if !is_complete {
            return Poll::Pending;
        }
        let first = self.in_flight.pop_front();
        first
            .and_then(|page| page.fetch.into_result())
            .map_or(Poll::Pending, Poll::Ready)
    }

    /// Creates the request for the page at `position`.
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

    /// Extracts the page properties of a response; `None` if they show that the previous page was the last.
    fn read(
        &self,
        position: &Position,
        response: RawResponse,
    ) -> Result<Option<(RawResponse, PageInfo)>> {
        let mut info = match PageInfo::read(&response, &self.pagination, position) {
            Ok(info) => info,
            Err(what) => return Err(self.labeled(response.into_error(ErrorKind::Decode, what))),
        };
        match self.progress.check(position, &mut info) {
            Ok(is_new) => Ok(is_new.then_some((response, info))),
            Err(why) => Err(self.incomplete(why)),
        }
    }

    /// Advances to the page after one that was decoded.
    pub(super) fn advance(&mut self, info: &PageInfo) {
        let Some(position) = self.position.take() else {
            return;
        };
        let step = self.progress.advance(&position, info);
        self.position = step.next;
        self.failure = match (&info.missing_parts, step.failure) {
            (Some(parts), _) => {
                let why = format!("the response is partial: it lacks {parts}");
                Some(self.labeled(Error::partial(self.operation(), info.status, why)))
            }
            (None, Some(why)) => Some(self.incomplete(why)),
            (None, None) => None,
        };
        // Prefetched pages are useful only if they start at the end of this page.
        if self.in_flight.front().map(|page| &page.position) != self.position.as_ref() {
            self.in_flight.clear();
        }
    }

    /// Ends the listing, unless a retry of the page can succeed.
    pub(super) fn fail(&mut self, error: Error) -> Error {
        self.in_flight.clear();
        self.is_terminated |= !error.is_retryable();
        error
    }

    /// Whether the stream has ended and no error is pending.
    pub(super) fn is_terminated(&self) -> bool {
        self.failure.is_none() && (self.is_terminated || self.position.is_none())
    }

    /// The next page, and the number of rows of the previous pages.
    pub(super) fn place(&self) -> Option<(Position, Option<u64>)> {
        Some((self.position.clone()?, self.progress.seen()))
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

    /// Resumes from the position of another listing of the same operation; returns the number of items of the first page to skip.
    pub(super) fn resume(&mut self, continuation: &ContinuationToken) -> usize {
        let is_number = matches!(continuation.position, Position::Number(_));
        if continuation.operation != self.label() || has_numbers(&self.pagination) != is_number {
            let why = format!(
                "the continuation token belongs to `{}` and cannot be resumed here",
                continuation.operation
            );
            let error = Error::request(self.operation(), why);
            self.failure = Some(self.labeled(error));
            return 0;
        }
        self.position = Some(continuation.position.clone());
        self.progress.set_seen(continuation.seen);
        continuation.skip
    }

    /// Returns an error if the service does not accept the offset of the next page.
    fn beyond_max_offset(&self) -> Error {
        let param = self.pagination.offset_param;
        let max_offset = self.pagination.max_offset.unwrap_or_default();
        let is_activity = self.operation().path.starts_with("/reports/v2/activity");
        let split = match is_activity {
            true => ", or use `jobs::activity`, which splits it",
            false => "",
        };
        self.incomplete(format!(
            "the service does not accept a `{param}` above {max_offset}, and there may be more items: request a shorter time range{split}"
        ))
    }

    fn incomplete(&self, why: String) -> Error {
        let operation = self.operation();
        self.labeled(Error::of(ErrorKind::Incomplete, operation, why))
    }

    /// Creates an error that names the request.
    pub(super) fn labeled(&self, error: Error) -> Error {
        match self.parts.label() {
            Some(label) => error.with_label(label),
            None => error,
        }
    }

    /// Returns the name of the request in a continuation token: the operation, or its method and path.
    fn label(&self) -> String {
        let label = self.parts.label();
        label.map_or_else(|| self.operation().id.to_owned(), |label| label.to_string())
    }
}

/// Whether pages are selected by a number.
fn has_numbers(pagination: &Pagination) -> bool {
    matches!(
        pagination.style,
        PaginationStyle::Offset | PaginationStyle::Page
    )
}

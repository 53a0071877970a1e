//! The items of all pages of a listing.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::stream::FusedStream;
use futures_util::{Stream, StreamExt as _};

use super::continuation::Position;
use super::page_info::PageInfo;
use super::pager::Pager;
use super::{BufferedStream, ContinuationToken};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Pagination};
use crate::request::RequestParts;
use crate::response::{Deviation, RawResponse, Response};

/// Takes the items out of a page.
type IntoItems<T> = fn(RawResponse, &Pagination) -> Result<Response<Vec<T>>>;

/// The items of all pages of a listing, requested as they are polled for.
///
/// # Begin
///
/// Pages come one after the other from the offset, page or cursor of the request on. They have the page size that the request sets, or
/// else the largest that is documented for the operation.
///
/// # End
///
/// A listing ends where the service says so: by its total, its flag or cursor, its `Link` header, or a page without items. It never ends
/// early without an error. A list that comes in one response is requested once, and ends with it. What keeps it from being complete is an [`ErrorKind::Incomplete`], after all items that came: a page without
/// items before the total, the same page again, a cursor that came before, a partial response, an offset that the service does not accept,
/// a single response that is cut at its limit.
/// A page without a list is an [`ErrorKind::Decode`].
///
/// A collection that changes while it is listed may lose or repeat items at the border of two pages: that is how offsets work.
///
/// # Errors
///
/// After an error that [may be retried](Error::is_retryable), the next poll requests the same page again. Any other error ends the stream:
/// from then on it gives `None`. [`continuation`](Self::continuation) says where to go on in both cases.
///
/// ```no_run
/// # #[cfg(feature = "network-tunnel-groups")]
/// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
/// use futures_util::TryStreamExt;
///
/// let mut groups = client.deployments().list_network_tunnel_groups().items();
/// while let Some(group) = groups.try_next().await? {
///     println!("{:?}", group.name);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Items<T> {
    pager: Pager,
    into_items: IntoItems<T>,
    /// Items of the current page that are still to be handed out.
    ready: VecDeque<T>,
    /// Where the current page begins.
    current: Option<(Position, Option<u64>)>,
    /// How many items of the current page have been handed out.
    handed_out: usize,
    /// How many items of the next page to leave out.
    skip: usize,
    /// Where the current page differs from its documentation.
    deviations: Vec<Deviation>,
}

impl<T> Items<T> {
    pub(crate) fn new(
        parts: RequestParts,
        pagination: Pagination,
        into_items: IntoItems<T>,
    ) -> Self {
        Self {
            pager: Pager::new(parts, pagination),
            into_items,
            ready: VecDeque::new(),
            current: None,
            handed_out: 0,
            skip: 0,
            deviations: Vec::new(),
        }
    }

    /// Requests up to `pages` pages at the same time, at most 32; items still come in order. One at a time where nothing is set.
    ///
    /// The first page is requested alone. Further pages are requested ahead as soon as the length of a page is known, up to the total
    /// where the service reports one. It has no effect where a page is selected by a cursor or link, and where one response has the list.
    ///
    /// Requests ahead run on tasks of their own, so that their timeouts do not pass while nobody polls the stream. Dropping the stream aborts
    /// them.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pager.set_concurrency(pages);
        self
    }

    /// Where the next item is; `None` behind the last.
    #[must_use]
    pub fn continuation(&self) -> Option<ContinuationToken> {
        let next = self.pager.place();
        // Behind a page that has no next one, the listing stands in that page.
        let is_in_page = !self.ready.is_empty() || (next.is_some() && next == self.current);
        let (place, skip) = match &self.current {
            Some(current) if is_in_page => (current.clone(), self.handed_out),
            _ => (next?, self.skip),
        };
        Some(self.pager.continuation(place, skip))
    }

    /// Starts where another listing of the same operation, with the same arguments, stood.
    pub fn resume(mut self, continuation: &ContinuationToken) -> Self {
        self.skip = self.pager.resume(continuation);
        self
    }

    /// Where the page of the newest item differs from its documentation, as [`Response::deviations`] says it of a single response.
    #[must_use]
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The operation that lists them.
    pub(crate) fn operation(&self) -> &'static Operation {
        self.pager.operation()
    }

    /// Takes the items out of a page.
    fn open(&mut self, response: RawResponse, info: &PageInfo) -> Result<VecDeque<T>> {
        let whole = response.clone();
        let page = (self.into_items)(response, self.pager.pagination())?;
        let (items, parts) = page.into_parts();
        let rows = info.rows.values;
        if items.is_empty() && rows > 0 {
            let what = format!("the list has {rows} rows, and none of them can be read");
            return Err(whole.into_error(ErrorKind::Decode, what));
        }
        self.deviations = parts.deviations;
        let mut items = VecDeque::from(items);
        if info.has_cursor_row {
            // The page before has it.
            items.pop_front();
        }
        Ok(items)
    }
}

impl<T: Unpin> Items<T> {
    /// All items, if there are at most `most`.
    ///
    /// # Errors
    /// What a call can fail with, and [`ErrorKind::Ambiguous`] when there are more.
    pub async fn collect_all(mut self, most: usize) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            let item = item?;
            if items.len() == most {
                let why = format!("there are more than {most} items, the maximum of this call");
                return Err(Error::of(ErrorKind::Ambiguous, self.operation(), why));
            }
            items.push(item);
        }
        Ok(items)
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.take_ready() {
                return Poll::Ready(Some(item));
            }
            let (response, info) = match ready!(this.pager.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => page,
            };
            let items = match this.open(response, &info) {
                Ok(items) => items,
                Err(error) => {
                    let error = this.pager.labeled(error);
                    return Poll::Ready(Some(Err(this.pager.fail(error))));
                }
            };
            this.current = this.pager.place();
            this.pager.advance(&info);
            this.handed_out = std::mem::take(&mut this.skip).min(items.len());
            this.ready = items;
            this.ready.drain(..this.handed_out);
        }
    }
}

impl<T: Unpin> FusedStream for Items<T> {
    fn is_terminated(&self) -> bool {
        self.ready.is_empty() && self.pager.is_terminated()
    }
}

impl<T: Unpin> BufferedStream for Items<T> {
    fn take_ready(&mut self) -> Option<Result<T>> {
        let item = self.ready.pop_front()?;
        self.handed_out += 1;
        Some(Ok(item))
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("next", &self.continuation())
            .finish_non_exhaustive()
    }
}

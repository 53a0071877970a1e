//! The stream of the items of all pages.

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

/// Extracts the items of a page.
type IntoItems<T> = fn(RawResponse, &Pagination) -> Result<Response<Vec<T>>>;

/// A stream of the items of all pages, which are requested when the stream is polled.
///
/// # Start
///
/// The stream starts at the offset, page or cursor of the request. Pages have the size that the request sets, or else the largest size that
/// is documented for the operation.
///
/// # End
///
/// The stream ends where the service marks the end: at its total, its flag or cursor, its `Link` header, or a page without items. It never
/// ends early without an error. A list in one response is requested once. If the list cannot be completed, the stream returns the items
/// before the failure and then an [`ErrorKind::Incomplete`]: for a page without items before the total, a repeated page, a repeated cursor,
/// an offset that the service does not accept, or a truncated single response. An incomplete response is an [`ErrorKind::Partial`], and a
/// page without a list is an [`ErrorKind::Decode`].
///
/// If a collection changes while you list it, the stream may lose or repeat items at the border of two pages. This is a limitation of
/// offsets.
///
/// # Errors
///
/// After a [retryable error](Error::is_retryable), the next poll requests the same page again. Any other error ends the stream: from then
/// on it returns `None`. In both cases, [`continuation`](Self::continuation) returns the position from which you can resume.
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
    /// The remaining items of the current page.
    ready: VecDeque<T>,
    /// The position of the current page.
    current: Option<(Position, Option<u64>)>,
    /// The number of items of the current page that were returned.
    handed_out: usize,
    /// The number of items of the next page to skip.
    skip: usize,
    /// The deviations of the current page from its documentation.
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

    /// Requests up to `pages` pages at the same time, at most 32. The items are returned in order. By default, one page is requested at a
    /// time.
    ///
    /// The first page is requested alone. Further pages are prefetched as soon as the page size is known, up to the total if the service
    /// reports one. It has no effect if pages are selected by a cursor or link, or if the list has one response.
    ///
    /// Prefetched pages are requested by separate tasks, so that their timeouts do not elapse while nobody polls the stream. Dropping the
    /// stream aborts the tasks.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pager.set_concurrency(pages);
        self
    }

    /// Returns the position of the next item; `None` after the last item.
    #[must_use]
    pub fn continuation(&self) -> Option<ContinuationToken> {
        let next = self.pager.place();
        // After the last page, the position is still in that page.
        let is_in_page = !self.ready.is_empty() || (next.is_some() && next == self.current);
        let (place, skip) = match &self.current {
            Some(current) if is_in_page => (current.clone(), self.handed_out),
            _ => (next?, self.skip),
        };
        Some(self.pager.continuation(place, skip))
    }

    /// Resumes from the position of another stream of the same operation with the same arguments.
    pub fn resume(mut self, continuation: &ContinuationToken) -> Self {
        self.skip = self.pager.resume(continuation);
        self
    }

    /// Returns the deviations of the current page from its documentation; see [`Response::deviations`].
    #[must_use]
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// Returns the operation that lists the items.
    pub(crate) fn operation(&self) -> &'static Operation {
        self.pager.operation()
    }

    /// Extracts the items of a page.
    fn open(&mut self, response: RawResponse, info: &PageInfo) -> Result<VecDeque<T>> {
        let original = response.clone();
        let page = (self.into_items)(response, self.pager.pagination())?;
        let (items, parts) = page.into_parts();
        let rows = info.rows.values;
        if items.is_empty() && rows > 0 {
            let what = format!("the list has {rows} rows, and none of them can be decoded");
            return Err(original.into_error(ErrorKind::Decode, what));
        }
        self.deviations = parts.deviations;
        let mut items = VecDeque::from(items);
        if info.has_cursor_row {
            // The previous page contains the item.
            items.pop_front();
        }
        Ok(items)
    }
}

impl<T: Unpin> Items<T> {
    /// Collects all items, if there are at most `most`.
    ///
    /// # Errors
    /// Errors of a call, and [`ErrorKind::Ambiguous`] if there are more items.
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

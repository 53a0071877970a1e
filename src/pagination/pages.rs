//! The stream of pages.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::stream::FusedStream;

use super::pager::Pager;
use super::{BufferedStream, ContinuationToken};
use crate::error::Result;
use crate::operation::Pagination;
use crate::request::RequestParts;
use crate::response::{LenientDeserialize, Response};

/// A stream of pages, which are requested when the stream is polled.
///
/// See [`Items`](crate::Items) for its start, end and errors. A partial page is returned before its error. A page is returned as the
/// service sends it: if the cursor is the last item of the previous page, the page can begin with that item.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<P> {
    pager: Pager,
    page: PhantomData<fn() -> P>,
}

impl<P> Pages<P> {
    pub(crate) fn new(parts: RequestParts, pagination: Pagination) -> Self {
        Self {
            pager: Pager::new(parts, pagination),
            page: PhantomData,
        }
    }

    /// Requests up to `pages` pages at the same time, at most 32. The pages are returned in order. By default, one page is requested at a
    /// time. See [`Items::prefetch`](crate::Items::prefetch).
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pager.set_concurrency(pages);
        self
    }

    /// Returns the position of the next page; `None` after the last one.
    #[must_use]
    pub fn continuation(&self) -> Option<ContinuationToken> {
        let place = self.pager.place()?;
        Some(self.pager.continuation(place, 0))
    }

    /// Resumes from the position of another stream of the same operation with the same arguments.
    pub fn resume(mut self, continuation: &ContinuationToken) -> Self {
        self.pager.resume(continuation);
        self
    }
}

impl<P: LenientDeserialize> Stream for Pages<P> {
    type Item = Result<Response<P>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let (response, info) = match ready!(this.pager.poll_page(context)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            Some(Ok(page)) => page,
        };
        Poll::Ready(Some(match response.decode() {
            Ok(page) => {
                this.pager.advance(&info);
                Ok(page)
            }
            Err(error) => Err(this.pager.fail(error)),
        }))
    }
}

impl<P: LenientDeserialize> FusedStream for Pages<P> {
    fn is_terminated(&self) -> bool {
        self.pager.is_terminated()
    }
}

impl<P: LenientDeserialize> BufferedStream for Pages<P> {
    fn take_ready(&mut self) -> Option<Self::Item> {
        None
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.continuation())
            .finish_non_exhaustive()
    }
}

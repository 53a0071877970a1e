//! Listing everything: pages as they come, or the items of all pages, as one stream.
//!
//! [`Pager`] knows where pages begin and when the last has come, and is the same for all operations; [`Pages`] and [`Items`] give its
//! answers their types.

use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Pagination, PaginationStyle};
use crate::request::RequestParts;
use crate::response::{LenientDeserialize, RawResponse, Response};

/// One page, taken apart.
pub(crate) struct Page<T> {
    /// How many items there are on all pages, if the page tells.
    pub(crate) total: Option<i64>,
    pub(crate) items: Vec<T>,
}

/// How long a page is, and how many items there are on all.
pub(crate) struct Size {
    pub(crate) total: Option<i64>,
    pub(crate) count: usize,
}

/// Where a listing stands: enough to go on later, in another process if need be.
///
/// ```
/// use cisco_secure_access::Continuation;
///
/// let saved = r#"{"operation":"list_sites","position":200,"skip":17}"#;
/// let continuation: Continuation = serde_json::from_str(saved)?;
/// assert_eq!(serde_json::to_string(&continuation)?, saved);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    operation: String,
    /// The offset or number of the page.
    position: u64,
    /// How many of its items have been handed out.
    skip: usize,
}

type Answer = Pin<Box<dyn Future<Output = Result<RawResponse>> + Send>>;

/// A page that is asked for.
struct Fetch {
    position: u64,
    answer: Answer,
    result: Option<Result<RawResponse>>,
}

/// Asks for one page after the other.
struct Pager {
    parts: RequestParts,
    pagination: Pagination,
    /// How long a page is, where that is known.
    limit: Option<u64>,
    /// How many pages to ask for at the same time.
    width: usize,
    under_way: VecDeque<Fetch>,
    /// Where the page begins that is handed out next; `None` behind the last.
    position: Option<u64>,
    /// How many items have come.
    seen: u64,
    /// How many there are, as the last page that told said.
    total: Option<u64>,
    /// The answer before, to know a page that comes again.
    fingerprint: Option<u64>,
    /// Why the listing cannot begin.
    defect: Option<Error>,
}

impl Pager {
    fn new(mut parts: RequestParts, pagination: Pagination) -> Self {
        let number = |parts: &RequestParts, name: &str| parts.query_value(name)?.parse().ok();
        // The longest page that is documented makes the fewest calls.
        if let (Some(limit), Some(maximum)) = (pagination.limit, pagination.maximum)
            && parts.query_value(limit).is_none()
        {
            parts.query(limit, maximum.to_string());
        }
        Self {
            limit: pagination.limit.and_then(|name| number(&parts, name)),
            position: Some(number(&parts, pagination.position).unwrap_or(pagination.first)),
            parts,
            pagination,
            width: 1,
            under_way: VecDeque::new(),
            seen: 0,
            total: None,
            fingerprint: None,
            defect: None,
        }
    }

    /// Where the page behind that at `position` begins, if that one is full.
    fn after(&self, position: u64) -> Option<u64> {
        match self.pagination.style {
            PaginationStyle::Offset => position.checked_add(self.limit?),
            PaginationStyle::Page => position.checked_add(1),
            PaginationStyle::Cursor => None,
        }
    }

    fn ask(&self, position: u64) -> Fetch {
        let mut parts = self.parts.clone();
        parts.query(self.pagination.position, position.to_string());
        Fetch {
            position,
            answer: Box::pin(parts.execute()),
            result: None,
        }
    }

    /// Whether a page may begin here, as far as it is known: what is asked for ahead should not be in vain.
    fn may_begin(&self, position: u64) -> bool {
        let pages = position.saturating_sub(self.pagination.first);
        let before = match self.pagination.style {
            PaginationStyle::Offset => position,
            PaginationStyle::Page | PaginationStyle::Cursor => {
                pages.saturating_mul(self.limit.unwrap_or_default())
            }
        };
        self.total.is_none_or(|total| before < total)
    }

    /// The next answer. After an error it asks for the same page again.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RawResponse>>> {
        if let Some(defect) = self.defect.take() {
            self.position = None;
            return Poll::Ready(Some(Err(defect)));
        }
        let Some(position) = self.position else {
            return Poll::Ready(None);
        };
        let mut wanted = Some(position);
        for index in 0..self.width {
            let Some(position) = wanted else { break };
            if index == self.under_way.len() {
                let fetch = self.ask(position);
                self.under_way.push_back(fetch);
            }
            wanted = self.after(position).filter(|next| self.may_begin(*next));
        }
        for fetch in &mut self.under_way {
            if fetch.result.is_none()
                && let Poll::Ready(result) = fetch.answer.as_mut().poll(context)
            {
                fetch.result = Some(result);
            }
        }
        match self.under_way.pop_front() {
            Some(Fetch {
                result: Some(result),
                ..
            }) => {
                if result.is_err() {
                    self.under_way.clear();
                }
                Poll::Ready(Some(result))
            }
            Some(fetch) => {
                self.under_way.push_front(fetch);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    /// Whether an answer is the one before once more: some operations do not page although they are documented to.
    fn is_repeated(&mut self, answer: &RawResponse) -> bool {
        let mut hasher = DefaultHasher::new();
        answer.body().hash(&mut hasher);
        let fingerprint = Some(hasher.finish());
        std::mem::replace(&mut self.fingerprint, fingerprint) == fingerprint
    }

    /// Moves on behind a page.
    fn advance(&mut self, size: &Size) {
        let Some(position) = self.position else {
            return;
        };
        let count = size.count as u64;
        self.seen = self.seen.saturating_add(count);
        // The place may come from a continuation that somebody else wrote: behind the largest number there is no page.
        let next = match self.pagination.style {
            PaginationStyle::Offset => position.checked_add(count),
            PaginationStyle::Page | PaginationStyle::Cursor => position.checked_add(1),
        };
        let reached = match self.pagination.style {
            PaginationStyle::Offset => next.unwrap_or(u64::MAX),
            PaginationStyle::Page | PaginationStyle::Cursor => self.seen,
        };
        let total = size.total.and_then(|total| u64::try_from(total).ok());
        self.total = total.or(self.total);
        // A short page is the last one only if the service had no reason to shorten it.
        let is_short = matches!(
            (self.limit, self.pagination.maximum),
            (Some(limit), Some(maximum)) if count < limit && limit <= maximum
        );
        // An empty page ends it whatever the total says: it would stay empty for ever.
        let is_last = count == 0
            || match total {
                Some(total) => reached >= total,
                None => is_short || self.pagination.style == PaginationStyle::Cursor,
            };
        self.position = next.filter(|_| !is_last);
        // What was asked for ahead is of use only if it begins where this page ended.
        let is_next = |fetch: &Fetch| Some(fetch.position) == self.position;
        if !self.under_way.front().is_none_or(is_next) {
            self.under_way.clear();
        }
    }

    /// Nothing more.
    fn end(&mut self) {
        self.position = None;
        self.under_way.clear();
    }

    fn continuation(&self, position: Option<u64>, skip: usize) -> Option<Continuation> {
        Some(Continuation {
            operation: self.parts.operation().id.to_owned(),
            position: position?,
            skip,
        })
    }

    /// Goes on where another listing of the same operation stood, and says how many items of the first page to leave out.
    fn resume(&mut self, continuation: &Continuation) -> usize {
        let operation = self.parts.operation();
        if continuation.operation != operation.id {
            let why = format!(
                "the continuation is one of `{}` and cannot go on here",
                continuation.operation
            );
            self.defect = Some(Error::request(operation, why));
        }
        self.position = Some(continuation.position);
        // Pages of a known total are counted from the first.
        if self.pagination.style == PaginationStyle::Page {
            let pages = continuation.position.saturating_sub(self.pagination.first);
            self.seen = pages.saturating_mul(self.limit.unwrap_or_default());
        }
        continuation.skip
    }
}

/// A stream that has some of its items at hand, for those who are not async.
pub(crate) trait Listing: Stream {
    /// The next item, if it is at hand.
    fn take_ready(&mut self) -> Option<Self::Item>;
}

/// The pages of a listing, fetched as they are asked for: a stream of answers.
///
/// See [`Items`] for how it goes on, ends and fails.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<P> {
    pager: Pager,
    size: fn(&P) -> Size,
}

impl<P> Pages<P> {
    pub(crate) fn new(parts: RequestParts, pagination: Pagination, size: fn(&P) -> Size) -> Self {
        Self {
            pager: Pager::new(parts, pagination),
            size,
        }
    }

    /// Asks for up to so many pages at the same time; they still come in order. One at a time where nothing is set.
    ///
    /// It takes effect where the beginning of the next page is known before this one has come: with a `limit`, set or documented.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pager.width = pages.max(1);
        self
    }

    /// Where the next page begins; `None` behind the last.
    #[must_use]
    pub fn continuation(&self) -> Option<Continuation> {
        self.pager.continuation(self.pager.position, 0)
    }

    /// Goes on where another listing of the same operation, with the same arguments, stood.
    pub fn resume(mut self, continuation: &Continuation) -> Self {
        self.pager.resume(continuation);
        self
    }
}

impl<P: LenientDeserialize + Unpin> Stream for Pages<P> {
    type Item = Result<Response<P>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(answer) = ready!(this.pager.poll(context)) else {
            return Poll::Ready(None);
        };
        let answer = match answer {
            Ok(answer) if this.pager.is_repeated(&answer) => {
                this.pager.end();
                return Poll::Ready(None);
            }
            Ok(answer) => answer.decode(),
            Err(error) => Err(error),
        };
        match &answer {
            Ok(page) => this.pager.advance(&(this.size)(page)),
            // The same answer may come again and is then no repetition.
            Err(_) => this.pager.fingerprint = None,
        }
        Poll::Ready(Some(answer))
    }
}

/// The items of all pages, fetched as they are asked for.
///
/// Pages come one after the other from `offset` or `page` on, each as long as `limit` says, or as the documented maximum. It ends with the
/// total that the service tells, with an empty page, with a short page where the length of a full one is known, and with a page that comes
/// a second time. After an error it goes on with the page that failed, if it is asked again. A collection that changes under way may lose
/// or repeat items at the border of two pages; that is the nature of offsets.
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
    split: fn(RawResponse) -> Result<Page<T>>,
    /// Items of the current page that are still to be handed out.
    ready: VecDeque<T>,
    /// Where the current page begins, and how many of its items have been handed out.
    current: (Option<u64>, usize),
    /// How many items of the next page to leave out.
    skip: usize,
}

impl<T> Items<T> {
    pub(crate) fn new(
        parts: RequestParts,
        pagination: Pagination,
        split: fn(RawResponse) -> Result<Page<T>>,
    ) -> Self {
        Self {
            pager: Pager::new(parts, pagination),
            split,
            ready: VecDeque::new(),
            current: (None, 0),
            skip: 0,
        }
    }

    /// Asks for up to so many pages at the same time; items still come in order. One at a time where nothing is set.
    ///
    /// It takes effect where the beginning of the next page is known before this one has come: with a `limit`, set or documented.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pager.width = pages.max(1);
        self
    }

    /// Where the next item stands; `None` behind the last.
    #[must_use]
    pub fn continuation(&self) -> Option<Continuation> {
        if self.ready.is_empty() {
            self.pager.continuation(self.pager.position, self.skip)
        } else {
            let (position, handed_out) = self.current;
            self.pager.continuation(position, handed_out)
        }
    }

    /// Goes on where another listing of the same operation, with the same arguments, stood.
    pub fn resume(mut self, continuation: &Continuation) -> Self {
        self.skip = self.pager.resume(continuation);
        self
    }

    /// What lists them.
    pub(crate) fn operation(&self) -> &'static Operation {
        self.pager.parts.operation()
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
                let why = format!("there are more than {most} items, as many as were asked for");
                return Err(Error::of(ErrorKind::Ambiguous, self.operation(), why));
            }
            items.push(item);
        }
        Ok(items)
    }
}

impl<T: Unpin> Listing for Items<T> {
    fn take_ready(&mut self) -> Option<Result<T>> {
        let item = self.ready.pop_front()?;
        self.current.1 += 1;
        Some(Ok(item))
    }
}

impl<P: LenientDeserialize + Unpin> Listing for Pages<P> {
    fn take_ready(&mut self) -> Option<Self::Item> {
        None
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
            let answer = match ready!(this.pager.poll(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(answer)) => answer,
            };
            if this.pager.is_repeated(&answer) {
                this.pager.end();
                return Poll::Ready(None);
            }
            let Page { total, items } = match (this.split)(answer) {
                Ok(page) => page,
                Err(error) => {
                    // The same answer may come again and is then no repetition.
                    this.pager.fingerprint = None;
                    return Poll::Ready(Some(Err(error)));
                }
            };
            this.current = (this.pager.position, this.skip);
            let count = items.len();
            this.pager.advance(&Size { total, count });
            this.ready = items.into();
            this.ready.drain(..this.skip.min(count));
            this.skip = 0;
        }
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("next", &self.continuation())
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("next", &self.continuation())
            .finish_non_exhaustive()
    }
}

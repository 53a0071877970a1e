//! Listing everything: items of all pages as one stream.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use crate::call::Call;
use crate::error::Result;
use crate::read::Read;

/// One page, taken apart.
pub(crate) struct Page<T> {
    /// How many items there are on all pages, if the page tells.
    pub(crate) total: Option<i64>,
    pub(crate) items: Vec<T>,
}

type Fetching<T> = Pin<Box<dyn Future<Output = Result<Page<T>>> + Send>>;

/// The items of all pages, fetched as they are asked for.
///
/// Pages are fetched one after the other, each as long as `limit` says, from `offset` on. After an error the stream goes on with the page
/// that failed, if it is asked again.
///
/// ```no_run
/// # #[cfg(feature = "deployments")]
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
    fetch: Box<dyn Fn(u64) -> Fetching<T> + Send + Sync>,
    fetching: Option<Fetching<T>>,
    ready: VecDeque<T>,
    /// Where the next page begins; `None` behind the last.
    next: Option<u64>,
}

impl<T: Send + 'static> Items<T> {
    pub(crate) fn new<P>(mut call: Call, split: fn(P) -> Page<T>) -> Self
    where
        P: for<'de> Read<'de> + Send + 'static,
    {
        let pagination = call.operation().pagination;
        let first = pagination
            .and_then(|pagination| call.query_value(pagination.position)?.parse().ok())
            .or(pagination.map(|pagination| pagination.first))
            .unwrap_or_default();
        // The longest page that is documented makes the fewest calls.
        if let Some(pagination) = pagination
            && let (Some(limit), Some(maximum)) = (pagination.limit, pagination.maximum)
            && call.query_value(limit).is_none()
        {
            call.query(limit, maximum.to_string());
        }
        let fetch = move |position: u64| -> Fetching<T> {
            let mut call = call.clone();
            if let Some(pagination) = pagination {
                call.query(pagination.position, position.to_string());
            }
            Box::pin(async move { Ok(split(call.send::<P>().await?.into_inner())) })
        };
        Self {
            fetch: Box::new(fetch),
            fetching: None,
            ready: VecDeque::new(),
            next: Some(first),
        }
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let Some(position) = this.next else {
                return Poll::Ready(None);
            };
            let fetching = this.fetching.get_or_insert_with(|| (this.fetch)(position));
            let page = ready!(fetching.as_mut().poll(context));
            this.fetching = None;
            match page {
                Ok(page) => {
                    let count = page.items.len() as u64;
                    let after = position + count;
                    let total = page.total.and_then(|total| u64::try_from(total).ok());
                    // An empty page ends it whatever the total says: it would stay empty for ever.
                    let is_last = count == 0 || total.is_some_and(|total| after >= total);
                    this.next = (!is_last).then_some(after);
                    this.ready = page.items.into();
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("ready", &self.ready.len())
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

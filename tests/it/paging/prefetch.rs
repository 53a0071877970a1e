//! Prefetched pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cisco_secure_access::{Pagination, Result};
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::{Listing, drain_values, names, rows};

const BY_OFFSET: Pagination = Pagination::by_offset("offset")
    .limit("limit")
    .max_page_size(10);

/// A server of 1,000 rows, and the maximum number of pages in flight before the first item is received.
async fn server(total: Option<usize>) -> Listing {
    Listing::start(move |query| {
        let rows = rows(query.number("offset", 0), query.number("limit", 10), 1000);
        match total {
            Some(total) => json!({"data": rows, "total": total}),
            None => json!({"data": rows}),
        }
    })
    .await
}

/// Waits until this number of requests has arrived; otherwise the test does not end.
async fn wait_for(listing: &Listing, requests: usize) {
    while listing.requests() < requests {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_first_page_is_requested_alone() -> Result<()> {
    let listing = server(Some(1000)).await;
    let mut items = listing.items_at("/data", BY_OFFSET).prefetch(8);
    items.try_next().await?;
    assert_eq!(listing.queries(), ["limit=10&offset=0"]);
    Ok(())
}

#[tokio::test]
async fn further_pages_are_fetched_while_the_stream_is_not_polled() -> Result<()> {
    let listing = server(Some(1000)).await;
    let mut items = listing.items_at("/data", BY_OFFSET).prefetch(8);
    for _ in 0..10 {
        items.try_next().await?;
    }
    // Polled only once: the requests run in their own tasks.
    assert!(items.next().now_or_never().is_none());
    wait_for(&listing, 9).await;
    for _ in 0..80 {
        items.try_next().await?;
    }
    let offsets: Vec<_> = listing.queries();
    assert!(
        offsets.len() >= 9
            && offsets
                .iter()
                .enumerate()
                .all(|(index, query)| { offsets[..index].iter().all(|other| other != query) }),
        "{offsets:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_received_page_is_replaced_while_the_program_processes_it() -> Result<()> {
    let listing = server(Some(1000)).await;
    let mut items = listing.items_at("/data", BY_OFFSET).prefetch(3);
    for page in 1..=5 {
        for _ in 0..10 {
            items.try_next().await?;
        }
        // The first item of a page; the first page is requested alone.
        if page > 1 {
            wait_for(&listing, page + 3).await;
        }
        assert!(listing.requests() <= page + 3);
    }
    Ok(())
}

#[tokio::test]
async fn no_more_than_32_pages_are_in_flight() -> Result<()> {
    let listing = server(Some(1000)).await;
    let mut items = listing.items_at("/data", BY_OFFSET).prefetch(usize::MAX);
    for _ in 0..10 {
        items.try_next().await?;
    }
    assert!(items.next().now_or_never().is_none());
    wait_for(&listing, 33).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(listing.requests(), 33);
    Ok(())
}

#[tokio::test]
async fn nothing_is_requested_after_the_total() {
    let listing = server(None).await;
    drop(listing);
    for (total, pages) in [(1000, 100), (35, 4)] {
        let listing = Listing::start(move |query| {
            json!({"data": rows(query.number("offset", 0), 10, total), "total": total})
        })
        .await;
        let (found, errors) = drain_values(
            listing
                .items_at("/data", BY_OFFSET.total("/total"))
                .prefetch(8),
        )
        .await;
        assert_eq!(
            (found, errors.len(), listing.requests()),
            (names(total), 0, pages)
        );
    }
}

#[tokio::test]
async fn nothing_is_requested_ahead_while_the_page_size_is_not_known() -> Result<()> {
    // Shorter than requested: this may be the complete list, or the maximum page size of the service.
    let listing = Listing::start(|query| Value::from(rows(query.number("offset", 0), 4, 4))).await;
    let (found, errors) = drain_values(listing.items_at("", BY_OFFSET).prefetch(8)).await;
    assert_eq!((found, errors.len()), (names(4), 0));
    assert_eq!(
        listing.queries(),
        ["limit=10&offset=0", "limit=10&offset=4"]
    );
    // A second page of the same size decides it.
    let listing = Listing::start(|query| Value::from(rows(query.number("offset", 0), 4, 40))).await;
    let (found, errors) = drain_values(listing.items_at("", BY_OFFSET).prefetch(3)).await;
    assert_eq!((found, errors.len()), (names(40), 0));
    let offsets = (0..10).map(|page| format!("limit=10&offset={}", page * 4));
    for offset in offsets {
        assert_eq!(
            listing
                .queries()
                .iter()
                .filter(|query| **query == offset)
                .count(),
            1
        );
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_changing_length_lose_nothing() {
    for prefetch in [2, 5] {
        let listing = Listing::start(|query| {
            let offset = query.number("offset", 0);
            json!({"data": rows(offset, 3 + offset % 5, 100), "total": 100})
        })
        .await;
        let items = listing
            .items_at("/data", BY_OFFSET.total("/total"))
            .prefetch(prefetch);
        let (found, errors) = drain_values(items).await;
        assert_eq!((found, errors.len()), (names(100), 0));
        assert!(
            listing.requests() <= 34 * prefetch,
            "{}",
            listing.requests()
        );
    }
}

#[tokio::test]
async fn dropping_the_stream_aborts_prefetched_requests() -> Result<()> {
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&arrived);
    let listing = Listing::start(move |query| {
        count.fetch_add(1, Ordering::SeqCst);
        json!({"data": rows(query.number("offset", 0), 10, 1000), "total": 1000})
    })
    .await;
    let mut items = listing
        .items_at("/data", BY_OFFSET.total("/total"))
        .prefetch(4);
    for _ in 0..10 {
        items.try_next().await?;
    }
    assert!(items.next().now_or_never().is_none());
    drop(items);
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    // Aborted before they were sent: the tasks were not polled yet.
    assert_eq!(arrived.load(Ordering::SeqCst), 1);
    Ok(())
}

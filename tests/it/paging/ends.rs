//! The end of a listing: the end that the service reports, or a page without items.

use cisco_secure_access::{ErrorKind, Pagination, Result};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::{Listing, Query, Reply, drain_groups, drain_sites, drain_values, names, only, rows};

const SIZES: [usize; 6] = [0, 1, 10, 11, 25, 100];

/// A page of groups, no longer than `cap`.
fn page(query: &Query, cap: usize, total: usize) -> Vec<Value> {
    rows(
        query.number("offset", 0),
        query.number("limit", 10).min(cap),
        total,
    )
}

#[tokio::test]
async fn a_listing_ends_at_the_total() -> Result<()> {
    for total in SIZES {
        for prefetch in [1, 4] {
            let listing = Listing::start(move |query| {
                json!({"data": page(query, 10, total), "offset": query.number("offset", 0), "total": total})
            })
            .await;
            let items = listing.groups().limit(10).items().prefetch(prefetch);
            let found: Vec<_> = items
                .map_ok(|group| group.name.unwrap())
                .try_collect()
                .await?;
            assert_eq!(found, names(total), "prefetch {prefetch}");
            assert_eq!(listing.requests(), total.div_ceil(10).max(1));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_ends_at_a_page_without_items() -> Result<()> {
    for total in SIZES {
        let listing = Listing::start(move |query| {
            let limit = query.number("limit", 0);
            Value::from(rows((query.number("page", 1) - 1) * limit, limit, total))
        })
        .await;
        assert_eq!(drain_sites(listing.sites().limit(10)).await.0, names(total));
        // A short page is not the end: the service may cap the page size.
        assert_eq!(listing.requests(), total.div_ceil(10) + 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_continues_after_a_short_page() {
    for prefetch in [1, 3] {
        let listing = Listing::start(|query| json!({"data": page(query, 4, 10)})).await;
        let items = listing.groups().limit(10).items().prefetch(prefetch);
        let found: Vec<_> = items
            .map(|group| group.unwrap().name.unwrap())
            .collect()
            .await;
        assert_eq!(found, names(10));
    }
    // Also with page numbers: the service decides the page size.
    let listing =
        Listing::start(|query| Value::from(rows((query.number("page", 1) - 1) * 4, 4, 10))).await;
    assert_eq!(drain_sites(listing.sites()).await.0, names(10));
}

#[tokio::test]
async fn the_flag_takes_precedence_over_the_total() {
    // The total is capped at 5.
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0);
        json!({"items": rows(offset, 5, 12), "total": 5, "more": offset + 5 < 12})
    })
    .await;
    let pagination = Pagination::by_offset("offset")
        .total("/total")
        .more("/more");
    let (found, errors) = drain_values(listing.items_at("/items", pagination)).await;
    assert_eq!((found, errors.len()), (names(12), 0));
    assert_eq!(listing.queries(), ["offset=0", "offset=5", "offset=10"]);
}

#[tokio::test]
async fn a_flag_that_is_a_string_or_missing_is_ignored() {
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0);
        match offset {
            0 => json!({"items": rows(0, 2, 5), "more": "true"}),
            2 => json!({"items": rows(2, 2, 5)}),
            _ => json!({"items": rows(offset, 2, 5), "more": "False"}),
        }
    })
    .await;
    let pagination = Pagination::by_offset("offset").more("/more");
    let (found, errors) = drain_values(listing.items_at("/items", pagination)).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(5), 0, 3));
}

#[tokio::test]
async fn a_flag_that_ends_a_listing_before_the_total_is_an_error() {
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0);
        json!({"items": rows(offset, 5, 12), "total": 12, "more": false})
    })
    .await;
    let pagination = Pagination::by_offset("offset")
        .total("/total")
        .more("/more");
    let (found, errors) = drain_values(listing.items_at("/items", pagination)).await;
    assert_eq!(found, names(5));
    let error = only(&errors);
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(error.to_string().contains("5 of the 12 items"), "{error}");
    assert!(
        error.to_string().contains("GET /deployments/v2/things"),
        "{error}"
    );
}

#[tokio::test]
async fn a_listing_with_links_ends_at_the_last_link() {
    // The header is also documented for offsets, and counts if the service sends it.
    let link = |query: &Query| {
        let offset = query.number("offset", 0);
        let reply = Reply::from(json!({"items": rows(offset, 5, 10)}));
        match offset + 5 < 10 {
            true => reply.header("link", format!("</x?offset={}>; rel=\"next\"", offset + 5)),
            false => reply,
        }
    };
    let pagination = Pagination::by_offset("offset").link();
    let listing = Listing::start(link).await;
    let (found, errors) = drain_values(listing.items_at("/items", pagination)).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(10), 0, 2));

    let listing =
        Listing::start(|query| json!({"items": rows(query.number("offset", 0), 5, 10)})).await;
    let (found, errors) = drain_values(listing.items_at("/items", pagination)).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(10), 0, 3));
}

#[tokio::test]
async fn a_listing_ends_at_a_decreased_total() {
    // Ten items are removed while the second page is requested.
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0);
        let total = if offset < 10 { 20 } else { 10 };
        json!({"data": rows(offset, 10, total), "total": total})
    })
    .await;
    let (found, errors) = drain_groups(listing.groups().limit(10)).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(10), 0, 2));
}

#[tokio::test]
async fn a_total_below_the_number_of_rows_is_ignored() {
    for wrong in [0, 3] {
        let listing =
            Listing::start(move |query| json!({"data": page(query, 10, 25), "total": wrong})).await;
        let (found, errors) = drain_groups(listing.groups().limit(10)).await;
        assert_eq!((found, errors.len()), (names(25), 0));
    }
}

#[tokio::test]
async fn a_total_may_be_a_quoted_number() {
    for (total, requests) in [
        (json!(20), 2),
        (json!(20.0), 2),
        (json!("20"), 2),
        // Not a number: a page without items ends the listing.
        (json!(null), 3),
        (json!(-1), 3),
        (json!("many"), 3),
        (json!({"of": 20}), 3),
    ] {
        let sent = total.clone();
        let listing = Listing::start(
            move |query| json!({"rows": page(query, 10, 20), "total": sent.clone()}),
        )
        .await;
        let pagination = Pagination::by_offset("offset").total("/total");
        let (found, errors) = drain_values(listing.items_at("/rows", pagination)).await;
        assert_eq!((found, errors.len()), (names(20), 0), "{total}");
        assert_eq!(listing.requests(), requests, "{total}");
    }
}

#[tokio::test]
async fn no_content_and_null_are_pages_without_items() {
    let listing = Listing::start(|query| match query.number("offset", 0) {
        0 => Reply::from(json!({"data": rows(0, 10, 10), "total": 20})),
        10 => Reply::from(json!({"data": rows(10, 10, 20), "total": 21})),
        _ => Reply::from(json!({"data": null, "total": 20})),
    })
    .await;
    let (found, errors) = drain_groups(listing.groups().limit(10)).await;
    assert_eq!((found, errors.len()), (names(20), 0));

    for end in [Reply::empty(204), json!(null).into(), json!([]).into()] {
        let end = (end.status, end.body);
        let listing = Listing::start(move |query| match query.number("page", 1) {
            1 => Reply::from(Value::from(rows(0, 3, 3))),
            _ => Reply {
                status: end.0,
                headers: Vec::new(),
                body: end.1.clone(),
            },
        })
        .await;
        let (found, errors) = drain_sites(listing.sites()).await;
        assert_eq!((found, errors.len()), (names(3), 0));
    }
}

#[tokio::test]
async fn a_list_may_be_missing_if_the_total_is_zero() {
    let listing = Listing::start(|_| json!({"total": 0})).await;
    let (found, errors) = drain_groups(listing.groups()).await;
    assert_eq!((found.len(), errors.len(), listing.requests()), (0, 0, 1));
}

#[tokio::test]
async fn null_rows_count_for_the_next_offset() {
    for prefetch in [1, 3] {
        let listing = Listing::start(|query| {
            let mut rows = page(query, 10, 30);
            if let Some(row) = rows.get_mut(3) {
                *row = Value::Null;
            }
            json!({"data": rows, "total": 30})
        })
        .await;
        let items = listing.groups().limit(10).items().prefetch(prefetch);
        let found: Vec<_> = items
            .map(|group| group.unwrap().name.unwrap())
            .collect()
            .await;
        let expected: Vec<_> = names(30)
            .into_iter()
            .filter(|name| !name.ends_with('3'))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(listing.queries().len(), 3);
    }
}

#[tokio::test]
async fn the_largest_documented_page_size_is_the_default() {
    let listing = Listing::start(|_| json!([])).await;
    drain_sites(listing.sites()).await;
    assert_eq!(listing.queries(), ["limit=100&page=1"]);
    // A page size above the documented one is sent, and the service decides.
    drain_sites(listing.sites().limit(500)).await;
    assert_eq!(listing.queries()[1], "limit=500&page=1");
}

#[tokio::test]
async fn pages_are_returned_unchanged() -> Result<()> {
    let listing = Listing::start(|query| json!({"data": page(query, 10, 25), "total": 25})).await;
    let pages = listing.groups().limit(10).pages();
    let lengths: Vec<_> = pages.map_ok(|page| page.data.len()).try_collect().await?;
    assert_eq!(lengths, [10, 10, 5]);
    Ok(())
}

#[tokio::test]
async fn a_listing_with_an_offset_ends_at_a_page_without_items() {
    // The number of rows of the previous pages is not known, so the number of received rows is not known.
    let listing = Listing::start(|query| {
        let first = (query.number("page", 1) - 1) * 10;
        json!({"rows": rows(first, 10, 25), "total": 25})
    })
    .await;
    let request = listing
        .client
        .request(cisco_secure_access::Method::GET, "/deployments/v2/things");
    let request = request.query("page", "3");
    let pagination = Pagination::by_page("page").total("/total");
    let (found, errors) = drain_values(request.items_at("/rows", pagination)).await;
    assert_eq!((found, errors.len()), (names(25)[20..].to_vec(), 0));
    // An offset contains it.
    let listing = Listing::start(|query| json!({"data": page(query, 10, 25), "total": 25})).await;
    let (found, errors) = drain_groups(listing.groups().offset(20).limit(10)).await;
    assert_eq!((found.len(), errors.len(), listing.requests()), (5, 0, 1));
}

#[tokio::test]
async fn a_bare_list_instead_of_an_envelope_is_the_list() {
    let listing = Listing::start(|query| Value::from(page(query, 10, 15))).await;
    let pagination = Pagination::by_offset("offset");
    let (found, errors) = drain_values(listing.items_at("/data", pagination)).await;
    assert_eq!((found, errors.len()), (names(15), 0));
    // An object instead of a list is a list with one element.
    let listing = Listing::start(|query| match query.number("offset", 0) {
        0 => json!({"data": {"name": "0"}}),
        _ => json!({"data": []}),
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/data", pagination)).await;
    assert_eq!((found, errors.len()), (names(1), 0));
}

#[tokio::test]
async fn collect_all_has_a_maximum() {
    let listing = Listing::start(|query| json!({"data": page(query, 10, 25), "total": 25})).await;
    let request = || listing.groups().limit(10);
    assert_eq!(request().items().collect_all(25).await.unwrap().len(), 25);
    let error = request().items().collect_all(24).await.unwrap_err();
    assert!(error.to_string().contains("more than 24 items"), "{error}");
}

#[tokio::test]
async fn a_collection_that_changes_ends() {
    for change in [-3_isize, 3] {
        let mut total = 40_isize;
        let listing = Listing::start(move |query| {
            total = (total + change).clamp(0, 70);
            let count = usize::try_from(total).unwrap();
            json!({"data": page(query, 10, count), "total": count})
        })
        .await;
        let (found, errors) = drain_groups(listing.groups().limit(10)).await;
        assert_eq!(errors.len(), 0);
        assert!((20..=70).contains(&found.len()), "{}", found.len());
    }
}

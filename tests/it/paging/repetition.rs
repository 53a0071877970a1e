//! Repeated pages: a service that ignores the paging parameters, or rows that look the same.

use cisco_secure_access::{Error, ErrorKind, Pagination};
use serde_json::{Value, json};

use super::{Listing, drain, drain_groups, drain_sites, drain_values, names, only, rows};

#[tokio::test]
async fn an_offset_that_is_ignored_is_an_error() {
    // With a total, without one, and with the default page size.
    for (total, limit) in [(Some(40), Some(10)), (None, Some(10)), (None, None)] {
        let listing = Listing::start(move |_| match total {
            Some(total) => json!({"data": rows(0, 10, 40), "total": total}),
            None => json!({"data": rows(0, 10, 40)}),
        })
        .await;
        let request = match limit {
            Some(limit) => listing.groups().limit(limit),
            None => listing.groups(),
        };
        let (found, errors) = drain_groups(request).await;
        assert_eq!(found, names(10));
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Incomplete);
        assert!(
            error
                .to_string()
                .contains("`offset` 10 repeats the rows of an earlier page"),
            "{error}"
        );
        assert_eq!(listing.requests(), 2);
    }
}

/// Like [`drain`](super::drain), for an operation that is documented to send all items at once.
async fn drain_appliances(listing: &Listing, limit: i64) -> (Vec<String>, Vec<Error>) {
    let appliances = listing.client.deployments().list_virtual_appliances();
    let items = appliances.limit(limit).items();
    drain(items, |appliance| appliance.name.unwrap_or_default()).await
}

#[tokio::test]
async fn an_operation_that_is_documented_to_send_all_at_once_is_complete() {
    // Longer than requested, shorter, equal, and a single item.
    for (count, limit) in [(7, 5), (7, 100), (5, 5), (1, 100), (1, 1)] {
        let listing = Listing::start(move |_| Value::from(rows(0, count, count))).await;
        let (found, errors) = drain_appliances(&listing, limit).await;
        assert_eq!((found, errors.len()), (names(count), 0));
        assert_eq!(listing.requests(), 2, "the second page is the first again");
    }
    // A property of a row changes between responses.
    let mut calls = 0;
    let listing = Listing::start(move |_| {
        calls += 1;
        let mut rows = rows(0, 7, 7);
        rows[3]["status"] = calls.into();
        Value::from(rows)
    })
    .await;
    let (found, errors) = drain_appliances(&listing, 100).await;
    assert_eq!((found, errors.len()), (names(7), 0));
    // If it pages after all, it is listed like any other.
    let listing =
        Listing::start(|query| Value::from(rows((query.number("page", 1) - 1) * 5, 5, 12))).await;
    let (found, errors) = drain_appliances(&listing, 5).await;
    assert_eq!((found, errors.len()), (names(12), 0));
    // That does not explain repeated later pages.
    let listing =
        Listing::start(|query| Value::from(rows((query.number("page", 1).min(2) - 1) * 5, 5, 12)))
            .await;
    let (found, errors) = drain_appliances(&listing, 5).await;
    assert_eq!((found, errors.len()), (names(10), 1));
}

#[tokio::test]
async fn other_operations_do_not_send_all_at_once() {
    for (count, limit) in [(7, 5), (7, 100), (5, 5), (1, 100)] {
        let listing = Listing::start(move |_| Value::from(rows(0, count, 40))).await;
        let (found, errors) = drain_sites(listing.sites().limit(limit)).await;
        assert_eq!(found, names(count));
        assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
    }
}

#[tokio::test]
async fn rows_without_an_id_can_be_equal() {
    let row = json!({"requests": 0});
    let page = move |query: &super::Query| {
        let offset = query.number("offset", 0);
        vec![row.clone(); 3_usize.saturating_sub(offset).min(1)]
    };
    // The total shows that they are different items.
    let rows = page.clone();
    let listing = Listing::start(move |query| json!({"data": rows(query), "total": 3})).await;
    let pagination = Pagination::by_offset("offset")
        .limit("limit")
        .max_page_size(1);
    let (found, errors) = drain_values(listing.items_at("/data", pagination.total("/total"))).await;
    assert_eq!((found.len(), errors.len()), (3, 0));
    // Without a total, nothing shows it.
    let listing = Listing::start(move |query| json!({"data": page(query)})).await;
    for pagination in [
        pagination,
        Pagination::by_offset("offset"),
        pagination.max_page_size(100),
    ] {
        let (found, errors) = drain_values(listing.items_at("/data", pagination)).await;
        assert_eq!(found.len(), 1);
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Incomplete);
        assert!(
            error
                .to_string()
                .contains("the response does not show whether these are different items"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn rows_with_an_id_that_are_equal_are_one_item() {
    let listing = Listing::start(|_| json!({"data": rows(0, 1, 1), "total": 2})).await;
    let (found, errors) = drain_groups(listing.groups().limit(1)).await;
    assert_eq!(found, names(1));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
}

#[tokio::test]
async fn a_repeated_first_row_is_detected_although_others_changed() {
    let mut calls = 0;
    let listing = Listing::start(move |_| {
        calls += 1;
        json!({"data": rows(0, 10 + calls, 40)})
    })
    .await;
    let (found, errors) = drain_groups(listing.groups().limit(10)).await;
    assert_eq!(found, names(11));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
}

#[tokio::test]
async fn pages_in_a_cycle_are_detected() {
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0) % 30;
        json!({"data": rows(offset, 10, 30)})
    })
    .await;
    let (found, errors) = drain_groups(listing.groups().limit(10)).await;
    assert_eq!(found, names(30));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
    assert_eq!(listing.requests(), 4);
}

#[tokio::test]
async fn equal_rows_end_before_a_total_that_is_never_reached() {
    let listing = Listing::start(|_| json!({"data": [{"requests": 0}], "total": u64::MAX})).await;
    let pagination = Pagination::by_offset("offset").total("/total");
    let (found, errors) = drain_values(listing.items_at("/data", pagination)).await;
    assert!((100..=102).contains(&found.len()), "{}", found.len());
    assert!(
        only(&errors)
            .to_string()
            .contains("pages without new items")
    );
}

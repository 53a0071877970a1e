//! Invalid pages: the items before the failure are returned, and then an error.

use cisco_secure_access::{ErrorKind, Pagination, Result};
use futures_util::stream::FusedStream as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::{Listing, Query, Reply, drain_groups, drain_sites, drain_values, names, only, rows};

/// The first of two pages of groups, and another reply after it.
async fn then(second: impl Fn() -> Reply + Send + 'static) -> Listing {
    Listing::start(move |query: &Query| match query.number("offset", 0) {
        0 => json!({"data": rows(0, 10, 20), "total": 20}).into(),
        _ => second(),
    })
    .await
}

#[tokio::test]
async fn a_page_without_items_before_the_total() {
    for reply in [
        json!({"data": [], "total": 20}),
        json!({"data": null}),
        json!({"data": []}),
    ] {
        let listing = then(move || reply.clone().into()).await;
        let (found, errors) = drain_groups(listing.groups().limit(10)).await;
        assert_eq!(found, names(10));
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Incomplete);
        let message = error.to_string();
        assert!(
            message.contains("`offset` 10") && message.contains("10 of the 20 items"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_response_without_a_body() {
    let listing = then(|| Reply::empty(200)).await;
    let (found, errors) = drain_groups(listing.groups().limit(10)).await;
    assert_eq!(found, names(10));
    let error = only(&errors);
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("no body: expected a list at `/data`"),
        "{error}"
    );
    assert_eq!(listing.requests(), 2);

    let listing = Listing::start(|_| Reply::empty(200)).await;
    let (found, errors) = drain_sites(listing.sites()).await;
    assert_eq!((found.len(), only(&errors).kind()), (0, ErrorKind::Decode));
}

#[tokio::test]
async fn a_list_that_is_missing_or_has_another_name() {
    for (reply, expected) in [
        (
            json!({"rows": rows(10, 10, 20), "total": 20}),
            "the list at `/data` is missing: found the properties `rows`, `total`",
        ),
        (
            json!({}),
            "the list at `/data` is missing: found no properties",
        ),
        (
            json!({"data": "none"}),
            "expected a list at `/data`, found a string",
        ),
        (
            json!({"data": 7}),
            "expected a list at `/data`, found a number",
        ),
        (
            json!({"data": true}),
            "expected a list at `/data`, found a boolean",
        ),
        (json!({"da\nta": []}), "found the properties `da\\nta`"),
    ] {
        let listing = then(move || reply.clone().into()).await;
        let (found, errors) = drain_groups(listing.groups().limit(10)).await;
        assert_eq!(found, names(10));
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.body().is_empty());
    }
    let listing = Listing::start(|_| json!({"sites": rows(0, 3, 3)})).await;
    let (_, errors) = drain_sites(listing.sites()).await;
    let message = only(&errors).to_string();
    assert!(
        message.contains(
            "the list at the top of the response is missing: found the properties `sites`"
        ),
        "{message}"
    );
}

#[tokio::test]
async fn a_list_whose_rows_cannot_be_decoded() {
    let listing = Listing::start(|_| json!({"rows": [1, 2]})).await;
    let request = listing
        .client
        .request(cisco_secure_access::Method::GET, "/deployments/v2/things");
    let items = request.items_at::<String>("/rows", Pagination::by_offset("offset"));
    let error = items.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("`/rows/0`"), "{error}");
}

#[tokio::test]
async fn an_error_with_a_success_status_is_not_a_page() {
    let listing = Listing::start(|_| json!({"statusCode": 404, "error": "Not Found"})).await;
    let (_, errors) = drain_groups(listing.groups()).await;
    assert_eq!(
        only(&errors).status().map(|status| status.as_u16()),
        Some(404)
    );
}

#[tokio::test]
async fn a_partial_response_is_returned_before_its_error() {
    let failed = json!({"failed": ["dns", "proxy", "whispers"], "successful": ["firewall"]});
    for (status, meta, expected) in [
        (
            207,
            failed.clone(),
            "it lacks `dns`, `proxy`, 1 other parts",
        ),
        (200, failed, "it lacks `dns`, `proxy`, 1 other parts"),
        (207, json!({"failed": []}), "it lacks unnamed parts"),
        (207, json!({}), "it lacks unnamed parts"),
    ] {
        let listing = Listing::start(move |query| {
            let page = rows(query.number("offset", 0), 10, 20);
            match query.number("offset", 0) {
                0 => (200, json!({"data": page})),
                _ => (status, json!({"data": page, "meta": meta})),
            }
        })
        .await;
        let mut items = listing.groups().limit(10).items();
        let mut found = Vec::new();
        let error = loop {
            match items.next().await.unwrap() {
                Ok(group) => found.push(group.name.unwrap()),
                Err(error) => break error,
            }
        };
        assert_eq!(found, names(20));
        assert_eq!(
            (error.kind(), error.status().map(|status| status.as_u16())),
            (ErrorKind::Partial, Some(status))
        );
        let message = error.to_string();
        assert!(
            message.contains(expected) && !message.contains("whispers"),
            "{message}"
        );
        assert!(items.next().await.is_none() && items.is_terminated());
        assert_eq!(listing.requests(), 2);

        let mut pages = listing.groups().limit(10).pages();
        assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 10);
        assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 10);
        assert_eq!(
            pages.next().await.unwrap().unwrap_err().kind(),
            ErrorKind::Partial
        );
        assert!(pages.next().await.is_none());
    }
}

#[tokio::test]
async fn a_full_response_with_no_failed_parts_is_complete() {
    let listing =
        Listing::start(|_| json!({"data": rows(0, 3, 3), "total": 3, "meta": {"failed": []}}))
            .await;
    let (found, errors) = drain_groups(listing.groups()).await;
    assert_eq!((found, errors.len()), (names(3), 0));
}

#[tokio::test]
async fn an_offset_that_the_service_does_not_accept_is_not_sent() {
    let listing =
        Listing::start(|query| json!({"data": rows(query.number("offset", 0), 10, 1000)})).await;
    let pagination = Pagination::by_offset("offset")
        .limit("limit")
        .max_page_size(10)
        .max_offset(20);
    for prefetch in [1, 8] {
        let before = listing.requests();
        let items = listing.items_at("/data", pagination).prefetch(prefetch);
        let (found, errors) = drain_values(items).await;
        assert_eq!(found, names(30));
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Incomplete);
        let message = error.to_string();
        assert!(
            message.contains("does not accept a `offset` above 20")
                && message.contains("time range"),
            "{message}"
        );
        assert_eq!(listing.requests() - before, 3);
    }
    // If all items were received before that, there is no error.
    let listing = Listing::start(
        |query| json!({"data": rows(query.number("offset", 0), 10, 30), "total": 30}),
    )
    .await;
    let (found, errors) = drain_values(listing.items_at("/data", pagination.total("/total"))).await;
    assert_eq!((found, errors.len()), (names(30), 0));
}

#[tokio::test]
async fn an_error_that_is_final_ends_the_stream() -> Result<()> {
    for status in [400, 403, 404, 418] {
        let listing = then(move || (status, json!({"message": "no"})).into()).await;
        let mut items = listing.groups().limit(10).items();
        for _ in 0..10 {
            items.try_next().await?;
        }
        assert!(!items.is_terminated());
        let error = items.try_next().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(items.is_terminated());
        for _ in 0..3 {
            assert!(items.try_next().await?.is_none());
        }
        assert_eq!(listing.requests(), 2);
        // Another listing resumes at the failure.
        let continuation = serde_json::to_value(items.continuation().unwrap()).unwrap();
        assert_eq!(continuation["position"], 10);
    }
    Ok(())
}

#[tokio::test]
async fn after_an_error_that_may_be_retried_the_page_is_requested_again() {
    for prefetch in [1, 3] {
        let mut has_failed = false;
        let listing = Listing::start(move |query| {
            let offset = query.number("offset", 0);
            if offset == 10 && !std::mem::replace(&mut has_failed, true) {
                return (503, json!({"message": "not now"}));
            }
            (200, json!({"data": rows(offset, 10, 25), "total": 25}))
        })
        .await;
        let items = listing.groups().limit(10).items().prefetch(prefetch);
        let (found, errors) = super::drain(items, |group| group.name.unwrap()).await;
        assert_eq!(found, names(25));
        assert_eq!(
            only(&errors).status().map(|status| status.as_u16()),
            Some(503)
        );
    }
}

#[tokio::test]
async fn an_invalid_argument_ends_the_stream() {
    let listing = Listing::start(|_| json!({"data": []})).await;
    let mut items = listing.groups().header("x-bad", "\u{7f}").items();
    assert_eq!(
        items.next().await.unwrap().unwrap_err().kind(),
        ErrorKind::Request
    );
    assert!(items.next().await.is_none());
    assert_eq!(listing.requests(), 0);
}

#[tokio::test]
async fn a_body_that_is_not_json_ends_the_stream() {
    for body in ["<html>", "{\"data\": [", "{\"data\": []} x"] {
        let listing = Listing::start(|_| Reply {
            status: 200,
            headers: Vec::new(),
            body: body.to_owned(),
        })
        .await;
        let (_, errors) = drain_groups(listing.groups()).await;
        assert_eq!(only(&errors).kind(), ErrorKind::Decode);
        assert!(only(&errors).to_string().contains("not JSON"));
        let (_, errors) = super::drain(listing.groups().pages(), |_| String::new()).await;
        assert_eq!(only(&errors).kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn a_list_in_a_missing_property() {
    let listing = Listing::start(|query| match query.number("offset", 0) {
        0 => json!({"data": {"identities": rows(0, 2, 2)}}),
        _ => json!({"data": []}),
    })
    .await;
    let pagination = Pagination::by_offset("offset");
    let (found, errors) = drain_values(listing.items_at("/data/identities", pagination)).await;
    assert_eq!((found, errors.len()), (names(2), 0));
    for (body, expected) in [
        (
            json!({"data": {"people": []}}),
            "found the properties `people`",
        ),
        (json!({"data": [Value::Null]}), "found a list"),
        (json!({"other": 1}), "found the properties `other`"),
    ] {
        let listing = Listing::start(move |_| body.clone()).await;
        let (_, errors) = drain_values(listing.items_at("/data/identities", pagination)).await;
        let message = only(&errors).to_string();
        assert!(
            message.contains("`/data/identities`") && message.contains(expected),
            "{message}"
        );
    }
}

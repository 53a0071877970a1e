//! Pages that are selected by the previous page: by a cursor, a link, the last item.

use cisco_secure_access::{ErrorKind, Pagination};
use futures_util::StreamExt as _;
use serde_json::json;

use super::{Listing, Query, Reply, drain_values, names, only, rows};

const NEXT: Pagination = Pagination::by_cursor("cursor").next("/cursor");

/// The start of a page: the cursor is `c` and the number of rows before it.
fn start(query: &Query) -> usize {
    let cursor = query.text("cursor").unwrap_or("c0");
    cursor.strip_prefix('c').unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_cursor_is_in_the_body() {
    for end in [json!(null), json!(""), json!(false)] {
        for total in [0, 3, 10, 11] {
            let end = end.clone();
            let listing = Listing::start(move |query| {
                let next = start(query) + 5;
                let cursor = if next < total {
                    json!(format!("c{next}"))
                } else {
                    end.clone()
                };
                json!({"items": rows(start(query), 5, total), "cursor": cursor})
            })
            .await;
            let pagination = NEXT.limit("limit").max_page_size(5);
            let items = listing.items_at("/items", pagination).prefetch(4);
            let (found, errors) = drain_values(items).await;
            assert_eq!((found, errors.len()), (names(total), 0));
            assert_eq!(listing.requests(), total.div_ceil(5).max(1));
            assert_eq!(listing.queries()[0], "limit=5");
            if total > 10 {
                assert_eq!(listing.queries()[2], "limit=5&cursor=c10");
            }
        }
    }
}

#[tokio::test]
async fn the_cursor_is_in_the_query_of_a_url() {
    for url in [
        "https://api.example/things?a=1&page=%2B",
        "/things?page=%2B",
        "?page=%2B#x",
    ] {
        let listing = Listing::start(move |query| match query.text("page") {
            None => json!({"usages": rows(0, 2, 3), "next": url}),
            Some("+") => json!({"usages": rows(2, 2, 3)}),
            other => panic!("{other:?}"),
        })
        .await;
        let pagination = Pagination::by_cursor("page").next("/next");
        let (found, errors) = drain_values(listing.items_at("/usages", pagination)).await;
        assert_eq!((found, errors.len()), (names(3), 0));
    }
    // A cursor may contain slashes.
    let listing = Listing::start(move |query| match query.text("page") {
        None => json!({"usages": rows(0, 2, 3), "next": "/a+b=="}),
        Some("/a+b==") => json!({"usages": rows(2, 2, 3)}),
        other => panic!("{other:?}"),
    })
    .await;
    let pagination = Pagination::by_cursor("page").next("/next");
    let (found, errors) = drain_values(listing.items_at("/usages", pagination)).await;
    assert_eq!((found, errors.len()), (names(3), 0));
}

#[tokio::test]
async fn the_cursor_is_a_number() {
    let listing = Listing::start(|query| match query.text("cursor") {
        None => json!({"items": rows(0, 2, 3), "cursor": 17}),
        Some("17") => json!({"items": rows(2, 2, 3), "cursor": null}),
        other => panic!("{other:?}"),
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT)).await;
    assert_eq!((found, errors.len()), (names(3), 0));
}

#[tokio::test]
async fn the_cursor_is_in_a_header() {
    let listing = Listing::start(|query| {
        let next = start(query) + 4;
        let reply = Reply::from(json!(rows(start(query), 4, 10)));
        match next < 10 {
            true => reply.header("x-next-cursor", format!("c{next}")),
            false => reply.header("x-next-cursor", ""),
        }
    })
    .await;
    let pagination = Pagination::by_cursor("cursor").next_header("X-Next-Cursor");
    let (found, errors) = drain_values(listing.items_at("", pagination)).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(10), 0, 3));
}

#[tokio::test]
async fn the_cursor_is_in_the_last_item() {
    let by_name = |query: &Query| {
        let first = query
            .text("offsetName")
            .map_or(0, |name| name.parse::<usize>().unwrap() + 1);
        json!(rows(first, 4, 10))
    };
    let listing = Listing::start(by_name).await;
    let pagination = Pagination::by_cursor("offsetName").next_from_item("/name");
    let (found, errors) = drain_values(listing.items_at("", pagination)).await;
    assert_eq!((found, errors.len()), (names(10), 0));
    assert_eq!(
        listing.queries(),
        ["", "offsetName=3", "offsetName=7", "offsetName=9"]
    );

    let listing = Listing::start(|_| json!([{"name": "0"}, {"host": "1"}])).await;
    let (found, errors) = drain_values(listing.items_at("", pagination)).await;
    assert_eq!(found.len(), 2);
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
}

/// The items of a listing that is resumed after each item.
async fn drain_one_by_one(listing: &Listing, pagination: Pagination) -> Vec<String> {
    let mut items = listing.items_at("", pagination);
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        found.push(item.unwrap()["name"].as_str().unwrap().to_owned());
        let Some(continuation) = items.continuation() else {
            break;
        };
        items = listing.items_at("", pagination).resume(&continuation);
    }
    found
}

#[tokio::test]
async fn the_item_that_a_cursor_names_is_not_repeated() {
    let pagination = Pagination::by_cursor("from").next_from_item("/name");
    let page = |query: &Query, size, total| json!(rows(query.number("from", 0), size, total));
    for size in [2, 4, 20] {
        let sized = pagination.limit("limit").max_page_size(size as u64);
        for total in 0..12 {
            let listing = Listing::start(move |query| page(query, size, total)).await;
            let (found, errors) = drain_values(listing.items_at("", sized)).await;
            assert_eq!((found, errors.len()), (names(total), 0), "pages of {size}");
            let found = drain_one_by_one(&listing, sized).await;
            assert_eq!(found, names(total), "pages of {size}");
        }
    }
    // A page with one row has no other item.
    let listing = Listing::start(move |query| page(query, 1, 3)).await;
    let (found, errors) = drain_values(listing.items_at("", pagination)).await;
    assert_eq!(
        (found, only(&errors).kind()),
        (names(1), ErrorKind::Incomplete)
    );
}

#[tokio::test]
async fn the_next_page_is_in_a_link() {
    let listing = Listing::start(|query| {
        let after = query.number("after", 0);
        let reply = Reply::from(json!({"items": rows(after, 4, 10)}));
        let first = reply.header("link", "</things>; rel=first");
        match after + 4 < 10 {
            true => first.header(
                "link",
                format!(
                    "<https://elsewhere.example/things?after={}&size=4>; rel=\"next\"",
                    after + 4
                ),
            ),
            false => first,
        }
    })
    .await;
    let request = listing
        .client
        .request(cisco_secure_access::Method::GET, "/deployments/v2/things");
    let items = request
        .query("size", "4")
        .items_at("/items", Pagination::by_link());
    let (found, errors) = drain_values(items).await;
    assert_eq!((found, errors.len()), (names(10), 0));
    // The query of the link is used, with the host and path of the request.
    assert_eq!(
        listing.queries(),
        ["size=4", "after=4&size=4", "after=8&size=4"]
    );
}

#[tokio::test]
async fn the_query_of_a_link_selects_the_next_page() {
    let listing = Listing::start(|query| {
        let next = start(query) + 4;
        let reply = Reply::from(json!(rows(start(query), 4, 10)));
        match next < 10 {
            true => reply.header("link", format!("</things?size=4&cursor=c{next}>; rel=next")),
            false => reply,
        }
    })
    .await;
    let pagination = Pagination::by_cursor("cursor").link();
    let (found, errors) = drain_values(listing.items_at("", pagination)).await;
    assert_eq!((found, errors.len()), (names(10), 0));
    assert_eq!(listing.queries(), ["", "cursor=c4", "cursor=c8"]);
}

#[tokio::test]
async fn a_repeated_cursor_is_an_error() {
    // On a page without items, or on a page that is shorter than the previous ones, it is the end.
    for rest in [0, 2] {
        let listing = Listing::start(move |query| match query.text("cursor") {
            None => json!({"items": rows(0, 4, 4), "cursor": "c4"}),
            _ => json!({"items": rows(4, rest, 10), "cursor": "c4"}),
        })
        .await;
        let (found, errors) = drain_values(listing.items_at("/items", NEXT)).await;
        assert_eq!(
            (found, errors.len(), listing.requests()),
            (names(4 + rest), 0, 2)
        );
    }
    // On a page that is as long as the previous ones, there may be more.
    let listing = Listing::start(move |query| match query.text("cursor") {
        None => json!({"items": rows(0, 4, 4), "cursor": "c4"}),
        _ => json!({"items": rows(4, 4, 10), "cursor": "c4"}),
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT)).await;
    assert_eq!((found, listing.requests()), (names(8), 2));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
    // The same applies if the total is not reached.
    let listing = Listing::start(move |query| match query.text("cursor") {
        None => json!({"items": rows(0, 4, 4), "cursor": "c4", "total": 9}),
        _ => json!({"items": [], "cursor": "c4", "total": 9}),
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT.total("/total"))).await;
    assert_eq!((found, listing.requests()), (names(4), 2));
    assert!(only(&errors).to_string().contains("4 of the 9 items"));
}

#[tokio::test]
async fn cursors_in_a_cycle_are_an_error() {
    for length in [2, 3, 7] {
        let listing = Listing::start(move |query| {
            let page = start(query);
            // Different rows do not hide it.
            json!({"items": rows(page * 5, 5, 1000), "cursor": format!("c{}", page % length + 1)})
        })
        .await;
        let (_, errors) = drain_values(listing.items_at("/items", NEXT)).await;
        assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
        assert_eq!(listing.requests(), length + 1);
    }
}

#[tokio::test]
async fn an_ignored_cursor_is_detected_by_its_page() {
    let mut calls = 0;
    let listing = Listing::start(move |_| {
        calls += 1;
        json!({"items": rows(0, 5, 5), "cursor": format!("fresh-{calls}")})
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT)).await;
    assert_eq!((found, listing.requests()), (names(5), 2));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
}

#[tokio::test]
async fn pages_without_items_do_not_end_a_cursor_listing() {
    let listing = Listing::start(|query| match start(query) {
        0 => json!({"items": rows(0, 2, 2), "cursor": "c1"}),
        1 => json!({"items": [], "cursor": "c2"}),
        _ => json!({"items": rows(2, 2, 4), "cursor": null}),
    })
    .await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT)).await;
    assert_eq!((found, errors.len()), (names(4), 0));
    // The number of such pages is limited.
    let listing =
        Listing::start(|query| json!({"items": [], "cursor": format!("c{}", start(query) + 1)}))
            .await;
    let (_, errors) = drain_values(listing.items_at("/items", NEXT)).await;
    assert!(
        only(&errors)
            .to_string()
            .contains("pages without new items")
    );
    assert_eq!(listing.requests(), 100);
}

#[tokio::test]
async fn the_end_before_the_total_is_an_error() {
    let listing =
        Listing::start(|_| json!({"items": rows(0, 2, 2), "cursor": null, "total": 5})).await;
    let (found, errors) = drain_values(listing.items_at("/items", NEXT.total("/total"))).await;
    assert_eq!(found, names(2));
    assert_eq!(only(&errors).kind(), ErrorKind::Incomplete);
}

#[tokio::test]
async fn an_invalid_cursor_is_an_error() {
    for (next, expected) in [
        (
            json!({"href": "x"}),
            "expected the cursor of the next page at `/cursor`, found an object",
        ),
        (json!(["c4"]), "found a list"),
        (json!(true), "found a boolean"),
        (
            json!("https://api.example/things?page=4"),
            "no query parameter `cursor`",
        ),
    ] {
        let listing =
            Listing::start(move |_| json!({"items": rows(0, 2, 2), "cursor": next.clone()})).await;
        let (_, errors) = drain_values(listing.items_at("/items", NEXT)).await;
        let error = only(&errors);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_pagination_without_a_cursor_location_is_an_error() {
    let listing = Listing::start(|_| json!([])).await;
    let (_, errors) = drain_values(listing.items_at("", Pagination::by_cursor("cursor"))).await;
    assert_eq!(only(&errors).kind(), ErrorKind::Request);
    assert_eq!(listing.requests(), 0);
}

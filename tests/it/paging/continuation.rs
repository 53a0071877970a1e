//! Resumed listings.

use cisco_secure_access::{ContinuationToken, ErrorKind, Pagination, Result};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{Listing, drain_values, names, only, rows};

/// The token after serialization and deserialization.
fn stored(continuation: Option<ContinuationToken>) -> Option<ContinuationToken> {
    let json = serde_json::to_string(&continuation).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn token(operation: &str, position: impl Into<Value>) -> ContinuationToken {
    let token = json!({"operation": operation, "position": position.into()});
    serde_json::from_value(token).unwrap()
}

#[tokio::test]
async fn a_stream_resumes_at_every_item_in_every_style() -> Result<()> {
    let offset = Pagination::by_offset("offset").total("/total");
    let page = Pagination::by_page("page").total("/total");
    let cursor = Pagination::by_cursor("cursor")
        .next("/cursor")
        .total("/total");
    let link = Pagination::by_link().total("/total");
    let listing = Listing::start(|query| {
        let first = match (query.text("page"), query.text("cursor")) {
            (Some(page), _) => (page.parse::<usize>().unwrap() - 1) * 10,
            (_, Some(cursor)) => cursor.parse().unwrap(),
            _ => query.number("offset", 0),
        };
        let body = json!({"data": rows(first, 10, 25), "total": 25, "cursor": (first < 20).then(|| first + 10)});
        let reply = super::Reply::from(body);
        match first < 20 {
            true => reply.header("link", format!("</things?cursor={}>; rel=next", first + 10)),
            false => reply,
        }
    })
    .await;
    for pagination in [offset, page, cursor, link] {
        let items = || listing.items_at("/data", pagination);
        for stop in [0, 1, 9, 10, 17, 24, 25] {
            let mut first = items();
            let mut found = Vec::new();
            while found.len() < stop {
                found.push(
                    first.try_next().await?.unwrap()["name"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                );
            }
            let Some(continuation) = stored(first.continuation()) else {
                assert_eq!(stop, 25);
                continue;
            };
            let requests = listing.requests();
            let (rest, errors) = drain_values(items().resume(&continuation)).await;
            found.extend(rest);
            assert_eq!(
                (found, errors.len()),
                (names(25), 0),
                "{pagination:?} stopped at {stop}"
            );
            assert_eq!(
                listing.requests() - requests,
                3 - stop / 10,
                "{pagination:?}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn pages_resume_at_the_next_page() -> Result<()> {
    let listing = Listing::start(
        |query| json!({"data": rows(query.number("offset", 0), 10, 25), "total": 25}),
    )
    .await;
    let request = || listing.groups().limit(10);
    let mut pages = request().pages();
    pages.try_next().await?;
    let continuation = stored(pages.continuation()).unwrap();
    let rest: Vec<_> = request()
        .pages()
        .resume(&continuation)
        .map_ok(|page| page.data.len())
        .try_collect()
        .await?;
    assert_eq!(rest, [10, 5]);
    Ok(())
}

#[tokio::test]
async fn a_token_of_another_operation_is_rejected() {
    let listing = Listing::start(|_| json!({"data": []})).await;
    for foreign in [
        token("list_sites", 2),
        token("list_network_tunnel_groups", "a cursor"),
    ] {
        let items = listing.groups().items().resume(&foreign);
        let (_, errors) = super::drain(items, |_| String::new()).await;
        assert_eq!(only(&errors).kind(), ErrorKind::Request);
    }
    // The token of an undocumented request has its method and path.
    let foreign = token("GET /deployments/v2/others", 2);
    let items = listing.items_at("/data", Pagination::by_offset("offset"));
    let (_, errors) = drain_values(items.resume(&foreign)).await;
    assert_eq!(only(&errors).kind(), ErrorKind::Request);
    assert_eq!(listing.requests(), 0);
}

#[tokio::test]
async fn a_position_after_the_largest_number_is_an_error() {
    let listing = Listing::start(|_| Value::from(rows(0, 2, 2))).await;
    for prefetch in [1, 3] {
        let sites = listing.sites().limit(2).items();
        let sites = sites
            .resume(&token("list_sites", u64::MAX))
            .prefetch(prefetch);
        let (found, errors) = super::drain(sites, |site| site.name.unwrap()).await;
        assert_eq!(found, names(2));
        assert!(
            only(&errors).to_string().contains("the largest number"),
            "{errors:?}"
        );
    }
    let listing = Listing::start(|_| json!({"data": rows(0, 2, 2), "total": i64::MAX})).await;
    let groups = listing.groups().limit(2).items();
    let groups = groups.resume(&token("list_network_tunnel_groups", u64::MAX));
    let (found, errors) = super::drain(groups, |group| group.name.unwrap()).await;
    assert_eq!((found, errors.len()), (names(2), 1));
}

#[tokio::test]
async fn after_an_error_the_token_has_the_position() -> Result<()> {
    let listing = Listing::start(|query| {
        let offset = query.number("offset", 0);
        match offset {
            10 => json!({"data": [], "total": 20}),
            _ => json!({"data": rows(offset, 10, 20), "total": 20}),
        }
    })
    .await;
    let mut items = listing.groups().limit(10).items();
    while items.try_next().await.is_ok() {}
    let continuation = stored(items.continuation()).unwrap();
    assert_eq!(
        continuation,
        token("list_network_tunnel_groups", 10).with_seen(10)
    );
    Ok(())
}

/// Tokens with the number of rows of the previous pages.
trait WithSeen {
    fn with_seen(self, seen: u64) -> Self;
}

impl WithSeen for ContinuationToken {
    fn with_seen(self, seen: u64) -> Self {
        let mut json = serde_json::to_value(self).unwrap();
        json["seen"] = seen.into();
        serde_json::from_value(json).unwrap()
    }
}

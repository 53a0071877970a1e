//! Listings of every style, against a server that pages as it is told.

use std::sync::{Arc, Mutex};

use cisco_secure_access::{Client, Continuation, ErrorKind, Result};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use crate::scripted::{Answer, Scripted};

/// A server that answers all calls with what `answer` makes of their query parameters: a status and a body.
struct Listing {
    server: Scripted,
    client: Client,
}

impl Listing {
    async fn start(answer: impl Fn(&[(String, String)]) -> (u16, Value) + Send + 'static) -> Self {
        let server = Scripted::by(move |request| {
            let query: Vec<_> = url::form_urlencoded::parse(query(request).as_bytes())
                .into_owned()
                .collect();
            let (status, body) = answer(&query);
            Answer::json(status, &body.to_string())
        })
        .await;
        let client = server.builder().build().unwrap();
        Self { server, client }
    }

    fn queries(&self) -> Vec<String> {
        let calls = self.server.calls();
        calls.iter().map(|call| query(call).to_owned()).collect()
    }
}

/// The query of a request, empty where there is none.
fn query(request: &str) -> &str {
    let target = request.split(' ').nth(1).unwrap();
    target.split_once('?').map_or("", |(_, query)| query)
}

fn number(query: &[(String, String)], name: &str, default: usize) -> usize {
    let value = query.iter().find(|(known, _)| known == name);
    value.map_or(default, |(_, value)| value.parse().unwrap())
}

/// The names of items from `start` on, `limit` of them at most, out of `total`.
fn names(start: usize, limit: usize, total: usize) -> Vec<Value> {
    (start..total.min(start + limit))
        .map(|index| json!({"name": format!("{index}")}))
        .collect()
}

fn expected(total: usize) -> Vec<String> {
    (0..total).map(|index| index.to_string()).collect()
}

const SIZES: [usize; 6] = [0, 1, 10, 11, 25, 100];

#[tokio::test]
async fn by_offset_with_a_total() -> Result<()> {
    for total in SIZES {
        for prefetch in [1, 4] {
            let listing = Listing::start(move |query| {
                let (offset, limit) = (number(query, "offset", 0), number(query, "limit", 10));
                (200, json!({"data": names(offset, limit, total), "offset": offset, "limit": limit, "total": total}))
            })
            .await;
            let request = listing
                .client
                .deployments()
                .list_network_tunnel_groups()
                .limit(10);
            let items = request.items().prefetch(prefetch);
            let found: Vec<_> = items
                .map_ok(|group| group.name.unwrap())
                .try_collect()
                .await?;
            assert_eq!(found, expected(total), "prefetch {prefetch}");
            // Nothing is asked for behind the end once a page has told where that is.
            let pages = total.div_ceil(10);
            assert!(listing.queries().len() <= pages.max(prefetch));
        }
    }
    Ok(())
}

#[tokio::test]
async fn by_page_as_a_bare_list() -> Result<()> {
    for total in SIZES {
        for prefetch in [1, 3] {
            let listing = Listing::start(move |query| {
                let (page, limit) = (number(query, "page", 1), number(query, "limit", 200));
                (200, Value::from(names((page - 1) * limit, limit, total)))
            })
            .await;
            let items = listing
                .client
                .deployments()
                .list_sites()
                .limit(10)
                .items()
                .prefetch(prefetch);
            let found: Vec<_> = items
                .map_ok(|site| site.name.unwrap())
                .try_collect()
                .await?;
            assert_eq!(found, expected(total), "prefetch {prefetch}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn pages_come_as_they_are() -> Result<()> {
    let listing = Listing::start(|query| {
        let (offset, limit) = (number(query, "offset", 0), number(query, "limit", 10));
        (200, json!({"data": names(offset, limit, 25), "total": 25}))
    })
    .await;
    let pages = listing
        .client
        .deployments()
        .list_network_tunnel_groups()
        .limit(10)
        .pages();
    let lengths: Vec<_> = pages.map_ok(|page| page.data.len()).try_collect().await?;
    assert_eq!(lengths, [10, 10, 5]);
    Ok(())
}

#[tokio::test]
async fn an_operation_that_does_not_page_ends() -> Result<()> {
    let listing = Listing::start(|_| (200, Value::from(names(0, 7, 7)))).await;
    let items = listing
        .client
        .deployments()
        .list_virtual_appliances()
        .limit(5)
        .items();
    let found: Vec<_> = items.try_collect().await?;
    assert_eq!(found.len(), 7);
    assert_eq!(
        listing.queries().len(),
        2,
        "the second answer is the first once more"
    );
    Ok(())
}

#[tokio::test]
async fn a_service_that_shortens_pages_loses_nothing() -> Result<()> {
    let listing = Listing::start(|query| {
        let (offset, limit) = (
            number(query, "offset", 0),
            number(query, "limit", 10).min(4),
        );
        (200, json!({"data": names(offset, limit, 10), "total": 10}))
    })
    .await;
    let request = listing
        .client
        .deployments()
        .list_network_tunnel_groups()
        .limit(10);
    let items = request.items().prefetch(3);
    let found: Vec<_> = items
        .map_ok(|group| group.name.unwrap())
        .try_collect()
        .await?;
    assert_eq!(found, expected(10));
    Ok(())
}

#[tokio::test]
async fn an_error_leaves_the_listing_where_it_was() -> Result<()> {
    let failed = Arc::new(Mutex::new(false));
    let listing = Listing::start(move |query| {
        let offset = number(query, "offset", 0);
        if offset == 10 && !std::mem::replace(&mut failed.lock().unwrap(), true) {
            return (418, json!({"message": "not now"}));
        }
        (200, json!({"data": names(offset, 10, 25), "total": 25}))
    })
    .await;
    let mut items = listing
        .client
        .deployments()
        .list_network_tunnel_groups()
        .limit(10)
        .items();
    let mut found = Vec::new();
    let mut errors = 0;
    while let Some(item) = items.next().await {
        match item {
            Ok(group) => found.push(group.name.unwrap()),
            Err(error) => {
                assert_eq!(error.status(), Some(418));
                errors += 1;
            }
        }
    }
    assert_eq!((found, errors), (expected(25), 1));
    Ok(())
}

#[tokio::test]
async fn a_listing_goes_on_from_a_continuation() -> Result<()> {
    let listing = Listing::start(|query| {
        let offset = number(query, "offset", 0);
        (200, json!({"data": names(offset, 10, 25), "total": 25}))
    })
    .await;
    let request = || {
        listing
            .client
            .deployments()
            .list_network_tunnel_groups()
            .limit(10)
    };
    for stop in [0, 1, 9, 10, 17, 24, 25] {
        let mut items = request().items();
        let mut found = Vec::new();
        while found.len() < stop {
            found.push(items.try_next().await?.unwrap().name.unwrap());
        }
        let Some(continuation) = items.continuation() else {
            assert_eq!(stop, 25);
            continue;
        };
        let saved = serde_json::to_string(&continuation).unwrap();
        let continuation: Continuation = serde_json::from_str(&saved).unwrap();
        let rest = request().items().resume(&continuation);
        found.extend(
            rest.map_ok(|group| group.name.unwrap())
                .try_collect::<Vec<_>>()
                .await?,
        );
        assert_eq!(found, expected(25), "stopped at {stop}");
    }

    let foreign: Continuation =
        serde_json::from_value(json!({"operation": "list_sites", "position": 2, "skip": 0}))
            .unwrap();
    let error = request()
        .items()
        .resume(&foreign)
        .try_next()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    Ok(())
}

#[tokio::test]
async fn a_listing_that_goes_on_behind_all_numbers_ends() -> Result<()> {
    let full = json!([{"siteId": 1}, {"siteId": 2}]);
    let listing = Listing::start(move |_| (200, full.clone())).await;
    let groups =
        Listing::start(|_| (200, json!({"data": names(0, 2, 2), "total": i64::MAX}))).await;
    let place = |operation: &str| -> Continuation {
        let written = json!({"operation": operation, "position": u64::MAX, "skip": 0});
        serde_json::from_value(written).unwrap()
    };
    for width in [1, 3] {
        let sites = listing.client.deployments().list_sites().limit(2);
        let sites = sites.items().resume(&place("list_sites")).prefetch(width);
        assert_eq!(sites.collect_all(10).await?.len(), 2);
        let groups = groups
            .client
            .deployments()
            .list_network_tunnel_groups()
            .limit(2);
        let groups = groups.items().resume(&place("list_network_tunnel_groups"));
        assert_eq!(groups.prefetch(width).collect_all(10).await?.len(), 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_collection_that_changes_ends() -> Result<()> {
    for change in [-3_isize, 3] {
        let total = Arc::new(Mutex::new(40_isize));
        let listing = Listing::start(move |query| {
            let mut total = total.lock().unwrap();
            *total = (*total + change).clamp(0, 70);
            let count = usize::try_from(*total).unwrap();
            (
                200,
                json!({"data": names(number(query, "offset", 0), 10, count), "total": count}),
            )
        })
        .await;
        let items = listing
            .client
            .deployments()
            .list_network_tunnel_groups()
            .limit(10)
            .items();
        let found: Vec<_> = items.prefetch(2).try_collect().await?;
        assert!((20..=70).contains(&found.len()), "{}", found.len());
    }
    Ok(())
}

#[tokio::test]
async fn all_at_once_has_a_limit() {
    let listing = Listing::start(|query| {
        let offset = number(query, "offset", 0);
        (200, json!({"data": names(offset, 10, 25), "total": 25}))
    })
    .await;
    let request = || {
        listing
            .client
            .deployments()
            .list_network_tunnel_groups()
            .limit(10)
    };
    assert_eq!(request().items().collect_all(25).await.unwrap().len(), 25);
    let error = request().items().collect_all(24).await.unwrap_err();
    assert!(error.to_string().contains("more than 24 items"), "{error}");
}

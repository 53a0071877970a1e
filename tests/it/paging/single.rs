//! Lists in one response.

use cisco_secure_access::api::deployments::requests::ListNetworkDevices;
use cisco_secure_access::{ContinuationToken, ErrorKind, Pagination, PaginationStyle, Result};
use futures_util::stream::FusedStream as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Listing, Reply, drain, drain_values, names, only, rows};

/// The response with network devices is a bare array.
fn devices(listing: &Listing) -> ListNetworkDevices {
    listing.client.deployments().list_network_devices()
}

/// The names of the application lists, which are in an object with their count, and the errors of the listing.
async fn drain_lists(listing: &Listing) -> (Vec<String>, Vec<cisco_secure_access::Error>) {
    let lists = listing.client.policies().list_application_lists().items();
    drain(lists, |list| list.application_list_name.unwrap_or_default()).await
}

fn lists(count: usize) -> Vec<Value> {
    let name = |index: usize| json!({"applicationListName": index.to_string()});
    (0..count).map(name).collect()
}

#[tokio::test]
async fn a_bare_array_is_requested_once() -> Result<()> {
    let listing = Listing::start(|_| Value::from(rows(0, 1500, 1500))).await;
    for prefetch in [1, 4] {
        let mut items = devices(&listing).items().prefetch(prefetch);
        let mut found = Vec::new();
        while let Some(device) = items.try_next().await? {
            found.push(device.name.unwrap());
        }
        assert_eq!(found, names(1500));
        assert!(items.is_terminated() && items.continuation().is_none());
        assert!(items.next().await.is_none());
    }
    assert_eq!(listing.queries(), ["", ""]);
    let error = devices(&listing).items().collect_all(1499).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Ambiguous);
    assert_eq!(listing.requests(), 3);
    Ok(())
}

#[tokio::test]
async fn a_property_of_an_object_is_the_list() -> Result<()> {
    let listing = Listing::start(|_| json!({"results": lists(3), "count": 3})).await;
    let (found, errors) = drain_lists(&listing).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(3), 0, 1));
    // Other properties are ignored.
    let listing =
        Listing::start(|_| json!({"bgp": {"asn": 64512}, "regions": rows(0, 3, 3)})).await;
    let regions = listing.client.deployments().list_regions().items();
    let (found, errors) = drain(regions, |region| region.name.unwrap()).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(3), 0, 1));
    Ok(())
}

#[tokio::test]
async fn no_content_and_null_are_empty_lists() {
    let reply = |status, body: &'static str| {
        move |_: &_| Reply {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
    };
    for (status, body) in [(204, ""), (200, "null"), (200, "[]")] {
        let listing = Listing::start(reply(status, body)).await;
        let (found, errors) = drain(devices(&listing).items(), |_| String::new()).await;
        assert_eq!((found.len(), errors.len()), (0, 0), "{status} {body}");
        assert_eq!(listing.requests(), 1);
    }
    for (status, body) in [
        (204, ""),
        (200, r#"{"results": null}"#),
        (200, r#"{"count": 0}"#),
    ] {
        let listing = Listing::start(reply(status, body)).await;
        let (found, errors) = drain_lists(&listing).await;
        assert_eq!((found.len(), errors.len()), (0, 0), "{status} {body}");
        assert_eq!(listing.requests(), 1);
    }
}

#[tokio::test]
async fn a_list_with_another_name_is_an_error() {
    let listing = Listing::start(|_| json!({"lists": lists(3), "count": 3})).await;
    let (found, errors) = drain_lists(&listing).await;
    let error = only(&errors);
    assert_eq!((found.len(), error.kind()), (0, ErrorKind::Decode));
    let text = error.to_string();
    assert!(text.contains("the list at `/results` is missing"), "{text}");
    assert!(text.contains("`lists`"), "{text}");
    // The same applies to an object around a documented bare array.
    let (found, errors) = drain(devices(&listing).items(), |_| String::new()).await;
    let error = only(&errors);
    assert_eq!((found.len(), error.kind()), (0, ErrorKind::Decode));
    assert_eq!(listing.requests(), 2);
}

#[tokio::test]
async fn an_object_instead_of_the_list_is_the_only_item() {
    let one = json!({"applicationListName": "0"});
    let listing = Listing::start(move |_| json!({"results": one, "count": 1})).await;
    let (found, errors) = drain_lists(&listing).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(1), 0, 1));
    // A bare array instead of the object is the list.
    let listing = Listing::start(|_| Value::from(lists(3))).await;
    let lists = listing.client.policies().list_application_lists();
    let (found, errors) = drain(lists.items_as::<Value>(), |list| {
        list["applicationListName"].as_str().unwrap().to_owned()
    })
    .await;
    assert_eq!((found, errors.len(), listing.requests()), (names(3), 0, 1));
}

#[tokio::test]
async fn its_items_can_have_a_type_of_the_program() -> Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct List {
        application_list_name: String,
    }

    let listing = Listing::start(|_| json!({"results": lists(3), "count": 3})).await;
    let lists = listing.client.policies().list_application_lists();
    let (found, errors) = drain(lists.items_as::<List>(), |list| list.application_list_name).await;
    assert_eq!((found, errors.len(), listing.requests()), (names(3), 0, 1));
    Ok(())
}

#[tokio::test]
async fn it_is_one_page() -> Result<()> {
    let listing = Listing::start(|_| json!({"results": lists(3), "count": 3})).await;
    let mut pages = listing.client.policies().list_application_lists().pages();
    let page = pages.try_next().await?.unwrap();
    assert_eq!((page.count, page.results.len()), (Some(3), 3));
    assert!(pages.try_next().await?.is_none() && pages.continuation().is_none());
    assert_eq!(listing.requests(), 1);
    Ok(())
}

#[tokio::test]
async fn an_item_is_found_by_its_name() -> Result<()> {
    let listing = Listing::start(|_| Value::from(rows(0, 20, 20))).await;
    let device = devices(&listing).items().find_by_name("17").await?;
    assert_eq!(device.unwrap().name.as_deref(), Some("17"));
    assert!(
        devices(&listing)
            .items()
            .find_by_name("20")
            .await?
            .is_none()
    );
    assert_eq!(listing.requests(), 2);
    // A name can be an enumeration.
    let settings = json!([{"settingName": "umbrella.logLevel", "settingValue": "LOG_ALL"}, {"settingName": "brandNew"}]);
    let listing = Listing::start(move |_| settings.clone()).await;
    for name in ["umbrella.logLevel", "brandNew"] {
        let settings = listing.client.policies().list_policy_settings().items();
        let setting = settings.find_by_name(name).await?.unwrap();
        assert_eq!(setting.setting_name.unwrap().as_str(), name);
    }
    Ok(())
}

#[tokio::test]
async fn it_resumes_at_every_item() -> Result<()> {
    let listing = Listing::start(|_| Value::from(rows(0, 5, 5))).await;
    for stop in 0..=5 {
        let mut first = devices(&listing).items();
        for _ in 0..stop {
            first.try_next().await?.unwrap();
        }
        let stored = serde_json::to_string(&first.continuation()).unwrap();
        let continuation: Option<ContinuationToken> = serde_json::from_str(&stored).unwrap();
        let Some(continuation) = continuation else {
            assert_eq!(stop, 5);
            continue;
        };
        let before = listing.requests();
        let rest = devices(&listing).items().resume(&continuation);
        let (found, errors) = drain(rest, |device| device.name.unwrap()).await;
        assert_eq!((found, errors.len()), (names(5).split_off(stop), 0));
        assert_eq!(listing.requests() - before, 1);
    }
    Ok(())
}

#[tokio::test]
async fn it_is_requested_again_after_an_error_that_may_be_retried() {
    let mut requests = 0;
    let listing = Listing::start(move |_| {
        requests += 1;
        match requests {
            1 => Reply::from((503, json!({"message": "busy"}))),
            _ => Reply::from(Value::from(rows(0, 3, 3))),
        }
    })
    .await;
    let (found, errors) = drain(devices(&listing).items(), |device| device.name.unwrap()).await;
    assert_eq!(
        only(&errors).status().map(|status| status.as_u16()),
        Some(503)
    );
    assert_eq!((found, listing.requests()), (names(3), 2));
}

#[tokio::test]
async fn a_truncated_response_is_an_error() {
    let more = json!({"rows": rows(0, 3, 3), "more": true});
    let total = json!({"rows": rows(0, 3, 3), "total": 7});
    let full = json!({"rows": rows(0, 3, 3)});
    let single = Pagination::single();
    for (body, pagination, why) in [
        (more, single.more("/more"), "the service reports more"),
        (total, single.total("/total"), "the service reports 7"),
        (
            full.clone(),
            single.limit("limit").max_page_size(3),
            "`limit` allows no more than 3",
        ),
        (full, single.link(), "the service reports more"),
    ] {
        assert_eq!(pagination.style, PaginationStyle::Single);
        let listing = Listing::start(move |_| {
            Reply::from(body.clone()).header("link", "</deployments/v2/things?after=3>; rel=next")
        })
        .await;
        let mut items = listing.items_at("/rows", pagination);
        let mut found = Vec::new();
        let error = loop {
            match items.try_next().await {
                Ok(item) => found.push(item.unwrap()["name"].as_str().unwrap().to_owned()),
                Err(error) => break error,
            }
        };
        assert_eq!((found, error.kind()), (names(3), ErrorKind::Incomplete));
        assert!(error.to_string().contains(why), "{error}");
        assert!(items.next().await.is_none());
        assert_eq!(listing.requests(), 1);
    }
}

#[tokio::test]
async fn a_response_that_reports_its_end_is_not_truncated() {
    let body = |properties: Value| {
        let mut body = json!({"rows": rows(0, 3, 3)});
        body.as_object_mut()
            .unwrap()
            .extend(properties.as_object().unwrap().clone());
        body
    };
    let single = Pagination::single().limit("limit").max_page_size(3);
    for (body, pagination) in [
        (body(json!({"more": false})), single.more("/more")),
        (body(json!({"total": 3})), single.total("/total")),
        (body(json!({})), single.max_page_size(4)),
        // Fewer than received: it counts something else.
        (body(json!({"total": 2})), single.total("/total")),
    ] {
        let listing = Listing::start(move |_| body.clone()).await;
        let (found, errors) = drain_values(listing.items_at("/rows", pagination)).await;
        assert_eq!((found, errors.len(), listing.requests()), (names(3), 0, 1));
    }
}

#[tokio::test]
async fn the_requested_limit_shows_a_truncated_response() {
    let listing = Listing::start(|query| Value::from(rows(0, query.number("limit", 99), 12))).await;
    let history = || {
        listing
            .client
            .investigate()
            .get_whois_history("example.com")
    };
    // The documented default is sent.
    for (request, limit, count, errors) in
        [(history(), 10, 10, 1), (history().limit(50), 50, 12, 0)]
    {
        let before = listing.requests();
        let (found, failures) =
            drain(request.items_as::<Value>(), |row| row["name"].to_string()).await;
        assert_eq!(
            (found.len(), failures.len()),
            (count, errors),
            "{failures:?}"
        );
        assert_eq!(listing.queries()[before..], [format!("limit={limit}")]);
    }
    // Without a default, the maximum that is documented.
    let servers = listing
        .client
        .investigate()
        .get_whois_by_nameserver("ns1.example.com");
    drain(servers.items_as::<Value>(), |_| String::new()).await;
    assert_eq!(listing.queries()[2], "limit=500");
}

//! The options of a single request, and undocumented requests.

use std::time::Duration;

use cisco_secure_access::{
    ErrorKind, Method, RawResponse, ReportsRegion, Response, RetryPolicy, StatusCode,
};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{paused_clock, sleeps};
use crate::scripted::{Scripted, ScriptedResponse};

#[tokio::test]
async fn options_of_a_request_replace_those_of_the_client() {
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let clock = paused_clock(&server);
    let client = server.builder().clock(&clock).build().unwrap();
    let request = client.deployments().list_regions();
    let policy = RetryPolicy::new()
        .max_attempts(2)
        .initial_backoff(Duration::from_secs(7));
    let error = request.retry(policy).send().await.unwrap_err();
    assert_eq!((error.attempts(), sleeps(&clock)), (2, vec![7000]));

    let request = client.deployments().list_regions();
    let error = request
        .retry(RetryPolicy::new().initial_backoff(Duration::from_secs(60)))
        .total_timeout(Duration::from_secs(20))
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no time for a retry"), "{error}");

    let server = Scripted::responding([], ScriptedResponse::Hang).await;
    let client = server
        .builder()
        .clock(&paused_clock(&server))
        .build()
        .unwrap();
    let request = client.deployments().list_regions();
    let error = request
        .attempt_timeout(Duration::from_millis(1500))
        .retry(RetryPolicy::none())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains("in 1.5 s"), "{error}");
}

#[tokio::test]
async fn a_request_can_be_awaited() {
    let server = Scripted::responding([], ScriptedResponse::json(200, r#"{"regions": []}"#)).await;
    let client = server.client();
    let regions = client.deployments().list_regions().await.unwrap();
    assert_eq!(
        (regions.regions.len(), regions.status()),
        (0, StatusCode::OK)
    );
    let raw = client.request(Method::GET, "/deployments/v9/harbours");
    assert_eq!(raw.await.unwrap()["regions"], json!([]));
}

#[tokio::test]
async fn unsupported_methods_are_rejected() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    for method in [
        Method::CONNECT,
        Method::TRACE,
        Method::from_bytes(b"BREW").unwrap(),
    ] {
        let request = server.client().request(method, "/deployments/v2/sites");
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(
            error.to_string().contains("the API does not support"),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn limits_hold_for_each_page_of_a_listing() {
    let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
    let client = server
        .builder()
        .clock(&paused_clock(&server))
        .build()
        .unwrap();
    let request = client.deployments().list_sites().retry(RetryPolicy::none());
    let error = request.items().try_next().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn headers_and_parameters_can_be_added_and_replaced() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let request = server.client().deployments().list_network_tunnel_groups();
    request
        .limit(10)
        .query("limit", "5000")
        .query("new one", "a&b")
        .header("X-New", "yes")
        .header("accept", "application/vnd.cisco+json")
        .send()
        .await
        .unwrap();
    let call = &server.calls()[0];
    let line = "GET /deployments/v2/networktunnelgroups?limit=5000&new%20one=a%26b HTTP/1.1";
    assert!(call.starts_with(line), "{call}");
    assert!(call.contains("x-new: yes\r\n"), "{call}");
    assert!(
        call.contains("accept: application/vnd.cisco+json\r\n"),
        "{call}"
    );
    assert_eq!(call.matches("accept:").count(), 1, "{call}");
}

#[tokio::test]
async fn an_invalid_header_is_rejected() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    for (name, value, why) in [
        ("Authorization", "Bearer mine", "is set by the client"),
        ("host", "evil.example", "is set by the client"),
        ("no name", "x", "is not a valid header name"),
        ("x-new", "a\nb", "characters that are not valid in a header"),
    ] {
        let request = server.client().deployments().list_regions();
        let error = request.header(name, value).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(server.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_response_can_be_read_without_decoding() {
    let response = ScriptedResponse::new(202, &[("x-trace", "t-1")], "\u{feff}not { json");
    let server = Scripted::responding([], response).await;
    let request = server.client().deployments().list_regions();
    let raw: RawResponse = request.clone().send_raw().await.unwrap();
    assert_eq!((raw.status().as_u16(), raw.attempts()), (202, 1));
    assert_eq!(raw.headers()["x-trace"], "t-1");
    assert_eq!(raw.body(), "\u{feff}not { json".as_bytes());
    let error = raw.json::<Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);

    let server =
        Scripted::responding([], ScriptedResponse::json(404, r#"{"message": "none"}"#)).await;
    let request = server.client().deployments().list_regions();
    let error = request.send_raw().await.unwrap_err();
    assert_eq!(error.service_message(), Some("none"));
    assert_eq!(error.headers()["content-type"], "application/json");
}

#[derive(Debug, Deserialize, PartialEq)]
struct Made {
    id: u64,
}

#[tokio::test]
async fn an_undocumented_operation_can_be_requested() {
    let server = Scripted::responding([], ScriptedResponse::json(201, r#"{"id": 7}"#)).await;
    let client = server.client();
    let made: Response<Made> = client
        .request(Method::POST, "/deployments/v9/harbours")
        .query("dryRun", "true")
        .header("x-new", "yes")
        .json(&json!({"name": "Harbour"}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (made.status().as_u16(), made.into_inner()),
        (201, Made { id: 7 })
    );
    let call = &server.calls()[0];
    assert!(
        call.starts_with("POST /deployments/v9/harbours?dryRun=true "),
        "{call}"
    );
    assert!(
        call.contains("authorization: Bearer scripted-hush-token"),
        "{call}"
    );
    assert!(call.ends_with(r#"{"name":"Harbour"}"#), "{call}");

    let request = client.request(Method::GET, "/deployments/v9/harbours/7");
    let error = request.clone().send::<Vec<Made>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .starts_with("GET /deployments/v9/harbours/7: "),
        "{error}"
    );
    assert!(error.operation().is_none());
    assert_eq!(request.send_raw().await.unwrap().body(), br#"{"id": 7}"#);
}

#[tokio::test]
async fn an_undocumented_request_is_retried_as_its_method_allows() {
    for (method, attempts) in [
        (Method::GET, 4),
        (Method::DELETE, 4),
        (Method::POST, 1),
        (Method::PATCH, 1),
    ] {
        let server = Scripted::responding([], ScriptedResponse::json(503, "{}")).await;
        let client = server
            .builder()
            .clock(&paused_clock(&server))
            .build()
            .unwrap();
        let request = client.request(method.clone(), "/deployments/v9/harbours");
        let error = request.send::<Value>().await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "{method}");
    }
}

#[tokio::test]
async fn a_raw_request_to_a_documented_path_has_its_operation() {
    let server = Scripted::responding([], ScriptedResponse::json(403, "{}")).await;
    let request = server
        .client()
        .request(Method::GET, "/deployments/v2/sites/12");
    let error = request.send::<Value>().await.unwrap_err();
    assert_eq!(error.operation().unwrap().id, "get_site");
    assert!(
        error.to_string().contains("deployments.sites:read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_path_that_is_another_path_is_rejected() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server.client();
    for path in [
        "",
        "sites",
        "https://evil.example/x",
        "//evil.example/x",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/./b",
        "/a//b",
        "/a?b=c",
        "/a#b",
        "/a b",
        "/a\\..\\b",
        "/a\r\nx: y",
    ] {
        let error = client
            .request(Method::GET, path)
            .send::<Value>()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{path:?}");
    }
    assert!(server.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn reports_are_requested_in_their_region() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server
        .builder()
        .reports_region(ReportsRegion::Eu)
        .build()
        .unwrap();
    client.deployments().list_regions().send().await.unwrap();
    let request = client
        .reports()
        .list_activity()
        .from("-1days")
        .to("now")
        .limit(10);
    request.clone().send().await.unwrap();
    request
        .reports_region(ReportsRegion::Us)
        .send()
        .await
        .unwrap();
    let paths: Vec<_> = server
        .calls()
        .iter()
        .map(|call| call.split([' ', '?']).nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(
        paths,
        [
            "/deployments/v2/regions",
            "/reports.eu/v2/activity",
            "/reports.us/v2/activity"
        ]
    );
}

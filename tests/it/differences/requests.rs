//! Differences that hold for all scopes: tokens, arguments, errors.

use std::time::Duration;

use cisco_secure_access::ErrorKind;
use cisco_secure_access::api::deployments::types::NetworkTunnelGroupFilters;
use serde_json::json;

use super::{lines, read, serving};
use crate::scripted::{self, Scripted, ScriptedResponse, TOKEN};

const EXPIRED: &str = r#"{"error": "invalid_request"}"#;

#[tokio::test]
async fn an_expired_token_is_a_bad_request() {
    for (status, body) in [(400, EXPIRED), (401, "{}")] {
        let (server, client) = serving([
            (status, body),
            (200, r#"{"regions": [{"region": "cn-east-1"}]}"#),
        ])
        .await;
        let regions = client.deployments().list_regions().send().await.unwrap();
        assert_eq!(regions.regions[0].region.as_deref(), Some("cn-east-1"));
        assert_eq!(server.requests().len(), 4, "two calls, two tokens");
    }

    // Only once.
    let (server, client) = serving([(400, EXPIRED)]).await;
    let error = scripted::read(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Service, 2));
    assert_eq!(server.requests().len(), 4);

    // An invalid argument has the same status.
    let rejected = r#"{"error": "invalid_request", "message": "limit is out of range"}"#;
    let (server, client) = serving([(400, rejected)]).await;
    let request = client.deployments().list_network_tunnel_groups().limit(-1);
    let error = request.send().await.unwrap_err();
    assert!(
        error.to_string().contains("limit is out of range"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 2, "no new token");
}

#[tokio::test]
async fn the_token_request_has_a_form_and_an_organization() {
    let server = Scripted::with([
        ScriptedResponse::json(200, TOKEN),
        ScriptedResponse::json(200, "{}"),
    ])
    .await;
    let child = server.client().for_organization(17);
    child.deployments().list_regions().send().await.unwrap();
    let [token, call] = server.requests().try_into().unwrap();
    assert!(
        token.starts_with("POST /auth/v2/token HTTP/1.1\r\n"),
        "{token}"
    );
    // scripted-key:scripted-hush-secret
    assert!(
        token.contains("authorization: Basic c2NyaXB0ZWQta2V5OnNjcmlwdGVkLWh1c2gtc2VjcmV0"),
        "{token}"
    );
    assert!(token.contains("x-umbrella-orgid: 17"), "{token}");
    assert!(
        token.contains("content-type: application/x-www-form-urlencoded"),
        "{token}"
    );
    assert!(
        token.ends_with("\r\n\r\ngrant_type=client_credentials"),
        "{token}"
    );
    assert!(!call.contains("x-umbrella-orgid"), "{call}");
}

#[tokio::test]
async fn booleans_are_lower_case_and_filters_are_json() {
    let (server, client) = serving([(200, "{}")]).await;
    let filters = NetworkTunnelGroupFilters::new().name("Harbour");
    let request = client.deployments().list_network_tunnel_groups();
    request
        .include_statuses(true)
        .filters(filters)
        .send_raw()
        .await
        .unwrap();
    let line = &lines(&server)[0];
    assert!(line.contains("includeStatuses=true"), "{line}");
    assert!(
        line.contains("filters=%7B%22name%22%3A%22Harbour%22%7D"),
        "{line}"
    );
}

#[tokio::test]
async fn errors_have_many_shapes() {
    let text = "it failed";
    for body in [
        json!({"error": text}),
        json!({"Error": text}),
        json!({"error": "Bad Request", "message": text, "statusCode": 400, "txId": "t"}),
        json!({"status": {"code": 400, "text": "Bad Request"}, "data": {"message": text}}),
        json!({"meta": {}, "data": {"errors": [{"error": text, "param": "limit"}]}}),
        json!({"description": text, "message": "error"}),
        json!({"description": text, "error_code": "X", "title": "Upstream"}),
        json!({"detail": text, "status": 400, "title": "Bad Request", "type": "about:blank"}),
    ] {
        let (_server, client) = serving([(400, body.to_string().as_str())]).await;
        let error = scripted::read(&client).await.unwrap_err();
        assert!(error.to_string().contains(text), "{body}: {error}");
    }
    let server = Scripted::responding(
        [],
        ScriptedResponse::new(405, &[("content-type", "text/plain")], text),
    )
    .await;
    let error = scripted::read(&server.client()).await.unwrap_err();
    assert!(error.to_string().contains(text), "{error}");
}

#[tokio::test]
async fn numbers_are_integers() {
    for id in [json!(17), json!(17.0), json!("17")] {
        let sites = read(json!([{"originId": id, "siteId": id}]), |client| {
            client.deployments().list_sites().send()
        })
        .await;
        let site = &sites[0];
        assert_eq!((site.origin_id, site.site_id), (Some(17), Some(17)), "{id}");
    }
}

#[tokio::test]
async fn limits_are_in_headers() {
    for (header, value) in [("ratelimit-reset", "7"), ("retry-after", "7")] {
        let server =
            Scripted::responding([], ScriptedResponse::new(429, &[(header, value)], "{}")).await;
        let error = scripted::read(&server.client()).await.unwrap_err();
        assert!(error.is_rate_limited());
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(7)),
            "{header}"
        );
    }
}

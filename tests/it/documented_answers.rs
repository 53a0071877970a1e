//! The answers that Cisco's pages show, with values of our own.

use cisco_secure_access::{ErrorKind, Result};

use crate::scripted::{Scripted, TOKEN};

const JSON: &str = "application/json";

#[tokio::test]
async fn the_token_answer_is_read_and_used() -> Result<()> {
    let server = Scripted::start(&[(200, JSON, TOKEN), (200, JSON, r#"{"regions": []}"#)]).await;
    server.client().deployments().list_regions().send().await?;

    let [token, regions] = server.requests().try_into().unwrap();
    assert!(
        token.starts_with("POST /auth/v2/token HTTP/1.1\r\n"),
        "{token}"
    );
    // scripted-key:scripted-hush-secret
    assert!(
        token.contains("authorization: Basic c2NyaXB0ZWQta2V5OnNjcmlwdGVkLWh1c2gtc2VjcmV0"),
        "{token}"
    );
    assert!(
        token.contains("content-type: application/x-www-form-urlencoded"),
        "{token}"
    );
    assert!(
        token.ends_with("\r\n\r\ngrant_type=client_credentials"),
        "{token}"
    );
    assert!(
        regions.starts_with("GET /deployments/v2/regions HTTP/1.1\r\n"),
        "{regions}"
    );
    assert!(
        regions.contains("authorization: Bearer scripted-hush-token"),
        "{regions}"
    );
    Ok(())
}

#[tokio::test]
async fn hubs_without_a_status_are_read() -> Result<()> {
    let groups = r#"{
        "data": [{
            "createdAt": "2025-05-06T07:08:09Z",
            "deviceType": "ASA",
            "hubs": [
                {"authId": "a@1-2-sse.example", "createdAt": "2025-05-06T07:08:09Z", "datacenter": {"name": "dc-1"},
                 "id": 21, "isPrimary": true, "modifiedAt": "2025-05-06T07:08:09Z", "status": null, "tunnelsStatus": null},
                {"authId": "b@1-2-sse.example", "createdAt": "2025-05-06T07:08:09Z", "datacenter": {"name": "dc-2"},
                 "id": 22, "isPrimary": false, "modifiedAt": "2025-05-06T07:08:09Z", "status": null, "tunnelsStatus": null}
            ],
            "id": 2,
            "modifiedAt": "2025-06-07T08:09:10Z",
            "name": "Harbour",
            "organizationId": 1,
            "region": "cn-east-1",
            "routing": {"data": {"networkCIDRs": ["10.1.0.0/16"]}, "type": "static"},
            "status": "connected"
        }],
        "limit": 10, "offset": 0, "total": 1
    }"#;
    let server = Scripted::start(&[(200, JSON, TOKEN), (200, JSON, groups)]).await;
    let page = server
        .client()
        .deployments()
        .list_network_tunnel_groups()
        .send()
        .await?;

    assert_eq!(
        (page.total, page.limit, page.offset),
        (Some(1), Some(10), Some(0))
    );
    let group = &page.data[0];
    assert_eq!(group.name.as_deref(), Some("Harbour"));
    assert_eq!(
        group.status.as_ref().map(|status| status.as_str()),
        Some("connected")
    );
    assert_eq!(
        group.created_at.unwrap().to_rfc3339(),
        "2025-05-06T07:08:09+00:00"
    );
    assert_eq!(group.hubs.len(), 2);
    for hub in &group.hubs {
        assert_eq!(hub.status, None);
        assert!(hub.auth_id.is_some());
    }
    let routing = serde_json::to_value(&group.routing).unwrap();
    assert_eq!(routing["data"]["networkCIDRs"][0], "10.1.0.0/16");
    Ok(())
}

#[tokio::test]
async fn an_expired_token_is_replaced_and_the_call_replayed() -> Result<()> {
    let expired = (400, JSON, r#"{"error": "invalid_request"}"#);
    let token = (200, JSON, TOKEN);
    let regions = (200, JSON, r#"{"regions": [{"region": "cn-east-1"}]}"#);
    let server = Scripted::start(&[token, expired, token, regions]).await;

    let answer = server.client().deployments().list_regions().send().await?;

    assert_eq!(answer.regions[0].region.as_deref(), Some("cn-east-1"));
    assert_eq!(server.requests().len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_call_is_replayed_once_only() {
    let expired = (400, JSON, r#"{"error": "invalid_request"}"#);
    let token = (200, JSON, TOKEN);
    let server = Scripted::start(&[token, expired, token, expired]).await;

    let error = server
        .client()
        .deployments()
        .list_regions()
        .send()
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Service, Some(400))
    );
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_refused_argument_is_no_expired_token() {
    let refused = r#"{"error": "invalid_request", "message": "limit is out of range"}"#;
    let server = Scripted::start(&[(200, JSON, TOKEN), (400, JSON, refused)]).await;

    let request = server
        .client()
        .deployments()
        .list_network_tunnel_groups()
        .limit(-1);
    let error = request.send().await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Service, Some(400))
    );
    assert!(
        error.to_string().contains("limit is out of range"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 2, "no new token");
}

//! Differences of the scope `admin`.

use cisco_secure_access::api::admin::types::{
    AlertRuleStatus, AlertStatus, DeleteAlertRulesRequest, DiscoverTaxiiApiRootsRequest,
    DiscoverTaxiiCollectionsRequest, ThreatFeedAuthType, ThreatFeedCredentials,
    UpdateAlertRulesStatusRequest, UpdateAlertsStatusRequest, UpdateAlertsStatusRequestStatus,
};
use cisco_secure_access::{Client, ErrorKind, Response, ResponseFuture, Security, operations};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::{lines, read, serving, time};

#[tokio::test]
async fn alerts_are_a_list_or_only_a_total() {
    let alert = json!({
        "access_rule_context": {"rule_name": "Harbour"},
        "alert_id": "AL-17-1-0-ff",
        "context": {"action": "blocked", "anything": [1, {"else": null}]},
        "severity": 1,
        "status": 1,
    });
    let body = json!({"alerts": [alert], "severityCounts": {"High": 1, "Low": 0, "Warning": 2}, "total": 3});
    let page = read(body, |client| client.admin().list_alerts().send()).await;
    assert_eq!(page.alerts[0].context["action"], "blocked");
    assert_eq!(page.alerts[0].status, Some(AlertStatus::Active));
    assert_eq!(page.severity_counts["Warning"], 2);

    let page = read(json!({"total": 3}), |client| {
        client.admin().list_alerts().send()
    })
    .await;
    assert_eq!((page.total, page.alerts.len()), (Some(3), 0));
}

#[tokio::test]
async fn bulk_calls_fail_with_the_status_200() {
    let body = r#"{"errorIds": [5], "success": false, "successfulIds": [4]}"#;
    let (_server, client) = serving([(200, body)]).await;
    let admin = client.admin();
    let alerts = UpdateAlertsStatusRequest::builder()
        .entity_ids(["AL-4", "AL-5"])
        .status(UpdateAlertsStatusRequestStatus::other(2))
        .build();
    let rules = UpdateAlertRulesStatusRequest::builder()
        .entity_ids([4, 5])
        .status(AlertRuleStatus::other(2))
        .build();
    let errors = [
        admin
            .update_alerts_status(&alerts)
            .send()
            .await
            .unwrap_err(),
        admin
            .update_alert_rules_status(&rules)
            .send()
            .await
            .unwrap_err(),
        admin
            .delete_alert_rules(&DeleteAlertRulesRequest::new([4, 5]))
            .send()
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Partial);
        assert_eq!(error.body(), body.as_bytes(), "it says which ids failed");
    }

    let (_server, client) = serving([(
        200,
        r#"{"errorIds": [], "success": true, "successfulIds": [4]}"#,
    )])
    .await;
    let deleted = client
        .admin()
        .delete_alert_rules(&DeleteAlertRulesRequest::new([4]))
        .send()
        .await;
    assert_eq!(deleted.unwrap().successful_ids, [4]);
}

fn credentials() -> ThreatFeedCredentials {
    ThreatFeedCredentials::new()
        .username("taxii")
        .password("hush")
}

#[tokio::test]
async fn errors_of_a_taxii_server_are_not_those_of_the_service() {
    let body = r#"{"description": "no access", "error_code": "TAXII_UPSTREAM_ERROR", "title": "Upstream"}"#;
    for status in [401, 404] {
        let (server, client) = serving([(status, body)]).await;
        let admin = client.admin();
        let roots = DiscoverTaxiiApiRootsRequest::builder()
            .auth_type(ThreatFeedAuthType::Basic)
            .credentials(credentials())
            .discovery_url("https://taxii.example/")
            .build();
        let collections = DiscoverTaxiiCollectionsRequest::builder()
            .auth_type(ThreatFeedAuthType::Basic)
            .credentials(credentials())
            .root_url("https://taxii.example/")
            .build();
        for error in [
            admin
                .discover_taxii_api_roots(&roots)
                .send()
                .await
                .unwrap_err(),
            admin
                .discover_taxii_collections(&collections)
                .send()
                .await
                .unwrap_err(),
        ] {
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert!(!error.is_auth() && !error.is_not_found(), "{error}");
            assert_eq!(error.service_code(), Some("TAXII_UPSTREAM_ERROR"));
            assert_eq!(error.service_message(), Some("no access"));
            assert!(
                error
                    .to_string()
                    .contains("another server, which the service called"),
                "{error}"
            );
        }
        // One token, and no request again with another one.
        assert_eq!(server.requests().len(), 3, "{status}");
    }
}

#[test]
fn the_path_of_a_test_email_ends_in_emails() {
    let operation = operations().find(|operation| operation.id == "send_test_alert_email");
    assert_eq!(
        operation.unwrap().path,
        "/admin/v2/alerting/alerts/testNotifications/emails"
    );
}

#[tokio::test]
async fn a_jamf_server_has_two_names_for_its_address() {
    for name in ["url", "urlJamf"] {
        let config = json!({"jamf": {name: "https://jamf.example", "clientCredentialId": "c"}});
        let body = json!({"integration": {"config": config, "id": "i"}});
        let response = read(body, |client| client.admin().get_integration("i").send()).await;
        let config = response.integration.unwrap().config.unwrap();
        let jamf = config.jamf.unwrap();
        assert_eq!(
            jamf.url.or(jamf.url_jamf).as_deref(),
            Some("https://jamf.example")
        );
    }
}

#[tokio::test]
async fn threat_feeds_have_microseconds() {
    let body = json!([{"createdAt": "2025-05-06T07:08:09.000000Z", "destinationListId": "17", "feedId": "00ff", "feedVendor": "v", "orgId": 1}]);
    let feeds = read(body, |client| client.admin().list_threat_feeds().send()).await;
    assert_eq!(feeds[0].created_at, time("2025-05-06T07:08:09Z"));
    assert_eq!(feeds[0].destination_list_id, Some(17));
    let written = serde_json::to_value(&feeds[0]).unwrap();
    assert_eq!(written["destinationListId"], "17");
}

#[tokio::test]
async fn api_keys_have_an_expiry_with_two_zones_or_none() {
    for (expiry, read_as) in [
        ("2027-01-12T20:00:00Z00:00", time("2027-01-12T20:00:00Z")),
        ("2027-01-12T20:00:00Z", time("2027-01-12T20:00:00Z")),
        ("", None),
    ] {
        let key = json!({"createdAt": "2025-10-02 20:00:00", "creatorName": "", "expireAt": expiry, "id": "k"});
        let body =
            json!({"keys": [key], "limit": 10, "message": "success", "offset": 0, "total": 1});
        let page = read(body, |client| client.admin().list_api_keys().send()).await;
        assert_eq!(page.keys[0].expire_at, read_as);
        let written = serde_json::to_value(&page.keys[0]).unwrap();
        assert_eq!(written["expireAt"], expiry);
        assert_eq!(page.keys[0].created_at, time("2025-10-02T20:00:00Z"));
    }
    let (_server, client) = serving([(
        400,
        r#"{"description": "no such scope", "message": "error"}"#,
    )])
    .await;
    let error = client.admin().get_api_key("k").send().await.unwrap_err();
    assert!(error.to_string().contains("no such scope"), "{error}");
}

#[tokio::test]
async fn a_rotated_key_has_a_time_without_a_zone() {
    for text in ["2025-03-12 22:00:00", "2025-03-12T22:00:00"] {
        let body = json!({"currentKeyId": "k", "keyCreationDate": text, "secretAccessKey": "hush"});
        let key = read(body, |client| client.admin().rotate_s3_bucket_key().send()).await;
        assert_eq!(key.key_creation_date, time("2025-03-12T22:00:00Z"));
    }
}

#[tokio::test]
async fn vpn_sessions_have_a_cursor_id() {
    let body = json!({"cursorId": "c", "data": [{"loginTime": "2025-05-06T07:08:09.010Z", "username": "ann"}], "limit": 100, "offset": 0, "total": 1});
    let page = read(body.clone(), |client| {
        client.admin().list_vpn_user_connections().send()
    })
    .await;
    assert_eq!(page.cursor_id.as_deref(), Some("c"));
    assert_eq!(page.data[0].login_time, time("2025-05-06T07:08:09.010Z"));
    // The offset selects pages, and the cursor is ignored.
    let (server, client) = serving([(200, body.to_string().as_str())]).await;
    let sessions: Vec<_> = client
        .admin()
        .list_vpn_user_connections()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!((sessions.len(), lines(&server).len()), (1, 1));
}

#[tokio::test]
async fn scopes_of_two_documents_are_both_in_the_hint() {
    async fn hint<T>(call: impl FnOnce(&Client) -> ResponseFuture<Response<T>>) -> String {
        let (_server, client) = serving([(403, "{}")]).await;
        call(&client).await.map(drop).unwrap_err().to_string()
    }
    let cases = [
        (
            hint(|client| client.admin().list_alerts().send()).await,
            ["admin.alerts:read", "admin.alertrules:read"],
        ),
        (
            hint(|client| client.admin().list_integrations().send()).await,
            [
                "admin.integrations:read",
                "admin.integrations.thirdparty:read",
            ],
        ),
        (
            hint(|client| client.admin().list_ztna_user_certificates(17).send()).await,
            ["admin.ztna.certificates:read", "admin.ztna.users:read"],
        ),
        (
            hint(|client| {
                client
                    .reports()
                    .list_remote_access_events()
                    .from("-1days")
                    .to("now")
                    .limit(10)
                    .send()
            })
            .await,
            ["reports.utilities:read", "reports.aggregations:read"],
        ),
    ];
    for (hint, scopes) in cases {
        assert!(scopes.iter().all(|scope| hint.contains(scope)), "{hint}");
    }
}

#[test]
fn every_operation_has_a_scope_but_one() {
    let has_none = |security| security == Security::Bearer(&[]);
    let without: Vec<_> = operations()
        .filter(|operation| has_none(operation.security))
        .map(|operation| operation.id)
        .collect();
    assert_eq!(without, ["list_app_discovery_application_info"]);
    for (api, count, scope) in [
        ("Data Loss Prevention", 40, "policies.dlp:"),
        (
            "Threat Intelligence Feeds",
            6,
            "admin.integrations.threatfeeds:",
        ),
        ("Do Not Decrypt Lists", 5, "policies.donotdecryptlists:"),
        ("Tenants", 1, "admin.tenants:read"),
        ("DLP Rule Events", 4, "reports.dlp:read"),
    ] {
        let of_api = operations().filter(|operation| operation.api == api);
        let scoped = of_api.filter(|operation| {
            matches!(operation.security, Security::Bearer([only]) if only.starts_with(scope))
        });
        assert_eq!(scoped.count(), count, "{api}");
    }
}

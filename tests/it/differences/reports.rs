//! Differences of the scope `reports`.

use cisco_secure_access::api::reports::types::{
    InternetTrafficType, Source, TopEventTypeEventType, UsageInterval, Verdict,
};
use cisco_secure_access::{ErrorKind, ReportsRegion};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::{lines, read, serving, time};
use crate::scripted::{Scripted, ScriptedResponse};

#[tokio::test]
async fn event_types_have_applications() {
    let body = json!({"data": [{"count": 3, "eventtype": "application"}], "meta": {}});
    let types = read(body, |client| {
        client
            .reports()
            .get_top_event_types()
            .from("-1days")
            .to("now")
            .send()
    })
    .await;
    assert_eq!(
        types.data[0].event_type,
        Some(TopEventTypeEventType::Application)
    );
}

#[tokio::test]
async fn applications_have_ids_in_quotes_or_not() {
    for id in [json!(5), json!("5")] {
        let row = json!({"id": id, "label": "Chat"});
        let body = json!({"data": {"applications": [row], "categories": [{"id": id, "name": "Talk"}]}, "meta": {}});
        let response = read(body, |client| client.reports().list_applications().send()).await;
        let data = response.data.unwrap();
        assert_eq!(
            (data.applications[0].id, data.categories[0].id),
            (Some(5), Some(5))
        );
    }
}

#[tokio::test]
async fn proxy_rows_exceed_the_enumerations() {
    let row = json!({"statuscode": 503, "timestamp": 1_700_000_400_000_i64, "verdict": "proxied"});
    let body = json!({"data": [row], "meta": {}});
    let rows = read(body, |client| {
        client
            .reports()
            .list_proxy_activity()
            .from("-1days")
            .to("now")
            .limit(10)
            .send()
    })
    .await;
    let row = &rows.data[0];
    assert_eq!(
        (row.status_code, &row.verdict),
        (Some(503), &Some(Verdict::Proxied))
    );
    assert_eq!(row.timestamp, time("2023-11-14T22:20:00Z"));
}

#[tokio::test]
async fn firewall_rows_name_the_application_twice() {
    let application = json!({"app": "chat", "id": 5, "label": "Chat"});
    let body = json!({"data": [{"allapplications": [application], "applicationprotocols": [application]}], "meta": {}});
    let rows = read(body, |client| {
        client
            .reports()
            .list_firewall_activity()
            .from("-1days")
            .to("now")
            .limit(10)
            .send()
    })
    .await;
    let row = &rows.data[0];
    assert_eq!(row.application_protocols[0].app.as_deref(), Some("chat"));
    assert_eq!(row.all_applications[0].id, Some(5));
}

#[tokio::test]
async fn resources_may_have_no_label() {
    let body = json!({"data": [{"application": {"id": 5}, "count": 2, "rank": 1}], "meta": {}});
    let rows = read(body, |client| {
        client
            .reports()
            .get_top_resources()
            .from("-1days")
            .to("now")
            .limit(10)
            .offset(0)
            .send()
    })
    .await;
    let application = rows.data[0].application.as_ref().unwrap();
    assert_eq!((application.id, &application.label), (Some(5), &None));
}

#[tokio::test]
async fn hit_counts_have_two_names() {
    for name in ["hitcount", "hitscount"] {
        let body = json!({"data": [{name: 7, "lasteventat": 1_700_000_400_000_i64, "ruleid": 17}], "meta": {}});
        let rows = read(body, |client| {
            client
                .reports()
                .get_hit_count_by_rule()
                .from("-1days")
                .to("now")
                .rule_ids([17])
                .send()
        })
        .await;
        assert_eq!(rows.data[0].hit_count.or(rows.data[0].hits_count), Some(7));
        assert_eq!(rows.data[0].last_event_at, time("2023-11-14T22:20:00Z"));
    }
}

#[tokio::test]
async fn some_reports_have_seconds() {
    let body = json!({"data": [{"connecttimestamp": 1_700_000_400, "timestamp": 1_700_000_400}], "meta": {}});
    let events = read(body, |client| {
        client
            .reports()
            .list_remote_access_events()
            .from("-1days")
            .to("now")
            .limit(10)
            .send()
    })
    .await;
    let body = json!({"data": [{"timestamp": 1_700_000_400}], "meta": {}});
    let logs = read(body, |client| {
        client
            .reports()
            .list_network_tunnel_logs()
            .from("-1days")
            .to("now")
            .limit(10)
            .send()
    })
    .await;
    let expected = time("2023-11-14T22:20:00Z");
    assert_eq!(
        [
            events.data[0].timestamp,
            events.data[0].connect_timestamp,
            logs.data[0].timestamp
        ],
        [expected; 3]
    );
}

#[tokio::test]
async fn requests_by_hour_ignore_the_limit() {
    let rows: Vec<_> = (0..30)
        .map(|hour| json!({"timestamp": 1_700_000_400_000_i64 + hour * 3_600_000}))
        .collect();
    let body = json!({"data": rows, "meta": {}}).to_string();
    let (server, client) =
        serving([(200, body.as_str()), (200, r#"{"data": [], "meta": {}}"#)]).await;
    let items = client
        .reports()
        .get_requests_by_hour()
        .from("-2days")
        .to("now")
        .limit(10)
        .items();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap().len(), 30);
    assert!(
        lines(&server)[1].contains("offset=30"),
        "{:?}",
        lines(&server)
    );
}

#[tokio::test]
async fn a_summary_of_a_documented_type_may_be_missing() {
    let (_server, client) = serving([(404, r#"{"message": "not found"}"#)]).await;
    let request = client
        .reports()
        .get_summary_by_type(InternetTrafficType::other("ztna"))
        .from("-1days")
        .to("now")
        .limit(10);
    assert!(request.send().await.unwrap_err().is_not_found());
}

/// The service's response to an argument that it does not accept.
fn rejection(name: &str, reason: &str) -> String {
    json!({"data": {"errors": [{"error": reason, "param": name, "value": "10001"}]}, "meta": {}})
        .to_string()
}

#[tokio::test]
async fn reports_reject_large_offsets_and_large_pages() {
    let rejected = rejection(
        "offset",
        "invalid offset: should be integer between 0 and 10000 inclusive",
    );
    let (_server, client) = serving([(400, rejected.as_str())]).await;
    let request = client
        .reports()
        .list_dns_activity()
        .from("-1days")
        .to("now")
        .limit(10)
        .offset(10_001);
    let error = request.send().await.unwrap_err();
    assert!(error.to_string().contains("between 0 and 10000"), "{error}");

    // A listing does not request an offset that the service rejects.
    let server = Scripted::by(|request| {
        let offset = request.split("offset=").nth(1).unwrap_or("0");
        let offset: i64 = offset.split([' ', '&']).next().unwrap().parse().unwrap();
        let rows: Vec<_> = (offset..offset + 5000)
            .map(|number| json!({"timestamp": number}))
            .collect();
        ScriptedResponse::json(200, &json!({"data": rows, "meta": {}}).to_string())
    })
    .await;
    let rows = server
        .client()
        .reports()
        .list_dns_activity()
        .from("-1days")
        .to("now")
        .limit(5000)
        .items();
    let mut rows = std::pin::pin!(rows);
    let mut count = 0;
    let error = loop {
        match rows.try_next().await {
            Ok(row) => count += usize::from(row.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!((count, error.kind()), (15_000, ErrorKind::Incomplete));
    assert!(error.to_string().contains("jobs::activity"), "{error}");
    let offsets: Vec<_> = lines(&server)
        .iter()
        .filter_map(|line| line.split("offset=").nth(1).map(str::to_owned))
        .collect();
    assert_eq!(offsets, ["0", "5000", "10000"]);
}

#[tokio::test]
async fn activity_covers_thirty_days() {
    let rejected = rejection("from", "the time range is longer than 30 days");
    let (_server, client) = serving([(400, rejected.as_str())]).await;
    let error = client
        .reports()
        .list_activity()
        .from("-40days")
        .to("now")
        .limit(10)
        .send()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("longer than 30 days"), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn activity_may_lack_kinds_of_traffic() {
    let body =
        r#"{"data": [{"type": "dns"}], "meta": {"failed": ["proxy"], "successful": ["dns"]}}"#;
    let (_server, client) = serving([(207, body)]).await;
    let mut items = client
        .reports()
        .list_activity()
        .from("-1days")
        .to("now")
        .limit(10)
        .items();
    assert!(items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial);
    assert!(error.to_string().contains("proxy"), "{error}");
}

#[tokio::test]
async fn either_of_two_required_parameters_is_sent() {
    let (server, client) = serving([(200, r#"{"data": [], "meta": {}}"#)]).await;
    let reports = client.reports();
    let request = || {
        reports
            .get_connector_group_stats_by_timerange()
            .from("-1days")
            .to("now")
    };
    request().group_ids([4, 5]).send().await.unwrap();
    request().cpu_threshold(80).send().await.unwrap();
    let lines = lines(&server);
    assert!(
        lines[0].contains("groupids=") && !lines[0].contains("cputhreshold="),
        "{lines:?}"
    );
    assert!(
        !lines[1].contains("groupids=") && lines[1].contains("cputhreshold="),
        "{lines:?}"
    );
}

#[tokio::test]
async fn api_usage_and_app_discovery_have_no_region() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server
        .builder()
        .reports_region(ReportsRegion::Eu)
        .build()
        .unwrap();
    let reports = client.reports();
    let day: chrono::NaiveDate = "2025-05-06".parse().unwrap();
    reports
        .list_api_usage_keys()
        .from(day)
        .to(day)
        .send_raw()
        .await
        .unwrap();
    reports
        .list_app_discovery_applications()
        .send_raw()
        .await
        .unwrap();
    reports
        .list_dlp_real_time_events()
        .from("-1days")
        .to("now")
        .send_raw()
        .await
        .unwrap();
    reports
        .get_summary()
        .from("-1days")
        .to("now")
        .send_raw()
        .await
        .unwrap();
    let lines = lines(&server);
    let paths: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split([' ', '?']).nth(1))
        .collect();
    assert_eq!(
        paths,
        [
            "/reports/v2/apiUsage/keys",
            "/reports/v2/appDiscovery/applications",
            "/reports.eu/v2/dlp/realTime/events",
            "/reports.eu/v2/summary",
        ]
    );
}

#[tokio::test]
async fn reports_redirect_to_their_region() {
    let to = |url: &str| {
        ScriptedResponse::new(
            302,
            &[("location", &format!("{url}/reports.eu/v2/summary"))],
            "",
        )
    };
    let in_body = |url: &str| {
        let body = json!({"data": {"redirect": format!("{url}/reports.eu/v2/summary")}});
        ScriptedResponse::json(200, &body.to_string())
    };
    let redirects: [&dyn Fn(&str) -> ScriptedResponse; 2] = [&to, &in_body];
    for redirect in redirects {
        let server = Scripted::knowing_itself(redirect, ScriptedResponse::json(200, "{}")).await;
        let client = server.client();
        client
            .reports()
            .get_summary()
            .from("-1days")
            .to("now")
            .send_raw()
            .await
            .unwrap();
        let calls = server.calls();
        assert!(
            calls[1].starts_with("GET /reports.eu/v2/summary"),
            "{calls:?}"
        );
        assert!(calls[1].contains("authorization: Bearer "), "{calls:?}");
    }
}

#[tokio::test]
async fn dlp_events_are_in_events() {
    let body = json!({"events": [{"detected": "2025-05-06T07:08:09Z", "eventId": "e", "severity": "HIGH"}]});
    let page = read(body, |client| {
        client
            .reports()
            .list_dlp_real_time_events()
            .from("-1days")
            .to("now")
            .send()
    })
    .await;
    assert_eq!(page.events[0].event_id.as_deref(), Some("e"));
}

#[tokio::test]
async fn discovered_applications_count_dns_traffic_twice() {
    for name in ["events", "requests"] {
        let source = json!({"blockedRequests": 1, "name": "dns", name: 7});
        let body = json!({"currentPage": 1, "items": [{"id": "a", "sources": [source]}], "itemsCount": 1, "totalPages": 1});
        let page = read(body, |client| {
            client.reports().list_app_discovery_applications().send()
        })
        .await;
        let source = &page.items[0].sources[0];
        let Source::Dns(dns) = source else {
            panic!("{source:?}");
        };
        assert_eq!(dns.events.or(dns.requests), Some(7));
    }
}

#[tokio::test]
async fn usage_continues_at_a_url() {
    let first = json!({
        "body": {"usages": [{"organization_id": 1}]},
        "next": "https://api.example/reports/v2/usage/metrics?page=2",
        "statusCode": 200,
    });
    let second = json!({"body": {"usages": [{"organization_id": 2}]}, "statusCode": 200});
    let (server, client) = serving([
        (200, first.to_string().as_str()),
        (200, second.to_string().as_str()),
    ])
    .await;
    let time = time("2025-05-06T00:00:00Z").unwrap();
    let request = client
        .reports()
        .list_usage_metrics()
        .organization_id(1)
        .product_id("p")
        .from(time)
        .to(time)
        .time_grouping_interval(UsageInterval::Day);
    assert_eq!(
        request.items().try_collect::<Vec<_>>().await.unwrap().len(),
        2
    );
    assert!(lines(&server)[1].contains("page=2"), "{:?}", lines(&server));
}

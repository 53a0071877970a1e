//! Requests on the wire.

use std::net::Ipv4Addr;

use cisco_secure_access::api::deployments::types::ConnectorFilters;
use cisco_secure_access::api::reports::types::{InternetTrafficType, TunnelEventLevel, Verdict};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, ErrorKind, Method, Upload, operations};
use futures_util::TryStreamExt as _;

use crate::scripted::{Scripted, ScriptedResponse, TOKEN};

#[tokio::test]
async fn requests_can_move_between_tasks() {
    fn movable<T: Send + 'static>(value: T) -> T {
        value
    }
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    drop(movable(client.deployments().list_network_tunnel_groups()));
    drop(movable(
        client.deployments().list_network_tunnel_groups().items(),
    ));
    let sending = movable(client.deployments().list_regions().send());
    tokio::spawn(sending).await.unwrap().unwrap();
}

#[tokio::test]
async fn no_header_of_the_generator_leaves_the_machine() {
    let simulator = Simulator::builder().start().await.unwrap();
    simulator
        .client()
        .unwrap()
        .deployments()
        .list_regions()
        .send()
        .await
        .unwrap();
    for request in simulator.requests() {
        assert!(
            !request.headers.contains(&"api-version".to_owned()),
            "{request:?}"
        );
        assert!(
            request.headers.contains(&"user-agent".to_owned()),
            "{request:?}"
        );
    }
}

#[tokio::test]
async fn path_arguments_are_escaped() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{}"),
    ])
    .await;
    let client = server.client();
    client
        .admin()
        .get_api_key("a/b?c#d é")
        .send()
        .await
        .unwrap();
    let request = &server.requests()[1];
    assert!(
        request.starts_with("GET /admin/v2/apiKeys/a%2Fb%3Fc%23d%20%C3%A9 HTTP/1.1"),
        "{request}"
    );
}

#[tokio::test]
async fn path_arguments_that_change_the_path_are_rejected() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    for argument in ["", ".", ".."] {
        let error = client
            .admin()
            .delete_api_key(argument)
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains("apiKeyId"), "{error}");
    }
    assert_eq!(simulator.requests(), [], "nothing was sent");
}

#[tokio::test]
async fn lists_and_booleans_are_encoded_as_documented() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{}"),
        (200, "application/json", "{}"),
    ])
    .await;
    let client = server.client();
    let request = client
        .admin()
        .list_vpn_user_connections()
        .usernames(["ann", "bob"]);
    request.send().await.unwrap();
    let request = client
        .deployments()
        .list_network_tunnel_groups()
        .include_statuses(true);
    request.send().await.unwrap();
    let requests = server.requests();
    assert!(
        requests[1].contains("usernames=ann%2Cbob"),
        "{}",
        requests[1]
    );
    assert!(
        requests[2].contains("includeStatuses=true"),
        "{}",
        requests[2]
    );
}

/// The path and query of the only call that `send` makes.
async fn target<T>(
    response: &str,
    send: impl AsyncFnOnce(Client) -> cisco_secure_access::Result<T>,
) -> String {
    let server = Scripted::responding([], ScriptedResponse::json(200, response)).await;
    send(server.client()).await.unwrap();
    let calls = server.calls();
    assert_eq!(calls.len(), 1);
    calls[0].split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn lists_take_ids_enumerations_and_addresses() {
    let sent = target("{}", async |client| {
        let request = client
            .reports()
            .list_network_tunnel_logs()
            .from("-1days")
            .to("now");
        request
            .network_tunnel_level([TunnelEventLevel::Error, TunnelEventLevel::Warning])
            .datacenter_ip([Ipv4Addr::new(192, 0, 2, 7), Ipv4Addr::new(192, 0, 2, 9)])
            .send()
            .await
    })
    .await;
    assert!(
        sent.contains("networkTunnelLevel=ERROR%2CWARNING"),
        "{sent}"
    );
    assert!(
        sent.contains("datacenterip=192.0.2.7%2C192.0.2.9"),
        "{sent}"
    );

    let sent = target("{}", async |client| {
        let request = client
            .reports()
            .list_dns_activity()
            .from("-1days")
            .to("now");
        request.identity_ids(vec![17, 4711]).send().await
    })
    .await;
    assert!(sent.contains("identityids=17%2C4711"), "{sent}");

    let sent = target("[]", async |client| {
        client
            .admin()
            .list_tenants()
            .organization_ids([31, 32])
            .send()
            .await
    })
    .await;
    assert!(sent.ends_with("organizationIds=31%2C32"), "{sent}");
}

#[tokio::test]
async fn filters_in_json_are_structs() {
    let simulator = Simulator::builder().seed(5).start().await.unwrap();
    let request = simulator.client().unwrap().deployments().list_connectors();
    let all = request
        .clone()
        .items()
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let groups: Vec<_> = all.iter().filter_map(|known| known.group_id).collect();
    let (one, other) = (groups[0], groups[groups.len() - 1]);
    let expected = groups.iter().filter(|id| [one, other].contains(id)).count();
    let filters = ConnectorFilters::new().group_id(format!("{one},{other}"));
    let found = request.filters(filters).items();
    let found: Vec<_> = found.try_collect().await.unwrap();
    assert_eq!(found.len(), expected);
    assert!(found.len() < all.len());
}

#[tokio::test]
async fn a_list_in_a_header_has_commas() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let request = server
        .client()
        .reports()
        .list_activity()
        .from("-1days")
        .to("now");
    let kinds = [InternetTrafficType::Dns, InternetTrafficType::Ip];
    request.x_traffic_type(kinds).send().await.unwrap();
    let call = &server.calls()[0];
    assert!(call.contains("x-traffic-type: dns,ip\r\n"), "{call}");
}

#[tokio::test]
async fn a_flag_is_sent_if_it_is_set() {
    let sent = async |is_set: bool| {
        target("{}", async |client| {
            let request = client.investigate().get_domain_categorization("a.example");
            let request = match is_set {
                true => request.show_labels(),
                false => request,
            };
            request.send().await.map(drop)
        })
        .await
    };
    let path = "/investigate/v2/domains/categorization/a.example";
    assert_eq!(sent(true).await, format!("{path}?showLabels="));
    assert_eq!(sent(false).await, path);
}

#[tokio::test]
async fn an_element_with_a_comma_is_rejected() {
    let simulator = Simulator::builder().start().await.unwrap();
    let reports = simulator.client().unwrap().reports();
    let request = reports.list_dns_activity().from("-1days").to("now");
    for (name, request) in [
        ("domains", request.clone().domains(["a.example,b.example"])),
        (
            "verdict",
            request.verdict([Verdict::other("allowed,blocked")]),
        ),
    ] {
        let error = request.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        let expected = format!("cannot be an element of `{name}`");
        assert!(error.to_string().contains(&expected), "{error}");
    }
    assert_eq!(simulator.requests(), [], "nothing was sent");
}

#[tokio::test]
async fn required_paging_parameters_have_a_default() {
    let top = |client: &Client| {
        let request = client.reports().get_top_destinations();
        request.from("-1days").to("now")
    };
    let sent = target("{}", async |client| top(&client).send().await).await;
    assert_eq!(
        sent,
        "/reports/v2/top-destinations?from=-1days&to=now&limit=100&offset=0"
    );
    let sent = target("{}", async |client| {
        top(&client).offset(20).limit(10).send().await
    })
    .await;
    assert_eq!(
        sent,
        "/reports/v2/top-destinations?from=-1days&to=now&offset=20&limit=10"
    );
    // A listing requests the maximum page size.
    let sent = target(r#"{"data": []}"#, async |client| {
        let request = client
            .reports()
            .list_rule_activity()
            .from("-1days")
            .to("now");
        request.items().try_collect::<Vec<_>>().await
    })
    .await;
    assert!(sent.ends_with("&limit=5000&offset=0"), "{sent}");
    // A raw request has only the parameters that the caller sets.
    let sent = target("{}", async |client| {
        let path = "/reports/v2/top-destinations";
        client
            .request(Method::GET, path)
            .query("from", "now")
            .send_raw()
            .await
    })
    .await;
    assert_eq!(sent, "/reports/v2/top-destinations?from=now");
}

#[tokio::test]
async fn a_file_is_a_part_of_a_multipart_body() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{}"),
    ])
    .await;
    let file = Upload::bytes("objects.csv", "name,type\n");
    server
        .client()
        .policies()
        .upload_network_objects(file)
        .send()
        .await
        .unwrap();
    let request = &server.requests()[1];
    assert!(
        request.contains("content-type: multipart/form-data; boundary="),
        "{request}"
    );
    assert!(
        request.contains(r#"name="file"; filename="objects.csv""#),
        "{request}"
    );
    assert!(
        request.to_lowercase().contains("content-type: text/csv"),
        "{request}"
    );
    assert!(request.contains("name,type\n"), "{request}");
}

#[tokio::test]
async fn a_reader_is_streamed_with_its_content_type() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{}"),
    ])
    .await;
    let text = "name,type\n".repeat(10_000);
    let reader = std::io::Cursor::new(text.clone().into_bytes());
    let upload = Upload::reader("objects.txt", reader).content_type("text/csv");
    let policies = server.client().policies();
    policies
        .upload_network_objects(upload.clone())
        .await
        .unwrap();
    let request = &server.requests()[1];
    assert!(request.to_lowercase().contains("content-type: text/csv"));
    assert!(request.contains("filename=\"objects.txt\""));
    // The borders of chunks are in some lines.
    assert!(request.len() > text.len() && request.matches("name,type").count() > 9_900);

    let error = policies.upload_network_objects(upload).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("was already sent"), "{error}");
    let upload = Upload::bytes("objects.csv", "").content_type("no type");
    let error = policies.upload_network_objects(upload).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(
        error
            .to_string()
            .contains("`no type` is not a valid content type"),
        "{error}"
    );
}

#[tokio::test]
async fn a_reader_is_sent_once() {
    let limited = || ScriptedResponse::new(429, &[("retry-after", "1")], "");
    let moved = || ScriptedResponse::new(308, &[("location", "/elsewhere")], "");
    let rejected = || ScriptedResponse::json(401, "{}");
    for (response, kind, reason) in [
        (limited(), ErrorKind::Service, "can be sent only once"),
        (moved(), ErrorKind::Redirect, "can be sent only once"),
        (rejected(), ErrorKind::Service, "401"),
    ] {
        let server = Scripted::responding([response], ScriptedResponse::json(200, "{}")).await;
        let upload = Upload::reader("objects.csv", std::io::Cursor::new(b"name"));
        let policies = server.builder().build().unwrap().policies();
        let error = policies.upload_network_objects(upload).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(server.calls().len(), 1);
    }
}

#[test]
fn the_operation_table_has_every_operation_once() {
    let count = |scope: &str| {
        operations()
            .filter(|operation| operation.scope == scope)
            .count()
    };
    assert_eq!(count("admin"), 41);
    assert_eq!(count("auth"), 1);
    assert_eq!(count("deployments"), 66);
    assert_eq!(count("investigate"), 28);
    assert_eq!(count("policies"), 135);
    assert_eq!(count("reports"), 94);
    let ids: std::collections::BTreeSet<_> = operations()
        .map(|operation| (operation.scope, operation.id))
        .collect();
    assert_eq!(ids.len(), 365);
}

/// The operation of this id.
fn operation(id: &str) -> &'static cisco_secure_access::Operation {
    operations().find(|operation| operation.id == id).unwrap()
}

const NONE: &[&str] = &[];

#[tokio::test]
async fn an_operation_that_is_known_at_run_time_is_called_by_its_description() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    let id = simulator.ids("/deployments/v2/sites").remove(0);
    let site = client
        .request_for(operation("get_site"), &[&id])
        .send::<serde_json::Value>()
        .await
        .unwrap();
    assert_eq!(site["siteId"].to_string(), id);

    // A parameter with a default is sent.
    let counts = operation("get_top_identities");
    assert!(!counts.defaults.is_empty());
    client
        .request_for(counts, NONE)
        .query("from", "-1days")
        .query("to", "now")
        .send_raw()
        .await
        .unwrap();
    let last = simulator.requests().pop().unwrap();
    assert_eq!(last.operation, Some("get_top_identities"));
    for (name, value) in counts.defaults {
        let pair = format!("{name}={value}");
        assert!(last.query.contains(&pair), "{}", last.query);
    }
}

#[tokio::test]
async fn the_values_of_a_path_are_as_many_as_its_parameters() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    for (values, expected) in [
        (&["1", "2"][..], "has 1 parameters, not 2"),
        (NONE, "has 1 parameters, not 0"),
    ] {
        let error = client
            .request_for(operation("get_site"), values)
            .send_raw()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        let text = error.to_string();
        let is_empty = text.contains("cannot be a segment");
        assert!(text.contains(expected) || is_empty, "{text}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_request_without_types_sends_lists_forms_and_files() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{}"),
        (200, "application/json", "{}"),
        (200, "application/json", "{}"),
    ])
    .await;
    let client = server.client();
    let request = || client.request(Method::POST, "/admin/v2/things");
    let list = request().query_values("kind", ["a", "b&c"]);
    list.send::<serde_json::Value>().await.unwrap();
    let form = request().form(&serde_json::json!({"grant": "a b", "none": null}));
    form.send::<serde_json::Value>().await.unwrap();
    let file = request().part("file", Upload::bytes("things.csv", "name\n"));
    file.send::<serde_json::Value>().await.unwrap();
    let requests = server.requests();
    assert!(requests[1].contains("/admin/v2/things?kind=a&kind=b%26c"));
    assert!(requests[2].contains("application/x-www-form-urlencoded"));
    assert!(requests[2].ends_with("grant=a+b"));
    assert!(requests[3].contains("name=\"file\"; filename=\"things.csv\""));
}

#[tokio::test]
async fn a_value_of_your_own_type_is_not_read_from_a_failed_request() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (
            200,
            "application/json",
            r#"{"success": false, "errorIds": [4]}"#,
        ),
    ])
    .await;
    let error = server
        .client()
        .request_for(operation("delete_alert_rules"), NONE)
        .json(&serde_json::json!({"ruleIds": [4]}))
        .send::<serde_json::Value>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Partial);
}

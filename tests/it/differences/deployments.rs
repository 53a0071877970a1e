//! Differences of the scope `deployments`.

use cisco_secure_access::api::deployments::types::{
    ConnectorGroupPatch, ConnectorGroupPatchPath, CreateDnsForwarderRequest,
    ListSwgDeviceSettingsBody, RegisteredIdentity, RegisteredIdentityType,
};
use cisco_secure_access::{Client, ErrorKind, Response, ResponseFuture};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use super::{lines, read, serving, time};
use crate::scripted::{Scripted, ScriptedResponse};

#[tokio::test]
async fn hubs_may_have_no_status() {
    let hub = |id: i64| {
        json!({
            "authId": format!("{id}@17-{id}.example"),
            "createdAt": "2025-05-06T07:08:09Z",
            "datacenter": {"name": "dc-1"},
            "id": id,
            "isPrimary": id == 21,
            "status": null,
            "tunnelsStatus": null,
        })
    };
    let group =
        json!({"hubs": [hub(21), hub(22)], "id": 2, "name": "Harbour", "status": "connected"});
    let body = json!({"data": [group], "limit": 10, "offset": 0, "total": 1});
    let page = read(body, |client| {
        client.deployments().list_network_tunnel_groups().send()
    })
    .await;
    let hubs = &page.data[0].hubs;
    assert_eq!(hubs.len(), 2);
    assert_eq!(hubs[1].created_at, time("2025-05-06T07:08:09Z"));
    assert!(
        hubs.iter()
            .all(|hub| hub.status.is_none() && hub.auth_id.is_some())
    );

    let body = json!({"hubs": [{"id": 21, "status": null, "tunnelsStatus": null}], "id": 2});
    let state = read(body, |client| {
        client
            .deployments()
            .get_network_tunnel_group_state(2)
            .send()
    })
    .await;
    assert_eq!(state.hubs[0].id, Some(21));
}

#[tokio::test]
async fn tunnel_states_and_device_types_are_open() {
    for (device, status) in [
        ("AWS S2S VPN", "connected"),
        ("AZURE S2S VPN", "rekeying soon"),
    ] {
        let body = json!({"deviceType": device, "id": 2, "status": status});
        let group = read(body, |client| {
            client.deployments().get_network_tunnel_group(2).send()
        })
        .await;
        assert_eq!(
            group.device_type.as_ref().map(|device| device.as_str()),
            Some(device)
        );
        assert_eq!(
            group.status.as_ref().map(|status| status.as_str()),
            Some(status)
        );

        let body =
            json!([{"ikeState": status, "status": status, "time": "2025-05-06T07:08:09.010Z"}]);
        let states = read(body, |client| {
            client
                .deployments()
                .list_network_tunnel_peer_states(2)
                .send()
        })
        .await;
        assert_eq!(states[0].status.as_deref(), Some(status));
        assert_eq!(states[0].time, time("2025-05-06T07:08:09.010Z"));
    }
}

#[tokio::test]
async fn a_new_tunnel_group_has_no_state() {
    let (_server, client) = serving([(404, r#"{"error": "Not Found", "requestId": "r"}"#)]).await;
    let deployments = client.deployments();
    let state = deployments
        .get_network_tunnel_group_state(2)
        .send()
        .await
        .unwrap_err();
    let peers = deployments
        .list_network_tunnel_peer_states(2)
        .send()
        .await
        .unwrap_err();
    assert!(state.is_not_found() && peers.is_not_found());
    assert_eq!(state.request_id(), Some("r"));
}

#[tokio::test]
async fn tunnel_groups_have_pages_of_two_hundred() {
    let (server, client) = serving([(200, r#"{"data": [], "total": 0}"#), (200, "[]")]).await;
    let deployments = client.deployments();
    let _: Vec<_> = deployments
        .list_network_tunnel_groups()
        .items()
        .try_collect()
        .await
        .unwrap();
    let _: Vec<_> = deployments
        .list_network_tunnel_peer_states(2)
        .items()
        .try_collect()
        .await
        .unwrap();
    assert!(
        lines(&server).iter().all(|line| line.contains("limit=200")),
        "{:?}",
        lines(&server)
    );
}

#[tokio::test]
async fn internal_domains_may_lack_required_properties() {
    let row = json!({
        "createdAt": "2025-05-06T07:08:09.000Z",
        "description": "",
        "domain": "corp.example",
        "id": 0,
        "includeAllVAs": true,
    });
    let domains = read(json!([row]), |client| {
        client.deployments().list_internal_domains().send()
    })
    .await;
    let domain = &domains[0];
    assert_eq!(
        (domain.id, domain.description.as_deref()),
        (Some(0), Some(""))
    );
    assert!(domain.site_ids.is_empty());
}

#[tokio::test]
async fn lists_are_bare_and_their_times_have_milliseconds() {
    async fn list<T: serde::Serialize>(
        row: Value,
        call: impl FnOnce(&Client) -> ResponseFuture<Response<Vec<T>>>,
    ) -> T {
        read(json!([row]), call).await.remove(0)
    }
    let expected = time("2025-05-06T07:08:09Z");
    let row = json!({"createdAt": "2025-05-06T07:08:09.000Z", "modifiedAt": "2025-05-06T07:08:09.000Z", "name": "Harbour"});
    let site = list(row.clone(), |client| {
        client.deployments().list_sites().send()
    })
    .await;
    let network = list(row.clone(), |client| {
        client.deployments().list_networks().send()
    })
    .await;
    let device = list(row.clone(), |client| {
        client.deployments().list_network_devices().send()
    })
    .await;
    let appliance = list(row, |client| {
        client.deployments().list_virtual_appliances().send()
    })
    .await;
    assert_eq!(
        [
            site.created_at,
            network.created_at,
            device.created_at,
            appliance.created_at
        ],
        [expected; 4]
    );
    let row = json!({"deviceId": "00FF", "lastSync": "2025-05-06T07:08:09.000Z"});
    let computer = list(row, |client| {
        client.deployments().list_roaming_computers().send()
    })
    .await;
    assert_eq!(computer.last_sync, expected);
}

#[tokio::test]
async fn virtual_appliances_ignore_the_page() {
    let rows: Vec<_> = (0..150)
        .map(|id| json!({"originId": id, "name": format!("va-{id}")}))
        .collect();
    let (server, client) = serving([(200, json!(rows).to_string().as_str())]).await;
    let found: Vec<_> = client
        .deployments()
        .list_virtual_appliances()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!((found.len(), lines(&server).len()), (150, 2));
}

#[tokio::test]
async fn swg_settings_have_times_without_a_zone() {
    let body = json!([{"modifiedAt": "2021-04-26 13:12:11", "name": "SWGEnabled", "originId": 5, "value": 1}]);
    let settings = read(body, |client| {
        let devices = ListSwgDeviceSettingsBody::new([5]);
        client
            .deployments()
            .list_swg_device_settings(&devices)
            .send()
    })
    .await;
    assert_eq!(settings[0].modified_at, time("2021-04-26T13:12:11Z"));
}

#[tokio::test]
async fn registered_identities_have_nanoseconds() {
    for (number, expected) in [
        (json!(1_700_000_400_000_000_000_i64), "2023-11-14T22:20:00Z"),
        // More than an i64 holds.
        (
            json!(9_223_372_036_854_775_808_u64),
            "2262-04-11T23:47:16.854775808Z",
        ),
    ] {
        let row = json!({"authName": "phone", "createdAt": number, "key": "k", "label": "l", "modifiedAt": number, "status": "active"});
        let body = json!({"data": [row], "limit": 100, "offset": 0, "total": 1});
        let page = read(body, |client| {
            client
                .deployments()
                .list_registered_identities(RegisteredIdentityType::Device)
                .send()
        })
        .await;
        let RegisteredIdentity::Device(device) = &page.data[0] else {
            panic!("{page:?}");
        };
        assert_eq!(device.created_at, time(expected));
    }
}

#[tokio::test]
async fn a_registration_can_fail_with_the_status_200() {
    let (_server, client) = serving([(200, r#"{"success": false}"#)]).await;
    let request = client
        .deployments()
        .update_registered_identities(RegisteredIdentityType::Device, &[]);
    assert_eq!(request.send().await.unwrap_err().kind(), ErrorKind::Partial);
    let (_server, client) = serving([(200, r#"{"success": true}"#)]).await;
    let request = client
        .deployments()
        .update_registered_identities(RegisteredIdentityType::Device, &[]);
    assert_eq!(request.send().await.unwrap().success, Some(true));
}

#[tokio::test]
async fn a_created_forwarder_has_an_asset_id() {
    for body in [
        json!({"asset_id": 17, "type": "network"}),
        json!({"originId": 17, "type": "network"}),
    ] {
        let created = read(body, |client| {
            let forwarder = CreateDnsForwarderRequest::builder()
                .internal_ips(["192.0.2.53"])
                .name("Harbour")
                .build();
            client.deployments().create_dns_forwarder(&forwarder).send()
        })
        .await;
        assert_eq!(created.asset_id.or(created.origin_id), Some(17));
    }
}

#[tokio::test]
async fn the_path_of_a_patch_has_a_slash_or_none() {
    let (server, client) = serving([(200, "{}")]).await;
    for path in ["/name", "name"] {
        let patch = ConnectorGroupPatch::new(ConnectorGroupPatchPath::other(path));
        let patch = [patch.value("Harbour")];
        client
            .deployments()
            .update_connector_group(17, &patch)
            .send()
            .await
            .unwrap();
        let call = server.calls().pop().unwrap();
        let body: Value = serde_json::from_str(call.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(
            body,
            json!([{"op": "replace", "path": path, "value": "Harbour"}])
        );
    }
}

#[tokio::test]
async fn counts_and_conflicts_have_another_media_type() {
    let resource = [("content-type", "resource/json")];
    let counts = ScriptedResponse::new(200, &resource, r#"{"connected": 3, "total": 4}"#);
    let conflict = ScriptedResponse::new(
        409,
        &resource,
        r#"{"error": "the name must be unique", "requestId": "r"}"#,
    );
    let server = Scripted::responding([counts.clone(), counts], conflict).await;
    let client = server.client();
    let groups = client
        .deployments()
        .get_connector_group_counts()
        .send()
        .await
        .unwrap();
    let connectors = client
        .deployments()
        .get_connector_counts()
        .send()
        .await
        .unwrap();
    assert_eq!((groups.total, connectors.total), (Some(4), Some(4)));
    let patch = [ConnectorGroupPatch::new(ConnectorGroupPatchPath::Name).value("Harbour")];
    let error = client
        .deployments()
        .update_connector_group(17, &patch)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.service_message(), Some("the name must be unique"));
}

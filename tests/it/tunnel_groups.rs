//! The most common tasks against the simulator: create, list over several pages, get, change, delete.

use cisco_secure_access::api::deployments::types::{
    CreateNetworkTunnelGroupRequest, DeviceType, NetworkTunnelGroupFilters,
    NetworkTunnelGroupPatch, NetworkTunnelGroupProperty,
};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Cloud, ErrorKind, Result, StatusCode};
use futures_util::TryStreamExt;

#[tokio::test]
async fn a_group_can_be_created_read_changed_and_deleted() -> Result<()> {
    let simulator = Simulator::builder().cloud(Cloud::China).start().await?;
    let client = simulator.client()?;
    let deployments = client.deployments();

    let group = CreateNetworkTunnelGroupRequest::builder()
        .auth_id_prefix("office-7")
        .name("Harbour")
        .passphrase("LongPassphrase16")
        .region("cn-east-1")
        .device_type(DeviceType::Asa)
        .build();
    let created = deployments
        .create_network_tunnel_group(&group)
        .send()
        .await?;
    assert_eq!(created.status(), 201);
    let id = created.id.unwrap();

    let error = deployments
        .create_network_tunnel_group(&group)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::CONFLICT));

    let change = NetworkTunnelGroupPatch::builder()
        .path(NetworkTunnelGroupProperty::Name)
        .value("Harbour 2")
        .build();
    deployments
        .update_network_tunnel_group(id, &[change])
        .send()
        .await?;
    let got = deployments.get_network_tunnel_group(id).send().await?;
    assert_eq!(got.name.as_deref(), Some("Harbour 2"));
    assert_eq!(got.device_type, Some(DeviceType::Asa));

    let deleted = deployments.delete_network_tunnel_group(id).send().await?;
    assert_eq!(deleted.status(), 204);
    let error = deployments
        .get_network_tunnel_group(id)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Service, Some(404))
    );
    assert_eq!(error.operation().unwrap().id, "get_network_tunnel_group");
    Ok(())
}

#[tokio::test]
async fn all_pages_are_listed_in_order_and_once() -> Result<()> {
    for count in [0, 1, 9, 10, 11, 35] {
        let simulator = Simulator::builder().tunnel_groups(count).start().await?;
        let client = simulator.client()?;
        let items = client
            .deployments()
            .list_network_tunnel_groups()
            .limit(10)
            .items();
        let ids: Vec<_> = items
            .map_ok(|group| group.id.unwrap())
            .try_collect()
            .await?;

        let expected: Vec<_> = (1001..).take(count).collect();
        assert_eq!(ids, expected);
        let pages = count.div_ceil(10).max(1);
        assert_eq!(
            simulator.requests().len(),
            pages + 1,
            "{count} groups: no page too many"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_continues_with_a_new_token() -> Result<()> {
    let simulator = Simulator::builder().tunnel_groups(25).start().await?;
    let mut groups = simulator
        .client()?
        .deployments()
        .list_network_tunnel_groups()
        .limit(10)
        .items();
    let mut count = 0;
    while let Some(_group) = groups.try_next().await? {
        count += 1;
        if count == 5 {
            simulator.expire_tokens();
        }
    }
    assert_eq!(count, 25);
    assert_eq!(simulator.token_requests(), 2);
    Ok(())
}

#[tokio::test]
async fn filters_are_sent_as_json() -> Result<()> {
    let simulator = Simulator::builder().tunnel_groups(12).start().await?;
    let filters = NetworkTunnelGroupFilters::new().exact_name("branch 007");
    let page = simulator
        .client()?
        .deployments()
        .list_network_tunnel_groups()
        .filters(filters)
        .send()
        .await?;
    assert_eq!(page.total, Some(1));
    assert_eq!(page.data[0].name.as_deref(), Some("Branch 007"));
    let request = simulator.requests().pop().unwrap();
    assert_eq!(
        request.query,
        "filters=%7B%22exactName%22%3A%22branch%20007%22%7D"
    );
    Ok(())
}

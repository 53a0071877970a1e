//! Provisions a tenant: a destination list, a network tunnel group, a private resource, and rules that use them. You can run it several
//! times: it does not change existing items.
//!
//! ```text
//! cargo run --example provision_tenant         # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example provision_tenant
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::api::deployments::types::{
    CreateNetworkTunnelGroupRequest, DeviceType, RoutingRequest,
};
use cisco_secure_access::api::policies::types::{
    AccessTypeRequest, CreateAccessRuleRequest, CreateDestinationListRequest,
    DestinationListAccess, PrivateResourceRequest, ProtocolClientToResource, ResourceAddress,
    ResourceAddressProtocolPort, RuleAction, RuleCondition, RuleSetting, RuleSettingName,
};
use cisco_secure_access::jobs::{Ensured, ensure};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Required as _, Result};

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> std::result::Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    tunnel_group(&client).await?;
    let list = destination_list(&client).await?;
    let resource = private_resource(&client).await?;
    let block = RuleCondition::destination_lists([list]);
    rule(&client, "Harbour block list", RuleAction::Block, block).await?;
    let allow = RuleCondition::private_resources([resource]);
    rule(&client, "Harbour ticket system", RuleAction::Allow, allow).await?;
    Ok(())
}

async fn tunnel_group(client: &Client) -> Result<()> {
    let deployments = client.deployments();
    let name = "Harbour";
    let group = CreateNetworkTunnelGroupRequest::builder()
        .name(name)
        .region("us-east-1")
        .device_type(DeviceType::Other)
        .auth_id_prefix("harbour-01")
        .passphrase("ChangeThisPassphrase1")
        .routing(RoutingRequest::static_routes(["10.1.0.0/16"]))
        .build();
    let list = || deployments.list_network_tunnel_groups().items();
    let create = deployments.create_network_tunnel_group(&group);
    report(name, &ensure(name, list, create).await?);
    Ok(())
}

async fn destination_list(client: &Client) -> Result<i64> {
    let policies = client.policies();
    let name = "Harbour block list";
    let list = CreateDestinationListRequest::builder()
        .name(name)
        .access(DestinationListAccess::Block)
        .is_global(false)
        .destinations(["malware.example", "phishing.example"])
        .build();
    let lists = || policies.list_destination_lists().items();
    let ensured = ensure(name, lists, policies.create_destination_list(&list)).await?;
    report(name, &ensured);
    match ensured {
        Ensured::Found(list) => list.id.required(),
        Ensured::Created(created) => created.into_inner().data.required()?.id.required(),
    }
}

async fn private_resource(client: &Client) -> Result<i64> {
    let policies = client.policies();
    let name = "Harbour ticket system";
    let ports = ResourceAddressProtocolPort::new()
        .protocol(ProtocolClientToResource::Tcp)
        .ports("443");
    let address = ResourceAddress::new()
        .destination_addr(["tickets.harbour.example"])
        .protocol_ports([ports]);
    let resource = PrivateResourceRequest::builder()
        .name(name)
        .access_types([AccessTypeRequest::client(["tickets.harbour.example"])])
        .resource_addresses([address])
        .build();
    let resources = || policies.list_private_resources().items();
    let ensured = ensure(name, resources, policies.create_private_resource(&resource)).await?;
    report(name, &ensured);
    match ensured {
        Ensured::Found(resource) => resource.resource_id.required(),
        Ensured::Created(created) => created.resource_id.required(),
    }
}

/// A rule for traffic of all users.
async fn rule(
    client: &Client,
    name: &str,
    action: RuleAction,
    destination: RuleCondition,
) -> Result<()> {
    let policies = client.policies();
    let log = RuleSetting::new()
        .setting_name(RuleSettingName::UmbrellaLogLevel)
        .setting_value("LOG_ALL");
    let rule = CreateAccessRuleRequest::builder()
        .rule_name(name)
        .rule_action(action)
        .rule_conditions([RuleCondition::any_source(), destination])
        .rule_settings([log])
        .build();
    let rules = || policies.list_access_rules().items();
    let ensured = ensure(name, rules, policies.create_access_rule(&rule)).await?;
    report(name, &ensured);
    Ok(())
}

fn report<T, C>(name: &str, ensured: &Ensured<T, C>) {
    let what = match ensured {
        Ensured::Found(_) => "is there",
        Ensured::Created(_) => "is created",
    };
    println!("{name:24} {what}");
}

//! A body lacks a required property.

use cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest;

fn main() {
    let _ = CreateNetworkTunnelGroupRequest::builder()
        .name("Harbour")
        .region("cn-east-1")
        .auth_id_prefix("harbour")
        .build();
}

//! JSON Schema of the types: the feature `schemars`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cisco_secure_access::api::deployments::types::{
    CreateNetworkTunnelGroupRequest, NetworkTunnelGroup,
};
use serde_json::json;

#[test]
fn types_write_their_json_schema() {
    let schema = schemars::schema_for!(NetworkTunnelGroup).to_value();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(
        properties["organizationId"]["type"],
        json!(["integer", "null"])
    );
    assert!(
        schema.get("required").is_none(),
        "what is read may lack all"
    );
    assert!(properties["hubs"].get("description").is_some());
    let status = &schema["$defs"]["NetworkTunnelGroupStatus"]["anyOf"];
    assert_eq!(status[1], json!({"type": "string"}));
    assert!(
        status[0]["enum"]
            .as_array()
            .unwrap()
            .contains(&json!("connected"))
    );

    let schema = schemars::schema_for!(CreateNetworkTunnelGroupRequest).to_value();
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&json!("region")), "{required:?}");
    assert!(
        schema["properties"].get("authIdPrefix").is_some(),
        "{schema}"
    );
}

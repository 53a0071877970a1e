//! JSON Schema of the types: the feature `schemars`.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use cisco_secure_access::api::deployments::types::{
    CreateNetworkTunnelGroupRequest, NetworkTunnelGroup, RoutingRequest,
};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

/// The names of the properties that a schema requires.
fn required(schema: &Value) -> Vec<&str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn a_response_requires_nothing() {
    let schema = schema::<NetworkTunnelGroup>();
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(
        properties["organizationId"]["type"],
        json!(["integer", "null"])
    );
    assert_eq!(
        properties["createdAt"],
        json!({
            "type": ["string", "null"],
            "format": "date-time",
            "description": properties["createdAt"]["description"],
        })
    );
    assert_eq!(properties["hubs"]["type"], "array");
    assert!(properties["hubs"].get("description").is_some());
    assert_eq!(required(&schema), [""; 0]);
}

#[test]
fn a_request_requires_what_the_document_requires() {
    let schema = schema::<CreateNetworkTunnelGroupRequest>();
    assert_eq!(
        required(&schema),
        ["authIdPrefix", "name", "passphrase", "region"]
    );
    let properties = &schema["properties"];
    assert_eq!(properties["region"]["type"], "string");
    assert_eq!(properties["deviceType"]["anyOf"][1]["type"], "null");
}

#[test]
fn the_schema_has_only_the_documented_properties() {
    for schema in [
        schema::<NetworkTunnelGroup>(),
        schema::<CreateNetworkTunnelGroupRequest>(),
    ] {
        for name in ["extra", "lists"] {
            assert_eq!(schema["properties"].get(name), None);
        }
        assert_eq!(schema["type"], "object");
    }
}

#[test]
fn a_secret_is_a_string() {
    let schema = schema::<CreateNetworkTunnelGroupRequest>();
    let secret = schema["properties"]["passphrase"].as_object().unwrap();
    assert_eq!(secret["type"], "string");
    let keywords: Vec<_> = secret.keys().collect();
    assert_eq!(keywords, ["description", "type"]);
}

#[test]
fn an_enumeration_has_its_values_and_is_open() {
    let strings = &schema::<NetworkTunnelGroup>()["$defs"]["NetworkTunnelGroupStatus"]["anyOf"];
    let values = strings[0]["enum"].as_array().unwrap();
    assert!(values.contains(&json!("connected")), "{values:?}");
    assert_eq!(strings[1], json!({"type": "string"}));
}

#[cfg(feature = "admin")]
#[test]
fn an_enumeration_of_integers_has_its_values_and_is_open() {
    use cisco_secure_access::api::admin::types::AlertRule;

    let integers = &schema::<AlertRule>()["$defs"]["AlertSeverity"]["anyOf"];
    assert_eq!(integers[0], json!({"enum": [1, 2, 3, 4]}));
    assert_eq!(integers[1], json!({"type": "integer"}));
}

#[test]
fn a_union_is_any_of_its_variants() {
    let schema = schema::<RoutingRequest>();
    let union = schema["properties"]["data"].as_object().unwrap();
    let variants = union["anyOf"].as_array().unwrap();
    let targets: Vec<_> = variants
        .iter()
        .filter_map(|variant| variant.get("$ref")?.as_str())
        .collect();
    assert_eq!(
        targets,
        ["#/$defs/StaticRoutingRequest", "#/$defs/BgpRoutingRequest"]
    );
    assert_eq!(variants[2]["type"], "string");
    // An undocumented value.
    let unknown = variants[3].as_object().unwrap();
    assert_eq!(unknown.keys().collect::<Vec<_>>(), ["description"]);
}

#[cfg(feature = "policies")]
#[test]
fn a_nullable_value_can_be_required() {
    use cisco_secure_access::api::policies::types::SecurityProfileUpdateRequest;

    let schema = schema::<SecurityProfileUpdateRequest>();
    assert!(required(&schema).contains(&"aupSettingGroupId"));
    let types: Vec<_> = schema["properties"]["aupSettingGroupId"]["anyOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variant| variant["type"].clone())
        .collect();
    assert_eq!(types, ["integer", "null"]);
}

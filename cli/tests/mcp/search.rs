//! The tools `search_operations` and `describe_operation`.

use cisco_secure_access::operations;
use cisco_secure_access::simulator::Simulator;
use serde_json::{Value, json};

use crate::client::Agent;

/// The ids of what a search has found.
fn ids(found: &Value) -> Vec<&str> {
    let found = found["operations"].as_array().unwrap();
    found
        .iter()
        .map(|operation| operation["operation"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn operations_are_found_by_words() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let found = agent
        .success(
            "search_operations",
            json!({"words": "list tunnel groups", "limit": 2}),
        )
        .await;
    assert_eq!(
        found["operations"][0],
        json!({
            "operation": "list_network_tunnel_groups",
            "scope": "deployments",
            "api": "Network Tunnel Groups and Regions",
            "method": "GET",
            "path": "/deployments/v2/networktunnelgroups",
            "summary": found["operations"][0]["summary"],
            "effect": "read",
            "isAllowed": true,
            "isList": true,
        })
    );
    assert_eq!(ids(&found).len(), 2);

    // No operation has all words.
    let found = agent
        .success(
            "search_operations",
            json!({"words": "please delete a site"}),
        )
        .await;
    assert!(ids(&found).contains(&"delete_site"), "{found}");
    let deletion = &found["operations"][0];
    assert_eq!(deletion["operation"], "delete_site");
    assert_eq!(
        (&deletion["effect"], &deletion["isAllowed"]),
        (&json!("destroy"), &json!(false))
    );

    let found = agent
        .success("search_operations", json!({"words": "", "limit": 1000}))
        .await;
    assert_eq!(ids(&found).len(), operations().count() - 1);
    assert!(!ids(&found).contains(&"create_token"));
}

#[tokio::test]
async fn a_description_has_limits_and_what_to_confirm() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write"]).await;
    let described = agent
        .success("describe_operation", json!({"operation": "update-site"}))
        .await;
    assert_eq!(described["effect"], "destroy");
    assert_eq!(described["isAllowed"], true);
    assert!(described["confirm"].as_str().unwrap().contains("get_site"));
    assert_eq!(described["oauthScopes"], json!(["deployments.sites:write"]));
    assert_eq!(described["rateLimit"]["per"], "API key");
    let arguments = &described["arguments"];
    assert_eq!(arguments["required"], json!(["path", "body"]));
    assert_eq!(
        arguments["properties"]["path"]["required"],
        json!(["siteId"])
    );
    assert_eq!(
        arguments["properties"]["body"]["$ref"],
        "#/$defs/SiteRequest"
    );
    let name = &arguments["$defs"]["SiteRequest"]["properties"]["name"];
    assert_eq!(name["type"], "string");
    assert!(name["description"].is_string());

    let described = agent
        .success("describe_operation", json!({"operation": "list_sites"}))
        .await;
    assert_eq!(described["list"]["tool"], "list_items");
    assert_eq!(described["response"]["itemProperties"]["name"], "string");

    let error = agent
        .failure("describe_operation", json!({"operation": "list_stie"}))
        .await;
    assert_eq!(error["status"], "not_found");
    assert!(
        error["hint"].as_str().unwrap().contains("`list_site"),
        "{error}"
    );
}

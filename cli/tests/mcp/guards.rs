//! What a server permits: reading by default, changes that are confirmed, some scopes, and no secrets.

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::testing::CannedResponse;
use serde_json::{Value, json};

use crate::client::Agent;
use crate::program::Program;

const SITES: &str = "/deployments/v2/sites";

fn deletion(confirm: Value) -> Value {
    let mut input = json!({"operation": "delete_site", "arguments": {"path": {"siteId": 1002}}});
    if !confirm.is_null() {
        input["confirm"] = confirm;
    }
    input
}

#[tokio::test]
async fn a_server_is_read_only() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let creation = json!({"operation": "create_site", "arguments": {"body": {"name": "Harbour"}}});
    for (input, expected) in [
        (
            creation,
            "create_site creates or changes something, and this server is read-only: nothing was sent",
        ),
        (
            deletion("Site 002".into()),
            "delete_site deletes, replaces or changes in bulk, and this server is read-only: nothing was sent",
        ),
    ] {
        let error = agent.failure("call_operation", input).await;
        assert_eq!(error["message"], expected);
        assert!(error["hint"].as_str().unwrap().contains("--allow-write"));
    }
    assert_eq!(simulator.requests().len(), 0);
    // A POST that changes nothing is no change.
    let input = json!({"operation": "categorize_domains", "arguments": {"body": ["example.com"]}});
    agent.success("call_operation", input).await;
}

#[tokio::test]
async fn a_server_that_may_write_creates() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write"]).await;
    let input = json!({"operation": "create_site", "arguments": {"body": {"name": "Harbour"}}});
    let result = agent.success("call_operation", input).await;
    assert_eq!(result["body"]["name"], "Harbour");
    assert_eq!(simulator.items(SITES).len(), 4);
    let input = json!({"operation": "create_site", "arguments": {"body": {"name": "Quay"}}, "pointer": "/name"});
    let error = agent.failure("call_operation", input).await;
    assert_eq!(
        error["message"],
        "`pointer` is for operations that read: nothing was sent"
    );
    assert_eq!(simulator.items(SITES).len(), 4);
}

#[tokio::test]
async fn a_deletion_needs_the_name_of_the_thing() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write", "-y"]).await;
    let error = agent.failure("call_operation", deletion(Value::Null)).await;
    assert_eq!(
        error["message"],
        "delete_site cannot be undone and needs `confirm`: nothing was changed"
    );
    assert!(error["hint"].as_str().unwrap().contains("get_site"));
    assert_eq!(simulator.requests().len(), 0);
    // The name of another site, the id, and no name at all. The error does not contain the right one.
    for wrong in [
        json!("Site 001"),
        json!(1002),
        json!("1002"),
        json!(""),
        json!("site 002"),
    ] {
        let error = agent.failure("call_operation", deletion(wrong)).await;
        assert_eq!(
            error["message"],
            "`confirm` does not name what delete_site would delete, replace or change: nothing was changed"
        );
        assert!(!error.to_string().contains("Site 002"), "{error}");
    }
    assert_eq!(simulator.items(SITES).len(), 3);
    agent
        .success("call_operation", deletion("Site 002".into()))
        .await;
    let names: Vec<Value> = simulator
        .items(SITES)
        .iter()
        .map(|site| site["name"].clone())
        .collect();
    assert_eq!(names, ["Site 001", "Site 003"]);
    // What does not exist cannot be confirmed.
    let error = agent
        .failure("call_operation", deletion("Site 002".into()))
        .await;
    assert_eq!(error["status"], "not_found");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("what delete_site is about cannot be read, so nothing was changed"),
        "{message}"
    );
}

#[tokio::test]
async fn a_replacement_and_a_bulk_change_need_it_too() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write"]).await;
    let list = simulator.items("/policies/v2/destinationlists")[0].clone();
    let arguments = json!({"path": {"destinationListId": list["id"]}, "body": [{"destination": "example.com"}]});
    let mut input =
        json!({"operation": "add_destinations", "arguments": arguments, "confirm": list["id"]});
    agent.failure("call_operation", input.clone()).await;
    input["confirm"] = list["name"].clone();
    agent.success("call_operation", input).await;

    let arguments = json!({"path": {"siteId": 1001}, "body": {"name": "Harbour"}});
    let mut input = json!({"operation": "update_site", "arguments": arguments});
    agent.failure("call_operation", input.clone()).await;
    input["confirm"] = "Site 001".into();
    agent.success("call_operation", input).await;
    assert_eq!(simulator.items(SITES)[0]["name"], "Harbour");
}

#[tokio::test]
async fn without_a_name_the_id_is_repeated_and_without_an_id_the_operation() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write"]).await;
    // A domain has no name.
    let id = simulator.ids("/deployments/v2/internaldomains")[0].clone();
    let arguments = json!({"path": {"internalDomainId": id}});
    let input =
        json!({"operation": "delete_internal_domain", "arguments": arguments, "confirm": id});
    agent.success("call_operation", input).await;
    assert_eq!(simulator.ids("/deployments/v2/internaldomains").len(), 2);

    // The ids are in the body.
    let described = agent
        .success(
            "describe_operation",
            json!({"operation": "delete_alert_rules"}),
        )
        .await;
    let mut input = json!({"operation": "delete_alert_rules", "arguments": described["example"], "confirm": "1"});
    let error = agent.failure("call_operation", input.clone()).await;
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("`confirm` does not name"),
        "{error}"
    );
    input["confirm"] = described["confirm"].clone();
    let result = agent.call("call_operation", input).await;
    assert!(!result.to_string().contains("confirm"), "{result}");
}

#[tokio::test]
async fn only_some_scopes_and_apis_are_permitted() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--only", "reports,sites"]).await;
    let found = agent
        .success("search_operations", json!({"words": "list", "limit": 500}))
        .await;
    for operation in found["operations"].as_array().unwrap() {
        let is_permitted = operation["scope"] == "reports" || operation["api"] == "Sites";
        assert!(is_permitted, "{operation}");
    }
    agent
        .success("call_operation", json!({"operation": "list_sites"}))
        .await;
    for tool in ["describe_operation", "call_operation", "list_items"] {
        let error = agent
            .failure(tool, json!({"operation": "list_networks"}))
            .await;
        assert_eq!(
            error["message"],
            "list_networks is not permitted by this server"
        );
        assert!(error["hint"].as_str().unwrap().contains("reports, sites"));
    }
    // A continuation of another server.
    let mut other = Agent::start(&simulator, &[]).await;
    let first = other
        .success(
            "list_items",
            json!({"operation": "list_networks", "max_items": 1}),
        )
        .await;
    let error = agent
        .failure("list_items", json!({"continuation": first["continuation"]}))
        .await;
    assert_eq!(
        error["message"],
        "list_networks is not permitted by this server"
    );
}

#[tokio::test]
async fn an_unknown_scope_is_an_error_at_the_start() {
    let simulator = Simulator::builder().start().await.unwrap();
    let agent = Agent::spawn(Program::on(&simulator), &["--only", "polices"]);
    let (status, output, errors) = agent.close().await;
    assert_eq!((status.code(), output.as_str()), (Some(2), ""));
    assert!(
        errors.contains("there is no scope and no API `polices`"),
        "{errors}"
    );
    assert!(errors.contains("policies"), "{errors}");
}

#[tokio::test]
async fn a_token_cannot_be_requested() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--allow-write", "--allow-secrets"]).await;
    for tool in ["describe_operation", "call_operation", "list_items"] {
        let error = agent
            .failure(tool, json!({"operation": "create_token"}))
            .await;
        assert_eq!(error["message"], "create_token cannot be called here");
    }
    assert_eq!(simulator.token_requests(), 0);
}

#[tokio::test]
async fn secrets_are_hidden_unless_they_are_allowed() {
    let simulator = Simulator::builder().start().await.unwrap();
    let group = json!({"id": 1, "name": "Harbour", "provisioningKey": "hush"});
    let list = json!({"data": [group], "offset": 0, "limit": 100, "total": 1});
    simulator
        .on("get_connector_group")
        .respond(CannedResponse::new(200).json(group.clone()).always());
    simulator
        .on("list_connector_groups")
        .respond(CannedResponse::new(200).json(list).always());
    let call = json!({"operation": "get_connector_group", "arguments": {"path": {"id": 1}}});
    for (arguments, shown) in [(&[][..], "…"), (&["--allow-secrets"][..], "hush")] {
        let mut agent = Agent::start(&simulator, arguments).await;
        let result = agent.success("call_operation", call.clone()).await;
        assert_eq!(result["body"]["provisioningKey"], shown);
        let mut input = call.clone();
        input["pointer"] = "/provisioningKey".into();
        let result = agent.success("call_operation", input).await;
        assert_eq!(result["body"], shown);
        let result = agent
            .success("list_items", json!({"operation": "list_connector_groups"}))
            .await;
        assert_eq!(result["items"][0]["provisioningKey"], shown, "{result}");
    }
}

#[tokio::test]
async fn a_dry_run_returns_requests() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["--dry-run"]).await;
    let body = json!({"name": "Harbour", "region": "us-east-1", "authIdPrefix": "harbour-01", "passphrase": "hushHushHush1234"});
    let input = json!({"operation": "create_network_tunnel_group", "arguments": {"body": body}});
    let request = agent.success("call_operation", input).await;
    assert_eq!(request["method"], "POST");
    assert!(
        request["url"]
            .as_str()
            .unwrap()
            .ends_with("/deployments/v2/networktunnelgroups")
    );
    assert_eq!(request["body"]["passphrase"], "…");
    let request = agent.success("call_operation", deletion(Value::Null)).await;
    assert_eq!(request["method"], "DELETE");
    let request = agent
        .success(
            "list_items",
            json!({"operation": "list_sites", "max_items": 5}),
        )
        .await;
    assert!(
        request["url"].as_str().unwrap().contains("limit=5"),
        "{request}"
    );
    assert_eq!(simulator.requests().len(), 0);
}

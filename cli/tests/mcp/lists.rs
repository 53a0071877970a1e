//! The tool `list_items`.

use cisco_secure_access::simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::client::Agent;

/// Lists everything, and returns the items of each result.
async fn pages(agent: &mut Agent, input: Value) -> Vec<Vec<Value>> {
    let max_items = input.get("max_items").cloned();
    let mut pages = Vec::new();
    let mut input = input;
    loop {
        let mut result = agent.success("list_items", input).await;
        let Some(Value::Array(items)) = result.get_mut("items").map(Value::take) else {
            panic!("{result}");
        };
        assert_eq!(result["count"], items.len());
        pages.push(items);
        let continuation = result["continuation"].take();
        assert_eq!(result["truncated"], continuation.is_string());
        if continuation.is_null() {
            return pages;
        }
        input = json!({"continuation": continuation});
        if let Some(max_items) = &max_items {
            input["max_items"] = max_items.clone();
        }
    }
}

fn names(pages: &[Vec<Value>]) -> Vec<&str> {
    let items = pages.iter().flatten();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_continues_where_it_was_truncated() {
    let simulator = Simulator::builder()
        .items("list_sites", 7)
        .start()
        .await
        .unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let pages = pages(
        &mut agent,
        json!({"operation": "list_sites", "max_items": 3}),
    )
    .await;
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 3, 1]);
    let expected: Vec<String> = (1..=7).map(|number| format!("Site {number:03}")).collect();
    assert_eq!(names(&pages), expected);
}

#[tokio::test]
async fn pages_keep_their_size_though_later_calls_want_more_items() {
    let simulator = Simulator::builder()
        .items("list_sites", 7)
        .start()
        .await
        .unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let first = agent
        .success(
            "list_items",
            json!({"operation": "list_sites", "max_items": 2}),
        )
        .await;
    let input = json!({"continuation": first["continuation"], "max_items": 50});
    let rest = agent.success("list_items", input).await;
    assert_eq!(rest["count"], 5);
    assert_eq!(rest["items"][0]["name"], "Site 003");
    assert_eq!(rest["truncated"], false);
}

#[tokio::test]
async fn a_list_is_truncated_at_the_limit_of_bytes() {
    let simulator = Simulator::builder()
        .items("list_sites", 120)
        .start()
        .await
        .unwrap();
    let mut agent = Agent::start(&simulator, &["--max-result-bytes", "10000"]).await;
    let pages = pages(
        &mut agent,
        json!({"operation": "list_sites", "max_items": 1000}),
    )
    .await;
    assert!(pages.len() > 1);
    for page in &pages {
        assert!(Value::from(page.clone()).to_string().len() <= 10_000);
    }
    let expected: Vec<String> = (1..=120)
        .map(|number| format!("Site {number:03}"))
        .collect();
    assert_eq!(names(&pages), expected);
}

#[tokio::test]
async fn an_item_that_is_too_long_becomes_its_outline() {
    let simulator = Simulator::builder().start().await.unwrap();
    let sites =
        json!([{"siteId": 1, "name": "x".repeat(20_000)}, {"siteId": 2, "name": "Harbour"}]);
    simulator.on("list_sites").respond(
        cisco_secure_access::testing::CannedResponse::new(200)
            .json(sites)
            .always(),
    );
    let mut agent = Agent::start(&simulator, &["--max-result-bytes", "10000"]).await;
    let first = agent
        .success("list_items", json!({"operation": "list_sites"}))
        .await;
    assert_eq!(first["items"][0]["truncated"], true, "{first}");
    assert_eq!(first["items"][0]["parts"][0]["bytes"], 20_002);
}

#[tokio::test]
async fn a_continuation_belongs_to_its_list() {
    let simulator = Simulator::builder()
        .items("list_sites", 7)
        .start()
        .await
        .unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let first = agent
        .success(
            "list_items",
            json!({"operation": "list_sites", "max_items": 2}),
        )
        .await;
    let continuation = &first["continuation"];
    let again = json!({"operation": "list_sites", "continuation": continuation, "max_items": 1});
    let next = agent.success("list_items", again).await;
    assert_eq!(next["items"][0]["name"], "Site 003");
    for other in [
        json!({"operation": "list_networks", "continuation": continuation}),
        json!({"arguments": {"query": {"limit": 1}}, "continuation": continuation}),
    ] {
        let error = agent.failure("list_items", other).await;
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("that of list_sites with other arguments"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_failure_in_the_middle_keeps_the_items_before_it() {
    let simulator = Simulator::builder()
        .items("list_sites", 5)
        .start()
        .await
        .unwrap();
    simulator.fault("list_sites", Fault::status(403).on_call(2));
    let mut agent = Agent::start(&simulator, &[]).await;
    let input = json!({"operation": "list_sites", "arguments": {"query": {"limit": 2}}});
    let result = agent.success("list_items", input).await;
    assert_eq!(
        (&result["count"], &result["truncated"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(result["error"]["httpStatus"], 403);
    simulator.fault("list_sites", Fault::status(403));
    let error = agent
        .failure("list_items", json!({"operation": "list_sites"}))
        .await;
    assert_eq!(error["httpStatus"], 403);
}

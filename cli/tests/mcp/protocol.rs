//! The protocol: how a session begins and ends, errors, cancellation, and many calls.

use cisco_secure_access::auth::AccessToken;
use cisco_secure_access::simulator::Simulator;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Agent;
use crate::program::Program;

#[tokio::test]
async fn the_server_says_what_it_can_do() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::spawn(Program::on(&simulator), &[]);
    let server = agent.initialize().await;
    assert_eq!(server["serverInfo"]["name"], "secure-access");
    assert_eq!(server["capabilities"], json!({"tools": {}}));
    let instructions = server["instructions"].as_str().unwrap();
    assert!(instructions.contains("read-only"), "{instructions}");
    assert!(instructions.contains("continuation"), "{instructions}");

    let mut response = agent.request("tools/list", json!({})).await;
    let tools = response["result"]["tools"].take();
    let tools = tools.as_array().unwrap();
    let names: Vec<&str> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "search_operations",
            "describe_operation",
            "call_operation",
            "list_items"
        ]
    );
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        assert!(tool["description"].as_str().unwrap().len() > 100, "{tool}");
    }
}

#[tokio::test]
async fn a_server_that_may_write_says_so() {
    let simulator = Simulator::builder().start().await.unwrap();
    let arguments = [
        "--allow-write",
        "--only",
        "policies,sites",
        "--allow-secrets",
    ];
    let mut agent = Agent::spawn(Program::on(&simulator), &arguments);
    let server = agent.initialize().await;
    let instructions = server["instructions"].as_str().unwrap();
    assert!(instructions.contains("can make changes"), "{instructions}");
    assert!(
        instructions.contains("only operations of policies, sites"),
        "{instructions}"
    );
    assert!(!instructions.contains("Secrets"), "{instructions}");
    let response = agent.request("tools/list", json!({})).await;
    let annotations = &response["result"]["tools"][2]["annotations"];
    assert_eq!(annotations["readOnlyHint"], false);
    assert_eq!(annotations["destructiveHint"], true);
}

#[tokio::test]
async fn closed_standard_input_ends_the_server() {
    let simulator = Simulator::builder().start().await.unwrap();
    let agent = Agent::spawn(Program::on(&simulator), &[]);
    let (status, output, errors) = agent.close().await;
    assert_eq!(
        (status.code(), output.as_str(), errors.as_str()),
        (Some(0), "", "")
    );

    let mut agent = Agent::start(&simulator, &[]).await;
    agent
        .success("call_operation", json!({"operation": "list_sites"}))
        .await;
    let (status, _, errors) = agent.close().await;
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn the_last_response_is_sent_though_standard_input_is_closed() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let parameters = json!({"name": "call_operation", "arguments": {"operation": "list_sites"}});
    agent.send("tools/call", parameters).await;
    let (status, output, _) = agent.close().await;
    assert_eq!(status.code(), Some(0));
    assert!(output.contains("Site 001"), "{output}");
}

#[tokio::test]
async fn what_is_not_the_protocol_is_an_error() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::spawn(Program::on(&simulator), &[]);
    agent.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized", "params": {"_meta": {"a": "hush"}}})).await;
    let (status, output, errors) = agent.close().await;
    assert_eq!((status.code(), output.as_str()), (Some(2), ""));
    assert!(errors.contains("is not `initialize`"), "{errors}");
    assert!(!errors.contains("hush"), "{errors}");
}

#[tokio::test]
async fn unknown_tools_and_methods_are_errors_of_the_protocol() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let response = agent
        .request("tools/call", json!({"name": "sink_ship", "arguments": {}}))
        .await;
    assert_eq!(response["error"]["code"], -32602);
    assert_eq!(response["error"]["message"], "there is no tool `sink_ship`");
    let response = agent.request("resources/list", json!({})).await;
    assert_eq!(response["error"]["code"], -32601);
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_an_error_that_the_agent_reads() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    for (tool, input, expected) in [
        ("search_operations", json!({}), "missing field `words`"),
        (
            "describe_operation",
            json!({"id": "list_sites"}),
            "unknown field `id`",
        ),
        ("call_operation", json!({}), "missing field `operation`"),
        (
            "list_items",
            json!({}),
            "`operation` or `continuation` is required",
        ),
        (
            "list_items",
            json!({"operation": "list_sites", "max_items": 0}),
            "expected 1 or more",
        ),
        (
            "list_items",
            json!({"operation": "get_site"}),
            "get_site is not a list",
        ),
        (
            "list_items",
            json!({"continuation": "eA"}),
            "not one that list_items returned",
        ),
    ] {
        let error = agent.failure(tool, input).await;
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(expected), "{message}");
        assert_eq!(error["status"], "usage");
    }
    assert_eq!(simulator.requests().len(), 0);
}

/// A service that gives a token, and does not respond to other requests.
struct Silent {
    listener: TcpListener,
}

impl Silent {
    async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        (Self { listener }, url)
    }

    /// The connection of the first request that is not for a token.
    async fn call(&self) -> TcpStream {
        loop {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            loop {
                let head = head(&mut stream).await;
                if !head.starts_with("POST /auth/") {
                    return stream;
                }
                let token = r#"{"access_token":"hush","token_type":"bearer","expires_in":3600}"#;
                let response = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{token}",
                    token.len()
                );
                stream.write_all(response.as_bytes()).await.unwrap();
                if head.contains("connection: close") {
                    break;
                }
            }
        }
    }
}

/// The head of a request; its body is skipped.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let head = head.replacen("post", "POST", 1);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    head
}

#[tokio::test]
async fn a_cancelled_request_drops_its_call() {
    let (service, url) = Silent::start().await;
    let program = Program::without_credentials()
        .with("SECURE_ACCESS_CLOUD", &url)
        .with("SECURE_ACCESS_API_KEY", "key")
        .with("SECURE_ACCESS_API_SECRET", "hush");
    let mut agent = Agent::spawn(program, &[]);
    agent.initialize().await;
    let parameters = json!({"name": "call_operation", "arguments": {"operation": "list_sites"}});
    let id = agent.send("tools/call", parameters).await;
    let mut stream = service.call().await;
    agent
        .write(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}))
        .await;
    // The end of the stream: the program has closed the connection of the call.
    assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0);
    // The next message is the response to the next request.
    let found = agent
        .success("search_operations", json!({"words": "sites"}))
        .await;
    assert!(found["total"].as_u64().unwrap() > 0);
    let (status, output, errors) = agent.close().await;
    assert_eq!((status.code(), errors.as_str()), (Some(0), ""));
    assert!(!output.contains("cancelled"), "{output}");
}

#[tokio::test]
async fn a_session_makes_a_thousand_calls() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &[]).await;
    let described = agent
        .success(
            "describe_operation",
            json!({"operation": "list_usage_metrics"}),
        )
        .await;
    let input = json!({"operation": "list_usage_metrics", "arguments": described["example"]});
    for _ in 0..500 {
        let result = agent.success("call_operation", input.clone()).await;
        assert_eq!(result["status"], 200);
    }
    // Calls at the same time have their responses in any order.
    for _ in 0..10 {
        let mut open = Vec::new();
        for _ in 0..50 {
            let parameters = json!({"name": "call_operation", "arguments": input});
            open.push(agent.send("tools/call", parameters).await);
        }
        for _ in 0..50 {
            let response = agent.read().await;
            assert_eq!(response["result"]["isError"], false, "{response}");
            let id = response["id"].as_u64().unwrap();
            open.retain(|other| *other != id);
        }
        assert_eq!(open, [] as [u64; 0]);
    }
    assert_eq!(simulator.requests().len(), 1001);
    assert_eq!(simulator.token_requests(), 1);
}

#[tokio::test]
async fn neither_the_secret_nor_a_token_is_in_the_output() {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut agent = Agent::start(&simulator, &["-vv", "--allow-write"]).await;
    agent
        .success("call_operation", json!({"operation": "list_sites"}))
        .await;
    agent
        .failure("call_operation", json!({"operation": "create_token"}))
        .await;
    let body = json!({"name": "Harbour", "region": "us-east-1", "authIdPrefix": "harbour-01", "passphrase": "hushHushHush1234"});
    let input = json!({"operation": "create_network_tunnel_group", "arguments": {"body": body}});
    agent.call("call_operation", input).await;
    let token = AccessToken::from_text(&agent.written_files()).expect("a token");
    let (_, output, errors) = agent.close().await;
    assert!(errors.contains("list_sites"), "{errors}");
    for text in [output, errors] {
        for secret in [simulator.secret(), token.expose_secret(), "hushHush"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

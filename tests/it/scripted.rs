//! A server that sends scripted responses, byte by byte, and records the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest;
use cisco_secure_access::{Client, ClientBuilder, Cloud, Credentials, Result, RetryPolicy};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::logs;

/// A token response of the service.
pub(crate) const TOKEN: &str =
    r#"{"token_type": "bearer", "access_token": "scripted-hush-token", "expires_in": 3600}"#;

/// The action of the server after a request.
#[derive(Clone, Debug)]
pub(crate) enum ScriptedResponse {
    /// Sends this and closes the connection.
    Send(String),
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends this and resets the connection.
    Reset(String),
    /// Sends nothing, and notifies [`Scripted::hung`].
    Hang,
}

impl ScriptedResponse {
    /// A complete response.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        Self::Send(format!(
            "HTTP/1.1 {status} Scripted\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// A complete response in JSON.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::new(status, &[("content-type", "application/json")], body)
    }
}

/// A function from a request to its response.
type Last = Box<dyn FnMut(&str) -> ScriptedResponse + Send>;

/// The responses of the server: one after the other, and then those of `last`, if it is set, for ever. Token requests then get a token.
struct Script {
    responses: VecDeque<ScriptedResponse>,
    last: Option<Last>,
}

impl Script {
    fn next(&mut self, request: &str) -> ScriptedResponse {
        let Some(last) = &mut self.last else {
            return self.responses.pop_front().unwrap();
        };
        if is_token_request(request) {
            return ScriptedResponse::json(200, TOKEN);
        }
        self.responses.pop_front().unwrap_or_else(|| last(request))
    }

    fn is_over(&self) -> bool {
        self.responses.is_empty() && self.last.is_none()
    }
}

/// Whether a request is a token request, also through a proxy.
fn is_token_request(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    line.contains("/auth/v2/token ")
}

/// A scripted server, with a connection for each response. After the last response, it does not accept connections.
pub(crate) struct Scripted {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    hung: Arc<Notify>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// Starts a server with these responses, including the response to the token request: status, content type and body each.
    pub(crate) async fn start(responses: &[(u16, &str, &str)]) -> Self {
        let response = |(status, content_type, body): &(u16, &str, &str)| {
            ScriptedResponse::new(*status, &[("content-type", content_type)], body)
        };
        Self::with(responses.iter().map(response)).await
    }

    /// Starts a server with these responses, including the response to the token request.
    pub(crate) async fn with(responses: impl IntoIterator<Item = ScriptedResponse>) -> Self {
        let responses = responses.into_iter().collect();
        Self::play(|_| Script {
            responses,
            last: None,
        })
        .await
    }

    /// Starts a server that responds to each request except token requests with the next of `responses`, and with `last` after those.
    pub(crate) async fn responding(
        responses: impl IntoIterator<Item = ScriptedResponse>,
        last: ScriptedResponse,
    ) -> Self {
        let responses = responses.into_iter().collect();
        Self::play(|_| Script {
            responses,
            last: Some(Box::new(move |_| last.clone())),
        })
        .await
    }

    /// Starts a server that responds to each request except token requests with the result of `response`.
    pub(crate) async fn by(
        response: impl FnMut(&str) -> ScriptedResponse + Send + 'static,
    ) -> Self {
        Self::play(|_| Script {
            responses: VecDeque::new(),
            last: Some(Box::new(response)),
        })
        .await
    }

    /// Starts a server whose first response to a call depends on the URL of the server.
    pub(crate) async fn knowing_itself(
        first: impl FnOnce(&str) -> ScriptedResponse,
        last: ScriptedResponse,
    ) -> Self {
        Self::play(|url| Script {
            responses: [first(url)].into(),
            last: Some(Box::new(move |_| last.clone())),
        })
        .await
    }

    async fn play(script: impl FnOnce(&str) -> Script) -> Self {
        logs::watch();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut script = script(&format!("http://{address}"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        let hung = Arc::new(Notify::new());
        let notify = Arc::clone(&hung);
        let server = tokio::spawn(async move {
            let mut listening = Some(listener);
            let mut hanging = Vec::new();
            while let Some(listener) = &listening {
                let (mut stream, _) = listener.accept().await.unwrap();
                if matches!(stream.peek(&mut [0]).await, Ok(0) | Err(_)) {
                    // The request was dropped before it was sent.
                    continue;
                }
                let request = read_request(&mut stream).await;
                let response = script.next(&request);
                record.lock().unwrap().push(request);
                if script.is_over() {
                    listening = None;
                }
                match response {
                    ScriptedResponse::Send(bytes) => {
                        // The request may have been dropped.
                        stream.write_all(bytes.as_bytes()).await.ok();
                        stream.shutdown().await.ok();
                    }
                    ScriptedResponse::Bytes(bytes) => {
                        stream.write_all(&bytes).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    ScriptedResponse::Reset(bytes) => {
                        stream.write_all(bytes.as_bytes()).await.unwrap();
                        stream.set_zero_linger().unwrap();
                    }
                    ScriptedResponse::Hang => {
                        hanging.push(stream);
                        notify.notify_one();
                    }
                }
            }
        });
        Self {
            address,
            requests,
            hung,
            server,
        }
    }

    /// Returns a client of this server, without retries.
    pub(crate) fn client(&self) -> Client {
        self.builder().retry(RetryPolicy::none()).build().unwrap()
    }

    /// Returns the builder of a client of this server.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let cloud = self.url("").parse::<Cloud>().unwrap();
        Client::builder()
            .cloud(cloud)
            .credentials(Credentials::new("scripted-key", "scripted-hush-secret"))
    }

    /// Returns the URL of a path on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Notified each time the server does not respond.
    pub(crate) fn hung(&self) -> Arc<Notify> {
        Arc::clone(&self.hung)
    }

    /// Returns the requests so far, without token requests.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut requests = self.requests();
        requests.retain(|request| !is_token_request(request));
        requests
    }

    /// Returns the requests so far: head and body, not decoded.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads one request: head and body, not decoded.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse().unwrap());
            let is_chunked = head
                .to_ascii_lowercase()
                .contains("transfer-encoding: chunked");
            if (is_chunked && body.ends_with("0\r\n\r\n")) || (!is_chunked && body.len() >= length)
            {
                return text.into_owned();
            }
        }
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(
            count > 0,
            "the request ended early: {}",
            String::from_utf8_lossy(&bytes)
        );
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// An idempotent call.
pub(crate) async fn read(client: &Client) -> Result<()> {
    client.deployments().list_regions().send().await.map(drop)
}

/// A call that is not idempotent.
pub(crate) async fn create(client: &Client) -> Result<()> {
    let group = CreateNetworkTunnelGroupRequest::builder()
        .auth_id_prefix("office")
        .name("Harbour")
        .passphrase("a long passphrase")
        .region("region")
        .build();
    let deployments = client.deployments();
    deployments
        .create_network_tunnel_group(&group)
        .send()
        .await
        .map(drop)
}

//! A server that sends the responses of a test, byte by byte, and keeps the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest;
use cisco_secure_access::{Client, ClientBuilder, Cloud, Credentials, Result, RetryPolicy};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::logs;

/// A token response as the service sends it.
pub(crate) const TOKEN: &str =
    r#"{"token_type": "bearer", "access_token": "scripted-hush-token", "expires_in": 3600}"#;

/// What the server does when it has read a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Sends this and closes the connection.
    Send(String),
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends this and resets the connection.
    Reset(String),
    /// Sends nothing, and notifies [`Scripted::hung`].
    Hang,
}

impl Answer {
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

/// From a request to its response.
type Last = Box<dyn FnMut(&str) -> Answer + Send>;

/// The responses of the server: one after the other, and then those of `last`, if it is there, for ever. Token requests get a token then.
struct Script {
    answers: VecDeque<Answer>,
    last: Option<Last>,
}

impl Script {
    fn next(&mut self, request: &str) -> Answer {
        let Some(last) = &mut self.last else {
            return self.answers.pop_front().unwrap();
        };
        if is_token_request(request) {
            return Answer::json(200, TOKEN);
        }
        self.answers.pop_front().unwrap_or_else(|| last(request))
    }

    fn is_over(&self) -> bool {
        self.answers.is_empty() && self.last.is_none()
    }
}

/// Whether a request is a token request, also through a proxy.
fn is_token_request(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    line.contains("/auth/v2/token ")
}

/// A server that plays a script, each response on a connection of its own. When the script is over, connections are refused.
pub(crate) struct Scripted {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    hung: Arc<Notify>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// Starts a server with these responses, that to the token request included: status, content type and body each.
    pub(crate) async fn start(answers: &[(u16, &str, &str)]) -> Self {
        let answer = |(status, content_type, body): &(u16, &str, &str)| {
            Answer::new(*status, &[("content-type", content_type)], body)
        };
        Self::with(answers.iter().map(answer)).await
    }

    /// Starts a server with these responses, that to the token request included.
    pub(crate) async fn with(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = answers.into_iter().collect();
        Self::play(|_| Script {
            answers,
            last: None,
        })
        .await
    }

    /// Starts a server that responds to each request except token requests with the next of `answers`, and with `last` after those.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>, last: Answer) -> Self {
        let answers = answers.into_iter().collect();
        Self::play(|_| Script {
            answers,
            last: Some(Box::new(move |_| last.clone())),
        })
        .await
    }

    /// Starts a server that responds to each request except token requests with the result of `answer`.
    pub(crate) async fn by(answer: impl FnMut(&str) -> Answer + Send + 'static) -> Self {
        Self::play(|_| Script {
            answers: VecDeque::new(),
            last: Some(Box::new(answer)),
        })
        .await
    }

    /// Starts a server whose first response to a call depends on the URL of the server.
    pub(crate) async fn knowing_itself(first: impl FnOnce(&str) -> Answer, last: Answer) -> Self {
        Self::play(|url| Script {
            answers: [first(url)].into(),
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
                let request = read_request(&mut stream).await;
                let answer = script.next(&request);
                record.lock().unwrap().push(request);
                if script.is_over() {
                    listening = None;
                }
                match answer {
                    Answer::Send(bytes) => {
                        stream.write_all(bytes.as_bytes()).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    Answer::Bytes(bytes) => {
                        stream.write_all(&bytes).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    Answer::Reset(bytes) => {
                        stream.write_all(bytes.as_bytes()).await.unwrap();
                        stream.set_zero_linger().unwrap();
                    }
                    Answer::Hang => {
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

    /// A client of this server, without retries.
    pub(crate) fn client(&self) -> Client {
        self.builder().retry(RetryPolicy::none()).build().unwrap()
    }

    /// The settings of a client of this server.
    pub(crate) fn builder(&self) -> ClientBuilder {
        let cloud = self.url("").parse::<Cloud>().unwrap();
        Client::builder()
            .cloud(cloud)
            .credentials(Credentials::new("scripted-key", "scripted-hush-secret"))
    }

    /// The URL of a path on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Notified each time the server does not respond.
    pub(crate) fn hung(&self) -> Arc<Notify> {
        Arc::clone(&self.hung)
    }

    /// The requests so far that are not for a token.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut requests = self.requests();
        requests.retain(|request| !is_token_request(request));
        requests
    }

    /// The requests so far: head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads one request: head and body as they came.
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

/// A call that can be repeated.
pub(crate) async fn read(client: &Client) -> Result<()> {
    client.deployments().list_regions().send().await.map(drop)
}

/// A call that cannot.
pub(crate) async fn create(client: &Client) -> Result<()> {
    let group =
        CreateNetworkTunnelGroupRequest::new("office", "Harbour", "a long passphrase", "region");
    let deployments = client.deployments();
    deployments
        .create_network_tunnel_group(&group)
        .send()
        .await
        .map(drop)
}

//! A server that answers what a test tells it to, byte by byte, and keeps what it was sent.

use std::sync::{Arc, Mutex};

use cisco_secure_access::{Client, Cloud, Credentials};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A token answer as the service gives it.
pub(crate) const TOKEN: &str =
    r#"{"token_type": "bearer", "access_token": "scripted-token", "expires_in": 3600}"#;

/// A server that gives each request the next of its answers, then closes the connection.
pub(crate) struct Scripted {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// Starts a server with these answers: status, content type and body each.
    pub(crate) async fn start(answers: &[(u16, &str, &str)]) -> Self {
        let answers: Vec<_> = answers
            .iter()
            .map(|(status, content_type, body)| {
                let length = body.len();
                format!(
                    "HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                )
            })
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        let server = tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                record.lock().unwrap().push(request);
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self {
            address,
            requests,
            server,
        }
    }

    /// A client that talks to this server.
    pub(crate) fn client(&self) -> Client {
        let cloud = format!("http://{}", self.address).parse::<Cloud>().unwrap();
        Client::builder()
            .cloud(cloud)
            .credentials(Credentials::new("scripted-key", "scripted-secret"))
            .build()
            .unwrap()
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

async fn read_request(stream: &mut TcpStream) -> String {
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

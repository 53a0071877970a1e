//! A server that simulates the service: it responds with the result of the handler of the current part.
//!
//! Each part has its own base URL, so that a request that was prefetched and dropped does not reach the next part.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{self, HeaderMap, StatusCode, header};
use cisco_secure_access::{Client, Cloud, Credentials, RetryPolicy, reqwest};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The path of the token endpoint.
const TOKEN_PATH: &str = "/auth/v2/token";

/// The maximum size of a body.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A received request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`…
    pub method: String,
    /// The segments of the path, decoded.
    pub path: Vec<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A response to send.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers besides the content type.
    pub headers: Vec<(&'static str, String)>,
    /// The content type and the body.
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Response {
    /// A response in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self {
            status,
            headers: Vec::new(),
            body: Some(("application/json", body)),
        }
    }

    /// A response without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: None,
        }
    }
}

type Handler = Box<dyn FnMut(Request) -> Response + Send>;

/// The current part.
struct Part {
    /// The first segment of its paths.
    number: u64,
    handler: Handler,
}

/// The running server.
pub struct Server {
    address: SocketAddr,
    /// The connections of all clients.
    http: reqwest::Client,
    part: Arc<Mutex<Part>>,
}

impl Server {
    /// Starts it.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let part = Arc::new(Mutex::new(Part {
            number: 0,
            handler: Box::new(|_| Response::empty(501)),
        }));
        let router = Router::new().fallback(handle).with_state(Arc::clone(&part));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            http,
            part,
        }
    }

    /// The connections of its clients, to share with other clients: setting them up takes longer than everything else.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Starts a part. The returned client calls it, without retries.
    ///
    /// # Panics
    /// When the client cannot be set up.
    pub fn play(&self, handler: impl FnMut(Request) -> Response + Send + 'static) -> Client {
        let mut part = lock(&self.part);
        part.number += 1;
        part.handler = Box::new(handler);
        let url = format!("http://{}/{}", self.address, part.number);
        let cloud: Cloud = url.parse().unwrap();
        Client::builder()
            .cloud(cloud)
            .credentials(Credentials::new("key", "secret"))
            .http_client(self.http.clone())
            .retry(RetryPolicy::none())
            .build()
            .unwrap()
    }
}

/// The value of a mutex, which stays valid when a part panics.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the client itself requests a token, and not a case, which requests another grant.
fn is_for_client(body: &[u8]) -> bool {
    body == b"grant_type=client_credentials"
}

/// The number of the part in a path, and the rest of the path.
fn split(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_at(path.find('/').unwrap_or(path.len()))
}

async fn handle(
    State(part): State<Arc<Mutex<Part>>>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let (number, path) = split(head.uri.path());
    let mut part = lock(&part);
    let response = if number != part.number.to_string() {
        Response::empty(410)
    } else if path == TOKEN_PATH && is_for_client(&body) {
        let token = json!({"token_type": "bearer", "access_token": "token", "expires_in": 3600});
        Response::json(200, &token)
    } else {
        let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let query = head.uri.query().unwrap_or_default();
        let request = Request {
            method: head.method.to_string(),
            path: path.split('/').map(decoded).collect(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: head.headers,
            body,
        };
        (part.handler)(request)
    };
    drop(part);
    let mut sent = http::Response::new(Body::empty());
    *sent.status_mut() = StatusCode::from_u16(response.status).unwrap_or_default();
    for (name, value) in response.headers {
        if let Ok(value) = value.parse() {
            sent.headers_mut().insert(name, value);
        }
    }
    if let Some((kind, body)) = response.body {
        *sent.body_mut() = Body::from(body);
        let kind = header::HeaderValue::from_static(kind);
        sent.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    sent
}

//! A server that plays the service: it answers as the part that it plays says, and nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{self, HeaderMap, StatusCode, header};
use cisco_secure_access::{Client, Cloud, Credentials, RetryPolicy};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Where tokens come from.
const TOKEN_PATH: &str = "/auth/v2/token";

/// No body of the suite is longer.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A request as it came.
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

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type and the body.
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Answer {
    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self {
            status,
            body: Some(("application/json", body)),
        }
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, body: None }
    }
}

type Part = Box<dyn FnMut(Request) -> Answer + Send>;

/// The running server.
#[derive(Clone)]
pub struct Server {
    part: Arc<Mutex<Part>>,
    client: Client,
}

impl Server {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let cloud: Cloud = format!("http://{}", listener.local_addr()?).parse()?;
        let client = Client::builder()
            .cloud(cloud)
            .credentials(Credentials::new("key", "secret"))
            .retry(RetryPolicy::none())
            .build()?;
        let part: Part = Box::new(|_| Answer::empty(501));
        let part = Arc::new(Mutex::new(part));
        let router = Router::new().fallback(handle).with_state(Arc::clone(&part));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { part, client })
    }

    /// A client that talks to it, and tries no call again.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Plays a part from now on.
    pub fn play(&self, part: impl FnMut(Request) -> Answer + Send + 'static) {
        *lock(&self.part) = Box::new(part);
    }

    /// Gives this answer from now on. The requests that got it are kept.
    pub fn answer(&self, answer: Answer) -> Arc<Mutex<Vec<Request>>> {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        self.play(move |request| {
            lock(&record).push(request);
            answer.clone()
        });
        requests
    }
}

/// What a mutex holds; a part that panicked leaves it as good as before.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a token is asked for by the client itself, and not by a case: those ask for other grants.
fn is_for_client(body: &[u8]) -> bool {
    body == b"grant_type=client_credentials"
}

async fn handle(
    State(part): State<Arc<Mutex<Part>>>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let answer = if head.uri.path() == TOKEN_PATH && is_for_client(&body) {
        let token = json!({"token_type": "bearer", "access_token": "token", "expires_in": 3600});
        Answer::json(200, &token)
    } else {
        let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let query = head.uri.query().unwrap_or_default();
        let request = Request {
            method: head.method.to_string(),
            path: head.uri.path().split('/').map(decoded).collect(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: head.headers,
            body,
        };
        lock(&part)(request)
    };
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    if let Some((kind, body)) = answer.body {
        *response.body_mut() = Body::from(body);
        let kind = header::HeaderValue::from_static(kind);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

//! HTTP services for the live test: one that stores the last complete response, and one that replays a response.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cisco_secure_access::auth::BoxError;
use cisco_secure_access::{Body, reqwest};
use http::{Request, Response};
use serde_json::Value;

/// The path of the token endpoint, whose responses are not stored.
const TOKEN_PATH: &str = "/auth/v2/token";

/// Sends requests over the network, and stores the body of the last response, because an error contains only its start.
#[derive(Debug)]
pub(crate) struct Recorder {
    http: reqwest::Client,
    last: Mutex<Bytes>,
}

impl Recorder {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Ok(Self {
            http: http.build()?,
            last: Mutex::default(),
        })
    }

    /// Returns the last response, if it is JSON.
    pub(crate) fn last(&self) -> Option<Value> {
        serde_json::from_slice(&self.state()).ok()
    }

    fn state(&self) -> MutexGuard<'_, Bytes> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Sends a request, and stores the body of its response.
    pub(crate) async fn send(
        self: Arc<Self>,
        request: Request<Body>,
    ) -> Result<Response<Bytes>, BoxError> {
        let is_token = request.uri().path().ends_with(TOKEN_PATH);
        let received = self.http.execute(request.try_into()?).await?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = received.status();
        *response.headers_mut() = received.headers().clone();
        *response.body_mut() = received.bytes().await?;
        if !is_token {
            *self.state() = response.body().clone();
        }
        Ok(response)
    }
}

/// The response to every request of a replay: `value`, and a token.
pub(crate) fn replay(value: &Value, request: &Request<Body>) -> Response<String> {
    Response::new(match request.uri().path() {
        TOKEN_PATH => r#"{"access_token": "none", "expires_in": 3600}"#.to_owned(),
        _ => value.to_string(),
    })
}

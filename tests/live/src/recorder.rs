//! What is under the client in a live run: an HTTP stack that keeps the last answer whole, and one that gives an answer again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cisco_secure_access::auth::{BoxError, BoxFuture};
use cisco_secure_access::{HttpService, reqwest};
use http::{Request, Response};
use serde_json::Value;

/// Where tokens come from; what is answered there is not kept.
const TOKEN_PATH: &str = "/auth/v2/token";

/// Sends requests over the network, and keeps the body of the last answer: an error keeps only its beginning.
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

    /// The last answer, if it is JSON.
    pub(crate) fn last(&self) -> Option<Value> {
        serde_json::from_slice(&self.state()).ok()
    }

    fn state(&self) -> MutexGuard<'_, Bytes> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpService for Recorder {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, BoxError>> {
        Box::pin(async move {
            let is_token = request.uri().path().ends_with(TOKEN_PATH);
            let answer = self.http.execute(request.try_into()?).await?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            *response.body_mut() = answer.bytes().await?;
            if !is_token {
                *self.state() = response.body().clone();
            }
            Ok(response)
        })
    }
}

/// Gives one answer to every call.
#[derive(Debug)]
pub(crate) struct Replay(pub(crate) Value);

impl HttpService for Replay {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, BoxError>> {
        let body = match request.uri().path() {
            TOKEN_PATH => r#"{"access_token": "none", "expires_in": 3600}"#.to_owned(),
            _ => self.0.to_string(),
        };
        Box::pin(std::future::ready(Ok(Response::new(body.into()))))
    }
}

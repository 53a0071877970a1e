//! An HTTP service of canned responses.

use std::fmt;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response};
use serde_json::json;
use tower_service::Service;

use super::response::{CannedResponses, On, Target};
use crate::api::{find_operation, operations};
use crate::auth::{BoxError, Credentials};
use crate::client::{Body, Client, ClientBuilder};
use crate::error::{Error, Result};

/// An HTTP service that responds with what a test defines, in the place of the network.
///
/// Token requests get a token unless `create_token` has a canned response. Every other call without a canned response fails with an error of
/// the kind [`Request`](crate::ErrorKind::Request), which names the call and what was expected; it is not retried. A clone shares the
/// responses.
///
/// See the [module](super) for an example.
#[derive(Clone, Default)]
pub struct CannedService {
    responses: CannedResponses,
}

impl CannedService {
    /// A service without responses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The calls of an operation, to give them a response.
    ///
    /// # Panics
    /// When no operation of the enabled features has this id: the test would test nothing.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on(&self, operation: &str) -> On {
        assert!(
            operations().any(|known| known.id == operation),
            "there is no operation `{operation}`, or its feature is not enabled"
        );
        self.responses.on(Target::Operation(operation.to_owned()))
    }

    /// The calls of every operation, and of requests that no document describes, to give them a response; token requests are not among
    /// them.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on_any(&self) -> On {
        self.responses.on(Target::Any)
    }

    /// The calls that are expected and were not made, in words: what a test asserts to be empty at its end.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        self.responses.expected()
    }

    /// A new client over this service.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn client(&self) -> Result<Client> {
        self.client_builder().build()
    }

    /// The settings of [`client`](Self::client), to be completed.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder()
            .credentials(Credentials::new("canned-key", "canned-secret"))
            .http_service(self.clone())
    }

    fn respond(&self, request: &Request<Body>) -> Result<Response<Body>> {
        let (method, path) = (request.method(), request.uri().path());
        let operation = find_operation(method, path);
        if let Some(response) = self.responses.take(operation.id) {
            return Ok(response.map(Body::from));
        }
        if operation.id == "create_token" {
            return Ok(token_response());
        }
        let expected = match self.responses.expected() {
            none if none.is_empty() => "no call".to_owned(),
            expected => expected.join(", "),
        };
        let message = format!(
            "unexpected call of `{}`, {method} {path}: expected {expected}",
            operation.id
        );
        Err(Error::request(operation, message))
    }
}

/// The response to a token request where there is no service: a token that opens nothing.
pub(crate) fn token_response() -> Response<Body> {
    let token = json!({"access_token": "canned", "expires_in": 3600, "token_type": "bearer"});
    Response::new(Body::from(token.to_string()))
}

impl Service<Request<Body>> for CannedService {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Ready<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        ready(self.respond(&request).map_err(Into::into))
    }
}

impl fmt::Debug for CannedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CannedService")
            .field("expected", &self.unused())
            .finish()
    }
}

//! An HTTP service with canned responses.

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

/// An HTTP service that returns canned responses and replaces the network.
///
/// Token requests get a token unless `create_token` has a canned response. Every other call without a canned response fails with an error
/// of the kind [`Request`](crate::ErrorKind::Request), which names the call and the expected calls; it is not retried. Clones share the
/// responses.
///
/// See the [module](super) for an example.
#[derive(Clone, Default)]
pub struct CannedService {
    responses: CannedResponses,
}

impl CannedService {
    /// Creates a service without responses.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects the calls of an operation, to define a response.
    ///
    /// # Panics
    /// When no operation of the enabled features has this id: the response would never be used.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on(&self, operation: &str) -> On {
        assert!(
            operations().any(|known| known.id == operation),
            "there is no operation `{operation}`, or its feature is not enabled"
        );
        self.responses.on(Target::Operation(operation.to_owned()))
    }

    /// Selects the calls of every operation, and of undocumented requests, to define a response. Token requests are not included.
    #[must_use = "nothing changes until `respond` is called"]
    pub fn on_any(&self) -> On {
        self.responses.on(Target::Any)
    }

    /// Describes the calls that are expected and were not made. A test asserts at its end that there are none.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        self.responses.expected()
    }

    /// Creates a client that uses this service.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn client(&self) -> Result<Client> {
        self.client_builder().build()
    }

    /// Creates the builder of [`client`](Self::client), for further settings.
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

/// The response to a token request without a service: a placeholder token.
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

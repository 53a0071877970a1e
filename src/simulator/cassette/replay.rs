//! Responds from a cassette.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower_service::Service;

use super::call::{RecordedCall, RedactedRequest, Redaction};
use crate::api::find_operation;
use crate::auth::{BoxError, BoxFuture, Credentials};
use crate::client::{Body, Client, ClientBuilder};
use crate::error::{Error, Result};
use crate::testing::token_response;

/// An HTTP service that responds from a cassette and replaces the network.
///
/// Requests are compared by operation, path, query and JSON body. A request with values from the cassette gets the response of the recorded
/// request with these values. Other values match any value of their kind, so that `get_site(1017)` gets the first unused response of
/// `get_site` with an id of four digits. If there is no unused recorded call, the call fails with an error of the kind
/// [`Request`](crate::ErrorKind::Request), which names the most similar recorded call; it is not retried. Token requests get a token.
///
/// ```
/// use cisco_secure_access::simulator::{Recorder, Replay, Simulator};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// # let path = std::env::temp_dir().join(format!("cassette-{}.jsonl", std::process::id()));
/// # let simulator = Simulator::builder().start().await?;
/// let recorder = Recorder::create(&path)?;
/// let client = simulator.client_builder().http_layer(recorder).build()?;
/// # #[cfg(feature = "sites")]
/// client.deployments().list_sites().await?;
///
/// let replay = Replay::open(&path)?;
/// # std::fs::remove_file(&path)?;
/// let client = replay.client()?;
/// # #[cfg(feature = "sites")] {
/// assert_eq!(client.deployments().list_sites().await?.len(), 3);
/// assert_eq!(replay.remaining(), 0);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Replay(Arc<Mutex<Vec<Take>>>);

/// A recorded call, and whether it was replayed.
struct Take {
    call: RecordedCall,
    /// The request without its values.
    form: RedactedRequest,
    is_used: bool,
}

impl Replay {
    /// Opens a cassette.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the file cannot be read or is not a cassette.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let named = |error: &dyn fmt::Display| {
            Error::configuration(format!("the cassette {}: {error}", path.display()))
        };
        let lines = fs::read_to_string(path).map_err(|error| named(&error))?;
        lines.parse().map_err(|error: Error| named(&error))
    }

    /// Returns the number of unused recorded calls.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.takes().iter().filter(|take| !take.is_used).count()
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
            .credentials(Credentials::new("replay-key", "replay-secret"))
            .http_service(self.clone())
    }

    fn respond(&self, request: &Request<Bytes>) -> Result<Response<Body>, BoxError> {
        let Some(Redaction { request: call, .. }) =
            Redaction::of_request(request, &mut |value, _| value.clone())
        else {
            return Ok(token_response());
        };
        let form = call.form();
        let mut takes = self.takes();
        let position = |is_match: &dyn Fn(&Take) -> bool| {
            takes
                .iter()
                .position(|take| !take.is_used && is_match(take))
        };
        let exact = position(&|take| take.call.request == call);
        match exact.or_else(|| position(&|take| take.form == form)) {
            Some(index) => {
                takes[index].is_used = true;
                Ok(takes[index].call.to_response()?.map(Body::from))
            }
            None => {
                let operation = find_operation(request.method(), request.uri().path());
                Err(Error::request(operation, missing(&form, &takes)).into())
            }
        }
    }

    fn takes(&self) -> MutexGuard<'_, Vec<Take>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reason why a call has no response.
fn missing(call: &RedactedRequest, takes: &[Take]) -> String {
    let count = takes
        .iter()
        .filter(|take| take.call.request == *call)
        .count();
    if count > 0 {
        return format!("the cassette has only {count} of the call {call}");
    }
    let recorded = takes.iter().map(|take| &take.form);
    match recorded.max_by_key(|recorded| recorded.likeness(call)) {
        Some(nearest) => {
            format!("the cassette has no call {call}; the most similar one is {nearest}")
        }
        None => format!("the cassette has no call {call}: it is empty"),
    }
}

impl std::str::FromStr for Replay {
    type Err = Error;

    /// Parses the lines of a cassette.
    fn from_str(lines: &str) -> Result<Self> {
        let mut takes = Vec::new();
        for (index, line) in lines.lines().enumerate() {
            let call: RecordedCall = serde_json::from_str(line)
                .map_err(|error| Error::configuration(format!("line {}: {error}", index + 1)))?;
            takes.push(Take {
                form: call.request.form(),
                call,
                is_used: false,
            });
        }
        Ok(Self(Arc::new(Mutex::new(takes))))
    }
}

impl Service<Request<Body>> for Replay {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let replay = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            replay.respond(&Request::from_parts(head, body))
        })
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}

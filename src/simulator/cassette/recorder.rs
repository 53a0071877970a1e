//! Writes the calls of a client to a cassette.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower_layer::Layer;
use tower_service::Service;

use super::call::{RecordedCall, Redaction};
use super::pseudonyms::Pseudonyms;
use crate::auth::{BoxError, BoxFuture};
use crate::client::{Body, HttpService};
use crate::error::Error;

/// A layer of a client that writes each call and its response to a cassette, for a [`Replay`](super::Replay) in tests.
///
/// A cassette contains no value of the organization and no secret: token requests are omitted, and other calls are redacted like a response
/// in `cargo xtask report-decode-failure`. Property names, documented enumeration values, item counts and page numbers are kept. Every
/// other string and number is replaced by a placeholder of its kind. Equal values have equal placeholders, so that an id in a list refers
/// to the item that is read next.
///
/// ```no_run
/// use cisco_secure_access::Client;
/// use cisco_secure_access::simulator::Recorder;
///
/// let client = cisco_secure_access::ClientBuilder::from_env()?
///     .http_layer(Recorder::create("tests/sites.jsonl")?)
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<Recording>>);

struct Recording {
    cassette: Box<dyn Write + Send>,
    pseudonyms: Pseudonyms,
}

impl Recorder {
    /// Creates a recorder that writes to a file, and replaces an existing file.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self::new(File::create(path)?))
    }

    /// Creates a recorder that writes JSON lines to a writer.
    #[must_use]
    pub fn new(cassette: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Recording {
            cassette: Box::new(cassette),
            pseudonyms: Pseudonyms::default(),
        })))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Recording) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Recording {
    fn write(&mut self, call: &RecordedCall) -> io::Result<()> {
        let mut line = serde_json::to_vec(call)?;
        line.push(b'\n');
        self.cassette.write_all(&line)?;
        self.cassette.flush()
    }
}

impl Layer<HttpService> for Recorder {
    type Service = RecorderService;

    fn layer(&self, inner: HttpService) -> RecorderService {
        RecorderService {
            inner,
            recorder: self.clone(),
        }
    }
}

/// The HTTP service of a client with a [`Recorder`].
#[derive(Clone)]
pub struct RecorderService {
    inner: HttpService,
    recorder: Recorder,
}

impl Service<Request<Body>> for RecorderService {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (mut inner, recorder) = (self.inner.clone(), self.recorder.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = Request::from_parts(head, body.collect().await?.to_bytes());
            let redaction = recorder.with(|recording| {
                let pseudonyms = &mut recording.pseudonyms;
                Redaction::of_request(&request, &mut |value, placeholder| {
                    pseudonyms.name(value, placeholder)
                })
            });
            let (head, body) = inner.call(request.map(Body::from)).await?.into_parts();
            let response = Response::from_parts(head, body.collect().await?.to_bytes());
            recorder
                .with(|recording| {
                    let pseudonyms = &mut recording.pseudonyms;
                    let call = redaction.and_then(|call| {
                        call.with_response(&response, &mut |value, placeholder| {
                            pseudonyms.name(value, placeholder)
                        })
                    });
                    call.map_or(Ok(()), |call| recording.write(&call))
                })
                .map_err(|error| {
                    Error::configuration(format!("the cassette cannot be written: {error}"))
                })?;
            Ok(response.map(Body::from))
        })
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl fmt::Debug for RecorderService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecorderService").finish_non_exhaustive()
    }
}

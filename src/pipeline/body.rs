//! The body of HTTP requests and responses.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;

use crate::auth::BoxError;

/// The body of an HTTP request or response: bytes, or a stream of them.
///
/// The body of requests to an HTTP service; see [`ClientBuilder::http_service`](crate::ClientBuilder::http_service). Canned responses of
/// tests convert strings and bytes to it:
///
/// ```
/// use cisco_secure_access::Body;
///
/// let body = Body::from("[]");
/// let empty = Body::empty();
/// ```
pub struct Body(reqwest::Body);

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub fn empty() -> Self {
        Self(reqwest::Body::default())
    }

    /// Creates a body that streams another body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let body = body.map_err(Into::into).boxed_unsync();
        Self(reqwest::Body::wrap(Shareable(Mutex::new(body))))
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.0).poll_frame(context);
        frame.map(|frame| frame.map(|result| result.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content may be secret.
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

impl From<reqwest::Body> for Body {
    fn from(body: reqwest::Body) -> Self {
        Self(body)
    }
}

impl From<Body> for reqwest::Body {
    fn from(body: Body) -> Self {
        body.0
    }
}

/// Conversions from types that contain all bytes.
macro_rules! from_bytes {
    ($($bytes:ty),*) => {
        $(impl From<$bytes> for Body {
            fn from(bytes: $bytes) -> Self {
                Self(bytes.into())
            }
        })*
    };
}

from_bytes!(Bytes, Vec<u8>, String, &'static str, &'static [u8]);

/// Makes a body `Sync`: it is only accessed through exclusive references.
struct Shareable(Mutex<UnsyncBoxBody<Bytes, BoxError>>);

impl Shareable {
    fn body(&mut self) -> &mut UnsyncBoxBody<Bytes, BoxError> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Shareable {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(self.body()).poll_frame(context)
    }
}

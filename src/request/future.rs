//! The future of a response.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::error::Result;
use crate::operation::Operation;
use crate::response::RawResponse;

/// A request in flight: the future of its response. Dropping it cancels the call.
#[must_use = "futures do nothing unless awaited"]
pub struct ResponseFuture<T> {
    operation: &'static Operation,
    response: Pin<Box<dyn Future<Output = Result<RawResponse>> + Send>>,
    decode: fn(RawResponse) -> Result<T>,
    label: Option<Arc<str>>,
}

impl<T> ResponseFuture<T> {
    /// Creates the future of the response to an operation; the label names the request in errors.
    pub(super) fn new(
        operation: &'static Operation,
        label: Option<Arc<str>>,
        response: impl Future<Output = Result<RawResponse>> + Send + 'static,
        decode: fn(RawResponse) -> Result<T>,
    ) -> Self {
        Self {
            operation,
            response: Box::pin(response),
            decode,
            label,
        }
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Separates the response from its decoding.
    pub(crate) fn split(self) -> (ResponseFuture<RawResponse>, Decoder<T>) {
        let received = ResponseFuture {
            operation: self.operation,
            response: self.response,
            decode: Ok,
            label: None,
        };
        let decoder = Decoder {
            operation: self.operation,
            decode: self.decode,
            label: self.label,
        };
        (received, decoder)
    }
}

/// Decodes the response to a request.
pub(crate) struct Decoder<T> {
    operation: &'static Operation,
    decode: fn(RawResponse) -> Result<T>,
    label: Option<Arc<str>>,
}

impl<T> Decoder<T> {
    /// Creates the future of the decoded response.
    pub(crate) fn decode(self, received: Result<RawResponse>) -> ResponseFuture<T> {
        let response = std::future::ready(received);
        ResponseFuture::new(self.operation, self.label, response, self.decode)
    }
}

impl<T> Future for ResponseFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let response = ready!(this.response.as_mut().poll(context));
        let result = response.and_then(this.decode);
        Poll::Ready(match &this.label {
            None => result,
            Some(label) => result.map_err(|error| error.with_label(Arc::clone(label))),
        })
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture")
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

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

    /// Calls `observe` with the response when it has arrived. Others run before the response is decoded.
    pub(crate) fn on_arrival(self, observe: impl FnOnce(&RawResponse) + Send + 'static) -> Self {
        let response = self.response;
        let observed = async move {
            let response = response.await?;
            observe(&response);
            tokio::task::yield_now().await;
            Ok(response)
        };
        Self {
            response: Box::pin(observed),
            ..self
        }
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

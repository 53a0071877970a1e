//! A request in flight, of a stream that sends one request after the other.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::request::ResponseFuture;

/// A request in flight.
pub(crate) struct Fetch<T> {
    operation: &'static Operation,
    state: State<T>,
}

enum State<T> {
    /// Polled by the stream.
    Inline(ResponseFuture<T>),
    /// Runs in its own task, so that its timeouts do not elapse while nobody polls the stream.
    Task(Task<T>),
    Complete(Result<T>),
}

impl<T: Send + 'static> Fetch<T> {
    /// Creates a request that the stream polls.
    pub(crate) fn inline(response: ResponseFuture<T>) -> Self {
        Self {
            operation: response.operation(),
            state: State::Inline(response),
        }
    }

    /// Creates a request in its own task. Without a runtime for the task, the stream polls the request.
    pub(crate) fn spawned(response: ResponseFuture<T>) -> Self {
        let Ok(runtime) = Handle::try_current() else {
            return Self::inline(response);
        };
        Self {
            operation: response.operation(),
            state: State::Task(Task(runtime.spawn(response.in_current_span()))),
        }
    }

    /// Returns the operation of the request.
    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Polls the request; ready when the response has arrived.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let result = match &mut self.state {
            State::Complete(_) => return Poll::Ready(()),
            State::Inline(response) => Pin::new(response).poll(context),
            State::Task(Task(task)) => Pin::new(task).poll(context).map(|joined| {
                joined.unwrap_or_else(|error| match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    // The runtime of the task was shut down. The request can be repeated on another runtime.
                    Err(_) => Err(Error::of(
                        ErrorKind::Connection,
                        self.operation,
                        "the runtime that sent the request was shut down",
                    )),
                })
            }),
        };
        result.map(|result| self.state = State::Complete(result))
    }

    /// Returns the response of a completed request.
    pub(crate) fn into_result(self) -> Option<Result<T>> {
        match self.state {
            State::Complete(result) => Some(result),
            _ => None,
        }
    }
}

/// A task that is aborted when it is dropped.
struct Task<T>(JoinHandle<Result<T>>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

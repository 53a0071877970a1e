//! A page request in flight.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::continuation::Position;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::request::{RequestParts, ResponseFuture};
use crate::response::RawResponse;

/// The request for one page.
pub(super) struct PageFetch {
    pub(super) position: Position,
    operation: &'static Operation,
    state: State,
}

enum State {
    /// Polled by the listing.
    Inline(ResponseFuture<RawResponse>),
    /// Runs in its own task, so that its timeouts do not elapse while nobody polls the listing.
    Task(Task),
    Complete(Result<RawResponse>),
}

impl PageFetch {
    /// Creates a request that the listing polls.
    pub(super) fn inline(position: Position, parts: RequestParts) -> Self {
        Self {
            position,
            operation: parts.operation(),
            state: State::Inline(parts.send_raw()),
        }
    }

    /// Creates a request in its own task. Without a runtime for the task, the listing polls the request.
    pub(super) fn spawned(position: Position, parts: RequestParts) -> Self {
        let Ok(runtime) = Handle::try_current() else {
            return Self::inline(position, parts);
        };
        Self {
            position,
            operation: parts.operation(),
            state: State::Task(Task(runtime.spawn(parts.send_raw().in_current_span()))),
        }
    }

    /// Polls the request; ready when the response has arrived.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let result = match &mut self.state {
            State::Complete(_) => return Poll::Ready(()),
            State::Inline(response) => Pin::new(response).poll(context),
            State::Task(Task(task)) => Pin::new(task).poll(context).map(|joined| {
                joined.unwrap_or_else(|error| match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    // The runtime of the task was shut down. The page can be requested again on another runtime.
                    Err(_) => Err(Error::of(
                        ErrorKind::Connection,
                        self.operation,
                        "the runtime that requested the page was shut down",
                    )),
                })
            }),
        };
        result.map(|result| self.state = State::Complete(result))
    }

    /// Returns the response of a completed request.
    pub(super) fn into_result(self) -> Option<Result<RawResponse>> {
        match self.state {
            State::Complete(result) => Some(result),
            _ => None,
        }
    }
}

/// A task that is aborted when it is dropped.
struct Task(JoinHandle<Result<RawResponse>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

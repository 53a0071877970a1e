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
    /// Runs by itself, so that its timeouts do not pass while nobody polls the listing.
    Task(Task),
    Complete(Result<RawResponse>),
}

impl PageFetch {
    /// A request that the listing polls.
    pub(super) fn inline(position: Position, parts: RequestParts) -> Self {
        Self {
            position,
            operation: parts.operation(),
            state: State::Inline(parts.send_raw()),
        }
    }

    /// A request on a task of its own; the listing polls it where there is no runtime to run the task.
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

    /// Drives the request; ready when the response is there.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let result = match &mut self.state {
            State::Complete(_) => return Poll::Ready(()),
            State::Inline(response) => Pin::new(response).poll(context),
            State::Task(Task(task)) => Pin::new(task).poll(context).map(|joined| {
                joined.unwrap_or_else(|error| match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    // Its runtime was shut down: the page can be requested again on another.
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

    /// The response, of a request that is complete.
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

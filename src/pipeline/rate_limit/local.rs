//! The queue of a class whose requests one client counts.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::future::select;
use tokio::sync::Notify;

use super::lock;
use super::observation::{allowance, limits};
use super::schedule::{State, Window};
use crate::operation::RateLimit;
use crate::response::RawResponse;
use crate::runtime::Runtime;

/// The requests of one class.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
}

impl Queue {
    pub(super) fn new(limit: &RateLimit) -> Self {
        let windows = limit.windows.iter().copied().map(Window::from).collect();
        Self {
            state: Mutex::new(State::new(windows, VecDeque::new())),
        }
    }

    /// Returns the delay of a request that arrives now.
    pub(super) fn delay(&self, now: Instant) -> Duration {
        let slot = self.state().last_slot(now);
        slot.saturating_duration_since(now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A request in the queue, until it is dropped or gets its permit.
pub(in crate::pipeline) struct LocalWaiter<'a> {
    queue: Arc<Queue>,
    runtime: &'a Runtime,
    id: u64,
    /// Notified when its slot moves to an earlier time.
    earlier: Arc<Notify>,
}

impl<'a> LocalWaiter<'a> {
    pub(super) fn enqueue(queue: Arc<Queue>, runtime: &'a Runtime) -> Self {
        let earlier = Arc::new(Notify::new());
        let id = queue.state().enqueue(Arc::clone(&earlier), runtime.now());
        Self {
            queue,
            runtime,
            id,
            earlier,
        }
    }

    /// Returns the permit for the request, if the limits allow it now. The caller sends the request at once, because it counts from now on.
    ///
    /// # Errors
    /// Returns the slot of the request.
    pub(super) fn claim(&self) -> Result<LocalPermit, Instant> {
        let arrives_by = self.queue.state().claim(self.id, self.runtime.now())?;
        Ok(LocalPermit {
            queue: Arc::clone(&self.queue),
            arrives_by,
        })
    }

    /// Sleeps until the slot of the request, or until the slot moves to an earlier time.
    pub(super) async fn sleep_until(&self, slot: Instant) {
        let delay = slot.saturating_duration_since(self.runtime.now());
        let sleep = pin!(self.runtime.sleep(delay));
        select(sleep, pin!(self.earlier.notified())).await;
    }
}

impl Drop for LocalWaiter<'_> {
    fn drop(&mut self) {
        self.queue.state().leave(self.id, self.runtime.now());
    }
}

/// The permission to send a request, held until its response has arrived.
#[derive(Debug)]
pub(in crate::pipeline) struct LocalPermit {
    queue: Arc<Queue>,
    arrives_by: Instant,
}

impl LocalPermit {
    /// Completes the request. The headers of its response, if there is one, correct the limits.
    pub(super) fn complete(&self, response: Option<&RawResponse>, runtime: &Runtime) {
        let now = runtime.now();
        let mut state = self.queue.state();
        state.record_arrival(self.arrives_by, now);
        if let Some(response) = response {
            let allowance = allowance(response, runtime.system_time());
            state.observe(limits(response.headers()), allowance, now);
        }
        state.reschedule(now);
    }
}

impl Drop for LocalPermit {
    fn drop(&mut self) {
        self.queue.state().leave_flight();
    }
}

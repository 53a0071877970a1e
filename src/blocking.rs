//! Calls and lists without async.
//!
//! Every request and every stream has a method `wait()`. A thread of the crate does the work. All clients share this thread, and the first
//! wait starts it.
//!
//! ```
//! # #[cfg(all(feature = "network-tunnel-groups", feature = "simulator"))] {
//! # use cisco_secure_access::{Client, Cloud, Credentials, simulator::Simulator};
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # let simulator = runtime.block_on(Simulator::builder().tunnel_groups(3).start()).unwrap();
//! # let client = simulator.client().unwrap();
//! let regions = client.deployments().list_regions().send().wait()?;
//! println!("{} regions", regions.regions.len());
//!
//! for group in client.deployments().list_network_tunnel_groups().items().wait() {
//!     println!("{:?}", group?.name);
//! }
//! # }
//! # Ok::<(), cisco_secure_access::Error>(())
//! ```
//!
//! [`wait`] waits for a [job](crate::jobs):
//!
//! ```no_run
//! # #[cfg(feature = "sites")]
//! # fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! use cisco_secure_access::blocking::wait;
//!
//! let site = wait(client.deployments().list_sites().items().find_by_name("Pier"))?;
//! # Ok(())
//! # }
//! ```
//!
//! A wait blocks its thread. In an async task it fails, because the thread has other tasks to run: await the call there, or wait in
//! `tokio::task::spawn_blocking`. If the future panics, `wait` resumes the panic.

use std::iter::FusedIterator;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;
use std::task::{Context, Poll, Waker};
use std::thread;

use futures_util::stream::FusedStream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::runtime::{Builder, Handle};
use tokio::task::coop;

use crate::error::{Error, Result};
#[cfg(feature = "reporting")]
use crate::jobs::activity::{EventPage, Export};
#[cfg(feature = "policy-rules")]
use crate::jobs::rules::Restoration;
use crate::pagination::{BufferedStream, Items, Pages};
use crate::request::ResponseFuture;

/// The thread that runs futures while others wait for them, or the reason why it cannot start.
static WORKER: LazyLock<Result<Handle>> = LazyLock::new(|| {
    let failed = |error: std::io::Error| {
        Error::configuration(format!(
            "the thread for blocking calls cannot be started: {error}"
        ))
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("cisco-secure-access".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .map_err(failed)?;
    Ok(handle)
});

/// Waits for a future without async: several calls together, or a [job](crate::jobs).
///
/// # Errors
/// Errors of the future, and [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) in an async task, or if the thread cannot be
/// started.
pub fn wait<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    on_worker(work)?
}

/// Returns the worker, if this thread may wait for it.
fn worker() -> Result<&'static Handle> {
    if is_in_async_task() {
        return Err(Error::configuration(
            "`wait` would block a thread that runs async tasks: await the call, or wait in `tokio::task::spawn_blocking`",
        ));
    }
    WORKER.as_ref().map_err(Clone::clone)
}

/// Runs a future on the worker and waits for it.
fn on_worker<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let (sender, receiver) = sync_channel(1);
    worker()?.spawn(async move {
        let result = AssertUnwindSafe(work).catch_unwind().await;
        // The receiver waits until the value is sent.
        let _ = sender.send(result);
    });
    match receiver.recv() {
        Ok(result) => result.or_else(|panic| resume_unwind(panic)),
        Err(_) => Err(Error::configuration(
            "the thread for blocking calls has ended",
        )),
    }
}

/// Whether this thread polls a Tokio task. Tokio gives each poll a budget. There is none in `spawn_blocking` and `block_in_place`, where
/// waiting is allowed, and none outside of a runtime.
fn is_in_async_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let mut consumed = Vec::new();
    let is_limited = loop {
        match coop::poll_proceed(&mut context) {
            Poll::Pending => break true,
            // Larger than any budget.
            Poll::Ready(_) if consumed.len() > usize::from(u8::MAX) => break false,
            Poll::Ready(unit) => consumed.push(unit),
        }
    };
    // Each unit restores the previous budget.
    while consumed.pop().is_some() {}
    is_limited
}

impl<T: Send + 'static> ResponseFuture<T> {
    /// Waits for the response without async; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    /// See [`Error`].
    pub fn wait(self) -> Result<T> {
        wait(self)
    }
}

/// An iterator over a list, without async.
///
/// It ends where the stream ends. If the thread must not wait, it returns one error and ends, and the stream does not change.
#[derive(Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct Waiting<S> {
    /// `None` while the worker has it.
    listing: Option<S>,
    is_terminated: bool,
}

impl<S> Waiting<S> {
    fn new(listing: S) -> Self {
        Self {
            listing: Some(listing),
            is_terminated: false,
        }
    }

    /// Returns the stream, for example for its continuation.
    #[must_use]
    pub fn listing(&self) -> Option<&S> {
        self.listing.as_ref()
    }
}

impl<S, T> Iterator for Waiting<S>
where
    S: BufferedStream<Item = Result<T>> + Unpin + Send + 'static,
    T: Send + 'static,
{
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.is_terminated {
            return None;
        }
        // A buffered item needs no worker.
        if let Some(item) = self.listing.as_mut()?.take_ready() {
            return Some(item);
        }
        if let Err(error) = worker() {
            self.is_terminated = true;
            return Some(Err(error));
        }
        let mut listing = self.listing.take()?;
        match on_worker(async move { (listing.next().await, listing) }) {
            Ok((item, listing)) => {
                self.listing = Some(listing);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<S, T> FusedIterator for Waiting<S>
where
    S: BufferedStream<Item = Result<T>> + FusedStream + Unpin + Send + 'static,
    T: Send + 'static,
{
}

impl<T> Items<T> {
    /// Iterates over the items without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting::new(self)
    }
}

#[cfg(feature = "reporting")]
impl<P: EventPage> Export<P> {
    /// Iterates over the events without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting::new(self)
    }
}

#[cfg(feature = "policy-rules")]
impl Restoration {
    /// Iterates over the restored rules without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting::new(self)
    }
}

impl<P> Pages<P> {
    /// Iterates over the pages without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting::new(self)
    }
}

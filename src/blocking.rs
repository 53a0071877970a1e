//! Calls and listings without async.
//!
//! The surface is the same: every request and every listing that can be awaited can be waited for instead. The work is done on a thread
//! of the crate, which all clients share and which starts with the first wait.
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
//! So can a [job](crate::jobs), with [`wait`]:
//!
//! ```no_run
//! # #[cfg(feature = "sites")]
//! # fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! use cisco_secure_access::blocking::wait;
//!
//! let site = wait(client.deployments().list_sites().items().named("Pier"))?;
//! # Ok(())
//! # }
//! ```
//!
//! A wait blocks its thread. In an async program await instead: a task that waits keeps its worker from others.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;
use std::thread;

use futures_util::StreamExt as _;
use tokio::runtime::{Builder, Handle};

use crate::error::{Error, Result};
#[cfg(feature = "reporting")]
use crate::jobs::activity::{EventPage, Export};
use crate::pagination::{BufferedStream, Items, Pages};
use crate::request::ResponseFuture;

thread_local! {
    /// Whether this is the thread that works: if it waited, nobody would work.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// The thread that works while others wait, or why there is none.
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
        .spawn(move || {
            IS_WORKER.set(true);
            runtime.block_on(std::future::pending::<()>())
        })
        .map_err(failed)?;
    Ok(handle)
});

/// Waits for what several calls make together, such as a [job](crate::jobs), without async.
///
/// # Errors
/// Those of the work, and [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where there is no thread to do it.
pub fn wait<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    on_worker(work)?
}

/// Lets the worker do something and waits for it.
fn on_worker<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    if IS_WORKER.get() {
        let why = "a provider of credentials or a token cache waits for a call of the client that it serves";
        return Err(Error::configuration(why));
    }
    let (sender, receiver) = sync_channel(1);
    WORKER.as_ref().map_err(Clone::clone)?.spawn(async move {
        // Whoever waits is there: nothing ends the wait but this.
        let _ = sender.send(work.await);
    });
    receiver
        .recv()
        .map_err(|_| Error::configuration("the thread for blocking calls has gone"))
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

/// A listing without async: an iterator.
#[derive(Debug)]
#[must_use = "iterators do nothing unless asked"]
pub struct Waiting<S> {
    /// Away while the worker has it.
    listing: Option<S>,
}

impl<S> Waiting<S> {
    /// The listing itself, for its continuation.
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
        // What is here already needs no worker.
        if let Some(item) = self.listing.as_mut()?.take_ready() {
            return Some(item);
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

impl<T> Items<T> {
    /// Goes through the items without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting {
            listing: Some(self),
        }
    }
}

#[cfg(feature = "reporting")]
impl<P: EventPage> Export<P> {
    /// Goes through the events without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting {
            listing: Some(self),
        }
    }
}

impl<P> Pages<P> {
    /// Goes through the pages without async; see [`blocking`](crate::blocking).
    pub fn wait(self) -> Waiting<Self> {
        Waiting {
            listing: Some(self),
        }
    }
}

//! Waits until something is so: repeats a request, with growing delays, until its response shows it.
//!
//! ```no_run
//! # #[cfg(feature = "network-tunnel-groups")]
//! # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
//! use std::time::Duration;
//! use cisco_secure_access::jobs::wait;
//!
//! let group = wait::tunnel_group_connected(&client, 17)
//!     .total_timeout(Duration::from_secs(1800))
//!     .progress(|progress| println!("not connected after {} s", progress.elapsed.as_secs()))
//!     .await?;
//! println!("{:?} is connected", group.name);
//! # Ok(())
//! # }
//! ```
//!
//! [`until`] waits for anything that a request can show.
//!
//! # Costs
//!
//! One request each time, or one for each page of a list. The delay between two of them is 1 s at first, doubles each time up to 30 s, and
//! has a random part of one half, so that callers spread.
//!
//! # When something fails
//!
//! After a failure that [may be retried](crate::Error::is_retryable) it waits on, at least as long as the service requests. Any other error
//! ends the wait, such as the 404 of what does not exist. Waiting changes nothing: a wait that was interrupted can be repeated.

use std::fmt;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, Either, select};

#[cfg(feature = "network-tunnel-groups")]
use crate::api::deployments::types::{NetworkTunnelGroup, NetworkTunnelGroupStatus};
#[cfg(feature = "destination-lists")]
use crate::api::policies::types::Destination;
#[cfg(feature = "data-loss-prevention")]
use crate::api::policies::types::{EdmIdentifier, IdmIdentifier};
use crate::client::{Client, RetryPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::response::Response;
use crate::runtime::Runtime;

/// The total timeout where none is set.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(600);
/// The delay after the first request.
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);

/// Waits until a response fulfils a predicate; returns that response.
///
/// `what` completes the sentence "waits until …", for the error of the total timeout. `request` sends the request, each time anew;
/// `predicate` sees each response.
///
/// ```
/// # #[cfg(feature = "sites")]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use cisco_secure_access::simulator::Simulator;
/// # let simulator = Simulator::builder().start().await?;
/// # let client = simulator.client()?;
/// use cisco_secure_access::jobs::wait;
///
/// let deployments = client.deployments();
/// let site = wait::until(
///     &client,
///     "the site 1001 has a name",
///     || deployments.get_site(1001),
///     |site| site.name.is_some(),
/// )
/// .await?;
/// println!("{:?}", site.name);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sites"))]
/// # fn main() {}
/// ```
///
/// # Errors
/// Those of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
pub fn until<'a, R, Q>(
    client: &Client,
    what: impl Into<String>,
    request: impl FnMut() -> Q + Send + 'a,
    mut predicate: impl FnMut(&R) -> bool + Send + 'a,
) -> Wait<'a, R>
where
    R: Send + 'a,
    Q: IntoFuture<Output = Result<R>, IntoFuture: Send> + 'a,
{
    Wait::new(client, what.into(), request, move |response| {
        predicate(&response).then_some(response)
    })
}

/// Waits until a network tunnel group is connected: both of its hubs have a tunnel.
///
/// [`get_network_tunnel_group`](crate::api::deployments::Deployments::get_network_tunnel_group) says so. A group whose status is `warning`
/// is waited for, too.
///
/// # Errors
/// Those of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
#[cfg(feature = "network-tunnel-groups")]
#[inline] // So the decoding of the response is compiled where it is used.
pub fn tunnel_group_connected<'a>(
    client: &Client,
    group_id: i64,
) -> Wait<'a, Response<NetworkTunnelGroup>> {
    let deployments = client.deployments();
    until(
        client,
        format!("the network tunnel group {group_id} is connected"),
        move || deployments.get_network_tunnel_group(group_id),
        |group| group.status == Some(NetworkTunnelGroupStatus::Connected),
    )
}

/// Waits until a destination that was added is visible in its list; returns it, with its id.
///
/// Names of hosts are the same in upper and lower case. A URL on a domain that the service blocks completely is never visible: see
/// [`destinations`](super::destinations).
///
/// ```
/// # use cisco_secure_access::simulator::Simulator;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::builder().start().await?;
/// # let client = simulator.client()?;
/// # let list_id = 1001;
/// use cisco_secure_access::api::policies::types::AddDestination;
/// use cisco_secure_access::jobs::wait;
///
/// let added = [AddDestination::new("example.com")];
/// client.policies().add_destinations(list_id, &added).await?;
/// let destination = wait::destination_visible(&client, list_id, "example.com").await?;
/// println!("{:?} has the id {:?}", destination.destination, destination.id);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
#[cfg(feature = "destination-lists")]
pub fn destination_visible<'a>(
    client: &Client,
    list_id: i64,
    destination: impl Into<String>,
) -> Wait<'a, Destination> {
    use super::destinations::{CONCURRENT_PAGES, comparable};

    let policies = client.policies();
    let destination = destination.into();
    let what = format!("`{destination}` is visible in the destination list {list_id}");
    let wanted = comparable(destination);
    let find = move || {
        let wanted = wanted.clone();
        let destinations = policies.list_destinations(list_id).items();
        destinations
            .prefetch(CONCURRENT_PAGES)
            .find(move |row| row.destination.clone().map(comparable).as_ref() == Some(&wanted))
    };
    Wait::new(client, what, find, |found| found)
}

/// Waits until an identifier for exact data match (EDM) is active: the DLP indexer has uploaded its fingerprints.
///
/// # Errors
/// Those of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
#[cfg(feature = "data-loss-prevention")]
pub fn edm_identifier_active<'a>(
    client: &Client,
    id: impl Into<String>,
) -> Wait<'a, Response<EdmIdentifier>> {
    let (policies, id) = (client.policies(), id.into());
    until(
        client,
        format!("the EDM identifier {id} is active"),
        move || policies.get_dlp_edm_data_identifier(&id),
        |identifier| identifier.is_active == Some(true),
    )
}

/// Waits until an identifier for indexed document match (IDM) is active: the DLP indexer has uploaded its fingerprints.
///
/// # Errors
/// Those of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
#[cfg(feature = "data-loss-prevention")]
pub fn idm_identifier_active<'a>(
    client: &Client,
    id: impl Into<String>,
) -> Wait<'a, Response<IdmIdentifier>> {
    let (policies, id) = (client.policies(), id.into());
    until(
        client,
        format!("the IDM identifier {id} is active"),
        move || policies.get_dlp_idm_data_identifier(&id),
        |identifier| identifier.is_active == Some(true),
    )
}

/// How far a wait is: the newest response does not show what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitProgress {
    /// How many requests were sent, without retries of the client; a list counts as one.
    pub requests: u32,
    /// The time since the wait began.
    pub elapsed: Duration,
    /// The delay before the next request.
    pub delay: Duration,
}

/// A wait that begins when it is awaited. Dropping its future ends it. See the [module](self).
#[must_use = "a wait does nothing until it is awaited"]
pub struct Wait<'a, T> {
    settings: Settings<'a>,
    run: Run<'a, T>,
}

/// Waits with these settings.
type Run<'a, T> = Box<dyn FnOnce(Settings<'a>) -> BoxFuture<'a, Result<T>> + Send + 'a>;

struct Settings<'a> {
    runtime: Runtime,
    /// What is waited for: a clause for messages.
    what: String,
    total_timeout: Duration,
    backoff: RetryPolicy,
    progress: Box<dyn FnMut(WaitProgress) + Send + 'a>,
}

impl<'a, T> Wait<'a, T> {
    /// Waits until `take` takes something out of a response.
    fn new<R, Q>(
        client: &Client,
        what: String,
        request: impl FnMut() -> Q + Send + 'a,
        take: impl FnMut(R) -> Option<T> + Send + 'a,
    ) -> Self
    where
        R: Send + 'a,
        T: Send + 'a,
        Q: IntoFuture<Output = Result<R>, IntoFuture: Send> + 'a,
    {
        Self {
            settings: Settings {
                runtime: client.runtime().clone(),
                what,
                total_timeout: TOTAL_TIMEOUT,
                backoff: RetryPolicy::new().initial_backoff(INITIAL_BACKOFF),
                progress: Box::new(|_| {}),
            },
            run: Box::new(|settings| Box::pin(poll(settings, request, take))),
        }
    }

    /// The time limit of the wait with all requests and delays. It ends earlier if the next delay would exceed the limit. (600 s)
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.settings.total_timeout = timeout;
        self
    }

    /// The delay after the first request; each further delay is twice as long. At least half of it is waited, the other half is random. (1 s)
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.settings.backoff = self.settings.backoff.initial_backoff(backoff);
        self
    }

    /// The upper bound of the delays, unless the service requests a longer one. (30 s)
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.settings.backoff = self.settings.backoff.max_backoff(backoff);
        self
    }

    /// Called before each delay.
    pub fn progress(mut self, progress: impl FnMut(WaitProgress) + Send + 'a) -> Self {
        self.settings.progress = Box::new(progress);
        self
    }
}

impl<'a, T> IntoFuture for Wait<'a, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self.settings)
    }
}

impl<T> fmt::Debug for Wait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("until", &self.settings.what)
            .field("total_timeout", &self.settings.total_timeout)
            .finish_non_exhaustive()
    }
}

impl Settings<'_> {
    /// The error of a wait that ends without a response that shows it.
    fn timed_out(&self, requests: u32, started: Instant) -> Error {
        let message = format!(
            "timed out waiting until {}: {requests} requests in {:.1} s, and the total timeout is {:.1} s",
            self.what,
            self.runtime.now().duration_since(started).as_secs_f64(),
            self.total_timeout.as_secs_f64()
        );
        Error::new(ErrorKind::Timeout, message)
    }
}

/// Repeats a request until `take` takes something out of its response.
async fn poll<R, T, Q>(
    mut settings: Settings<'_>,
    mut request: impl FnMut() -> Q,
    mut take: impl FnMut(R) -> Option<T>,
) -> Result<T>
where
    Q: IntoFuture<Output = Result<R>>,
{
    let started = settings.runtime.now();
    let mut deadline = pin!(settings.runtime.deadline(settings.total_timeout));
    let mut requests = 0;
    loop {
        requests += 1;
        let response = pin!(request().into_future());
        let failure = match select(response, deadline.as_mut()).await {
            Either::Left((Ok(response), _)) => match take(response) {
                Some(value) => return Ok(value),
                None => None,
            },
            Either::Left((Err(error), _)) if error.is_retryable() => Some(error),
            Either::Left((Err(error), _)) => return Err(error),
            Either::Right(_) => return Err(settings.timed_out(requests, started)),
        };
        let requested = failure.as_ref().and_then(Error::retry_after);
        let backoff = settings.backoff.backoff(requests);
        let spread = backoff.mul_f64((1.0 + settings.runtime.random()) / 2.0);
        let delay = requested.unwrap_or_default().max(spread);
        let elapsed = settings.runtime.now().duration_since(started);
        if elapsed.saturating_add(delay) >= settings.total_timeout {
            let timed_out = settings.timed_out(requests, started);
            return Err(match failure {
                Some(error) => error.with_context(timed_out.to_string()),
                None => timed_out,
            });
        }
        (settings.progress)(WaitProgress {
            requests,
            elapsed,
            delay,
        });
        settings.runtime.sleep(delay).await;
    }
}

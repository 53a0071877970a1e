//! Waits for a condition: repeats a request, with growing delays, until a response fulfils it.
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
//! [`until`] waits for any condition of a response.
//!
//! # Costs
//!
//! Each attempt takes one request, or one for each page of a list. The delay between attempts is 1 s at first, doubles each time up to 30
//! s, and half of it is random, so that callers spread.
//!
//! # Errors
//!
//! After a [retryable error](crate::Error::is_retryable), it continues to wait, at least as long as the service requests. Any other error
//! ends the wait, such as a 404. Waiting changes nothing, so you can repeat an interrupted wait.

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

/// The default total timeout.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(600);
/// The delay after the first request.
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);

/// Waits until a response fulfils a predicate; returns that response.
///
/// `what` completes the sentence "waits until …" in the error message of the total timeout. `request` creates a request for each attempt.
/// `predicate` checks each response.
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
/// Errors of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
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

/// Waits until a network tunnel group is connected, which means that both of its hubs have a tunnel.
///
/// It calls [`get_network_tunnel_group`](crate::api::deployments::Deployments::get_network_tunnel_group). It also waits while the status is
/// `warning`.
///
/// # Errors
/// Errors of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
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

/// Waits until an added destination is visible in its list; returns the destination, with its id.
///
/// The case of host names is ignored. A URL on a domain that the service blocks completely is never visible: see
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
/// Errors of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
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

/// Waits until an identifier for exact data match (EDM) is active, which means that the DLP indexer has uploaded its fingerprints.
///
/// # Errors
/// Errors of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
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

/// Waits until an identifier for indexed document match (IDM) is active, which means that the DLP indexer has uploaded its fingerprints.
///
/// # Errors
/// Errors of the request, and [`ErrorKind::Timeout`] after the [total timeout](Wait::total_timeout).
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

/// The progress of a wait, after a response that does not fulfil the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitProgress {
    /// The number of requests, without retries of the client. A list counts as one.
    pub requests: u32,
    /// The time since the wait began.
    pub elapsed: Duration,
    /// The delay before the next request.
    pub delay: Duration,
}

/// A wait, which starts when it is awaited. To cancel it, drop its future. See the [module](self).
#[must_use = "a wait does nothing until it is awaited"]
pub struct Wait<'a, T> {
    settings: Settings<'a>,
    run: Run<'a, T>,
}

/// The settings of a wait.
type Run<'a, T> = Box<dyn FnOnce(Settings<'a>) -> BoxFuture<'a, Result<T>> + Send + 'a>;

struct Settings<'a> {
    runtime: Runtime,
    /// The condition, as a clause for messages.
    what: String,
    total_timeout: Duration,
    backoff: RetryPolicy,
    progress: Box<dyn FnMut(WaitProgress) + Send + 'a>,
}

impl<'a, T> Wait<'a, T> {
    /// Creates a wait until `take` returns a value.
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

    /// Sets the total timeout of the wait, with all requests and delays. The wait ends earlier if the next delay would exceed it. (600 s)
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.settings.total_timeout = timeout;
        self
    }

    /// Sets the delay after the first request. Each further delay is twice as long. Half of a delay is random. (1 s)
    pub fn initial_backoff(mut self, backoff: Duration) -> Self {
        self.settings.backoff = self.settings.backoff.initial_backoff(backoff);
        self
    }

    /// Sets the upper bound of the delays, unless the service requests a longer one. (30 s)
    pub fn max_backoff(mut self, backoff: Duration) -> Self {
        self.settings.backoff = self.settings.backoff.max_backoff(backoff);
        self
    }

    /// Sets a callback, which is called before each delay.
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
    /// The error of a wait that timed out.
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

/// Repeats a request until `take` returns a value.
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

//! Rate limits that several processes share: the interface of a store, such as a Redis server.
//!
//! By default, each client counts its own requests. Several processes with one API key share the limits of that key, so they need a common
//! count: a [`RateLimitStore`]. The crate `cisco-secure-access-redis` has one. See [a fleet](crate::guide::fleet).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::{BoxError, BoxFuture};
use crate::operation::RateLimitWindow;
use crate::secret::hash_of;

/// A store of rate limits, which the clients of several processes share. Set it with
/// [`ClientBuilder::rate_limit_store`](crate::ClientBuilder::rate_limit_store).
///
/// The store counts the requests of each [`Bucket`] on its own clock; the clocks of the clients do not matter. A client
/// [claims](Self::claim) a slot for one request of a bucket at a time, sends the request as soon as the claim is granted, and
/// [completes](Self::complete) it when its response has arrived. A client that disappears does neither: its claim passes, and a request
/// that it may have sent counts at the latest time at which the service can have received it.
///
/// If the store fails or does not respond within half a second, calls do not fail. The client logs one warning and stays within its share of
/// the limits: the limits that the store last reported, divided by the number of clients. It tries the store again every second, and then
/// reports the requests that it has sent meanwhile ([`restore`](Self::restore)).
///
/// `Debug` must not show secrets: it is part of the `Debug` output of a client builder.
pub trait RateLimitStore: fmt::Debug + Send + Sync {
    /// Claims a slot for a request that waits. The client calls it with the same request until the claim is granted, at the end of each
    /// delay and at least once a second, or until it [releases](Self::release) the claim.
    ///
    /// Requests are served in the order of their first claims. A claim that is not repeated within [`Bucket::transit`] after the end of its
    /// delay passes, and delays no other.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn claim<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<Claim, BoxError>>;

    /// Releases the claim of a request that is not sent, whether it was granted or not.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn release<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Completes a request: the service has counted it by now. The observation of its response corrects the limits for all clients.
    ///
    /// Returns the use of the bucket; `None` if the store has lost the requests that this client has sent.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn complete<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
        observation: &'a Observation,
    ) -> BoxFuture<'a, Result<Option<Usage>, BoxError>>;

    /// Reports requests that this client has sent, with the time that has passed since then: after [`Claim::Forgotten`], and when the
    /// client returns to the store. The time is zero for a request that the service may not have counted yet: it counts after
    /// [`Bucket::transit`], until it is completed. A long list comes in several calls. The store may already know some of the requests. If
    /// other clients may return, too, the store grants no slot until they have had the time to do so: a client that is active tries once a
    /// second. The default implementation does nothing.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn restore<'a>(
        &'a self,
        bucket: &'a Bucket,
        sent: &'a [(RequestId, Duration)],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let _ = (bucket, sent);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<S: RateLimitStore + ?Sized> RateLimitStore for Arc<S> {
    fn claim<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<Claim, BoxError>> {
        (**self).claim(bucket, request)
    }

    fn release<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).release(bucket, request)
    }

    fn complete<'a>(
        &'a self,
        bucket: &'a Bucket,
        request: RequestId,
        observation: &'a Observation,
    ) -> BoxFuture<'a, Result<Option<Usage>, BoxError>> {
        (**self).complete(bucket, request, observation)
    }

    fn restore<'a>(
        &'a self,
        bucket: &'a Bucket,
        sent: &'a [(RequestId, Duration)],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).restore(bucket, sent)
    }
}

/// The requests that share limits: those of one class of operations, with one API key or for one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    key: BucketKey,
    windows: Vec<RateLimitWindow>,
    transit: Duration,
}

impl Bucket {
    /// Creates a bucket, for tests of a store.
    #[must_use]
    pub fn new(
        key: BucketKey,
        windows: impl IntoIterator<Item = RateLimitWindow>,
        transit: Duration,
    ) -> Self {
        Self {
            key,
            windows: windows.into_iter().collect(),
            transit,
        }
    }

    /// Returns the key of the bucket, which is the same in all clients.
    #[must_use]
    pub fn key(&self) -> &BucketKey {
        &self.key
    }

    /// Returns the limits, which all apply at the same time: those that the store last reported to this client, else the documented ones.
    /// A limit that a response reports replaces the one of the same length.
    #[must_use]
    pub fn windows(&self) -> &[RateLimitWindow] {
        &self.windows
    }

    /// Returns the maximum time from the grant of a claim until the service has counted the request. Until a request is completed, it
    /// counts at this time.
    #[must_use]
    pub fn transit(&self) -> Duration {
        self.transit
    }
}

/// The key of a [`Bucket`]: a hash of base URL, class of operations, and API key or organization. It contains neither an API key nor a
/// secret, and consists of letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BucketKey(String);

impl BucketKey {
    /// Creates the key that is the hash of these parts.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        Self(hash_of(parts))
    }

    /// Returns the key as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a request, which no other request of any client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    client: u128,
    number: u64,
}

impl RequestId {
    /// Creates the id of a request: a random number of the client, and the number of the request in that client.
    #[must_use]
    pub const fn new(client: u128, number: u64) -> Self {
        Self { client, number }
    }

    /// Returns the id of the client.
    #[must_use]
    pub const fn client(self) -> u128 {
        self.client
    }
}

/// The id of the client and the number of the request: `0123456789abcdef0123456789abcdef-17`.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{}", self.client, self.number)
    }
}

/// The decision of a store about a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The client sends the request at once.
    Granted(Usage),
    /// The limits do not allow the request yet. The client repeats the claim after this delay, at which it is granted at the earliest.
    Delayed(Duration, Usage),
    /// The store has lost the requests that this client has sent. The client restores them and repeats the claim.
    Forgotten,
}

/// The use of a bucket by all clients, as the store last knew it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The number of active clients, at least 1.
    pub clients: u64,
    /// The position of this client among them, from 0.
    pub rank: u64,
    /// The limits, and the number of requests that each counts now.
    pub windows: Vec<(RateLimitWindow, u64)>,
}

impl Usage {
    /// Creates a report of a store.
    #[must_use]
    pub fn new(clients: u64, rank: u64, windows: Vec<(RateLimitWindow, u64)>) -> Self {
        Self {
            clients,
            rank,
            windows,
        }
    }
}

/// What a response says about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// The limits in headers such as `x-ratelimit-limit-minute`.
    pub limits: Vec<RateLimitWindow>,
    /// The maximum number of further requests until a point in time, from `ratelimit-remaining` and `ratelimit-reset`, or from a 429.
    pub allowance: Option<Allowance>,
}

/// The maximum number of requests in the next span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// The number of requests. The service had not counted those that were in flight.
    pub requests: u64,
    /// The length of the time, which the service rounds up to seconds.
    pub reset: Duration,
    /// Whether the service rejected the request with 429.
    pub is_rejection: bool,
}

impl Allowance {
    /// Creates an allowance, for tests of a store.
    #[must_use]
    pub const fn new(requests: u64, reset: Duration, is_rejection: bool) -> Self {
        Self {
            requests,
            reset,
            is_rejection,
        }
    }
}

impl Observation {
    /// Creates an observation, for tests of a store.
    #[must_use]
    pub fn new(limits: Vec<RateLimitWindow>, allowance: Option<Allowance>) -> Self {
        Self { limits, allowance }
    }
}

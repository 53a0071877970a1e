//! The request: one type for all operations. The type of its endpoint says which setters it has, and what its response holds.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::future::ResponseFuture;
use super::parts::RequestParts;
use super::typestate::IsSet;
use crate::client::ReportsRegion;
use crate::error::Result;
use crate::pipeline::RetryPolicy;
use crate::response::{LenientDeserialize, RawResponse, Response};

/// A documented operation, as the type of its requests.
///
/// The implementations are generated; the module `requests` of each scope has a name for the request of each.
pub trait Endpoint {
    /// What a response holds.
    type Response: LenientDeserialize;
}

/// The endpoint of a request that no document describes, from [`Client::request`](crate::Client::request): it sends and receives JSON, with the token, retries,
/// redirects and errors of every other request.
pub enum Undocumented {}

/// A report that can be requested from a storage region.
pub trait Regional: Endpoint {}

/// A request to an operation.
///
/// The methods of the handles of the scopes begin it, such as [`Client::deployments`](crate::Client). It has a setter for each parameter
/// that is not an argument of that method, and is sent by [`send`](Self::send) or by `await`. `State` says which of the required ones are
/// set: a request without one does not compile.
///
/// Without an endpoint it is a request that no document describes, from [`Client::request`](crate::Client::request).
#[must_use = "a request does nothing until it is sent"]
pub struct Request<Endpoint = Undocumented, State = ()> {
    pub(crate) parts: RequestParts,
    endpoint: PhantomData<fn() -> (Endpoint, State)>,
}

impl<E, S> Request<E, S> {
    pub(crate) fn new(parts: RequestParts) -> Self {
        Self {
            parts,
            endpoint: PhantomData,
        }
    }

    /// The request in another state.
    #[allow(dead_code, reason = "only some APIs have required parameters")]
    pub(crate) fn into_state<T>(self) -> Request<E, T> {
        Request::new(self.parts)
    }

    /// The time limit of one attempt, instead of that of the client.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.parts.options_mut().attempt_timeout = timeout;
        self
    }

    /// The time limit of the call with its token, all attempts and delays, instead of that of the client.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.parts.options_mut().total_timeout = Some(timeout);
        self
    }

    /// The retry policy, instead of that of the client; the budget stays that of the client.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.parts.options_mut().retry = policy;
        self
    }

    /// Sets a header, also one that no document describes; it replaces an earlier value. The client itself sets `authorization`: a
    /// request that sets it fails before it is sent.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parts.header(name, value.into());
        self
    }

    /// Sets a query parameter, also one that no document describes; it replaces an earlier value.
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.parts.query(name, value.into());
        self
    }

    /// Sends the request and returns the response without decoding it: status, headers and bytes. Token, retries and errors are those
    /// of `send`.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn send_raw(self) -> ResponseFuture<RawResponse>
    where
        S: IsSet,
    {
        // The bound is on the method, so that the compiler says what is missing.
        self.parts.send_raw()
    }
}

impl<E: Endpoint, S> Request<E, S> {
    /// Sends the request; `await` on the request itself does the same.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn send(self) -> ResponseFuture<Response<E::Response>>
    where
        S: IsSet,
    {
        self.parts.send()
    }
}

impl<E: Regional, S> Request<E, S> {
    /// The region that the report is requested from, instead of that of the client.
    pub fn reports_region(mut self, region: ReportsRegion) -> Self {
        self.parts.reports_region(region);
        self
    }
}

impl<E: Endpoint, S: IsSet> IntoFuture for Request<E, S> {
    type Output = Result<Response<E::Response>>;
    type IntoFuture = ResponseFuture<Response<E::Response>>;

    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

// Not derived: a derive would require the same of the endpoint and the state.
impl<E, S> Clone for Request<E, S> {
    fn clone(&self) -> Self {
        Self::new(self.parts.clone())
    }
}

impl<E, S> fmt::Debug for Request<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("parts", &self.parts)
            .finish()
    }
}

//! The request type of all operations. The endpoint type determines its setters and its response.

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

/// A documented operation, as the type parameter of its requests.
///
/// The implementations are generated. The module `requests` of each scope has an alias for each request type.
pub trait Endpoint {
    /// The type of the response.
    type Response: LenientDeserialize;
}

/// The endpoint of requests whose operation is known only at run time: those of [`Client::request`](crate::Client::request) and
/// [`Client::request_for`](crate::Client::request_for). They have the same tokens, retries, redirects and errors as other requests.
pub enum Untyped {}

/// A report that can be requested from a storage region.
pub trait Regional: Endpoint {}

/// A request to an operation.
///
/// The methods of the scope handles, such as [`Client::deployments`](crate::Client), create it. It has a setter for each parameter that is
/// not an argument of that method. Send it with [`send`](Self::send) or `await`. `State` says which required parameters are set: sending a
/// request without one of them is a compile error.
///
/// Without an endpoint, it is an [`Untyped`] request of [`Client::request`](crate::Client::request) or
/// [`Client::request_for`](crate::Client::request_for).
#[must_use = "a request does nothing until it is sent"]
pub struct Request<Endpoint = Untyped, State = ()> {
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

    /// Returns the request in another state.
    #[allow(dead_code, reason = "only some APIs have required parameters")]
    pub(crate) fn into_state<T>(self) -> Request<E, T> {
        Request::new(self.parts)
    }

    /// Sets the time limit of one attempt, instead of that of the client.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.parts.options_mut().attempt_timeout = timeout;
        self
    }

    /// Sets the time limit of the call, with its token, all attempts and delays, instead of that of the client.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.parts.options_mut().total_timeout = Some(timeout);
        self
    }

    /// Sets the retry policy, instead of that of the client. The retry budget is still that of the client.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.parts.options_mut().retry = policy;
        self
    }

    /// Sets a header, documented or not, and replaces an earlier value. The header `authorization` is reserved for the client: a request
    /// that sets it fails before it is sent.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parts.header(name, value.into());
        self
    }

    /// Sets a query parameter, documented or not, and replaces an earlier value.
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.parts.query(name, value.into());
        self
    }

    /// Sends the request and returns the response without decoding it: status, headers and bytes. Tokens, retries and errors are the same
    /// as those of `send`.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn send_raw(self) -> ResponseFuture<RawResponse>
    where
        S: IsSet,
    {
        // The bound is on the method, so that the compiler reports the missing value.
        self.parts.send_raw()
    }
}

impl<E: Endpoint, S> Request<E, S> {
    /// Sends the request. Awaiting the request has the same effect.
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
    /// Sets the region from which the report is requested, instead of that of the client.
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

// Not derived: a derive would require the same traits of the endpoint and the state.
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

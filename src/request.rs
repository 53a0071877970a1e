//! What every request can be told, whatever its operation, and the request that has none: for what no document knows.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Call, Sending};
use crate::client::Client;
use crate::operation::{Method, Operation};
use crate::response::{RawResponse, Response};

/// Methods of every request builder; `self.call` is the call that is built.
macro_rules! common {
    () => {
        /// Sends the request and hands out the answer as it came: status, headers and bytes. Token, retries and errors are the same.
        ///
        /// # Errors
        /// See [`Error`](crate::Error).
        #[inline]
        pub fn send_raw(self) -> crate::Sending<crate::RawResponse> {
            self.call.send_raw()
        }

        /// How long one attempt may take, instead of what is set on the client.
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.call.limits_mut().timeout = timeout;
            self
        }

        /// How long the call may take with all its attempts and waits, instead of what is set on the client.
        #[inline]
        pub fn deadline(mut self, deadline: ::std::time::Duration) -> Self {
            self.call.limits_mut().deadline = Some(deadline);
            self
        }

        /// How the call is tried again, instead of what is set on the client; the budget stays that of the client.
        #[inline]
        pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
            self.call.limits_mut().retry = policy;
            self
        }

        /// Sets a header that no document knows, or another value for one that is set already. `authorization` is not to be set: a call
        /// with it is refused before it is sent.
        #[inline]
        pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
            self.call.header(name, value.into());
            self
        }

        /// Sets a query parameter that no document knows, or another value for one that is set already.
        #[inline]
        pub fn query(
            mut self,
            name: impl Into<::std::borrow::Cow<'static, str>>,
            value: impl Into<String>,
        ) -> Self {
            self.call.query(name, value.into());
            self
        }
    };
}

/// Methods of the request builders of reports.
macro_rules! reports {
    () => {
        /// The region that the report is asked for in, instead of what is set on the client.
        #[inline]
        pub fn reports_region(mut self, region: crate::ReportsRegion) -> Self {
            self.call.reports_region(region);
            self
        }
    };
}

pub(crate) use common;
#[allow(unused_imports, reason = "only the scope `reports` has reports")]
pub(crate) use reports;

/// A request that no document knows, made by [`Client::request`]: JSON in, JSON out, with the same token, retries, redirects and errors
/// as any other.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    call: Call,
}

impl Client {
    /// A request for what no document knows, or not yet: a method and a path from the root of the host, encoded as it is to be sent.
    ///
    /// Where the path is that of a documented operation after all, everything is known of it that is known of that operation: OAuth
    /// scopes, rate limit, whether it may be repeated. Of others GET, PUT and DELETE are taken to be repeatable.
    ///
    /// ```no_run
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// use cisco_secure_access::Method;
    /// use serde_json::{Value, json};
    ///
    /// let answer = client
    ///     .request(Method::Post, "/deployments/v2/somethingNew")
    ///     .query("dryRun", "true")
    ///     .json(&json!({"name": "Harbour"}))
    ///     .send::<Value>()
    ///     .await?;
    /// println!("{}", answer["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Request {
        let operation = Operation::of(method, path);
        let mut call = Call::with_path(self, operation, path.to_owned());
        if !operation.is_documented() {
            call.about(format!("{method} {path}"));
        }
        if let Some(why) = path_defect(path) {
            call.refuse(format!("`{path}` is no path of a request: {why}"));
        }
        Request { call }
    }
}

/// What keeps a text from being a path that means what it says.
fn path_defect(path: &str) -> Option<&'static str> {
    let is_relative = |segment: &str| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        matches!(plain.as_str(), "" | "." | "..")
    };
    match path.strip_prefix('/') {
        None => Some("it does not begin with `/`; the client adds the host"),
        Some(_) if path.contains(['?', '#']) => {
            Some("it has a query or a fragment in it; set the query with `.query(…)`")
        }
        Some(_) if path.contains(['\\', ' ']) || path.chars().any(char::is_control) => {
            Some("it has characters in it that no path has")
        }
        Some(rest) if rest.split('/').any(is_relative) => {
            Some("a segment of it is empty, `.` or `..`")
        }
        Some(_) => None,
    }
}

impl Request {
    common!();

    /// Sets the body.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.call.json(body);
        self
    }

    /// Sends the request and reads the answer as JSON: a [`serde_json::Value`], or a type of your own.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn send<T: DeserializeOwned>(self) -> Sending<Response<T>> {
        Sending::new(self.call, RawResponse::json)
    }
}

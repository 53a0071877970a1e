//! The options that every request has, whatever its operation.

/// Methods of every request builder; `self.parts` is the request under construction, and the bounds say when it is complete.
macro_rules! request_options {
    ($($bounds:tt)*) => {
        /// Sends the request and returns the response without decoding it: status, headers and bytes. Token, retries and errors are those
        /// of `send`.
        ///
        /// # Errors
        /// See [`Error`](crate::Error).
        #[inline]
        pub fn send_raw(self) -> crate::ResponseFuture<crate::RawResponse>
        $($bounds)*
        {
            self.parts.send_raw()
        }

        /// The time limit of one attempt, instead of that of the client.
        #[inline]
        pub fn attempt_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.parts.options_mut().attempt_timeout = timeout;
            self
        }

        /// The time limit of the call with its token, all attempts and delays, instead of that of the client.
        #[inline]
        pub fn total_timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.parts.options_mut().total_timeout = Some(timeout);
            self
        }

        /// The retry policy, instead of that of the client; the budget stays that of the client.
        #[inline]
        pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
            self.parts.options_mut().retry = policy;
            self
        }

        /// Sets a header, also one that no document describes; it replaces an earlier value. The client itself sets `authorization`: a
        /// request that sets it fails before it is sent.
        #[inline]
        pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
            self.parts.header(name, value.into());
            self
        }

        /// Sets a query parameter, also one that no document describes; it replaces an earlier value.
        #[inline]
        pub fn query(
            mut self,
            name: impl Into<::std::borrow::Cow<'static, str>>,
            value: impl Into<String>,
        ) -> Self {
            self.parts.query(name, value.into());
            self
        }
    };
}

/// Methods of the request builders of reports.
macro_rules! report_options {
    () => {
        /// The region that the report is requested from, instead of that of the client.
        #[inline]
        pub fn reports_region(mut self, region: crate::ReportsRegion) -> Self {
            self.parts.reports_region(region);
            self
        }
    };
}

#[allow(unused_imports, reason = "only the scope `reports` has reports")]
pub(crate) use report_options;
pub(crate) use request_options;

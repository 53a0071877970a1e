//! The options of a request: retries and time limits.

use std::time::Duration;

use super::retry_policy::RetryPolicy;

/// How often a request is retried, and how long it may take.
#[derive(Clone, Debug)]
pub(crate) struct RequestOptions {
    pub(crate) retry: RetryPolicy,
    /// For one attempt.
    pub(crate) attempt_timeout: Duration,
    /// For the access token, all attempts, and the delays between them.
    pub(crate) total_timeout: Option<Duration>,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            attempt_timeout: Duration::from_secs(60),
            total_timeout: None,
        }
    }
}

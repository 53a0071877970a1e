//! The options of a request: retries and time limits.

use std::time::Duration;

use super::retry::RetryPolicy;

/// How often a request is retried, and how long it may take.
#[derive(Clone, Debug)]
pub(crate) struct RequestOptions {
    pub(crate) retry: RetryPolicy,
    /// For one attempt.
    pub(crate) timeout: Duration,
    /// For all attempts and the delays between them.
    pub(crate) deadline: Option<Duration>,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            timeout: Duration::from_secs(60),
            deadline: None,
        }
    }
}

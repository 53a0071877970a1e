//! The options of a request: retries and time limits.

use std::time::Duration;

use super::retry_policy::RetryPolicy;

/// The retry policy and the time limits of a request.
#[derive(Clone, Debug)]
pub(crate) struct RequestOptions {
    pub(crate) retry: RetryPolicy,
    /// The time limit of one attempt.
    pub(crate) attempt_timeout: Duration,
    /// The time limit of the access token, all attempts, and the delays between them.
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

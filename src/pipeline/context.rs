//! What all requests of a client share.

use std::sync::Arc;

use super::http_service::HttpService;
use super::rate_limit::RateLimiter;
use super::redirect::RedirectPolicy;
use super::retry_policy::RetryBudget;
use crate::operation::CloudKind;
use crate::response::DeviationPolicy;
use crate::runtime::Runtime;

/// What the pipeline gets from a client.
pub(crate) struct PipelineContext {
    pub(crate) http: HttpService,
    /// The HTTP client, if there is one: it knows the length of a multipart body.
    pub(crate) client: Option<reqwest::Client>,
    pub(crate) redirect_policy: RedirectPolicy,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) retry_budget: RetryBudget,
    /// In bytes, decompressed.
    pub(crate) max_response_size: usize,
    /// The cloud, if it has documents of its own.
    pub(crate) cloud: Option<CloudKind>,
    /// What becomes of responses that differ from their documentation.
    pub(crate) deviation_policy: Arc<DeviationPolicy>,
    pub(crate) runtime: Runtime,
    #[cfg(feature = "metrics")]
    pub(crate) metrics: super::metrics::Metrics,
}

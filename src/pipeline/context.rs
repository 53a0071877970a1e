//! The shared state of all requests of a client.

use std::sync::Arc;

use super::http_service::HttpService;
use super::rate_limit::RateLimiter;
use super::redirect::RedirectPolicy;
use super::retry_policy::RetryBudget;
use crate::operation::CloudKind;
use crate::response::DeviationPolicy;
use crate::runtime::Runtime;

/// The parts of a client that the pipeline uses.
pub(crate) struct PipelineContext {
    pub(crate) http: HttpService,
    /// The HTTP client, if there is one. It knows the length of a multipart body.
    pub(crate) client: Option<reqwest::Client>,
    pub(crate) redirect_policy: RedirectPolicy,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) retry_budget: RetryBudget,
    /// The maximum size of a response in bytes, decompressed.
    pub(crate) max_response_size: usize,
    /// The cloud, if it has its own documents.
    pub(crate) cloud: Option<CloudKind>,
    /// The handling of responses that differ from their documentation.
    pub(crate) deviation_policy: Arc<DeviationPolicy>,
    pub(crate) runtime: Runtime,
    #[cfg(feature = "metrics")]
    pub(crate) metrics: super::metrics::Metrics,
}

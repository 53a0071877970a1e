//! The processing of a request: retries around { rate limit → authorization → redirects → send }.
//!
//! The pipeline takes a [`PipelineContext`] and a [`PreparedRequest`]. It depends neither on the client nor on the operations.

mod authorization;
mod body;
mod context;
mod execute;
mod headers;
mod http_service;
#[cfg(feature = "metrics")]
mod metrics;
mod options;
#[cfg(feature = "opentelemetry")]
mod propagation;
mod rate_limit;
mod redirect;
mod request;
mod retry;
mod retry_policy;
mod send;
mod token_request;
mod trace;

pub use body::Body;
pub(crate) use context::PipelineContext;
pub(crate) use execute::execute;
pub use http_service::{HttpService, ServiceFn, service_fn};
#[cfg(feature = "metrics")]
pub(crate) use metrics::Metrics;
pub(crate) use options::RequestOptions;
pub(crate) use rate_limit::RateLimiter;
pub use rate_limit::RateLimiting;
pub(crate) use redirect::RedirectPolicy;
pub(crate) use request::{Authentication, MultipartSource, PreparedRequest, RequestBody};
pub(crate) use retry_policy::RetryBudget;
pub use retry_policy::RetryPolicy;
pub(crate) use token_request::{TOKEN_OPERATION, TokenRequester};

//! The loop of attempts. Each attempt waits for the rate limit, is authorized and sent, and follows redirects.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{HeaderValue, Response};
use tracing::Instrument as _;

use super::authorization::{Authorization, authorize, is_token_expired};
use super::context::PipelineContext;
use super::headers::{response_date, retry_after};
use super::rate_limit::Permit;
use super::redirect::Redirects;
use super::request::{Authentication, PreparedRequest};
use super::retry::RetryState;
use super::send::send;
use super::trace;
use crate::auth::Token;
use crate::error::{Error, Result};
use crate::operation::{CloudKind, Operation};
use crate::response::RawResponse;

/// The maximum number of retries with another token, independent of the retry policy. A shared cache may contain a token that the service
/// also rejects.
const MAX_TOKEN_REPLACEMENTS: u32 = 2;

/// Sends a request and waits for its response.
pub(crate) async fn execute(
    context: &PipelineContext,
    request: PreparedRequest,
) -> Result<RawResponse> {
    let span = trace::request_span(&request);
    let result = execute_with_retries(context, &request)
        .instrument(span.clone())
        .await;
    trace::record_result(&span, &result);
    result
}

/// Makes attempts until one succeeds or no retry is possible.
async fn execute_with_retries(
    context: &PipelineContext,
    request: &PreparedRequest,
) -> Result<RawResponse> {
    let mut state = RetryState::new(context, request);
    let mut replacements = 0;
    loop {
        let Attempt { response, token } = attempt(context, request, &mut state).await?;
        trace::attempt(&response, state.sent());
        if let (Ok(response), Some(token)) = (&response, &token)
            && let Authentication::Token(tokens) = &request.authentication
        {
            if response.status().is_success() {
                token.prove(request.operation);
            } else if is_token_expired(response)
                && tokens.invalidate(token, request.operation)
                && request.body.is_repeatable()
                && replacements < MAX_TOKEN_REPLACEMENTS
            {
                replacements += 1;
                state.refund_attempt();
                #[cfg(feature = "metrics")]
                context.metrics.record_resend(request);
                continue;
            }
        }
        let response = response.map(|response| response.with_attempts(state.sent()));
        match response.and_then(|response| check_status(response, context)) {
            Ok(response) => {
                state.succeed();
                return Ok(response);
            }
            Err(error) if state.is_deleted(&error) => {
                state.succeed();
                let deleted = RawResponse::deleted(
                    request.operation,
                    error.headers().clone(),
                    Arc::clone(&context.deviation_policy),
                );
                return Ok(deleted.with_attempts(state.sent()));
            }
            Err(error) => state.backoff(error.with_attempts(state.sent())).await?,
        }
    }
}

/// An attempt and its result.
struct Attempt {
    response: Result<RawResponse>,
    /// The access token of the attempt.
    token: Option<Token>,
}

/// Makes one attempt.
///
/// # Errors
/// When the request cannot be sent. A later failure is part of the attempt.
async fn attempt(
    context: &PipelineContext,
    request: &PreparedRequest,
    state: &mut RetryState<'_>,
) -> Result<Attempt> {
    let runtime = &context.runtime;
    let mut redirects = Redirects::new(request);
    let mut limit = None;
    let mut in_flight = Duration::ZERO;
    loop {
        let Prepared {
            permit,
            authorization,
            token,
        } = prepare(context, request, state).await?;
        let limit = *limit.get_or_insert_with(|| state.start_attempt());
        let started = runtime.now();
        let response = {
            let target = redirects.target();
            // A redirect may have waited for the rate limit.
            let remaining = state.within_total(limit.saturating_sub(in_flight));
            let timeout = pin!(runtime.timeout(remaining));
            let sending = pin!(send(context, request, target, authorization));
            match select(sending, timeout).await {
                Either::Left((response, _)) => response,
                Either::Right(((), _)) => {
                    Err(Error::timeout(request.operation, target.host(), limit))
                }
            }
        };
        if let Some(permit) = permit {
            permit.complete(response.as_ref().ok(), runtime);
        }
        let elapsed = runtime.now().duration_since(started);
        #[cfg(feature = "metrics")]
        context
            .metrics
            .record_request(request, redirects.target(), elapsed, &response);
        in_flight += elapsed;
        let followed = response
            .and_then(|response| redirects.follow(&context.redirect_policy, request, response));
        if let Some(response) = followed.transpose() {
            return Ok(Attempt { response, token });
        }
    }
}

/// The prerequisites of a request.
struct Prepared {
    permit: Option<Permit>,
    authorization: HeaderValue,
    token: Option<Token>,
}

/// Waits for an access token and for the rate limit.
async fn prepare(
    context: &PipelineContext,
    request: &PreparedRequest,
    state: &RetryState<'_>,
) -> Result<Prepared> {
    let Some(remaining) = state.remaining() else {
        return authorize_in_turn(context, request, state).await;
    };
    let work = pin!(authorize_in_turn(context, request, state));
    let deadline = pin!(context.runtime.deadline(remaining));
    match select(work, deadline).await {
        Either::Left((prepared, _)) => prepared,
        Either::Right(((), _)) => {
            let error = Error::not_sent_in_time(request.operation, remaining);
            Err(error.with_attempts(state.sent()))
        }
    }
}

/// Authorizes a request and acquires its permit. The token is acquired first: a request with a permit does not wait for a token, and a
/// request that waited for its slot does not use a token that has expired meanwhile.
async fn authorize_in_turn(
    context: &PipelineContext,
    request: &PreparedRequest,
    state: &RetryState<'_>,
) -> Result<Prepared> {
    let mut authorized = authorize(request, state.sent()).await?;
    let api_key = authorized.identity.api_key();
    let permit = match (context.rate_limiter).enqueue(&context.runtime, request, api_key) {
        None => None,
        Some(waiter) => loop {
            let slot = match waiter.claim() {
                Ok(permit) => break Some(permit),
                Err(slot) => slot,
            };
            state.check_rate_limit_delay(slot)?;
            waiter.sleep_until(slot).await;
            authorized = authorize(request, state.sent()).await?;
        },
    };
    let Authorization { header, identity } = authorized;
    Ok(Prepared {
        permit,
        authorization: header,
        token: identity.into_token(),
    })
}

/// Returns the response, if it is not an error.
fn check_status(response: RawResponse, context: &PipelineContext) -> Result<RawResponse> {
    let response = response.with_status_of_body();
    if response.status().is_success() {
        return Ok(response);
    }
    let (operation, now) = (response.operation(), context.runtime.system_time());
    let error = service_error(operation, response.into_http(), now, context.cloud);
    Err(error)
}

/// Creates the error of an error response that has just arrived.
fn service_error(
    operation: &'static Operation,
    response: Response<Bytes>,
    now: SystemTime,
    cloud: Option<CloudKind>,
) -> Error {
    let date = response_date(response.headers(), now);
    let retry_after = retry_after(response.status(), response.headers(), date);
    Error::service(operation, response, retry_after, cloud)
}

impl Error {
    /// Creates an error from an error response, for tests of programs that use this crate.
    ///
    /// ```
    /// # #[cfg(feature = "sites")] {
    /// use cisco_secure_access::Error;
    /// use cisco_secure_access::api::deployments::operations::GET_SITE;
    /// use cisco_secure_access::http::Response;
    ///
    /// let response = Response::builder().status(404).body(r#"{"message": "no such site"}"#).unwrap();
    /// let error = Error::from_response(&GET_SITE, response);
    /// assert!(error.is_not_found());
    /// assert_eq!(error.service_message(), Some("no such site"));
    /// # }
    /// ```
    #[must_use]
    pub fn from_response(
        operation: &'static Operation,
        response: Response<impl Into<Bytes>>,
    ) -> Self {
        let response = response.map(Into::into);
        service_error(operation, response, SystemTime::now(), None).with_attempts(1)
    }
}

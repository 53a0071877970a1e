//! The loop of attempts: each is delayed by the rate limit, authorized, sent, and followed through redirects.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::HeaderValue;
use tracing::Instrument as _;

use super::authorization::{authorize, is_token_expired};
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
use crate::response::RawResponse;

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

/// Makes attempts until one succeeds or a retry is of no use.
async fn execute_with_retries(
    context: &PipelineContext,
    request: &PreparedRequest,
) -> Result<RawResponse> {
    let mut state = RetryState::new(context, request);
    let mut has_new_token = false;
    loop {
        let Attempt { response, token } = attempt(context, request, &mut state).await?;
        trace::attempt(&response, state.sent());
        if let (Ok(response), Some(token)) = (&response, &token)
            && let Authentication::Token(tokens) = &request.authentication
        {
            if response.status().is_success() {
                token.prove();
            } else if is_token_expired(response) {
                if has_new_token {
                    tokens.keep_despite(request.operation);
                } else if tokens.invalidate(token, request.operation)
                    && request.body.is_repeatable()
                {
                    has_new_token = true;
                    state.refund_attempt();
                    continue;
                }
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

/// An attempt that was sent.
struct Attempt {
    response: Result<RawResponse>,
    /// The access token that it was sent with.
    token: Option<Token>,
}

/// Makes one attempt.
///
/// # Errors
/// When it cannot be sent; a failure after that is a part of the attempt.
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
            let timeout = pin!(runtime.timeout(limit.saturating_sub(in_flight)));
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
        let followed = response.and_then(|response| redirects.follow(context, request, response));
        if let Some(response) = followed.transpose() {
            return Ok(Attempt { response, token });
        }
    }
}

/// What a request needs before it is sent.
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
    let remaining = state.remaining();
    let work = async {
        // The token comes first: requests with a permit must not queue for a token request.
        let mut authorized = authorize(request, state.sent()).await?;
        let permit = context.rate_limiter.acquire(context, request, remaining);
        let permit = permit
            .await
            .map_err(|error| error.with_attempts(state.sent()))?;
        if permit.as_ref().is_some_and(Permit::has_waited) {
            // The token may have expired meanwhile.
            authorized = authorize(request, state.sent()).await?;
        }
        let (authorization, token) = authorized;
        Ok(Prepared {
            permit,
            authorization,
            token,
        })
    };
    let Some(remaining) = remaining else {
        return work.await;
    };
    let deadline = pin!(context.runtime.deadline(remaining));
    match select(pin!(work), deadline).await {
        Either::Left((prepared, _)) => prepared,
        Either::Right(((), _)) => {
            let error = Error::not_sent_in_time(request.operation, remaining);
            Err(error.with_attempts(state.sent()))
        }
    }
}

/// A response that is no error.
fn check_status(response: RawResponse, context: &PipelineContext) -> Result<RawResponse> {
    let response = response.with_status_of_body();
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let date = response_date(response.headers(), context.runtime.system_time());
    let retry_after = retry_after(status, response.headers(), date);
    let operation = response.operation();
    let response = response.into_http();
    Err(Error::service(
        operation,
        response,
        retry_after,
        context.cloud,
    ))
}

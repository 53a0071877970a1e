//! The loop of attempts: each is delayed by the rate limit, authorized, sent, and followed through redirects.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tracing::Instrument as _;

use super::authorization::{authorize, is_token_expired};
use super::context::PipelineContext;
use super::headers::retry_after;
use super::rate_limit::Permit;
use super::request::{Authentication, PreparedRequest};
use super::retry::RetryState;
use super::{redirect, trace};
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
    let mut state = RetryState::new(context, &request.options);
    let mut has_new_token = false;
    loop {
        let prepare = async {
            // The token comes first: calls with a permit must not queue for a token request.
            let mut authorized = authorize(request).await?;
            let permit = context
                .rate_limiter
                .acquire(context, request, state.remaining())
                .await;
            let permit = permit.map_err(|error| error.with_attempts(state.sent()))?;
            if permit.as_ref().is_some_and(Permit::has_waited) {
                // The token may have expired meanwhile.
                authorized = authorize(request).await?;
            }
            Ok((permit, authorized))
        };
        let (permit, (authorization, token)) = match state.remaining() {
            Some(remaining) => with_timeout(remaining, context, request, prepare).await,
            None => prepare.await,
        }?;
        let limit = state.start_attempt();
        let send = redirect::send_and_follow(context, request, &authorization);
        let response = with_timeout(limit, context, request, send).await;
        if let Some(permit) = permit {
            permit.complete(response.as_ref().ok(), &*context.runtime);
        }
        trace::attempt(&response, state.sent());
        if let (Ok(response), Some(token), false) = (&response, &token, has_new_token)
            && let Authentication::Token(tokens) = &request.authentication
            && is_token_expired(response)
        {
            tokens.invalidate(token);
            has_new_token = true;
            state.refund_attempt();
            continue;
        }
        let response = response.map(|response| response.with_attempts(state.sent()));
        match response.and_then(|response| check_status(response, context)) {
            Ok(response) => {
                state.succeed();
                return Ok(response);
            }
            Err(error) => state.backoff(error.with_attempts(state.sent())).await?,
        }
    }
}

/// A response that is no error.
fn check_status(response: RawResponse, context: &PipelineContext) -> Result<RawResponse> {
    let response = response.with_status_of_body();
    let status = response.status_code();
    if status.is_success() {
        return Ok(response);
    }
    let now = context.runtime.system_time();
    let retry_after = retry_after(status, response.headers(), now);
    let operation = response.operation();
    Err(Error::service(
        operation,
        response.into_http(),
        retry_after,
        context.cloud,
    ))
}

/// What completes in time, or the error that it did not.
async fn with_timeout<T>(
    limit: Duration,
    context: &PipelineContext,
    request: &PreparedRequest,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let timeout = context.runtime.timeout(limit);
    match select(pin!(work), timeout).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => {
            let host = request.url.host_str().unwrap_or_default();
            Err(Error::timeout(request.operation, host, limit))
        }
    }
}

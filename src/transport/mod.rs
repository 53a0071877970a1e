//! The one place that every call goes through: token, request, answer, and further attempts where the first one fails.

mod connections;
mod pacing;
mod redirect;
mod retry;
mod service;
mod trace;
mod wire;

use std::pin::pin;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::future::{Either, select};
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tracing::Instrument as _;
use url::Url;

use crate::auth::{Credentials, Token};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::operation::Security;
use crate::response::RawResponse;

pub(crate) use connections::Connections;
pub(crate) use pacing::Pacer;
pub use pacing::Pacing;
use pacing::Turn;
use retry::Attempts;
pub use retry::RetryPolicy;
pub(crate) use retry::{Budget, Limits, told_wait};
pub use service::HttpService;

/// Makes a call and waits for its answer.
pub(crate) async fn execute(call: Call) -> Result<RawResponse> {
    let url = call.url()?;
    let span = trace::call(&call, &url);
    let result = attempt(&call, &url).instrument(span.clone()).await;
    trace::end(&span, &result);
    result
}

/// Makes attempts until one goes well or there is no use in another.
async fn attempt(call: &Call, url: &Url) -> Result<RawResponse> {
    let client = call.client();
    let mut attempts = Attempts::new(call);
    let mut has_new_token = false;
    loop {
        let prepare = async {
            // The token first: calls that have their turn are not to gather behind a token request.
            let mut authorized = authorize(call).await?;
            let turn = client.pacer().turn(call, attempts.left()).await;
            let turn = turn.map_err(|error| error.after(attempts.sent()))?;
            if turn.as_ref().is_some_and(Turn::has_waited) {
                // It may have ended meanwhile.
                authorized = authorize(call).await?;
            }
            Ok((turn, authorized))
        };
        let (turn, (authorization, token)) = match attempts.left() {
            Some(left) => within(left, call, url, prepare).await,
            None => prepare.await,
        }?;
        let limit = attempts.begin();
        let answer = within(
            limit,
            call,
            url,
            redirect::follow(call, url, &authorization),
        )
        .await;
        if let Some(turn) = turn {
            turn.end(answer.as_ref().ok(), client.runtime());
        }
        trace::attempt(&answer, attempts.sent());
        if let (Ok(answer), Some(token), false) = (&answer, &token, has_new_token)
            && is_expired_token(answer)
        {
            client.tokens().discard(token);
            has_new_token = true;
            attempts.forgive();
            continue;
        }
        match answer.and_then(|answer| accept(answer.with_attempts(attempts.sent()), call)) {
            Ok(answer) => {
                attempts.succeed();
                return Ok(answer);
            }
            Err(error) => attempts.pause(error.after(attempts.sent())).await?,
        }
    }
}

/// An answer that is no error.
fn accept(answer: RawResponse, call: &Call) -> Result<RawResponse> {
    let answer = answer.with_meant_status();
    if answer.status_code().is_success() {
        Ok(answer)
    } else {
        Err(Error::service(answer, call.client()))
    }
}

/// What ends in time, or the error that it did not.
async fn within<T>(
    limit: Duration,
    call: &Call,
    url: &Url,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let end = call.client().runtime().limit(limit);
    match select(pin!(work), end).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => {
            let host = url.host_str().unwrap_or_default();
            Err(Error::timeout(call.operation(), host, limit))
        }
    }
}

/// What the request says about who calls, and the token in it if there is one.
async fn authorize(call: &Call) -> Result<(HeaderValue, Option<Token>)> {
    let client = call.client();
    match call.operation().security {
        Security::Basic => {
            let credentials = client.tokens().credentials().await?;
            Ok((basic(&credentials, call)?, None))
        }
        Security::Bearer(_) => {
            let token = client.tokens().get(client).await?;
            Ok((bearer(token.secret(), call)?, Some(token)))
        }
    }
}

/// An expired token is answered with 400 and `{"error":"invalid_request"}`, sometimes with 401; a 400 that says more is about the call.
fn is_expired_token(answer: &RawResponse) -> bool {
    match answer.status() {
        401 => true,
        400 => serde_json::from_slice::<Value>(answer.body()).is_ok_and(|body| {
            body.as_object().is_some_and(|body| {
                body.len() == 1
                    && body
                        .get("error")
                        .is_some_and(|error| error == "invalid_request")
            })
        }),
        _ => false,
    }
}

fn bearer(token: &SecretString, call: &Call) -> Result<HeaderValue> {
    secret_header(&format!("Bearer {}", token.expose_secret()), call)
}

fn basic(credentials: &Credentials, call: &Call) -> Result<HeaderValue> {
    let pair = format!(
        "{}:{}",
        credentials.key(),
        credentials.secret().expose_secret()
    );
    secret_header(&format!("Basic {}", BASE64.encode(pair)), call)
}

/// A header that is left out of logs and debug output.
fn secret_header(value: &str, call: &Call) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::request(
            call.operation(),
            "the access token has characters that no header can hold",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

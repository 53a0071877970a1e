//! The `Authorization` header of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderValue;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::request::{Authentication, PreparedRequest};
use crate::auth::{Credentials, Token};
use crate::error::{Error, Result};
use crate::response::RawResponse;

/// Returns the `Authorization` header, and its access token if there is one. `sent` is the number of requests that the call has sent.
///
/// # Errors
/// When there is no token; the error is the error of the call.
pub(super) async fn authorize(
    request: &PreparedRequest,
    sent: u32,
) -> Result<(HeaderValue, Option<Token>)> {
    let of_call = |error: Error| error.of_token(request.operation, sent);
    match &request.authentication {
        Authentication::Token(tokens) => {
            let token = tokens.token().await.map_err(of_call)?;
            let value = format!("Bearer {}", token.secret().expose_secret());
            Ok((secret_header(&value, request)?, Some(token)))
        }
        Authentication::Provider(tokens) => {
            let credentials = tokens.credentials_in_time().await.map_err(of_call)?;
            Ok((basic(&credentials, request)?, None))
        }
        Authentication::Credentials(credentials, _) => Ok((basic(credentials, request)?, None)),
    }
}

/// Whether the token has expired: the service responds with 400 and `{"error":"invalid_request"}`, sometimes with 401. A 400 with further
/// properties is about the request, and a 401 that another server may have caused is not about the token.
pub(super) fn is_token_expired(response: &RawResponse) -> bool {
    let status = response.status();
    match status.as_u16() {
        401 => !response.operation().is_upstream_error(status),
        400 => serde_json::from_slice::<Value>(response.body()).is_ok_and(|body| {
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

fn basic(credentials: &Credentials, request: &PreparedRequest) -> Result<HeaderValue> {
    let pair = format!(
        "{}:{}",
        credentials.key(),
        credentials.secret().expose_secret()
    );
    secret_header(&format!("Basic {}", BASE64.encode(pair)), request)
}

/// Creates a header that logs and debug output redact.
fn secret_header(value: &str, request: &PreparedRequest) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        let reason = "the access token has characters that are not valid in a header";
        Error::request(request.operation, reason)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

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

/// The `Authorization` header of a request.
pub(super) struct Authorization {
    pub(super) header: HeaderValue,
    pub(super) identity: Identity,
}

/// What a request is authorized with.
pub(super) enum Identity {
    Token(Token),
    /// The API key itself, for a token request.
    ApiKey(String),
}

impl Identity {
    /// Returns the API key that the service counts the request for.
    pub(super) fn api_key(&self) -> &str {
        match self {
            Self::Token(token) => token.api_key(),
            Self::ApiKey(key) => key,
        }
    }

    /// Returns the access token, if there is one.
    pub(super) fn into_token(self) -> Option<Token> {
        match self {
            Self::Token(token) => Some(token),
            Self::ApiKey(_) => None,
        }
    }
}

/// Authorizes a request. `sent` is the number of requests that the call has sent.
///
/// # Errors
/// When there is no token; the error is the error of the call.
pub(super) async fn authorize(request: &PreparedRequest, sent: u32) -> Result<Authorization> {
    let of_call = |error: Error| error.of_token(request.operation, sent);
    let by_key = |credentials: &Credentials| {
        Ok(Authorization {
            header: basic(credentials, request)?,
            identity: Identity::ApiKey(credentials.key().to_owned()),
        })
    };
    match &request.authentication {
        Authentication::Token(tokens) => {
            let token = tokens.token().await.map_err(of_call)?;
            let header = token.authorization();
            Ok(Authorization {
                header: header.ok_or_else(|| invalid_header(request))?,
                identity: Identity::Token(token),
            })
        }
        Authentication::Provider(tokens) => {
            by_key(&tokens.credentials_in_time().await.map_err(of_call)?)
        }
        Authentication::Credentials(credentials, _) => by_key(credentials),
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
    let value = HeaderValue::try_from(format!("Basic {}", BASE64.encode(pair)));
    let mut value = value.map_err(|_| invalid_header(request))?;
    value.set_sensitive(true);
    Ok(value)
}

fn invalid_header(request: &PreparedRequest) -> Error {
    let reason = "the access token has characters that are not valid in a header";
    Error::request(request.operation, reason)
}

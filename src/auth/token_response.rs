//! The response of the token endpoint (RFC 6749, section 5.1).

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use super::token_source::MAX_LIFETIME;

/// The lifetime of a token if the response does not contain it: Cisco documents one hour.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);

/// Returns the access token of a response and its lifetime; `None` if there is no token that is a valid header value.
pub(crate) fn parse_token_response(body: &[u8]) -> Option<(SecretString, Duration)> {
    let Ok(Value::Object(mut response)) = serde_json::from_slice(body) else {
        return None;
    };
    let Some(Value::String(token)) = response.remove("access_token") else {
        return None;
    };
    let token = SecretString::from(token);
    let lifetime = match response.get("expires_in") {
        Some(Value::String(seconds)) => seconds.trim().parse().ok(),
        Some(seconds) => seconds.as_u64(),
        None => None,
    };
    let lifetime = lifetime.map_or(DEFAULT_LIFETIME, Duration::from_secs);
    is_token(&token).then_some((token, lifetime.min(MAX_LIFETIME)))
}

/// Whether an `Authorization` header can contain the token.
fn is_token(token: &SecretString) -> bool {
    use secrecy::ExposeSecret as _;
    let token = token.expose_secret();
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

//! The key that the simulator accepts, and the tokens that it has issued.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use tokio::time::Instant;

use super::server::Answer;

/// The path of the token request.
pub(super) const PATH: &str = "/auth/v2/token";
/// The key that is accepted.
pub(super) const KEY: &str = "simulated-key";
/// Its secret.
pub(super) const SECRET: &str = "simulated-secret";

#[derive(Debug)]
pub(super) struct Tokens {
    life: Duration,
    issued: usize,
    /// When each token ends.
    valid: BTreeMap<String, Instant>,
}

impl Tokens {
    pub(super) fn new(life: Duration) -> Self {
        Self {
            life,
            issued: 0,
            valid: BTreeMap::new(),
        }
    }

    /// Answers a token request.
    pub(super) fn issue(&mut self, method: &str, authorization: &str, body: &[u8]) -> Answer {
        if method != "POST" {
            return Answer::error(StatusCode::METHOD_NOT_ALLOWED, "Use POST.");
        }
        let pair = authorization
            .strip_prefix("Basic ")
            .and_then(|pair| BASE64.decode(pair).ok());
        if pair.as_deref() != Some(format!("{KEY}:{SECRET}").as_bytes()) {
            return Answer::error(StatusCode::UNAUTHORIZED, "The key or the secret is wrong.");
        }
        let is_grant =
            |(name, value): (_, _)| name == "grant_type" && value == "client_credentials";
        if !url::form_urlencoded::parse(body).any(is_grant) {
            let message = "The body has no grant_type=client_credentials.";
            return Answer::error(StatusCode::BAD_REQUEST, message);
        }
        self.issued += 1;
        // Real tokens are thousands of characters long.
        let token = format!("simulated.{:06}.{}", self.issued, "x".repeat(2000));
        self.valid.insert(token.clone(), Instant::now() + self.life);
        Answer::new(
            StatusCode::OK,
            json!({
                "token_type": "bearer",
                "access_token": token,
                "expires_in": self.life.as_secs(),
            }),
        )
    }

    /// Checks the token of a call; an expired one is refused in the way of the service.
    pub(super) fn check(&self, authorization: &str) -> Result<(), Answer> {
        let Some(token) = authorization.strip_prefix("Bearer ") else {
            let message = "The call has no access token.";
            return Err(Answer::error(StatusCode::UNAUTHORIZED, message));
        };
        match self.valid.get(token) {
            Some(end) if *end > Instant::now() => Ok(()),
            _ => Err(Answer::new(
                StatusCode::BAD_REQUEST,
                json!({"error": "invalid_request"}),
            )),
        }
    }

    /// Lets all tokens end now.
    pub(super) fn expire(&mut self) {
        self.valid.clear();
    }
}

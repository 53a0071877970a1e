//! Keys, their permissions, and their tokens.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use serde_json::json;
use tokio::time::Instant;

use super::http::response::JsonResponse;

/// The path of the token request.
pub(super) const PATH: &str = "/auth/v2/token";
/// The default key, which has all permissions.
pub(super) const KEY: &str = "simulated-key";
/// Its secret. Every secret and every token here contains the word in the middle: if the word occurs in a log, a secret has leaked.
pub(super) const SECRET: &str = "simulated-hush-secret";
/// The header for a token of a child organization.
const CHILD: &str = "x-umbrella-orgid";

/// The effective method of a request: a token is also issued for a GET, which some clients send.
pub(super) fn method<'a>(method: &'a Method, path: &str) -> &'a Method {
    match path == PATH && method == Method::GET {
        true => &Method::POST,
        false => method,
    }
}

/// Keys and tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    life: Duration,
    keys: BTreeMap<String, Key>,
    issued: usize,
    valid: BTreeMap<String, Token>,
}

/// The data of a key.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) secret: String,
    /// Its OAuth scopes; all if the list is empty.
    pub(super) scopes: Option<Vec<String>>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The caller.
#[derive(Clone, Debug)]
pub(super) struct Token {
    key: String,
    /// The child organization; `None` is the organization of the key.
    pub(super) organization: Option<String>,
    scopes: Option<Vec<String>>,
    end: Instant,
}

/// The reason why a call has no valid token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenError {
    Missing,
    /// It has expired, or was never issued.
    Invalid,
}

impl Token {
    /// The scope in which calls count for a rate limit.
    pub(super) fn counted(&self, of_organization: bool) -> &str {
        match of_organization {
            true => self.organization.as_deref().unwrap_or_default(),
            false => &self.key,
        }
    }

    /// Whether its key has these OAuth scopes.
    pub(super) fn has(&self, scopes: &[String]) -> bool {
        let known = self.scopes.as_ref();
        known.is_none_or(|known| scopes.iter().all(|scope| known.contains(scope)))
    }
}

impl Tokens {
    pub(super) fn new(life: Duration, keys: BTreeMap<String, Key>) -> Self {
        Self {
            life,
            keys,
            issued: 0,
            valid: BTreeMap::new(),
        }
    }

    /// Adds a key, or changes its secret.
    pub(super) fn add_key(&mut self, id: String, key: Key) {
        self.keys.insert(id, key);
    }

    /// Handles a valid token request; the error is a status and a message.
    pub(super) fn issue(
        &mut self,
        headers: &HeaderMap,
        now: Instant,
    ) -> Result<JsonResponse, (u16, &'static str)> {
        let pair = authorization(headers, "Basic ").and_then(|pair| BASE64.decode(pair).ok());
        let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
        let key = pair.as_deref().and_then(|pair| pair.split_once(':'));
        let key = key.and_then(|(id, secret)| {
            let key = self.keys.get(id).filter(|key| key.secret == secret)?;
            Some((id, key))
        });
        let Some((id, key)) = key else {
            return Err((401, "The key or the secret is wrong."));
        };
        let child = headers
            .get(CHILD)
            .map(|child| child.to_str().unwrap_or_default());
        if child.is_some_and(|child| child.parse::<u64>().is_err()) {
            return Err((400, "The organization is not a number."));
        }
        self.issued += 1;
        // Real tokens are thousands of characters long.
        let text = format!("simulated.hush.{:06}.{}", self.issued, "x".repeat(2000));
        let token = Token {
            key: id.to_owned(),
            organization: child.map(str::to_owned),
            scopes: key.scopes.clone(),
            end: now + self.life,
        };
        self.valid.insert(text.clone(), token);
        let body = json!({
            "token_type": "bearer",
            "access_token": text,
            "expires_in": self.life.as_secs(),
        });
        Ok(JsonResponse::new(200, body))
    }

    /// Returns the token of a call.
    pub(super) fn check(&self, headers: &HeaderMap, now: Instant) -> Result<Token, TokenError> {
        let token = authorization(headers, "Bearer ").ok_or(TokenError::Missing)?;
        let token = self.valid.get(token).filter(|token| token.end > now);
        token.cloned().ok_or(TokenError::Invalid)
    }

    /// Expires all tokens now.
    pub(super) fn expire(&mut self) {
        self.valid.clear();
    }
}

fn authorization<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix(scheme)
}

//! Access tokens: one at a time for all clones of a client, asked for once however many calls wait for it, renewed before its end.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;

use super::cache::cache_key;
use super::{BoxError, CachedToken, Credentials, CredentialsProvider, TokenCache};
use crate::api::auth::types::CreateTokenBody;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::runtime::Runtime;

/// How long before its end a token is not used for a new call any more.
const MARGIN: Duration = Duration::from_secs(10);
/// How long before its end a new token is asked for, while calls go on with the old one; half as much again at random.
const REFRESH_WINDOW: Duration = Duration::from_secs(300);
/// How long a failed refresh is not repeated while the old token is good.
const REFRESH_PAUSE: Duration = Duration::from_secs(15);
/// How long a token lives whose answer does not say so: Cisco documents one hour.
const DOCUMENTED_LIFE: Duration = Duration::from_secs(3600);
/// Nothing that says it lives longer is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// An access token, until when it is used, and from when on a new one is looked for.
#[derive(Clone)]
pub(crate) struct Token(Arc<Inner>);

struct Inner {
    secret: SecretString,
    refresh_from: Instant,
    usable_until: Instant,
}

impl Token {
    fn new(cached: CachedToken, runtime: &dyn Runtime) -> Self {
        let now = runtime.now();
        let life = cached.remaining(runtime.date()).min(LONGEST_LIFE);
        // Clients that started together should not all ask again together.
        let window = REFRESH_WINDOW
            .min(life / 4)
            .mul_f64(1.0 + runtime.chance() / 2.0);
        // A token that lives for less than the margin is still good for something.
        let margin = MARGIN.min(life / 8);
        Self(Arc::new(Inner {
            secret: cached.into_secret(),
            refresh_from: now + (life - window),
            usable_until: now + (life - margin),
        }))
    }

    fn is_usable(&self, now: Instant) -> bool {
        now < self.0.usable_until
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0.secret
    }
}

/// A request for a token that is under way in a task of its own: it goes on when the call that began it is given up.
type UnderWay = Shared<oneshot::Receiver<Result<Token>>>;

/// The token of a client and all its clones, and what it takes to get one.
pub(crate) struct Tokens {
    provider: Arc<dyn CredentialsProvider>,
    cache: Arc<dyn TokenCache>,
    organization: Option<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last token.
    current: Option<Token>,
    /// The service rejected the last token.
    is_rejected: bool,
    under_way: Option<UnderWay>,
    /// A refresh failed: not before then the next.
    no_refresh_before: Option<Instant>,
    /// The service refused these credentials: asking again with them would not help.
    refused: Option<(Credentials, Error)>,
}

impl Tokens {
    pub(crate) fn new(
        provider: Arc<dyn CredentialsProvider>,
        cache: Arc<dyn TokenCache>,
        organization: Option<Arc<str>>,
    ) -> Self {
        Self {
            provider,
            cache,
            organization,
            state: Mutex::default(),
        }
    }

    /// Tokens of the same key for another organization.
    pub(crate) fn for_organization(&self, id: &str) -> Self {
        Self::new(
            Arc::clone(&self.provider),
            Arc::clone(&self.cache),
            Some(id.into()),
        )
    }

    /// Tokens for a request with these credentials.
    fn with_credentials(&self, credentials: &Credentials) -> Self {
        Self::new(
            Arc::new(credentials.clone()),
            Arc::clone(&self.cache),
            self.organization.clone(),
        )
    }

    /// The child organization that calls work on; `None` for the one that the key belongs to.
    pub(crate) fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// The credentials to ask for a token with.
    pub(crate) async fn credentials(&self) -> Result<Credentials> {
        self.provider.credentials().await.map_err(|error| {
            Error::configuration(format!("the provider gave no credentials: {error}"))
        })
    }

    /// A token that is good for a call now.
    pub(crate) async fn get(&self, client: &Client) -> Result<Token> {
        loop {
            let under_way = {
                let mut state = self.state();
                let now = client.runtime().now();
                if let Some(token) = state.usable(now) {
                    if state.wants_refresh(&token, now) {
                        state.under_way = Some(start(client));
                    }
                    return Ok(token);
                }
                state.under_way.get_or_insert_with(|| start(client)).clone()
            };
            if let Ok(result) = under_way.clone().await {
                return result;
            }
            // The runtime that it ran on is gone, and the request with it.
            let mut state = self.state();
            if state
                .under_way
                .as_ref()
                .is_some_and(|known| known.ptr_eq(&under_way))
            {
                state.under_way = None;
            }
        }
    }

    /// Throws a token away that the service rejected, unless a newer one is there already.
    pub(crate) fn discard(&self, token: &Token) {
        let mut state = self.state();
        if state
            .current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(&current.0, &token.0))
        {
            state.is_rejected = true;
        }
    }

    /// Gets a token that is not the last one: from the cache, or from the service.
    async fn acquire(&self, client: &Client) -> Result<Token> {
        let credentials = self.credentials().await?;
        if let Some((refused, error)) = &self.state().refused
            && refused.is_same(&credentials)
        {
            return Err(error.clone());
        }
        let key = cache_key(client.base_url(), credentials.key(), self.organization());
        // What goes wrong in the cache is no reason to fail: without it there is the service.
        if let Some(token) = self.cached(&key, client.runtime()).await {
            return Ok(token);
        }
        let _lock = self.cache.lock(&key).await.map_err(complain);
        if let Some(token) = self.cached(&key, client.runtime()).await {
            return Ok(token);
        }
        let granted = match request(&client.with_tokens(self.with_credentials(&credentials))).await
        {
            Ok(granted) => granted,
            Err(error) => {
                if error.kind() == ErrorKind::Authentication {
                    self.state().refused = Some((credentials, error.clone()));
                }
                return Err(error);
            }
        };
        let _ = self
            .cache
            .put(&key, granted.clone())
            .await
            .map_err(complain);
        Ok(Token::new(granted, client.runtime()))
    }

    /// A token out of the cache, if it is good and not the last one.
    async fn cached(&self, key: &str, runtime: &dyn Runtime) -> Option<Token> {
        let cached = self.cache.get(key).await.map_err(complain).ok()??;
        let (is_last, is_rejected) = {
            let state = self.state();
            let is_last = state
                .current
                .as_ref()
                .is_some_and(|last| last.0.secret.expose_secret() == cached.secret());
            (is_last, state.is_rejected)
        };
        if is_last {
            if is_rejected {
                let _ = self.cache.remove(key).await.map_err(complain);
            }
            return None;
        }
        let token = Token::new(cached, runtime);
        token.is_usable(runtime.now()).then_some(token)
    }

    fn finish(&self, result: &Result<Token>, now: Instant) {
        let mut state = self.state();
        state.under_way = None;
        match result {
            Ok(token) => {
                state.current = Some(token.clone());
                state.is_rejected = false;
                state.no_refresh_before = None;
            }
            Err(_) => state.no_refresh_before = Some(now + REFRESH_PAUSE),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, now: Instant) -> Option<Token> {
        self.current
            .clone()
            .filter(|token| !self.is_rejected && token.is_usable(now))
    }

    fn wants_refresh(&self, token: &Token, now: Instant) -> bool {
        self.under_way.is_none()
            && now >= token.0.refresh_from
            && self.no_refresh_before.is_none_or(|time| now >= time)
    }
}

/// Starts to get a token, in a task of its own.
fn start(client: &Client) -> UnderWay {
    let (sender, receiver) = oneshot::channel();
    let client = client.clone();
    tokio::spawn(async move {
        let tokens = client.tokens();
        let result = tokens.acquire(&client).await;
        tokens.finish(&result, client.runtime().now());
        // Nobody waits for a refresh.
        let _ = sender.send(result);
    });
    receiver.shared()
}

/// Asks the service for a token.
async fn request(client: &Client) -> Result<CachedToken> {
    let body = CreateTokenBody::new("client_credentials");
    let granted = client.auth().create_token(&body).send().await?.into_inner();
    let life = granted
        .expires_in
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map_or(DOCUMENTED_LIFE, Duration::from_secs)
        .min(LONGEST_LIFE);
    let secret = granted
        .access_token
        .filter(|token| !token.is_empty())
        .ok_or_else(|| {
            Error::request(
                &crate::api::auth::operations::CREATE_TOKEN,
                "the answer to the token request has no access token",
            )
        })?;
    Ok(CachedToken::new(secret, client.runtime().date() + life))
}

/// Tells of a cache that fails; the calls go on without it.
fn complain(error: BoxError) {
    tracing::warn!(target: "cisco_secure_access", "the token cache failed: {error}");
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("provider", &self.provider)
            .field("cache", &self.cache)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

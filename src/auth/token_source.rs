//! Access tokens: all clones of a client share one, concurrent calls share one token request, and it is renewed before it expires.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;
use url::Url;

use super::cache::cache_key;
use super::{BoxError, BoxFuture, CachedToken, Credentials, CredentialsProvider, TokenCache};
use crate::error::{Error, ErrorKind, Result};
use crate::runtime::Runtime;

/// How long before its expiry a token is no longer used for a new call.
const EXPIRY_SKEW: Duration = Duration::from_secs(10);
/// How long before its expiry a token is renewed in the background; up to half as much again at random.
const REFRESH_WINDOW: Duration = Duration::from_secs(300);
/// The delay after a failed refresh, while the old token is good.
const REFRESH_BACKOFF: Duration = Duration::from_secs(15);
/// The longest lifetime of a token that the client believes.
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The token endpoint of the service.
pub(crate) trait TokenEndpoint: Send + Sync {
    /// Exchanges credentials for an access token; `organization` is the child organization that it is for.
    fn request_token(
        &self,
        credentials: Credentials,
        organization: Option<Arc<str>>,
    ) -> BoxFuture<'_, Result<CachedToken>>;
}

/// An access token, with the times until which it is used and from which it is renewed.
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
        let lifetime = cached.remaining(runtime.system_time()).min(MAX_LIFETIME);
        // Clients that started together should not all renew together.
        let window = REFRESH_WINDOW
            .min(lifetime / 4)
            .mul_f64(1.0 + runtime.random() / 2.0);
        // A token whose lifetime is shorter than the skew is still good for something.
        let skew = EXPIRY_SKEW.min(lifetime / 8);
        Self(Arc::new(Inner {
            secret: cached.into_secret(),
            refresh_from: now + (lifetime - window),
            usable_until: now + (lifetime - skew),
        }))
    }

    fn is_usable(&self, now: Instant) -> bool {
        now < self.0.usable_until
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0.secret
    }
}

/// A token request in flight, in a task of its own: it continues when the call that started it is dropped.
type PendingRefresh = Shared<oneshot::Receiver<Result<Token>>>;

/// The access token of a client and all its clones, and what it takes to get one.
pub(crate) struct TokenSource {
    provider: Arc<dyn CredentialsProvider>,
    cache: Arc<dyn TokenCache>,
    endpoint: Arc<dyn TokenEndpoint>,
    base_url: Url,
    runtime: Arc<dyn Runtime>,
    organization: Option<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last token.
    current: Option<Token>,
    /// The service rejected the last token.
    is_rejected: bool,
    pending: Option<PendingRefresh>,
    /// A refresh failed: the next one starts no earlier.
    no_refresh_before: Option<Instant>,
    /// The service rejected these credentials: another request with them would fail too.
    rejected_credentials: Option<(Credentials, Error)>,
}

impl TokenSource {
    pub(crate) fn new(
        provider: Arc<dyn CredentialsProvider>,
        cache: Arc<dyn TokenCache>,
        endpoint: Arc<dyn TokenEndpoint>,
        base_url: Url,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self {
            provider,
            cache,
            endpoint,
            base_url,
            runtime,
            organization: None,
            state: Mutex::default(),
        }
    }

    /// Tokens of the same key for a child organization.
    pub(crate) fn for_organization(&self, id: &str) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            cache: Arc::clone(&self.cache),
            endpoint: Arc::clone(&self.endpoint),
            base_url: self.base_url.clone(),
            runtime: Arc::clone(&self.runtime),
            organization: Some(id.into()),
            state: Mutex::default(),
        }
    }

    /// The child organization that calls work on; `None` for the one that the key belongs to.
    pub(crate) fn organization(&self) -> Option<&Arc<str>> {
        self.organization.as_ref()
    }

    /// The credentials of a token request.
    pub(crate) async fn credentials(&self) -> Result<Credentials> {
        self.provider.credentials().await.map_err(|error| {
            Error::configuration(format!("the provider gave no credentials: {error}"))
        })
    }

    /// A token that is good for a call now.
    pub(crate) async fn token(self: &Arc<Self>) -> Result<Token> {
        loop {
            let pending = {
                let mut state = self.state();
                let now = self.runtime.now();
                if let Some(token) = state.usable(now) {
                    if state.needs_refresh(&token, now) {
                        state.pending = Some(self.start());
                    }
                    return Ok(token);
                }
                state.pending.get_or_insert_with(|| self.start()).clone()
            };
            if let Ok(result) = pending.clone().await {
                return result;
            }
            // The runtime that it ran on is gone, and the request with it.
            let mut state = self.state();
            if state
                .pending
                .as_ref()
                .is_some_and(|known| known.ptr_eq(&pending))
            {
                state.pending = None;
            }
        }
    }

    /// Marks a token as rejected by the service, unless a newer one is there already.
    pub(crate) fn invalidate(&self, token: &Token) {
        let mut state = self.state();
        if state
            .current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(&current.0, &token.0))
        {
            state.is_rejected = true;
        }
    }

    /// Starts to get a token, in a task of its own.
    fn start(self: &Arc<Self>) -> PendingRefresh {
        let (sender, receiver) = oneshot::channel();
        let tokens = Arc::clone(self);
        tokio::spawn(async move {
            let result = tokens.acquire().await;
            tokens.finish(&result);
            // Nobody waits for a background refresh.
            let _ = sender.send(result);
        });
        receiver.shared()
    }

    /// Gets a token other than the last one: from the cache, or from the service.
    async fn acquire(&self) -> Result<Token> {
        let credentials = self.credentials().await?;
        if let Some((rejected, error)) = &self.state().rejected_credentials
            && rejected.is_same(&credentials)
        {
            return Err(error.clone());
        }
        let organization = self.organization.as_deref();
        let key = cache_key(&self.base_url, credentials.key(), organization);
        // A failure of the cache does not fail the call: the service can still issue a token.
        if let Some(token) = self.cached(&key).await {
            return Ok(token);
        }
        let _lock = self.cache.lock(&key).await.map_err(log_cache_error);
        if let Some(token) = self.cached(&key).await {
            return Ok(token);
        }
        let requested = self
            .endpoint
            .request_token(credentials.clone(), self.organization.clone())
            .await;
        let issued = match requested {
            Ok(issued) => issued,
            Err(error) => {
                if error.kind() == ErrorKind::Authentication {
                    self.state().rejected_credentials = Some((credentials, error.clone()));
                }
                return Err(error);
            }
        };
        let _ = self
            .cache
            .put(&key, issued.clone())
            .await
            .map_err(log_cache_error);
        Ok(Token::new(issued, &*self.runtime))
    }

    /// A token from the cache, if it is usable and not the last one.
    async fn cached(&self, key: &str) -> Option<Token> {
        let cached = self.cache.get(key).await.map_err(log_cache_error).ok()??;
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
                let _ = self.cache.remove(key).await.map_err(log_cache_error);
            }
            return None;
        }
        let token = Token::new(cached, &*self.runtime);
        token.is_usable(self.runtime.now()).then_some(token)
    }

    fn finish(&self, result: &Result<Token>) {
        let mut state = self.state();
        state.pending = None;
        match result {
            Ok(token) => {
                state.current = Some(token.clone());
                state.is_rejected = false;
                state.no_refresh_before = None;
            }
            Err(_) => state.no_refresh_before = Some(self.runtime.now() + REFRESH_BACKOFF),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics in the middle of a change while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn usable(&self, now: Instant) -> Option<Token> {
        self.current
            .clone()
            .filter(|token| !self.is_rejected && token.is_usable(now))
    }

    fn needs_refresh(&self, token: &Token, now: Instant) -> bool {
        self.pending.is_none()
            && now >= token.0.refresh_from
            && self.no_refresh_before.is_none_or(|time| now >= time)
    }
}

/// Logs a failure of the cache; calls continue without it.
fn log_cache_error(error: BoxError) {
    tracing::warn!(target: "cisco_secure_access", "the token cache failed: {error}");
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("provider", &self.provider)
            .field("cache", &self.cache)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

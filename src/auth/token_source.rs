//! Access tokens. All clones of a client share one, concurrent calls share one token request, and it is renewed before it expires.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::{Either, Shared, select};
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use url::Url;

use super::cache::cache_key;
use super::{AccessToken, BoxFuture, CacheLock, Credentials, CredentialsProvider, TokenCache};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::outage::Outage;
use crate::runtime::Runtime;

/// The time before its expiry from which a token is not used for new calls.
const EXPIRY_SKEW: Duration = Duration::from_secs(10);
/// The time before its expiry at which a token is renewed in the background, plus up to half of it at random.
const REFRESH_WINDOW: Duration = Duration::from_secs(300);
/// The delay after a failed refresh, while the old token is valid.
const REFRESH_BACKOFF: Duration = Duration::from_secs(15);
/// The maximum lifetime of a token that the client accepts.
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// The time for which rejected credentials are not sent again.
const REJECTION_LIFETIME: Duration = Duration::from_secs(60);
/// The time for which the replacement of a rejected token counts as just issued. Until a call has succeeded with it, a further 401 is not
/// caused by the token.
const JUST_ISSUED: Duration = Duration::from_secs(60);

/// The token endpoint of the service.
pub(crate) trait TokenEndpoint: Send + Sync {
    /// Exchanges credentials for an access token, within a time limit; `organization` is the child organization of the token.
    fn request_token(
        &self,
        credentials: Credentials,
        organization: Option<Arc<str>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<AccessToken>>;
}

/// An access token, with the times of its expiry and of its renewal.
#[derive(Clone)]
pub(crate) struct Token(Arc<Inner>);

struct Inner {
    secret: SecretString,
    /// The header of each request with the token; `None` if the token has characters that are not valid in a header.
    authorization: Option<HeaderValue>,
    /// The API key that it was issued for.
    api_key: Box<str>,
    expires_at: SystemTime,
    refresh_from: Instant,
    usable_until: Instant,
    /// The reason why it was issued, if the service rejected the previous token.
    replacement: Option<Replacement>,
    /// Whether a call has succeeded with it.
    is_proven: AtomicBool,
}

/// The reason why a token was issued that replaces a rejected one.
struct Replacement {
    issued_at: Instant,
    /// The operation whose response rejected the previous token.
    operation: &'static Operation,
    /// Whether a call of that operation has succeeded with the new token.
    has_helped: AtomicBool,
}

impl Token {
    /// Creates a token of an API key; `rejected_by` is the operation that rejected the previous token, if any.
    fn new(
        cached: AccessToken,
        api_key: &str,
        rejected_by: Option<&'static Operation>,
        runtime: &Runtime,
    ) -> Self {
        let now = runtime.now();
        let lifetime = cached.remaining(runtime.system_time()).min(MAX_LIFETIME);
        // Clients that start at the same time should not all renew at the same time.
        let window = REFRESH_WINDOW
            .min(lifetime / 4)
            .mul_f64(1.0 + runtime.random() / 2.0);
        // A token with a lifetime shorter than the skew is usable for a part of it.
        let skew = EXPIRY_SKEW.min(lifetime / 8);
        Self(Arc::new(Inner {
            authorization: bearer(&cached),
            expires_at: cached.expires_at(),
            secret: cached.into_secret(),
            api_key: api_key.into(),
            refresh_from: now + (lifetime - window),
            usable_until: now + (lifetime - skew),
            replacement: rejected_by.map(|operation| Replacement {
                issued_at: now,
                operation,
                has_helped: AtomicBool::new(false),
            }),
            is_proven: AtomicBool::new(false),
        }))
    }

    /// Returns the header of a request with the token; `None` if the token has characters that are not valid in a header.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        self.0.authorization.clone()
    }

    /// Returns the API key that it was issued for.
    pub(crate) fn api_key(&self) -> &str {
        &self.0.api_key
    }

    /// Returns the token with its expiry.
    pub(crate) fn to_access_token(&self) -> AccessToken {
        AccessToken::new(self.0.secret.clone(), self.0.expires_at)
    }

    /// Records that a call of an operation has succeeded with the token.
    pub(crate) fn prove(&self, operation: &'static Operation) {
        set(&self.0.is_proven);
        if let Some(replacement) = &self.0.replacement
            && std::ptr::eq(replacement.operation, operation)
        {
            set(&replacement.has_helped);
        }
    }

    fn is_usable(&self, now: Instant) -> bool {
        now < self.0.usable_until
    }

    /// Whether a 401 can be caused by the token.
    fn may_be_rejected(&self, now: Instant) -> bool {
        let is_just_issued = self.0.replacement.as_ref().is_some_and(|replacement| {
            now.saturating_duration_since(replacement.issued_at) < JUST_ISSUED
        });
        !is_just_issued || self.0.is_proven.load(Ordering::Relaxed)
    }

    /// Whether it was issued for an operation that has not succeeded with it.
    fn is_no_help_to(&self, operation: &'static Operation) -> bool {
        self.0.replacement.as_ref().is_some_and(|replacement| {
            std::ptr::eq(replacement.operation, operation)
                && !replacement.has_helped.load(Ordering::Relaxed)
        })
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Returns the header of a request with the token, which logs and debug output redact.
fn bearer(token: &AccessToken) -> Option<HeaderValue> {
    let value = format!("Bearer {}", token.expose_secret());
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Sets a flag that all calls with a token share; after the first of them, it is only read.
fn set(flag: &AtomicBool) {
    if !flag.load(Ordering::Relaxed) {
        flag.store(true, Ordering::Relaxed);
    }
}

/// The steps of the token acquisition, in order.
#[derive(Clone, Copy)]
enum Step {
    Provider,
    Cache,
    Endpoint,
}

impl Step {
    const ALL: [Self; 3] = [Self::Provider, Self::Cache, Self::Endpoint];

    fn name(self) -> &'static str {
        match self {
            Self::Provider => "the credentials provider",
            Self::Cache => "the token cache",
            Self::Endpoint => "the token endpoint",
        }
    }
}

/// The current step of a task.
#[derive(Default)]
struct CurrentStep(AtomicU8);

impl CurrentStep {
    fn set(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    fn name(&self) -> &'static str {
        let index = usize::from(self.0.load(Ordering::Relaxed));
        Step::ALL.get(index).map_or("", |step| step.name())
    }
}

/// A token acquisition in its own task: it continues when the call that started it is dropped.
#[derive(Clone)]
struct PendingRefresh {
    result: Shared<oneshot::Receiver<Result<Token>>>,
    task: AbortHandle,
    step: Arc<CurrentStep>,
    started: Instant,
}

impl PendingRefresh {
    fn is(&self, other: &Self) -> bool {
        self.result.ptr_eq(&other.result)
    }

    fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }
}

/// The access token of a client and all its clones.
pub(crate) struct TokenSource {
    config: TokenSourceConfig,
    organization: Option<Arc<str>>,
    state: Mutex<State>,
    cache_outage: Outage,
}

/// The sources of access tokens.
#[derive(Clone)]
pub(crate) struct TokenSourceConfig {
    pub(crate) provider: Arc<dyn CredentialsProvider>,
    pub(crate) cache: Arc<dyn TokenCache>,
    pub(crate) endpoint: Arc<dyn TokenEndpoint>,
    pub(crate) base_url: Url,
    pub(crate) runtime: Runtime,
    /// The time limit for provider, cache and endpoint together.
    pub(crate) timeout: Duration,
}

#[derive(Default)]
struct State {
    /// The last token.
    current: Option<Token>,
    /// The operation whose response rejected the last token, if the service rejected it.
    rejected_by: Option<&'static Operation>,
    pending: Option<PendingRefresh>,
    /// The time before which no refresh starts, after a failed one.
    no_refresh_before: Option<Instant>,
    /// Credentials that the service rejected, with the time until which they are not sent again.
    rejected_credentials: Option<(Credentials, Error, Instant)>,
    /// Operations that responded with 401 to a token that was issued for them: the token is not the cause. The list is valid until the
    /// token expires.
    unaffected: Vec<&'static Operation>,
}

impl TokenSource {
    pub(crate) fn new(config: TokenSourceConfig) -> Self {
        Self {
            config,
            organization: None,
            state: Mutex::default(),
            cache_outage: Outage::new(
                "the token cache failed",
                "the token cache is available again",
            ),
        }
    }

    /// The tokens of the same key for a child organization.
    pub(crate) fn for_organization(&self, id: &str) -> Self {
        Self {
            organization: Some(id.into()),
            ..Self::new(self.config.clone())
        }
    }

    /// The child organization of the calls; `None` for the organization of the key.
    pub(crate) fn organization(&self) -> Option<&Arc<str>> {
        self.organization.as_ref()
    }

    /// Returns the credentials for a token request.
    async fn credentials(&self) -> Result<Credentials> {
        self.config.provider.credentials().await.map_err(|error| {
            Error::configuration(format!("the credentials provider failed: {error}"))
        })
    }

    /// Returns the credentials for a token request, within the time limit for tokens.
    pub(crate) async fn credentials_in_time(&self) -> Result<Credentials> {
        let limit = self.config.timeout;
        let deadline = pin!(self.config.runtime.deadline(limit));
        match select(pin!(self.credentials()), deadline).await {
            Either::Left((credentials, _)) => credentials,
            Either::Right(((), _)) => Err(Error::token_timeout(Step::Provider.name(), limit)),
        }
    }

    /// Returns a valid token.
    ///
    /// # Errors
    /// When provider, cache or endpoint fail or time out; the error names it. The next call tries again.
    pub(crate) async fn token(self: &Arc<Self>) -> Result<Token> {
        let TokenSourceConfig {
            runtime,
            timeout: limit,
            ..
        } = &self.config;
        let limit = *limit;
        let pending = {
            let mut state = self.state();
            let now = runtime.now();
            if let Some(token) = state.usable(now) {
                if state.needs_refresh(&token, now) && state.pending(now, limit).is_none() {
                    self.start(&mut state, now);
                }
                return Ok(token);
            }
            match state.pending(now, limit) {
                Some(pending) => pending.clone(),
                None => self.start(&mut state, now),
            }
        };
        let remaining = limit.saturating_sub(pending.elapsed(runtime.now()));
        let deadline = pin!(runtime.deadline(remaining));
        if let Either::Left((Ok(acquired), _)) = select(pending.result.clone(), deadline).await {
            return acquired;
        }
        // The acquisition timed out, or its task was dropped. The next call starts another.
        pending.task.abort();
        self.state().forget(&pending);
        let step = pending.step.name();
        if pending.elapsed(runtime.now()) >= limit {
            return Err(Error::token_timeout(step, limit));
        }
        Err(Error::configuration(format!(
            "{step} panicked, or the runtime that it ran on was shut down"
        )))
    }

    /// Whether a call that was rejected with 401 can succeed with another token. The rejected token is not used again, unless a newer one
    /// exists already.
    pub(crate) fn invalidate(&self, token: &Token, operation: &'static Operation) -> bool {
        let mut state = self.state();
        let is_current = state
            .current
            .as_ref()
            .is_some_and(|current| current.is(token));
        if !is_current || state.rejected_by.is_some() {
            return true;
        }
        if state.is_unaffected(operation) {
            return false;
        }
        if token.is_no_help_to(operation) {
            state.unaffected.push(operation);
            return false;
        }
        if !token.may_be_rejected(self.config.runtime.now()) {
            return false;
        }
        state.rejected_by = Some(operation);
        true
    }

    /// Starts a token acquisition in its own task.
    fn start(self: &Arc<Self>, state: &mut State, now: Instant) -> PendingRefresh {
        let (sender, receiver) = oneshot::channel();
        let step = Arc::new(CurrentStep::default());
        let (tokens, current_step) = (Arc::clone(self), Arc::clone(&step));
        let result = receiver.shared();
        let own = result.clone();
        let task = tokio::spawn(async move {
            let acquired = tokens.acquire(&current_step).await;
            tokens.finish(&own, &acquired);
            // No call waits for a background refresh.
            let _ = sender.send(acquired);
        });
        let pending = PendingRefresh {
            result,
            task: task.abort_handle(),
            step,
            started: now,
        };
        if let Some(overdue) = state.pending.replace(pending.clone()) {
            overdue.task.abort();
        }
        pending
    }

    /// Acquires a token other than the last one, from the cache or from the service.
    async fn acquire(&self, step: &CurrentStep) -> Result<Token> {
        let TokenSourceConfig {
            provider,
            cache,
            endpoint,
            runtime,
            timeout,
            ..
        } = &self.config;
        let started = runtime.now();
        step.set(Step::Cache);
        let known_key = provider.key();
        if let Some(api_key) = known_key
            && let Some(token) = self.cached(&self.cache_key(api_key), api_key).await
        {
            return Ok(token);
        }
        step.set(Step::Provider);
        let credentials = self.credentials().await?;
        if let Some(error) = self.state().rejection(&credentials, runtime.now()) {
            return Err(error);
        }
        let key = self.cache_key(credentials.key());
        step.set(Step::Cache);
        // If the cache fails, the service can still issue a token.
        if known_key.is_none_or(|known| known != credentials.key())
            && let Some(token) = self.cached(&key, credentials.key()).await
        {
            return Ok(token);
        }
        let lock = self.lock(&key).await;
        if let Some(token) = self.cached(&key, credentials.key()).await {
            return Ok(token);
        }
        step.set(Step::Endpoint);
        let remaining = timeout.saturating_sub(runtime.now() - started);
        let requested = endpoint
            .request_token(credentials.clone(), self.organization.clone(), remaining)
            .await;
        let issued = match requested {
            Ok(issued) => issued,
            Err(error) => {
                if error.kind() == ErrorKind::Authentication {
                    let until = runtime.now() + REJECTION_LIFETIME;
                    let rejected = (credentials, error.clone(), until);
                    self.state().rejected_credentials = Some(rejected);
                }
                return Err(error);
            }
        };
        step.set(Step::Cache);
        let put = match &lock {
            Some(lock) => cache.put_locked(&key, issued.clone(), lock),
            None => cache.put(&key, issued.clone()),
        };
        self.cache_outage.report(put.await);
        let rejected_by = self.state().rejected_by;
        Ok(Token::new(issued, credentials.key(), rejected_by, runtime))
    }

    /// Returns the key in the cache of the token of an API key.
    fn cache_key(&self, api_key: &str) -> String {
        cache_key(&self.config.base_url, api_key, self.organization.as_deref())
    }

    /// Acquires the lock of the cache. Its holder may never release it, for example a task on a stopped runtime, so the wait leaves enough
    /// time for a token request.
    async fn lock(&self, key: &str) -> Option<CacheLock> {
        let limit = self.config.timeout * 2 / 3;
        let lock = self.config.cache.lock(key);
        let deadline = pin!(self.config.runtime.deadline(limit));
        let lock = match select(lock, deadline).await {
            Either::Left((lock, _)) => lock,
            Either::Right(((), _)) => {
                Err(format!("its lock was not released within {} s", limit.as_secs_f64()).into())
            }
        };
        self.cache_outage.report(lock)
    }

    /// Returns a token from the cache, if it is usable and not the last one.
    async fn cached(&self, key: &str, api_key: &str) -> Option<Token> {
        let cache = &self.config.cache;
        let cached = self.cache_outage.report(cache.get(key).await)??;
        let is_last = |last: &Token| last.0.secret.expose_secret() == cached.expose_secret();
        if self.state().current.as_ref().is_some_and(is_last) {
            return None;
        }
        let runtime = &self.config.runtime;
        let token = Token::new(cached, api_key, None, runtime);
        token.is_usable(runtime.now()).then_some(token)
    }

    fn finish(&self, own: &Shared<oneshot::Receiver<Result<Token>>>, acquired: &Result<Token>) {
        let mut state = self.state();
        if !state
            .pending
            .as_ref()
            .is_some_and(|pending| pending.result.ptr_eq(own))
        {
            return;
        }
        state.pending = None;
        match acquired {
            Ok(token) => {
                if state.rejected_by.take().is_none() {
                    state.unaffected.clear();
                }
                state.current = Some(token.clone());
                state.no_refresh_before = None;
            }
            Err(_) => {
                state.no_refresh_before = Some(self.config.runtime.now() + REFRESH_BACKOFF);
            }
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
            .filter(|token| self.rejected_by.is_none() && token.is_usable(now))
    }

    fn needs_refresh(&self, token: &Token, now: Instant) -> bool {
        now >= token.0.refresh_from && self.no_refresh_before.is_none_or(|time| now >= time)
    }

    /// Returns the token acquisition that is in flight and within its time limit.
    fn pending(&self, now: Instant, limit: Duration) -> Option<&PendingRefresh> {
        let pending = self.pending.as_ref()?;
        (pending.elapsed(now) < limit).then_some(pending)
    }

    fn forget(&mut self, pending: &PendingRefresh) {
        if self.pending.as_ref().is_some_and(|known| known.is(pending)) {
            self.pending = None;
        }
    }

    fn is_unaffected(&self, operation: &'static Operation) -> bool {
        self.unaffected
            .iter()
            .any(|known| std::ptr::eq(*known, operation))
    }

    /// Returns the reason why these credentials are not sent again.
    fn rejection(&self, credentials: &Credentials, now: Instant) -> Option<Error> {
        let (rejected, error, until) = self.rejected_credentials.as_ref()?;
        (now < *until && rejected.is_same(credentials)).then(|| error.clone())
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("provider", &self.config.provider)
            .field("cache", &self.config.cache)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

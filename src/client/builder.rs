//! The settings of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::cloud::{Cloud, ReportsRegion};
use super::http_config::HttpConfig;
#[cfg(feature = "profiles")]
use super::profile::{Profile, Selection};
use super::{Client, ClientInner};
use crate::auth::{
    BoxError, Credentials, CredentialsProvider, MemoryTokenCache, TokenCache, TokenSource,
    TokenSourceConfig,
};
use crate::error::{Error, Result};
use crate::pipeline::{
    Body, HttpService, PipelineContext, RateLimiter, RateLimiting, RequestOptions, RetryBudget,
    RetryPolicy, TOKEN_OPERATION, TokenRequester,
};
use crate::rate_limit::RateLimitStore;
use crate::response::DeviationPolicy;
use crate::runtime::Runtime;

/// The default maximum size of a response, in bytes: twice the largest documented size.
const MAX_RESPONSE_SIZE: usize = 256 * 1024 * 1024;
/// The default time limit for acquiring an access token.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);

/// The builder of a [`Client`].
#[derive(Clone, Default)]
#[must_use = "settings do nothing until the client is built"]
pub struct ClientBuilder {
    cloud: Cloud,
    organization: Option<String>,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    token_cache: Option<Arc<dyn TokenCache>>,
    options: RequestOptions,
    max_response_size: Option<usize>,
    strict_responses: bool,
    reports_region: Option<ReportsRegion>,
    rate_limiting: RateLimiting,
    rate_limit_store: Option<Arc<dyn RateLimitStore>>,
    http: HttpConfig,
    runtime: Runtime,
    token_timeout: Option<Duration>,
    trusted_redirects: Vec<String>,
}

impl ClientBuilder {
    /// Creates a builder with settings from the environment: the credentials in `SECURE_ACCESS_API_KEY` and `SECURE_ACCESS_API_SECRET`, and
    /// the cloud in `SECURE_ACCESS_CLOUD`, which is `global` (the default), `china`, `government` or a URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing or cannot be read; the error names it.
    pub fn from_env() -> Result<Self> {
        let builder = Self::default().credentials(Credentials::from_env()?);
        Ok(builder.cloud(Cloud::from_env()?.unwrap_or_default()))
    }

    /// Creates a builder with the settings of a [`profile`](crate::profile). The environment variables of [`from_env`](Self::from_env) win:
    /// see [`Client::from_profile`].
    ///
    /// # Errors
    /// As for [`Client::from_profile`].
    #[cfg(feature = "profiles")]
    pub fn from_profile(name: &str) -> Result<Self> {
        Selection::new(Some(name)).map(Self::from_selection)
    }

    /// Creates a builder with the settings of the profile that the user has selected; see [`Client::from_default_profile`].
    ///
    /// # Errors
    /// As for [`Client::from_default_profile`].
    #[cfg(feature = "profiles")]
    pub fn from_default_profile() -> Result<Self> {
        Selection::new(None).map(Self::from_selection)
    }

    #[cfg(feature = "profiles")]
    fn from_selection(selection: Selection) -> Self {
        let mut builder = Self::default();
        if let Some(profile) = &selection.profile {
            builder = builder.profile(profile);
        }
        if let Some(credentials) = selection.credentials {
            builder = builder.credentials(credentials);
        }
        if let Some(cloud) = selection.cloud {
            builder = builder.cloud(cloud);
        }
        builder
    }

    /// Sets what a [`Profile`] contains: cloud, organization, region of reports and credentials. The environment has no influence.
    #[cfg(feature = "profiles")]
    pub fn profile(mut self, profile: &Profile) -> Self {
        self.cloud = profile.cloud.clone();
        self.organization = profile.organization.map(|id| id.to_string());
        self.reports_region = profile.reports_region;
        self.credentials_provider(profile.credentials_provider())
    }

    /// Sets the cloud. ([`Cloud::Global`])
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Sets the child organization on which the client works with the key of its parent. By default, it works on the organization of the
    /// key. [`Client::for_organization`] creates clients of other organizations.
    pub fn organization(mut self, id: impl fmt::Display) -> Self {
        self.organization = Some(id.to_string());
        self
    }

    /// Sets the API key and its secret.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(credentials)
    }

    /// Sets the source of the API key and its secret for each token request: a vault, or an `Arc<dyn CredentialsProvider>`.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sets the cache of access tokens. (a [`MemoryTokenCache`] of the client)
    pub fn token_cache(mut self, cache: impl TokenCache + 'static) -> Self {
        self.token_cache = Some(Arc::new(cache));
        self
    }

    /// Sets the time limit for acquiring an access token: credentials provider, token cache and token request together. (30 s)
    pub fn token_timeout(mut self, timeout: Duration) -> Self {
        self.token_timeout = Some(timeout);
        self
    }

    /// Sets how failed calls are retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = policy;
        self
    }

    /// Sets the time limit of one attempt, from the connection to the end of the response. (60 s)
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = timeout;
        self
    }

    /// Sets the time limit of a call: the access token, all attempts, and the delays between them. (none)
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.options.total_timeout = Some(timeout);
        self
    }

    /// Sets whether the client delays calls to stay within the rate limits. ([`RateLimiting::Off`])
    pub fn rate_limiting(mut self, rate_limiting: RateLimiting) -> Self {
        self.rate_limiting = rate_limiting;
        self
    }

    /// Sets the store of the rate limits that the client shares with other processes; see [a fleet](crate::guide::fleet). It has an effect
    /// with [`RateLimiting::Documented`]. By default, the client counts its own requests, in memory.
    pub fn rate_limit_store(mut self, store: impl RateLimitStore + 'static) -> Self {
        self.rate_limit_store = Some(Arc::new(store));
        self
    }

    /// Sets the maximum size of a response in bytes, decompressed. A larger response is an error. (256 MiB)
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Sets the region from which reports are requested. By default, the service redirects each report to the region of the organization.
    pub fn reports_region(mut self, region: ReportsRegion) -> Self {
        self.reports_region = Some(region);
        self
    }

    /// Allows redirects with the access token to a domain and its subdomains, over https on port 443. By default, the client follows
    /// redirects to hosts of its cloud only; see [`clouds`](crate::guide::clouds).
    pub fn trust_redirects_to(mut self, domain: impl Into<String>) -> Self {
        self.trusted_redirects.push(domain.into());
        self
    }

    /// Sets the connect timeout. (10 s)
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http.connect_timeout = Some(timeout);
        self
    }

    /// Sets the suffix of the header `user-agent`, after the name of this crate: `my-program/1.0`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.http.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends requests through a proxy. If there are several proxies, the first one that matches the URL is used. By default, the
    /// environment sets the proxy (`HTTPS_PROXY`, `NO_PROXY`…), except for a base URL on this machine.
    ///
    /// ```
    /// use cisco_secure_access::{Client, Credentials, reqwest};
    ///
    /// let proxy = reqwest::Proxy::https("http://proxy.example:3128")?;
    /// let client = Client::builder().credentials(Credentials::new("key", "secret")).proxy(proxy).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.http.proxies.push(proxy);
        self
    }

    /// Trusts a certificate authority in addition to those of the system, such as that of a proxy that inspects TLS.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.http.root_certificates.push(certificate);
        self
    }

    /// Sets the client certificate, for servers that request one.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn client_certificate(mut self, identity: reqwest::Identity) -> Self {
        self.http.identity = Some(identity);
        self
    }

    /// Sets the HTTP client, for settings that are not available here. It must not follow redirects by itself
    /// (`reqwest::redirect::Policy::none()`): a call that it redirects fails. You cannot combine it with the connection settings of this
    /// builder: with `connect_timeout`, `user_agent_suffix`, `proxy`, `root_certificate` or `client_certificate`, [`build`](Self::build)
    /// fails.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http.client = Some(client);
        self
    }

    /// Replaces the HTTP client by an HTTP service: your own stack, or canned responses from a [`service_fn`](crate::service_fn). Tokens,
    /// retries, redirects, rate limits and errors work as with the HTTP client. You cannot combine it with connection settings; see
    /// [`http_client`](Self::http_client).
    pub fn http_service<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.http.service = Some(HttpService::new(service));
        self
    }

    /// Wraps the HTTP client or HTTP service in a `tower` layer, for metrics, recording or additional headers. Each attempt and each
    /// redirect is a separate request to the layer. The last layer that you add is the outermost.
    pub fn http_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let wrap = move |service| HttpService::new(layer.layer(service));
        self.http.layers.push(Arc::new(wrap));
        self
    }

    /// Sets the clock of the client, for tests: [`PausedClock`](crate::PausedClock).
    #[cfg(feature = "test-util")]
    pub fn clock(mut self, clock: &crate::runtime::PausedClock) -> Self {
        self.runtime = Runtime::Paused(clock.clone());
        self
    }

    /// Treats a response that differs from its documentation as an error of the kind [`Decode`](crate::ErrorKind::Decode). By default,
    /// deviations are kept in `extra`, listed by [`Response::deviations`](crate::Response::deviations), and logged once.
    ///
    /// Enable it to find changes of the service, for example in a test against your own organization.
    pub fn strict_responses(mut self, strict: bool) -> Self {
        self.strict_responses = strict;
        self
    }

    /// Builds the client. It sends no request: the first call requests a token.
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there are no credentials, if the base URL must not receive
    /// credentials, or if the HTTP client cannot be set up.
    pub fn build(self) -> Result<Client> {
        let provider = self.credentials.ok_or_else(|| {
            Error::configuration("no credentials: call `.credentials(…)` on the builder, or use `Client::from_env()`")
        })?;
        let cache = self
            .token_cache
            .unwrap_or_else(|| Arc::new(MemoryTokenCache::new()));
        let base_url = self.cloud.validated_base_url()?;
        let (http, client) = self.http.build(&base_url)?;
        let context = Arc::new(PipelineContext {
            http,
            client,
            redirect_policy: self
                .cloud
                .redirect_policy(&base_url, self.trusted_redirects)?,
            rate_limiter: RateLimiter::new(self.rate_limiting, self.rate_limit_store, &base_url),
            retry_budget: RetryBudget::new(&self.options.retry),
            max_response_size: self.max_response_size.unwrap_or(MAX_RESPONSE_SIZE),
            cloud: self.cloud.kind(),
            deviation_policy: Arc::new(DeviationPolicy::new(self.strict_responses)),
            runtime: self.runtime.clone(),
            #[cfg(feature = "metrics")]
            metrics: crate::pipeline::Metrics::new(),
        });
        let mut token_url = base_url.clone();
        let prefix = base_url.path().trim_end_matches('/');
        token_url.set_path(&format!("{prefix}{}", TOKEN_OPERATION.path));
        let endpoint = Arc::new(TokenRequester {
            context: Arc::clone(&context),
            url: token_url,
            options: self.options.clone(),
        });
        let tokens = TokenSource::new(TokenSourceConfig {
            provider,
            cache,
            endpoint,
            base_url: base_url.clone(),
            runtime: self.runtime,
            timeout: self.token_timeout.unwrap_or(TOKEN_TIMEOUT),
        });
        let tokens = match self.organization {
            Some(id) => tokens.for_organization(&id),
            None => tokens,
        };
        Ok(Client {
            inner: Arc::new(ClientInner {
                cloud: self.cloud,
                base_url,
                options: self.options,
                reports_region: self.reports_region,
                tokens: Arc::new(tokens),
                context,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL of a proxy may contain a password, so the HTTP settings are omitted.
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("organization", &self.organization)
            .field("credentials", &self.credentials)
            .field("token_cache", &self.token_cache)
            .field("options", &self.options)
            .field("rate_limiting", &self.rate_limiting)
            .field("rate_limit_store", &self.rate_limit_store)
            .finish_non_exhaustive()
    }
}

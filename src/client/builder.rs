//! The settings of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::cloud::{Cloud, ReportsRegion};
use super::http_config::HttpConfig;
use super::{Client, ClientInner};
use crate::auth::{
    BoxError, Credentials, CredentialsProvider, MemoryTokenCache, TokenCache, TokenSource,
    TokenSourceConfig, env_variable,
};
use crate::error::{Error, Result};
use crate::pipeline::{
    Body, HttpService, PipelineContext, RateLimiter, RateLimiting, RequestOptions, RetryBudget,
    RetryPolicy, TOKEN_OPERATION, TokenRequester,
};
use crate::response::DeviationPolicy;
use crate::runtime::Runtime;

/// The environment variable of the cloud.
const CLOUD_VARIABLE: &str = "SECURE_ACCESS_CLOUD";
/// The longest response that is read by default, in bytes: twice the longest that is documented.
const MAX_RESPONSE_SIZE: usize = 256 * 1024 * 1024;
/// The default time limit for getting an access token.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of a [`Client`].
#[derive(Clone, Default)]
#[must_use = "settings do nothing until the client is built"]
pub struct ClientBuilder {
    cloud: Cloud,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    token_cache: Option<Arc<dyn TokenCache>>,
    options: RequestOptions,
    max_response_size: Option<usize>,
    strict_responses: bool,
    reports_region: Option<ReportsRegion>,
    rate_limiting: RateLimiting,
    http: HttpConfig,
    runtime: Runtime,
    token_timeout: Option<Duration>,
    trusted_redirects: Vec<String>,
}

impl ClientBuilder {
    /// Settings from the environment, for changes before the client is built: the credentials of `SECURE_ACCESS_API_KEY` and
    /// `SECURE_ACCESS_API_SECRET`, and the cloud of `SECURE_ACCESS_CLOUD`, which is `global` (the default), `china`, `government` or a
    /// URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing or cannot be read; the error names it.
    pub fn from_env() -> Result<Self> {
        let builder = Self::default().credentials(Credentials::from_env()?);
        match env_variable(CLOUD_VARIABLE)? {
            None => Ok(builder),
            Some(cloud) => cloud
                .parse()
                .map(|cloud| builder.cloud(cloud))
                .map_err(|error| Error::configuration(format!("{CLOUD_VARIABLE}: {error}"))),
        }
    }

    /// The cloud. ([`Cloud::Global`])
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The API key and its secret.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(credentials)
    }

    /// The source of the API key and its secret, for each token request: a vault, or an `Arc<dyn CredentialsProvider>`.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// The cache of access tokens. (a [`MemoryTokenCache`] of the client's own)
    pub fn token_cache(mut self, cache: impl TokenCache + 'static) -> Self {
        self.token_cache = Some(Arc::new(cache));
        self
    }

    /// The time limit for getting an access token: credentials provider, token cache and token request together. (30 s)
    pub fn token_timeout(mut self, timeout: Duration) -> Self {
        self.token_timeout = Some(timeout);
        self
    }

    /// How failed calls are retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = policy;
        self
    }

    /// The time limit of one attempt, from the connection to the end of the response. (60 s)
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = timeout;
        self
    }

    /// The time limit of a call: all attempts, the delays between them, and the token. (none)
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.options.total_timeout = Some(timeout);
        self
    }

    /// Whether the client delays calls to stay within the rate limits. ([`RateLimiting::Off`])
    pub fn rate_limiting(mut self, rate_limiting: RateLimiting) -> Self {
        self.rate_limiting = rate_limiting;
        self
    }

    /// The longest response that is read, in bytes, decompressed; a longer one is an error. (256 MiB)
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// The region that reports are requested from. By default the service redirects each report to the region of the organization.
    pub fn reports_region(mut self, region: ReportsRegion) -> Self {
        self.reports_region = Some(region);
        self
    }

    /// Trusts a domain and the hosts below it with access tokens: the client follows redirects of the service there, over https on port 443.
    /// Without this, it follows them to hosts of its cloud only; see [`clouds`](crate::guide::clouds).
    pub fn trust_redirects_to(mut self, domain: impl Into<String>) -> Self {
        self.trusted_redirects.push(domain.into());
        self
    }

    /// The time limit of a connection attempt. (10 s)
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http.connect_timeout = Some(timeout);
        self
    }

    /// What the header `user-agent` says after the name of this crate: `my-program/1.0`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.http.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends requests through a proxy; with several, the first that matches a URL is used. By default the environment decides
    /// (`HTTPS_PROXY`, `NO_PROXY`…), except for a base URL on this machine.
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

    /// Trusts a certificate authority in addition to those that the system trusts: that of a proxy which inspects TLS.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.http.root_certificates.push(certificate);
        self
    }

    /// The certificate that the client presents to a server that requests one.
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn client_certificate(mut self, identity: reqwest::Identity) -> Self {
        self.http.identity = Some(identity);
        self
    }

    /// The HTTP client that sends all requests, for settings that are not available here. It must not follow redirects by itself
    /// (`reqwest::redirect::Policy::none()`): a call that it redirected fails. It excludes the settings of connections that this builder has:
    /// with `connect_timeout`, `user_agent_suffix`, `proxy`, `root_certificate` or `client_certificate`, [`build`](Self::build) fails.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http.client = Some(client);
        self
    }

    /// An HTTP service that handles all requests in place of the HTTP client: a stack of your own, or canned responses from a
    /// [`service_fn`](crate::service_fn). Tokens, retries, redirects, rate limits and errors work as with the HTTP client. It excludes the
    /// settings of connections, as [`http_client`](Self::http_client) does.
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

    /// Wraps the HTTP client, or the HTTP service in its place, in a layer of `tower`: for metrics, recording or additional headers. A
    /// layer sees each attempt and each redirect as a request of its own; the last layer that is added sees it first.
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

    /// The clock of the client, for tests: [`PausedClock`](crate::PausedClock).
    #[cfg(feature = "test-util")]
    pub fn clock(mut self, clock: &crate::runtime::PausedClock) -> Self {
        self.runtime = Runtime::Paused(clock.clone());
        self
    }

    /// Whether a response that differs from its documentation is an error of the kind [`Decode`](crate::ErrorKind::Decode). Off by default:
    /// what differs is kept in `extra`, listed by [`Response::deviations`](crate::Response::deviations), and logged once.
    ///
    /// Turn it on to find out what has changed, such as in a test against your own organization.
    pub fn strict_responses(mut self, strict: bool) -> Self {
        self.strict_responses = strict;
        self
    }

    /// Builds the client. It sends nothing: the first call requests a token.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) without credentials, with a base URL that must not receive
    /// credentials, and when the HTTP client cannot be set up.
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
            rate_limiter: RateLimiter::new(self.rate_limiting),
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
        // The URL of a proxy may have a password, so the HTTP settings are left out.
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("credentials", &self.credentials)
            .field("token_cache", &self.token_cache)
            .field("options", &self.options)
            .field("rate_limiting", &self.rate_limiting)
            .finish_non_exhaustive()
    }
}

//! How a client is set up.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Client, Shared};
use crate::auth::{Credentials, CredentialsProvider, MemoryTokenCache, TokenCache, Tokens};
use crate::cloud::{Cloud, ReportsRegion};
use crate::error::{Error, Result};
use crate::response::DeviationPolicy;
use crate::runtime::{Runtime, Tokio};
use crate::transport::{Budget, Connections, HttpService, Limits, Pacer, Pacing, RetryPolicy};

/// The environment variable of the cloud.
const CLOUD_VARIABLE: &str = "SECURE_ACCESS_CLOUD";
/// The longest body that is read, where nothing else is set: twice the longest answer that is documented.
const ANSWER_LIMIT: usize = 256 * 1024 * 1024;

/// Settings of a [`Client`].
#[derive(Clone, Default)]
#[must_use = "settings do nothing until the client is built"]
pub struct ClientBuilder {
    cloud: Cloud,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    token_cache: Option<Arc<dyn TokenCache>>,
    limits: Limits,
    answer_limit: Option<usize>,
    strict_responses: bool,
    reports_region: Option<ReportsRegion>,
    pacing: Pacing,
    connections: Connections,
    runtime: Option<Arc<dyn Runtime>>,
}

impl ClientBuilder {
    /// Settings from the environment, to be changed before the client is built: the credentials of `SECURE_ACCESS_API_KEY` and
    /// `SECURE_ACCESS_API_SECRET`, and the cloud of `SECURE_ACCESS_CLOUD`, which is `global` (the default), `china`, `government` or a
    /// URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing or cannot be read; the error names it.
    pub fn from_env() -> Result<Self> {
        let builder = Self::default().credentials(Credentials::from_env()?);
        let cloud = env::var(CLOUD_VARIABLE)
            .ok()
            .filter(|cloud| !cloud.trim().is_empty());
        match cloud {
            None => Ok(builder),
            Some(cloud) => cloud
                .parse()
                .map(|cloud| builder.cloud(cloud))
                .map_err(|error| Error::configuration(format!("{CLOUD_VARIABLE}: {error}"))),
        }
    }

    /// The cloud to talk to; [`Cloud::Global`] where none is set.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// The API key and its secret.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(credentials)
    }

    /// Who gives the API key and its secret when a token is to be asked for: a vault, or an `Arc<dyn CredentialsProvider>`.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Where access tokens are kept; a [`MemoryTokenCache`] of its own where none is set.
    pub fn token_cache(mut self, cache: impl TokenCache + 'static) -> Self {
        self.token_cache = Some(Arc::new(cache));
        self
    }

    /// How failed calls are tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.limits.retry = policy;
        self
    }

    /// How long one attempt may take, from the connection to the end of the answer. (60 s)
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long a call may take: all attempts, the waits between them, and the token. (no end)
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = Some(deadline);
        self
    }

    /// Whether calls wait in line instead of being refused with 429. ([`Pacing::Off`])
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// The longest answer that is read, in bytes, decompressed; a longer one is an error. (256 MiB)
    pub fn answer_limit(mut self, bytes: usize) -> Self {
        self.answer_limit = Some(bytes);
        self
    }

    /// Where reports are asked for. Where nothing is set, the service sends each on to the region of the organization.
    pub fn reports_region(mut self, region: ReportsRegion) -> Self {
        self.reports_region = Some(region);
        self
    }

    /// How long a connection may take to come about. (10 s)
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect_timeout = Some(timeout);
        self
    }

    /// What the header `user-agent` says behind the name of this crate: `my-program/1.0`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.connections.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sends requests by way of a proxy; may be called more than once, the first that fits a URL is used. Where none is set, the
    /// environment is asked (`HTTPS_PROXY`, `NO_PROXY`…), but for a base URL on this machine.
    ///
    /// ```
    /// use cisco_secure_access::{Client, Credentials, reqwest};
    ///
    /// let proxy = reqwest::Proxy::https("http://proxy.example:3128")?;
    /// let client = Client::builder().credentials(Credentials::new("key", "secret")).proxy(proxy).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.connections.proxies.push(proxy);
        self
    }

    /// Trusts a certificate authority besides those that the system trusts: that of a proxy which looks into TLS.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.connections.root_certificates.push(certificate);
        self
    }

    /// The certificate that the client shows where it is asked for one.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn client_certificate(mut self, identity: reqwest::Identity) -> Self {
        self.connections.identity = Some(identity);
        self
    }

    /// The HTTP client to send everything with, for what cannot be set here. It must not follow redirects by itself
    /// (`reqwest::redirect::Policy::none()`): a call that was led on by it fails. Settings of connections made here have no effect on it.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.connections.client = Some(client);
        self
    }

    /// What answers requests in the place of the network: a simulator without a socket, or a stack of your own.
    pub fn http_service(mut self, service: impl HttpService + 'static) -> Self {
        self.connections.service = Some(Arc::new(service));
        self
    }

    /// Time and chance, for tests.
    #[doc(hidden)]
    pub fn runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Whether a response that differs from its documentation is an error of the kind [`Decode`](crate::ErrorKind::Decode). Off by default:
    /// what differs is kept in `extra()`, listed by [`Response::deviations`](crate::Response::deviations), and logged once.
    ///
    /// Turn it on to find out what has changed, such as in a test against your own organization.
    pub fn strict_responses(mut self, strict: bool) -> Self {
        self.strict_responses = strict;
        self
    }

    /// Builds the client. Nothing is sent yet: the first call gets a token.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when no credentials are set, credentials may not be sent to the
    /// base URL, or connections cannot be made as set.
    pub fn build(self) -> Result<Client> {
        let credentials = self.credentials.ok_or_else(|| {
            Error::configuration("no credentials: call `.credentials(…)` on the builder, or use `Client::from_env()`")
        })?;
        let token_cache = self
            .token_cache
            .unwrap_or_else(|| Arc::new(MemoryTokenCache::new()));
        let base_url = self.cloud.checked_base_url()?;
        Ok(Client {
            shared: Arc::new(Shared {
                http_service: self.connections.service.clone(),
                http: self.connections.client(&base_url)?,
                base_url,
                cloud: self.cloud,
                tokens: Arc::new(Tokens::new(credentials, token_cache, None)),
                budget: Arc::new(Budget::new(&self.limits.retry)),
                pacer: Arc::new(Pacer::new(self.pacing)),
                limits: self.limits,
                answer_limit: self.answer_limit.unwrap_or(ANSWER_LIMIT),
                reports_region: self.reports_region,
                runtime: self.runtime.unwrap_or_else(|| Arc::new(Tokio)),
                deviation_policy: Arc::new(DeviationPolicy::new(self.strict_responses)),
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy may have a password in its URL, so connections are left out.
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("credentials", &self.credentials)
            .field("token_cache", &self.token_cache)
            .field("limits", &self.limits)
            .field("pacing", &self.pacing)
            .finish_non_exhaustive()
    }
}

//! The client, which creates all requests.

mod builder;
mod cloud;
mod http_config;
#[cfg(feature = "profiles")]
pub mod profile;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::auth::{AccessToken, TokenSource};
use crate::error::Result;
use crate::operation::Operation;
use crate::pipeline::{PipelineContext, RequestOptions};
use crate::runtime::Runtime;

pub use crate::pipeline::{Body, HttpService, RateLimiting, RetryPolicy, ServiceFn, service_fn};
pub use builder::ClientBuilder;
pub use cloud::{Cloud, ReportsRegion};

/// A client of the Secure Access API.
///
/// A clone is cheap, and shares connections and the access token. Each path scope has a method that returns its operations:
/// `client.deployments()`, `client.policies()` and so on.
#[derive(Clone)]
pub struct Client {
    inner: Arc<ClientInner>,
}

#[derive(Clone)]
struct ClientInner {
    cloud: Cloud,
    base_url: Url,
    options: RequestOptions,
    reports_region: Option<ReportsRegion>,
    tokens: Arc<TokenSource>,
    context: Arc<PipelineContext>,
}

impl Client {
    /// Creates a builder with default settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Creates a client from the environment: `SECURE_ACCESS_API_KEY`, `SECURE_ACCESS_API_SECRET`, and `SECURE_ACCESS_CLOUD`, which is
    /// `global` (the default), `china`, `government` or a URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing or cannot be read; the error names it.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.build()
    }

    /// Creates a client from a [`profile`](crate::profile) in the configuration file of the user. The secret is read when the client
    /// requests a token.
    ///
    /// The environment variables of [`from_env`](Self::from_env) win over the profile: `SECURE_ACCESS_CLOUD` over its cloud, and
    /// `SECURE_ACCESS_API_KEY` with `SECURE_ACCESS_API_SECRET` over its API key. A key and a secret belong together, so one of these two
    /// alone is an error, unless `SECURE_ACCESS_API_SECRET` is the variable in which the profile has its secret.
    ///
    /// ```no_run
    /// let client = cisco_secure_access::Client::from_profile("china")?;
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the configuration file is not safe or not valid, does not have
    /// the profile, or a variable cannot be read. The error names the file, the line and the profile, and contains no secret.
    #[cfg(feature = "profiles")]
    pub fn from_profile(name: &str) -> Result<Self> {
        ClientBuilder::from_profile(name)?.build()
    }

    /// Creates a client from the profile that the user has selected: the environment variable `SECURE_ACCESS_PROFILE`, else `default` in
    /// the configuration file. Without both, the credentials are those of the environment, as for [`from_env`](Self::from_env).
    ///
    /// ```no_run
    /// let client = cisco_secure_access::Client::from_default_profile()?;
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`from_profile`](Self::from_profile), and when neither a profile is selected nor the environment has credentials.
    #[cfg(feature = "profiles")]
    pub fn from_default_profile() -> Result<Self> {
        ClientBuilder::from_default_profile()?.build()
    }

    /// Returns the cloud of this client.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.inner.cloud
    }

    /// Creates a client that works on a child organization with the key of its parent. It shares connections, and has its own access token.
    ///
    /// ```
    /// # use cisco_secure_access::{Client, Credentials};
    /// # let client = Client::builder().credentials(Credentials::new("key", "secret")).build()?;
    /// let child = client.for_organization(8_162_517);
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    #[must_use]
    pub fn for_organization(&self, id: impl fmt::Display) -> Self {
        Self {
            inner: Arc::new(ClientInner {
                tokens: Arc::new(self.tokens().for_organization(&id.to_string())),
                ..(*self.inner).clone()
            }),
        }
    }

    /// Returns a valid access token, for a request that another program sends, such as curl. It comes from the cache, or is requested.
    ///
    /// Anyone who has the token can make calls until it expires. The client renews its own tokens, so a program that calls the API through
    /// the client does not need this.
    ///
    /// ```
    /// # #[cfg(feature = "simulator")]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// let token = client.access_token().await?;
    /// let header = format!("authorization: Bearer {}", token.expose_secret());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "simulator"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Authentication`](crate::ErrorKind::Authentication) if the service rejects the credentials; see
    /// [`Error`](crate::Error) for the other failures of the token request.
    pub async fn access_token(&self) -> Result<AccessToken> {
        let token = self.tokens().token().await?;
        Ok(token.to_access_token())
    }

    /// Returns the delay of a call to an operation that starts now, with [`RateLimiting`]: the call is sent after the calls that already
    /// wait, when all limits of its class allow it. The delay is zero without rate limiting.
    ///
    /// ```
    /// use cisco_secure_access::{Client, Credentials, RateLimiting, operations};
    ///
    /// let credentials = Credentials::new("key", "secret");
    /// let client = Client::builder().credentials(credentials).rate_limiting(RateLimiting::Documented).build()?;
    /// for operation in operations() {
    ///     assert!(client.rate_limit_delay(operation).is_zero());
    /// }
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    #[must_use]
    pub fn rate_limit_delay(&self, operation: &Operation) -> Duration {
        let organization = self.tokens().organization().map(AsRef::as_ref);
        let now = self.runtime().now();
        self.context()
            .rate_limiter
            .delay(operation, organization, now)
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.inner.base_url
    }

    pub(crate) fn tokens(&self) -> &Arc<TokenSource> {
        &self.inner.tokens
    }

    pub(crate) fn options(&self) -> &RequestOptions {
        &self.inner.options
    }

    pub(crate) fn reports_region(&self) -> Option<ReportsRegion> {
        self.inner.reports_region
    }

    pub(crate) fn context(&self) -> &PipelineContext {
        &self.inner.context
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.inner.context.runtime
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud", &self.inner.cloud)
            .field("tokens", &self.inner.tokens)
            .finish_non_exhaustive()
    }
}

//! The client: what all calls share, and how it is set up.

use std::env;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::auth::{Credentials, CredentialsProvider, MemoryTokenCache, TokenCache, Tokens};
use crate::cloud::Cloud;
use crate::error::{Error, Result};
use crate::runtime::{Runtime, Tokio};
use crate::transport::{self, Budget, Limits, RetryPolicy};

/// The environment variable of the cloud.
const CLOUD_VARIABLE: &str = "SECURE_ACCESS_CLOUD";

/// A client of the Secure Access API.
///
/// A clone costs little and shares connections and the access token. The operations are behind one method for each path scope:
/// `client.deployments()`, `client.policies()` and so on.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Clone)]
struct Shared {
    cloud: Cloud,
    base_url: Url,
    http: reqwest::Client,
    tokens: Arc<Tokens>,
    limits: Limits,
    budget: Arc<Budget>,
    runtime: Arc<dyn Runtime>,
}

impl Client {
    /// Sets up a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client from the environment: `SECURE_ACCESS_API_KEY`, `SECURE_ACCESS_API_SECRET`, and `SECURE_ACCESS_CLOUD`, which is `global`
    /// (the default), `china`, `government` or a URL.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when a variable is missing or cannot be read; the error names it.
    pub fn from_env() -> Result<Self> {
        let mut builder = Self::builder().credentials(Credentials::from_env()?);
        if let Some(cloud) = env::var(CLOUD_VARIABLE)
            .ok()
            .filter(|cloud| !cloud.trim().is_empty())
        {
            let cloud: Cloud = cloud
                .parse()
                .map_err(|error| Error::configuration(format!("{CLOUD_VARIABLE}: {error}")))?;
            builder = builder.cloud(cloud);
        }
        builder.build()
    }

    /// The cloud that this client talks to.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.shared.cloud
    }

    /// A client that works on a child organization with the key of its parent. It shares connections, and has an access token of its own.
    ///
    /// ```
    /// # use cisco_secure_access::{Client, Credentials};
    /// # let client = Client::builder().credentials(Credentials::new("key", "secret")).build()?;
    /// let child = client.for_organization(8_162_517);
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    #[must_use]
    pub fn for_organization(&self, id: impl fmt::Display) -> Self {
        self.with_tokens(self.tokens().for_organization(&id.to_string()))
    }

    /// A client that is the same but for where its tokens come from.
    pub(crate) fn with_tokens(&self, tokens: Tokens) -> Self {
        Self {
            shared: Arc::new(Shared {
                tokens: Arc::new(tokens),
                ..(*self.shared).clone()
            }),
        }
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.shared.base_url
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    pub(crate) fn runtime(&self) -> &dyn Runtime {
        &*self.shared.runtime
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("cloud", &self.shared.cloud)
            .field("tokens", &self.shared.tokens)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
#[derive(Clone, Debug, Default)]
#[must_use = "settings do nothing until the client is built"]
pub struct ClientBuilder {
    cloud: Cloud,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    token_cache: Option<Arc<dyn TokenCache>>,
    limits: Limits,
    connect_timeout: Option<Duration>,
    runtime: Option<Arc<dyn Runtime>>,
}

impl ClientBuilder {
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

    /// How long a connection may take to come about. (10 s)
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Time and chance, for tests.
    #[doc(hidden)]
    pub fn runtime(mut self, runtime: Arc<dyn Runtime>) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Builds the client. Nothing is sent yet: the first call gets a token.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when no credentials are set, or credentials may not be sent to the
    /// base URL.
    pub fn build(self) -> Result<Client> {
        let credentials = self.credentials.ok_or_else(|| {
            Error::configuration("no credentials: call `.credentials(…)` on the builder, or use `Client::from_env()`")
        })?;
        let token_cache = self
            .token_cache
            .unwrap_or_else(|| Arc::new(MemoryTokenCache::new()));
        Ok(Client {
            shared: Arc::new(Shared {
                base_url: self.cloud.checked_base_url()?,
                cloud: self.cloud,
                http: transport::http_client(self.connect_timeout)?,
                tokens: Arc::new(Tokens::new(credentials, token_cache, None)),
                budget: Arc::new(Budget::new(&self.limits.retry)),
                limits: self.limits,
                runtime: self.runtime.unwrap_or_else(|| Arc::new(Tokio)),
            }),
        })
    }
}

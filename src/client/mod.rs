//! The client: what all calls share. `builder` sets it up.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::auth::Tokens;
use crate::cloud::{Cloud, ReportsRegion};
use crate::error::Result;
use crate::operation::Operation;
use crate::response::DeviationPolicy;
use crate::runtime::Runtime;
use crate::transport::{Budget, HttpService, Limits, Pacer};

pub use builder::ClientBuilder;

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
    http_service: Option<Arc<dyn HttpService>>,
    tokens: Arc<Tokens>,
    limits: Limits,
    /// The longest body that is read, in bytes.
    answer_limit: usize,
    reports_region: Option<ReportsRegion>,
    budget: Arc<Budget>,
    pacer: Arc<Pacer>,
    runtime: Arc<dyn Runtime>,
    deviation_policy: Arc<DeviationPolicy>,
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
        ClientBuilder::from_env()?.build()
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

    /// How long a call to an operation would wait now before it is sent, with [`Pacing`](crate::Pacing): behind those that wait already,
    /// until all limits of its class allow it. Zero where nothing is paced.
    ///
    /// ```
    /// use cisco_secure_access::{Client, Credentials, Pacing, operations};
    ///
    /// let credentials = Credentials::new("key", "secret");
    /// let client = Client::builder().credentials(credentials).pacing(Pacing::Documented).build()?;
    /// for operation in operations() {
    ///     assert!(client.pacing_wait(operation).is_zero());
    /// }
    /// # Ok::<(), cisco_secure_access::Error>(())
    /// ```
    #[must_use]
    pub fn pacing_wait(&self, operation: &Operation) -> Duration {
        let organization = self.tokens().organization();
        self.pacer()
            .wait(operation, organization, self.runtime().now())
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

    pub(crate) fn http_service(&self) -> Option<&dyn HttpService> {
        self.shared.http_service.as_deref()
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    pub(crate) fn answer_limit(&self) -> usize {
        self.shared.answer_limit
    }

    pub(crate) fn reports_region(&self) -> Option<ReportsRegion> {
        self.shared.reports_region
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    pub(crate) fn pacer(&self) -> &Pacer {
        &self.shared.pacer
    }

    pub(crate) fn deviation_policy(&self) -> &Arc<DeviationPolicy> {
        &self.shared.deviation_policy
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

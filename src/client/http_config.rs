//! The settings of the HTTP client that sends all requests.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use url::Url;

use super::cloud::is_loopback;
use crate::error::{Error, Result};
use crate::pipeline::HttpService;

/// The default connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The header `user-agent`.
const USER_AGENT: &str = concat!("cisco-secure-access-rust/", env!("CARGO_PKG_VERSION"));

/// Wraps an HTTP service in a layer.
type WrapService = Arc<dyn Fn(HttpService) -> HttpService + Send + Sync>;

/// Settings of the HTTP client, or the client itself.
#[derive(Clone, Default)]
pub(super) struct HttpConfig {
    pub(super) connect_timeout: Option<Duration>,
    pub(super) user_agent_suffix: Option<String>,
    pub(super) proxies: Vec<reqwest::Proxy>,
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub(super) root_certificates: Vec<reqwest::Certificate>,
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    pub(super) identity: Option<reqwest::Identity>,
    /// The HTTP client of the program.
    pub(super) client: Option<reqwest::Client>,
    /// The service that replaces the HTTP client.
    pub(super) service: Option<HttpService>,
    pub(super) layers: Vec<WrapService>,
}

impl HttpConfig {
    /// Returns the HTTP service that handles requests, and the HTTP client if there is one.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up, or when one of its settings would have no effect.
    pub(super) fn build(self, base_url: &Url) -> Result<(HttpService, Option<reqwest::Client>)> {
        let owner = match (&self.client, &self.service) {
            (_, Some(_)) => Some("http_service"),
            (Some(_), None) => Some("http_client"),
            (None, None) => None,
        };
        if let (Some(owner), Some(setting)) = (owner, self.settings()) {
            return Err(Error::configuration(format!(
                "`{setting}` has no effect with `{owner}`: configure it in the client or service that you pass to `{owner}`"
            )));
        }
        let layers = self.layers.clone();
        let (service, client) = match (self.service.clone(), self.client.clone()) {
            (Some(service), client) => (service, client),
            (None, Some(client)) => (client.clone().into(), Some(client)),
            (None, None) => {
                let client = self.client(base_url)?;
                (client.clone().into(), Some(client))
            }
        };
        let service = layers.iter().fold(service, |service, wrap| wrap(service));
        Ok((service, client))
    }

    /// Returns the first connection setting that is set.
    fn settings(&self) -> Option<&'static str> {
        #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
        let tls = [
            (!self.root_certificates.is_empty(), "root_certificate"),
            (self.identity.is_some(), "client_certificate"),
        ];
        #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
        let tls = [];
        let others = [
            (self.connect_timeout.is_some(), "connect_timeout"),
            (self.user_agent_suffix.is_some(), "user_agent_suffix"),
            (!self.proxies.is_empty(), "proxy"),
        ];
        let mut settings = others.into_iter().chain(tls);
        settings.find_map(|(is_set, name)| is_set.then_some(name))
    }

    /// Builds the HTTP client.
    ///
    /// It does not follow redirects, because an access token must not go to a host that the cloud does not trust.
    fn client(self, base_url: &Url) -> Result<reqwest::Client> {
        if cfg!(not(any(
            feature = "rustls-no-provider",
            feature = "native-tls"
        ))) && base_url.scheme() == "https"
        {
            return Err(Error::configuration(
                "the crate is built without TLS: enable its feature `rustls` or `native-tls`, or set an HTTP client",
            ));
        }
        #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(Error::configuration(
                "rustls has no cryptography provider: install one before you build the client, such as \
                 `rustls::crypto::ring::default_provider().install_default()`, or enable the feature `rustls`",
            ));
        }
        let mut user_agent = USER_AGENT.to_owned();
        if let Some(suffix) = &self.user_agent_suffix {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        let user_agent = HeaderValue::try_from(user_agent).map_err(|_| {
            Error::configuration(
                "the suffix of the user agent has characters that are not valid in a header",
            )
        })?;
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT));
        // Other crates of a program may enable another TLS backend. Certificates and keys would then have the wrong format.
        #[cfg(feature = "rustls-no-provider")]
        {
            builder = builder.tls_backend_rustls();
        }
        if self.proxies.is_empty() && is_loopback(base_url) {
            // A proxy cannot reach this machine.
            builder = builder.no_proxy();
        }
        for proxy in self.proxies {
            builder = builder.proxy(proxy);
        }
        #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
        {
            for certificate in self.root_certificates {
                builder = builder.add_root_certificate(certificate);
            }
            if let Some(identity) = self.identity {
                builder = builder.identity(identity);
            }
        }
        builder.build().map_err(|error| {
            Error::configuration(format!("the HTTP client cannot be set up: {error}"))
        })
    }
}

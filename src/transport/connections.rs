//! How connections are made: the settings of the HTTP client under all calls.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use url::Url;

use super::HttpService;
use crate::cloud::is_loopback;
use crate::error::{Error, Result};

/// How long a connection may take to come about, where nothing else is set.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Who calls.
const USER_AGENT: &str = concat!("cisco-secure-access-rust/", env!("CARGO_PKG_VERSION"));

/// Settings of the HTTP client, or the client.
#[derive(Clone, Default)]
pub(crate) struct Connections {
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) proxies: Vec<reqwest::Proxy>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) root_certificates: Vec<reqwest::Certificate>,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) identity: Option<reqwest::Identity>,
    /// A client that was set up elsewhere.
    pub(crate) client: Option<reqwest::Client>,
    /// What answers in the place of the network.
    pub(crate) service: Option<Arc<dyn HttpService>>,
}

impl Connections {
    /// The HTTP client.
    ///
    /// It follows no redirect by itself: a bearer token must not be carried to a host that the cloud does not vouch for.
    pub(crate) fn client(self, base_url: &Url) -> Result<reqwest::Client> {
        if let Some(client) = self.client {
            return Ok(client);
        }
        if cfg!(not(any(feature = "rustls", feature = "native-tls")))
            && self.service.is_none()
            && base_url.scheme() == "https"
        {
            return Err(Error::configuration(
                "the crate is built without TLS: turn on its feature `rustls` or `native-tls`, or give it an HTTP client",
            ));
        }
        let mut user_agent = USER_AGENT.to_owned();
        if let Some(suffix) = &self.user_agent_suffix {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        let user_agent = HeaderValue::try_from(user_agent).map_err(|_| {
            Error::configuration(
                "the suffix of the user agent has characters that no header can hold",
            )
        })?;
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT));
        if self.proxies.is_empty() && is_loopback(base_url) {
            // No proxy reaches this machine.
            builder = builder.no_proxy();
        }
        for proxy in self.proxies {
            builder = builder.proxy(proxy);
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
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

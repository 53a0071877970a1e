//! Redirects of the service, and which of them a request follows with its access token.

use http::header::LOCATION;
use http::{Method, StatusCode};
use serde::Deserialize;
use url::{Host, Url};

use super::request::{Authentication, PreparedRequest, RequestTarget};
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::response::RawResponse;

/// The maximum number of redirects of a request.
const MAX_REDIRECTS: usize = 5;
/// The scope whose operations also redirect in a response body.
const REPORTS: &str = "reports";

/// The body of a redirect that reports send with the status 200.
#[derive(Deserialize)]
struct RedirectBody {
    data: RedirectData,
}

#[derive(Deserialize)]
struct RedirectData {
    redirect: String,
}

/// The hosts that may receive the access token of a client.
#[derive(Clone, Debug)]
pub(crate) struct RedirectPolicy {
    /// Scheme, host and port of this URL are trusted.
    pub(crate) base_url: Url,
    /// These domains and their subdomains are trusted, over https on its default port.
    pub(crate) trusted_domains: Vec<String>,
}

/// The state of a request while it follows redirects.
pub(super) struct Redirects {
    target: RequestTarget,
    visited: Vec<RequestTarget>,
}

impl Redirects {
    pub(super) fn new(request: &PreparedRequest) -> Self {
        Self {
            target: RequestTarget::new(request),
            visited: Vec::new(),
        }
    }

    /// The current target of the request.
    pub(super) fn target(&self) -> &RequestTarget {
        &self.target
    }

    /// Follows the redirect of a response; returns the response if it is not a redirect.
    ///
    /// # Errors
    /// When the redirect is not allowed.
    pub(super) fn follow(
        &mut self,
        policy: &RedirectPolicy,
        request: &PreparedRequest,
        response: RawResponse,
    ) -> Result<Option<RawResponse>> {
        let Some(location) = location(&response) else {
            return Ok(Some(response));
        };
        let rejected = |response: RawResponse, host: &str, reason: &str| {
            let operation = response.operation();
            let response = response.into_http();
            Err(Error::redirect(operation, response, host, reason))
        };
        let Ok(url) = self.target.url.join(&location) else {
            return rejected(response, "an unknown host", "its location is not a URL");
        };
        let next = self.target.follow_to(url, response.status());
        self.visited.push(std::mem::replace(&mut self.target, next));
        let violation = if self.visited.contains(&self.target) {
            Some("the redirects form a loop")
        } else if self.visited.len() > MAX_REDIRECTS {
            Some("there are too many redirects")
        } else if !matches!(request.authentication, Authentication::Token(_)) {
            Some("the key and secret must not be sent to another URL")
        } else if self.target.has_body && !request.body.is_repeatable() {
            Some("its body can be sent only once")
        } else {
            policy.check(&self.target.url)
        };
        match violation {
            Some(reason) => {
                let host = self.target.url.host_str();
                rejected(response, host.unwrap_or("a URL without a host"), reason)
            }
            None => Ok(None),
        }
    }
}

/// Returns the location that a response redirects to.
fn location(response: &RawResponse) -> Option<String> {
    match response.status().as_u16() {
        301 | 302 | 303 | 307 | 308 => {
            let location = response.headers().get(LOCATION)?.to_str().ok()?;
            Some(location.to_owned())
        }
        200 if redirects_in_body(response.operation()) => response
            .short_body("redirect")
            .map(|body: RedirectBody| body.data.redirect)
            .filter(|location| location.contains("://")),
        _ => None,
    }
}

/// Whether an operation redirects in the body of a response. For any other operation, such a body is data.
fn redirects_in_body(operation: &Operation) -> bool {
    operation.scope == REPORTS
}

impl RequestTarget {
    /// Creates the request to a new location. 303, and 301 and 302 after a POST, change the method to GET (RFC 9110); so does a redirect in
    /// a body.
    fn follow_to(&self, url: Url, status: StatusCode) -> Self {
        let becomes_get = match status.as_u16() {
            200 | 303 => true,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        Self {
            method: if becomes_get {
                Method::GET
            } else {
                self.method.clone()
            },
            url,
            has_body: self.has_body && !becomes_get,
        }
    }
}

impl RedirectPolicy {
    /// Returns the reason why the access token must not be sent to a URL; `None` if it may.
    pub(crate) fn check(&self, url: &Url) -> Option<&'static str> {
        if !url.username().is_empty() || url.password().is_some() {
            return Some("the URL contains a user name");
        }
        // Scheme, host and port must be equal: another port of a machine can belong to anybody.
        if url.origin() == self.base_url.origin() {
            return None;
        }
        if url.scheme() != "https" || url.port().is_some() {
            return Some("the URL is not https on port 443");
        }
        let is_trusted = matches!(url.host(), Some(Host::Domain(name)) if self.is_trusted(name));
        (!is_trusted).then_some(
            "the host must not receive an access token; to trust it, use `ClientBuilder::trust_redirects_to`",
        )
    }

    /// Whether a host is one of the trusted domains or a subdomain.
    fn is_trusted(&self, host: &str) -> bool {
        self.trusted_domains.iter().any(|domain| {
            host.strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

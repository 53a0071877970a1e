//! Redirects of the service: which of them a request follows with its access token.

use http::header::{HeaderValue, LOCATION};
use http::{Method, StatusCode};
use serde::Deserialize;
use url::{Host, Url};

use super::context::PipelineContext;
use super::request::{Authentication, PreparedRequest};
use super::send::{RequestTarget, send};
use crate::error::{Error, Result};
use crate::response::RawResponse;

/// How many redirects a request follows.
const MAX_REDIRECTS: usize = 5;

/// The body of a redirect that reports send with status 200.
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
    /// Scheme, host and port of it may.
    pub(crate) base_url: Url,
    /// Hosts below these domains may, over https; without any, only the host of the base URL.
    pub(crate) trusted_domains: Option<&'static [&'static str]>,
}

/// Sends a request, and again to each location that the service redirects to.
pub(super) async fn send_and_follow(
    context: &PipelineContext,
    request: &PreparedRequest,
    authorization: &HeaderValue,
) -> Result<RawResponse> {
    let mut target = RequestTarget::new(request);
    let mut visited = Vec::new();
    loop {
        let response = send(context, request, &target, authorization.clone()).await?;
        let Some(location) = location(&response) else {
            return Ok(response);
        };
        let refuse = |response: RawResponse, host: &str, reason: &str| {
            let operation = response.operation();
            Err(Error::redirect(
                operation,
                response.into_http(),
                host,
                reason,
            ))
        };
        let Ok(url) = target.url.join(&location) else {
            return refuse(response, "an unknown host", "its location is no URL");
        };
        let next = target.follow_to(url, response.status_code());
        visited.push(target);
        let violation = if visited.contains(&next) {
            Some("the redirects form a loop")
        } else if visited.len() > MAX_REDIRECTS {
            Some("there are too many redirects")
        } else if !matches!(request.authentication, Authentication::Token(_)) {
            Some("key and secret go to the token endpoint only")
        } else {
            context.redirect_policy.check(&next.url)
        };
        if let Some(reason) = violation {
            let host = next.url.host_str().unwrap_or("a URL without a host");
            return refuse(response, host, reason);
        }
        target = next;
    }
}

/// The location that a response redirects to.
fn location(response: &RawResponse) -> Option<String> {
    match response.status() {
        301 | 302 | 307 | 308 => {
            let location = response.headers().get(LOCATION)?.to_str().ok()?;
            Some(location.to_owned())
        }
        200 => response
            .short_body("redirect")
            .map(|body: RedirectBody| body.data.redirect)
            .filter(|location| location.contains("://")),
        _ => None,
    }
}

impl RequestTarget {
    /// The request to a new location: 301 and 302 turn POST into GET, as RFC 9110 allows, and a redirect in a body is fetched with GET.
    fn follow_to(&self, url: Url, status: StatusCode) -> Self {
        let becomes_get = match status.as_u16() {
            200 => true,
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
    /// Why the access token may not go to a URL; `None` if it may.
    pub(crate) fn check(&self, url: &Url) -> Option<&'static str> {
        if !url.username().is_empty() || url.password().is_some() {
            return Some("the URL has a user name");
        }
        let Some(domains) = self.trusted_domains else {
            // Same scheme, host and port: another port of a machine can belong to anybody.
            let is_same = url.origin() == self.base_url.origin();
            return (!is_same).then_some("it is not the host of the base URL");
        };
        if url.scheme() != "https" {
            return Some("it is not https");
        }
        let is_trusted = matches!(url.host(), Some(Host::Domain(name)) if domains.iter().any(|domain| {
            name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
        }));
        (!is_trusted).then_some("it is no host of this cloud")
    }
}

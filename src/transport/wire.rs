//! One request over the wire, and its answer.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::call::{Body, Call};
use crate::error::{Error, Result};
use crate::operation::{Method, Security};
use crate::response::RawResponse;
use crate::upload::Source;

/// The header of a token request that asks for a token of a child organization.
const ORGANIZATION: &str = "x-umbrella-orgid";
/// How long a connection may take to come about, where nothing else is set.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client under all calls.
///
/// It follows no redirect by itself: a bearer token must not be carried to a host that the cloud does not vouch for.
pub(crate) fn http_client(connect_timeout: Option<Duration>) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!(
            "cisco-secure-access-rust/",
            env!("CARGO_PKG_VERSION")
        ))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be set up: {error}")))
}

/// What is asked of whom.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) method: http::Method,
    pub(super) url: Url,
    /// Whether the body of the call goes along.
    pub(super) has_body: bool,
}

impl Target {
    pub(super) fn new(call: &Call, url: Url) -> Self {
        let method = match call.operation().method {
            Method::Get => http::Method::GET,
            Method::Put => http::Method::PUT,
            Method::Post => http::Method::POST,
            Method::Delete => http::Method::DELETE,
            Method::Patch => http::Method::PATCH,
        };
        Self {
            method,
            url,
            has_body: true,
        }
    }
}

/// Sends a request and waits for the whole answer.
pub(super) async fn send(
    call: &Call,
    target: &Target,
    authorization: HeaderValue,
) -> Result<RawResponse> {
    let operation = call.operation();
    let host = target.url.host_str().unwrap_or_default();
    let failed = |error| Error::transport(operation, host, error);
    let mut headers = headers(call)?;
    headers.insert(AUTHORIZATION, authorization);
    let request = call
        .client()
        .http()
        .request(target.method.clone(), target.url.clone())
        .headers(headers);
    let request = match call.body() {
        _ if !target.has_body => request,
        Body::Empty => request,
        Body::Json(bytes) => request
            .header(CONTENT_TYPE, "application/json")
            .body(bytes.clone()),
        Body::Form(form) => request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.clone()),
        Body::Multipart(parts) => {
            let mut form = reqwest::multipart::Form::new();
            for (name, file) in parts {
                let part = match &file.0 {
                    Source::Bytes { name, bytes } => {
                        reqwest::multipart::Part::stream(bytes.clone()).file_name(name.clone())
                    }
                    Source::Path(path) => {
                        reqwest::multipart::Part::file(path)
                            .await
                            .map_err(|error| {
                                Error::request(
                                    operation,
                                    format!("the file {} cannot be read: {error}", path.display()),
                                )
                            })?
                    }
                };
                form = form.part(*name, part);
            }
            request.multipart(form)
        }
    };
    let answer = request.send().await.map_err(failed)?;
    let status = answer.status();
    let headers = answer.headers().clone();
    let body = answer.bytes().await.map_err(failed)?;
    Ok(RawResponse::new(operation, status, headers, body))
}

fn headers(call: &Call) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(call.headers().len() + 2);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let organization = match call.operation().security {
        Security::Basic => call.client().tokens().organization(),
        Security::Bearer(_) => None,
    };
    let given = call.headers().iter();
    let given = given.map(|(name, value)| (*name, value.as_str()));
    for (name, value) in given.chain(organization.map(|id| (ORGANIZATION, id))) {
        let refused = |_| {
            Error::request(
                call.operation(),
                format!("the value of the header `{name}` has characters that no header can hold"),
            )
        };
        let value = HeaderValue::from_str(value).map_err(refused)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

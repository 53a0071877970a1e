//! The one place that every call goes through: token, request, answer, and a new token where the old one turned out to be expired.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::auth::Credentials;
use crate::call::{Body, Call};
use crate::error::{Error, Result};
use crate::operation::{Method, Security};
use crate::response::RawResponse;
use crate::upload::Source;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The HTTP client under all calls.
///
/// It follows no redirect by itself: a bearer token must not be carried to a host that the cloud does not vouch for.
pub(crate) fn http_client() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!(
            "cisco-secure-access-rust/",
            env!("CARGO_PKG_VERSION")
        ))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| Error::configuration(format!("the HTTP client cannot be set up: {error}")))
}

/// Makes a call and waits for its answer.
pub(crate) async fn execute(call: Call) -> Result<RawResponse> {
    let url = call.url()?;
    let answer = match call.operation().security {
        Security::Basic => {
            let authorization = basic(call.client().credentials(), &call)?;
            attempt(&call, &url, authorization).await?
        }
        Security::Bearer(_) => with_token(&call, &url).await?,
    };
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(Error::service(answer, call.client().cloud()))
    }
}

/// One attempt with the token at hand, and one more with a new token if that one was expired.
async fn with_token(call: &Call, url: &Url) -> Result<RawResponse> {
    let tokens = call.client().tokens();
    let token = tokens.get(call.client()).await?;
    let answer = attempt(call, url, bearer(token.secret(), call)?).await?;
    if !is_expired_token(&answer) {
        return Ok(answer);
    }
    tokens.discard(&token);
    let token = tokens.get(call.client()).await?;
    attempt(call, url, bearer(token.secret(), call)?).await
}

/// An expired token is answered with 400 and `{"error":"invalid_request"}`, sometimes with 401; a 400 that says more is about the call.
fn is_expired_token(answer: &RawResponse) -> bool {
    match answer.status().as_u16() {
        401 => true,
        400 => serde_json::from_slice::<Value>(answer.bytes()).is_ok_and(|body| {
            body.as_object().is_some_and(|body| {
                body.len() == 1
                    && body
                        .get("error")
                        .is_some_and(|error| error == "invalid_request")
            })
        }),
        _ => false,
    }
}

async fn attempt(call: &Call, url: &Url, authorization: HeaderValue) -> Result<RawResponse> {
    let operation = call.operation();
    let host = url.host_str().unwrap_or_default();
    let failed = |error| Error::transport(operation, host, error);
    let method = match operation.method {
        Method::Get => http::Method::GET,
        Method::Put => http::Method::PUT,
        Method::Post => http::Method::POST,
        Method::Delete => http::Method::DELETE,
        Method::Patch => http::Method::PATCH,
    };
    let mut headers = headers(call)?;
    headers.insert(AUTHORIZATION, authorization);
    let request = call
        .client()
        .http()
        .request(method, url.clone())
        .headers(headers);
    let request = match call.body() {
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
    for (name, value) in call.headers() {
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

fn bearer(token: &SecretString, call: &Call) -> Result<HeaderValue> {
    secret_header(&format!("Bearer {}", token.expose_secret()), call)
}

fn basic(credentials: &Credentials, call: &Call) -> Result<HeaderValue> {
    let pair = format!(
        "{}:{}",
        credentials.key(),
        credentials.secret().expose_secret()
    );
    secret_header(&format!("Basic {}", BASE64.encode(pair)), call)
}

/// A header that is left out of logs and debug output.
fn secret_header(value: &str, call: &Call) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::request(
            call.operation(),
            "the access token has characters that no header can hold",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

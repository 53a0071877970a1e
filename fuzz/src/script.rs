//! A scripted service that replaces the network, and a clock that advances only when a client waits.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use cisco_secure_access::auth::BoxError;
use cisco_secure_access::{
    Body, Client, ClientBuilder, Cloud, Credentials, PausedClock, reqwest, service_fn,
};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use serde_json::{Value, json};

use crate::edits::edit;
use crate::secrets::{SECRET, TOKEN};

/// A received request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: Method,
    /// Its complete URL.
    pub uri: Uri,
    /// The `Authorization` header.
    pub authorization: String,
    /// The status of the response; `None` if the connection was broken instead.
    pub status: Option<StatusCode>,
}

impl Seen {
    /// Whether it is a token request.
    pub fn is_for_token(&self) -> bool {
        self.authorization.starts_with("Basic ")
    }
}

/// Sends the scripted responses in order, and then empty lists; `None` breaks the connection.
#[derive(Debug, Default)]
pub struct Script {
    responses: Mutex<VecDeque<Option<Response<Bytes>>>>,
    tokens: Mutex<VecDeque<Option<Response<Bytes>>>>,
    seen: Mutex<Vec<Seen>>,
}

impl Script {
    /// Creates a service with these responses to calls.
    pub fn new(responses: impl IntoIterator<Item = Option<Response<Bytes>>>) -> Arc<Self> {
        Self::with_tokens(responses, [])
    }

    /// Creates a service with these responses to calls, and these to the first token requests; later token requests succeed.
    pub fn with_tokens(
        responses: impl IntoIterator<Item = Option<Response<Bytes>>>,
        tokens: impl IntoIterator<Item = Option<Response<Bytes>>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            responses: Mutex::new(responses.into_iter().collect()),
            tokens: Mutex::new(tokens.into_iter().collect()),
            seen: Mutex::default(),
        })
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Script {
    /// Handles a request.
    fn respond(&self, request: &Request<Body>) -> std::result::Result<Response<Bytes>, BoxError> {
        let authorization = request.headers().get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let mut seen = Seen {
            method: request.method().clone(),
            uri: request.uri().clone(),
            authorization: authorization.unwrap_or_default().to_owned(),
            status: None,
        };
        let response = match seen.is_for_token() {
            true => self.tokens.lock().unwrap().pop_front().unwrap_or(granted()),
            false => {
                let next = self.responses.lock().unwrap().pop_front();
                next.unwrap_or_else(|| Some(Response::new(Bytes::from_static(b"[]"))))
            }
        };
        seen.status = response.as_ref().map(Response::status);
        self.seen.lock().unwrap().push(seen);
        response.ok_or_else(|| io::Error::other("the connection broke").into())
    }
}

/// The response to a successful token request.
fn granted() -> Option<Response<Bytes>> {
    Some(Response::new(Bytes::from(grant().to_string())))
}

fn grant() -> Value {
    json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600})
}

/// A response to a token request: an arbitrary one, or a successful one in an undocumented form.
pub fn token_response(input: &mut Unstructured<'_>) -> Result<Option<Response<Bytes>>> {
    if input.arbitrary()? {
        return response(input);
    }
    let mut body = grant();
    edit(&mut body, input)?;
    if let Some(body) = body.as_object_mut() {
        // With it, the response would be an error, and error messages are shown.
        body.remove("statusCode");
    }
    Ok(Some(Response::new(Bytes::from(body.to_string()))))
}

/// A clock that starts on 15 January 2026.
pub fn clock() -> PausedClock {
    PausedClock::starting_at(UNIX_EPOCH + Duration::from_secs(1_768_464_000))
}

/// The settings of a client of a scripted service, with the planted secret.
pub fn client(cloud: Cloud, service: &Arc<Script>, clock: &PausedClock) -> ClientBuilder {
    let service = Arc::clone(service);
    Client::builder()
        .cloud(cloud)
        .credentials(Credentials::new("key", SECRET))
        .http_client(reqwest::Client::new())
        .http_service(service_fn(move |request| {
            std::future::ready(service.respond(&request))
        }))
        .clock(clock)
}

/// Runs a call to completion.
pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime without drivers").block_on(work)
}

/// A response with a status, known headers and a body.
pub fn response(input: &mut Unstructured<'_>) -> Result<Option<Response<Bytes>>> {
    const STATUSES: &[u16] = &[
        200, 200, 200, 200, 201, 202, 204, 301, 302, 304, 307, 308, 400, 401, 403, 404, 408, 409,
        413, 429, 500, 502, 503, 504,
    ];
    let status = match input.int_in_range(0..=9)? {
        0 => return Ok(None),
        1 => input.int_in_range(200..=999)?,
        _ => *input.choose(STATUSES)?,
    };
    let mut response = Response::new(body(input)?);
    *response.status_mut() = StatusCode::from_u16(status).expect("a number of three digits");
    headers(response.headers_mut(), input)?;
    Ok(Some(response))
}

fn headers(headers: &mut HeaderMap, input: &mut Unstructured<'_>) -> Result<()> {
    const NAMES: &[&str] = &[
        "location",
        "retry-after",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-limit-second",
        "x-ratelimit-limit-minute",
        "x-ratelimit-limit-1800",
        "x-ratelimit-limit-18446744073709551615",
        "x-request-id",
        "content-type",
        "content-encoding",
    ];
    const VALUES: &[&str] = &[
        "0",
        "1",
        "-1",
        "60",
        "1e300",
        "NaN",
        "inf",
        "18446744073709551615",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "https://api.sse.cisco.com/reports.eu/v2/activity",
        "/reports.eu/v2/activity",
        "https://evil.example/",
    ];
    for _ in 0..input.int_in_range(0..=4)? {
        let name = HeaderName::from_static(input.choose(NAMES)?);
        let value = match input.ratio(2, 3)? {
            true => HeaderValue::from_static(input.choose(VALUES)?),
            false => match HeaderValue::from_bytes(input.arbitrary()?) {
                Ok(value) => value,
                Err(_) => continue,
            },
        };
        headers.append(name, value);
    }
    Ok(())
}

fn body(input: &mut Unstructured<'_>) -> Result<Bytes> {
    let mut sample = match input.int_in_range(0..=9)? {
        0 => return Ok(Bytes::from_owner(input.arbitrary::<Vec<u8>>()?)),
        1 => json!({"statusCode": 404, "error": "Not Found", "message": "no", "txId": "1"}),
        2 => json!({"status": {"code": 500, "text": "no"}, "data": {"message": "no"}}),
        3 => json!({"data": {"redirect": "https://api.sse.cisco.com/reports.eu/v2/activity"}}),
        4 => json!({"error": "invalid_request"}),
        5 => json!({"message": "the ruleset is locked", "errors": [{"code": 1, "message": "no"}]}),
        6 => {
            json!({"data": [{"id": 1, "name": "harbour"}, {"id": 2}], "offset": 0, "limit": 2, "total": 3})
        }
        7 => json!({"data": [{"id": 1}], "meta": {"page": 1, "limit": 1, "total": 2}}),
        8 => json!({"count": 2, "results": [{"ruleId": 1}, {"ruleId": 2}], "meta": {"total": 4}}),
        _ => json!([{"siteId": 1, "name": "harbour", "modifiedAt": "2026-01-15T08:00:00.000Z"}]),
    };
    edit(&mut sample, input)?;
    Ok(Bytes::from(sample.to_string()))
}

//! One request over the wire, and its answer.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use url::Url;

use super::service;
use crate::call::{Body, Call};
use crate::error::{Error, Result};
use crate::operation::{Method, Security};
use crate::response::RawResponse;
use crate::upload::{Source, Upload};

/// The header of a token request that asks for a token of a child organization.
const ORGANIZATION: &str = "x-umbrella-orgid";
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
    let client = call.client();
    let request = request(call, target, authorization).await?;
    let limit = client.answer_limit();
    let (status, headers, body) = match client.http_service() {
        Some(service) => {
            let answer = service::answer(service, request).await;
            let (status, headers, body) =
                answer.map_err(|error| Error::interrupted(operation, host, error))?;
            (
                status,
                headers,
                Some(body).filter(|body| body.len() <= limit),
            )
        }
        None => {
            let mut answer = client.http().execute(request).await.map_err(failed)?;
            if *answer.url() != target.url {
                let host = answer.url().host_str().unwrap_or_default();
                return Err(Error::led_on(operation, host));
            }
            let headers = std::mem::take(answer.headers_mut());
            (
                answer.status(),
                headers,
                body(answer, limit).await.map_err(failed)?,
            )
        }
    };
    match body {
        Some(body) => {
            let policy = Arc::clone(client.deviation_policy());
            Ok(RawResponse::new(operation, status, headers, body, policy))
        }
        None => Err(Error::too_long(operation, status, limit)),
    }
}

async fn request(
    call: &Call,
    target: &Target,
    authorization: HeaderValue,
) -> Result<reqwest::Request> {
    let mut request = reqwest::Request::new(target.method.clone(), target.url.clone());
    let content_type = match call.body() {
        _ if !target.has_body => None,
        Body::Empty => None,
        Body::Json(bytes) => {
            *request.body_mut() = Some(bytes.clone().into());
            Some(HeaderValue::from_static("application/json"))
        }
        Body::Form(form) => {
            *request.body_mut() = Some(form.clone().into());
            Some(HeaderValue::from_static(
                "application/x-www-form-urlencoded",
            ))
        }
        Body::Multipart(parts) => {
            let form = multipart(call, parts).await?;
            let built = call
                .client()
                .http()
                .request(target.method.clone(), target.url.clone())
                .multipart(form)
                .build();
            let host = target.url.host_str().unwrap_or_default();
            request = built.map_err(|error| Error::transport(call.operation(), host, error))?;
            None
        }
    };
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, value) in call.headers() {
        headers.insert(name, value.clone());
    }
    if call.operation().security == Security::Basic
        && let Some(organization) = call.client().tokens().organization()
    {
        let value = HeaderValue::from_str(organization).map_err(|_| {
            let why = "the id of the organization has characters that no header can hold";
            Error::request(call.operation(), why)
        })?;
        headers.insert(ORGANIZATION, value);
    }
    headers.insert(AUTHORIZATION, authorization);
    Ok(request)
}

async fn multipart(
    call: &Call,
    parts: &[(&'static str, Upload)],
) -> Result<reqwest::multipart::Form> {
    let mut form = reqwest::multipart::Form::new();
    for (name, file) in parts {
        // With the type that the ending of its name tells, without which some servers take a file for a field.
        let part = match &file.0 {
            Source::Bytes { name, bytes } => {
                let kind = mime_guess::from_path(name).first_or_octet_stream();
                reqwest::multipart::Part::stream(bytes.clone())
                    .file_name(name.clone())
                    .mime_str(kind.as_ref())
                    .map_err(|error| Error::request(call.operation(), error.to_string()))?
            }
            Source::Path(path) => reqwest::multipart::Part::file(path)
                .await
                .map_err(|error| {
                    let why = format!("the file {} cannot be read: {error}", path.display());
                    Error::request(call.operation(), why)
                })?,
        };
        form = form.part(*name, part);
    }
    Ok(form)
}

/// The whole body; `None` where it is longer than `limit`.
async fn body(mut answer: reqwest::Response, limit: usize) -> reqwest::Result<Option<Bytes>> {
    let announced = answer.content_length().unwrap_or_default();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    let (Some(first), true) = (answer.chunk().await?, announced <= limit) else {
        return Ok((announced <= limit).then(Bytes::new));
    };
    // Most answers come in one piece, which needs no copy.
    let Some(second) = answer.chunk().await? else {
        return Ok((first.len() <= limit).then_some(first));
    };
    let mut body = BytesMut::with_capacity(announced.max(first.len() + second.len()));
    body.extend_from_slice(&first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
        next = answer.chunk().await?;
    }
    Ok(Some(body.freeze()))
}

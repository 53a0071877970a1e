//! Sends one HTTP request, and reads its complete response.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower_service::Service as _;

use super::body::Body;
use super::context::PipelineContext;
use super::request::{Authentication, PreparedRequest, RequestBody, RequestTarget};
use crate::auth::BoxError;
use crate::error::{Error, Result};
use crate::response::RawResponse;

/// The header of a token request for a child organization.
const ORGANIZATION: &str = "x-umbrella-orgid";

/// Sends a request and reads the complete response.
pub(super) async fn send(
    context: &PipelineContext,
    request: &PreparedRequest,
    target: &RequestTarget,
    authorization: HeaderValue,
) -> Result<RawResponse> {
    let operation = request.operation;
    let http_request = build(context, request, target, authorization).await?;
    let mut body = ResponseBody::new(context.max_response_size);
    let (status, headers) = match context.http.client() {
        Some(client) => {
            let failed = |error| Error::transport(operation, target.host(), error);
            let mut response = client.execute(http_request).await.map_err(failed)?;
            if *response.url() != target.url {
                let host = response.url().host_str().unwrap_or_default();
                return Err(Error::followed_redirect(operation, host));
            }
            let announced = response.content_length();
            body.expect(announced);
            while !body.is_too_large()
                && let Some(chunk) = response.chunk().await.map_err(failed)?
            {
                body.push(chunk);
            }
            (response.status(), std::mem::take(response.headers_mut()))
        }
        None => {
            let failed = |error: BoxError| match error.downcast::<Error>() {
                Ok(error) => *error,
                Err(error) => match error.downcast() {
                    Ok(error) => Error::transport(operation, target.host(), *error),
                    Err(error) => Error::connection(operation, target.host(), error),
                },
            };
            call_service(context, http_request, &mut body)
                .await
                .map_err(failed)?
        }
    };
    match body.finish() {
        Some(body) => {
            let deviations = Arc::clone(&context.deviation_policy);
            Ok(RawResponse::new(
                operation, status, headers, body, deviations,
            ))
        }
        None => {
            let limit = context.max_response_size;
            Err(Error::response_too_large(operation, status, limit))
        }
    }
}

/// Passes a request to the HTTP service of the client.
async fn call_service(
    context: &PipelineContext,
    request: reqwest::Request,
    body: &mut ResponseBody,
) -> Result<(StatusCode, HeaderMap), BoxError> {
    let request = Request::<reqwest::Body>::try_from(request)?.map(Body::from);
    let response = context.http.clone().call(request).await?;
    let (head, mut stream) = response.into_parts();
    while !body.is_too_large()
        && let Some(frame) = stream.frame().await
    {
        if let Ok(chunk) = frame?.into_data() {
            body.push(chunk);
        }
    }
    Ok((head.status, head.headers))
}

async fn build(
    context: &PipelineContext,
    request: &PreparedRequest,
    target: &RequestTarget,
    authorization: HeaderValue,
) -> Result<reqwest::Request> {
    let operation = request.operation;
    let mut built = reqwest::Request::new(target.method.clone(), target.url.clone());
    let content_type = match &request.body {
        _ if !target.has_body => None,
        RequestBody::Empty => None,
        RequestBody::Bytes {
            content_type,
            bytes,
        } => {
            *built.body_mut() = Some(bytes.clone().into());
            Some(HeaderValue::from_static(content_type))
        }
        RequestBody::Multipart(source) => {
            let form = source.form(operation).await?;
            match &context.client {
                Some(client) => {
                    built = client
                        .request(target.method.clone(), target.url.clone())
                        .multipart(form)
                        .build()
                        .map_err(|error| Error::transport(operation, target.host(), error))?;
                    None
                }
                None => {
                    let content_type = format!("multipart/form-data; boundary={}", form.boundary());
                    *built.body_mut() = Some(reqwest::Body::wrap_stream(form.into_stream()));
                    HeaderValue::try_from(content_type).ok()
                }
            }
        }
    };
    let headers = built.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, value) in &request.headers {
        headers.insert(name, value.clone());
    }
    if !matches!(request.authentication, Authentication::Token(_))
        && let Some(organization) = request.authentication.organization()
    {
        let value = HeaderValue::from_str(organization).map_err(|_| {
            let reason = "the id of the organization has characters that are not valid in a header";
            Error::request(operation, reason)
        })?;
        headers.insert(ORGANIZATION, value);
    }
    headers.insert(AUTHORIZATION, authorization);
    #[cfg(feature = "opentelemetry")]
    super::propagation::inject_trace_context(headers);
    Ok(built)
}

/// The maximum announced length for which memory is allocated at once. For a longer body, it grows with the received data.
const MAX_TRUSTED_LENGTH: usize = 4 << 20;

/// The body of a response while it is read.
struct ResponseBody {
    limit: usize,
    /// The announced length, in bytes.
    announced: usize,
    length: usize,
    /// Most responses have one chunk, which is not copied.
    first: Bytes,
    /// All chunks, if there are several. A list of them could take more memory than they have bytes.
    all: BytesMut,
}

impl ResponseBody {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            announced: 0,
            length: 0,
            first: Bytes::new(),
            all: BytesMut::new(),
        }
    }

    fn expect(&mut self, length: Option<u64>) {
        self.announced = usize::try_from(length.unwrap_or_default()).unwrap_or(usize::MAX);
    }

    fn is_too_large(&self) -> bool {
        self.announced.max(self.length) > self.limit
    }

    fn push(&mut self, chunk: Bytes) {
        let before = self.length;
        self.length += chunk.len();
        if before == 0 {
            self.first = chunk;
        } else if !self.is_too_large() {
            if self.all.is_empty() {
                self.all.reserve(self.announced.min(MAX_TRUSTED_LENGTH));
                self.all.extend_from_slice(&std::mem::take(&mut self.first));
            }
            self.all.extend_from_slice(&chunk);
        }
    }

    /// Returns the complete body; `None` if it is too large.
    fn finish(self) -> Option<Bytes> {
        if self.is_too_large() {
            return None;
        }
        Some(match self.all.is_empty() {
            true => self.first,
            false => self.all.freeze(),
        })
    }
}

//! The request for an access token (RFC 6749, section 4.4: client credentials grant).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::context::PipelineContext;
use super::execute::execute;
use super::options::RequestOptions;
use super::request::{Authentication, PreparedRequest, RequestBody};
use crate::auth::{AccessToken, BoxFuture, Credentials, TokenEndpoint, parse_token_response};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{
    CloudKind, Operation, RateLimit, RateLimitScope, RateLimitWindow, Security,
};

/// The operation of the token endpoint. It is defined here because the pipeline does not depend on the generated operations; a test
/// compares it with the generated one.
pub(crate) static TOKEN_OPERATION: Operation = Operation {
    id: "create_token",
    upstream_id: "create_auth_token",
    scope: "auth",
    api: "Token Authorization",
    method: Method::POST,
    path: "/auth/v2/token",
    summary: "Exchange an API key for an access token",
    security: Security::Basic,
    clouds: &[CloudKind::Global, CloudKind::China, CloudKind::Government],
    rate_limit: Some(RateLimit {
        class: "token",
        scope: RateLimitScope::Key,
        windows: &[RateLimitWindow {
            requests: 20,
            seconds: 60,
        }],
    }),
    idempotent: true,
    pagination: None,
    defaults: &[],
    deprecated: false,
    success_property: None,
    upstream_errors: &[],
    regional: false,
};

/// Requests access tokens through the pipeline.
pub(crate) struct TokenRequester {
    pub(crate) context: Arc<PipelineContext>,
    pub(crate) url: Url,
    pub(crate) options: RequestOptions,
}

impl TokenEndpoint for TokenRequester {
    fn request_token(
        &self,
        credentials: Credentials,
        organization: Option<Arc<str>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<AccessToken>> {
        Box::pin(async move {
            let request = PreparedRequest {
                operation: &TOKEN_OPERATION,
                url: self.url.clone(),
                headers: HeaderMap::new(),
                body: RequestBody::Bytes {
                    content_type: "application/x-www-form-urlencoded",
                    bytes: Bytes::from_static(b"grant_type=client_credentials"),
                },
                options: RequestOptions {
                    total_timeout: Some(limit),
                    ..self.options.clone()
                },
                authentication: Authentication::Credentials(credentials, organization),
            };
            let response = execute(&self.context, request).await?;
            match parse_token_response(response.body()) {
                Some((token, lifetime)) => {
                    let expires_at = self.context.runtime.system_time() + lifetime;
                    Ok(AccessToken::new(token, expires_at))
                }
                None => {
                    let attempts = response.attempts();
                    let reason = "the response has no access token".to_owned();
                    let error = Error::of_response(
                        ErrorKind::Decode,
                        &TOKEN_OPERATION,
                        response.into_http(),
                        reason,
                    );
                    Err(error.with_attempts(attempts))
                }
            }
        })
    }
}

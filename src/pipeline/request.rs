//! A complete and repeatable request, the input of the pipeline.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::options::RequestOptions;
use crate::auth::{BoxFuture, Credentials, TokenSource};
use crate::error::Result;
use crate::operation::Operation;

/// A request to an operation.
pub(crate) struct PreparedRequest {
    pub(crate) operation: &'static Operation,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    pub(crate) options: RequestOptions,
    pub(crate) authentication: Authentication,
}

/// The target of a request, which a redirect changes.
#[derive(PartialEq, Eq)]
pub(super) struct RequestTarget {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Whether the body of the request is sent.
    pub(super) has_body: bool,
}

impl RequestTarget {
    pub(super) fn new(request: &PreparedRequest) -> Self {
        Self {
            method: request.operation.method.clone(),
            url: request.url.clone(),
            has_body: true,
        }
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// The authentication of a request.
pub(crate) enum Authentication {
    /// An access token.
    Token(Arc<TokenSource>),
    /// The credentials of the client, for its access tokens.
    Provider(Arc<TokenSource>),
    /// Other credentials, for a child organization.
    Credentials(Credentials, Option<Arc<str>>),
}

impl Authentication {
    /// Returns the child organization of the request.
    pub(super) fn organization(&self) -> Option<&str> {
        match self {
            Self::Token(tokens) | Self::Provider(tokens) => tokens.organization(),
            Self::Credentials(_, organization) => organization.as_ref(),
        }
        .map(AsRef::as_ref)
    }
}

/// The body of a request. Each attempt sends it from the start, unless it can be sent only once.
pub(crate) enum RequestBody {
    Empty,
    Bytes {
        content_type: &'static str,
        bytes: Bytes,
    },
    Multipart(Box<dyn MultipartSource>),
}

impl RequestBody {
    /// Whether it can be sent again.
    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Self::Empty | Self::Bytes { .. } => true,
            Self::Multipart(source) => source.is_repeatable(),
        }
    }
}

/// Creates the form of a multipart body.
pub(crate) trait MultipartSource: Send + Sync {
    /// Returns the form, from the start.
    ///
    /// # Errors
    /// When a file cannot be read.
    fn form(
        &self,
        operation: &'static Operation,
    ) -> BoxFuture<'_, Result<reqwest::multipart::Form>>;

    /// Whether [`form`](Self::form) can create the form again.
    fn is_repeatable(&self) -> bool;
}

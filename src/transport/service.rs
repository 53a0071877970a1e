//! Answers without a network: the place where a test or an own stack takes over from the HTTP client.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt as _;

use crate::auth::{BoxError, BoxFuture};

/// Answers requests in the place of the network; set with [`ClientBuilder::http_service`](crate::ClientBuilder::http_service).
///
/// Everything above it is as with the real service: tokens, retries, redirects and their rules, pacing, errors.
///
/// ```
/// use bytes::Bytes;
/// use cisco_secure_access::auth::{BoxError, BoxFuture};
/// use cisco_secure_access::{Client, Credentials, HttpService};
/// use http::{Request, Response};
///
/// #[derive(Debug)]
/// struct Fixed;
///
/// impl HttpService for Fixed {
///     fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, BoxError>> {
///         let is_token = request.uri().path() == "/auth/v2/token";
///         let body = if is_token { r#"{"access_token": "t", "expires_in": 3600}"# } else { "[]" };
///         Box::pin(async move { Ok(Response::new(Bytes::from(body))) })
///     }
/// }
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let credentials = Credentials::new("key", "secret");
/// let client = Client::builder().credentials(credentials).http_service(Fixed).build()?;
/// # #[cfg(feature = "sites")]
/// assert!(client.deployments().list_sites().send().await?.is_empty());
/// # Ok::<(), cisco_secure_access::Error>(())
/// # }).unwrap();
/// ```
pub trait HttpService: fmt::Debug + Send + Sync {
    /// Answers a request, whose URI is the whole URL.
    ///
    /// # Errors
    /// Where the connection would have broken: the call fails with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted), and is tried
    /// again if it may be.
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, BoxError>>;
}

impl<S: HttpService + ?Sized> HttpService for Arc<S> {
    fn call(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, BoxError>> {
        (**self).call(request)
    }
}

/// Lets a service answer a request that is meant for the HTTP client.
pub(super) async fn answer(
    service: &dyn HttpService,
    request: reqwest::Request,
) -> Result<(StatusCode, HeaderMap, Bytes), BoxError> {
    let (head, body) = Request::<reqwest::Body>::try_from(request)?.into_parts();
    let body = body.collect().await?.to_bytes();
    let answer = service.call(Request::from_parts(head, body)).await?;
    let (head, body) = answer.into_parts();
    Ok((head.status, head.headers, body))
}

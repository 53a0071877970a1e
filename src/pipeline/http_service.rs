//! The HTTP service of the pipeline: the HTTP client, or a `tower` service.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::body::Body;
use crate::auth::{BoxError, BoxFuture};

/// The HTTP client of a [`Client`](crate::Client) as a [`tower_service::Service`], which layers wrap; see
/// [`ClientBuilder::http_layer`](crate::ClientBuilder::http_layer).
#[derive(Clone)]
pub struct HttpService(Inner);

#[derive(Clone)]
enum Inner {
    Client(reqwest::Client),
    Service(Arc<dyn DynService>),
}

/// A type-erased service.
trait DynService: Send + Sync {
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>>;
}

/// A service of any type. Each request uses a clone of it.
struct Erased<S>(S);

impl<S, B> DynService for Erased<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn call(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            std::future::poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(Into::into)?;
            let response = service.call(request).await.map_err(Into::into)?;
            Ok(response.map(Body::new))
        })
    }
}

impl HttpService {
    /// Wraps a service of any type.
    pub(crate) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Inner::Service(Arc::new(Erased(service))))
    }

    /// Returns the HTTP client, if it is not replaced.
    pub(super) fn client(&self) -> Option<&reqwest::Client> {
        match &self.0 {
            Inner::Client(client) => Some(client),
            Inner::Service(_) => None,
        }
    }
}

impl From<reqwest::Client> for HttpService {
    fn from(client: reqwest::Client) -> Self {
        Self(Inner::Client(client))
    }
}

impl Service<Request<Body>> for HttpService {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match &self.0 {
            Inner::Client(client) => {
                let client = client.clone();
                Box::pin(async move {
                    let response = client.execute(request.try_into()?).await?;
                    Ok(Response::<reqwest::Body>::from(response).map(Body::from))
                })
            }
            Inner::Service(service) => service.call(request),
        }
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}

/// Creates an HTTP service from a closure. The closure takes a request, whose URI is the complete URL, and returns a response.
///
/// An error represents a broken connection: the call fails with [`ErrorKind::Connection`](crate::ErrorKind::Connection) and is retried if
/// that is safe. An [`Error`](crate::Error) of this crate becomes the error of the call.
///
/// ```
/// use cisco_secure_access::{Client, Credentials, service_fn};
/// use http::Response;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let service = service_fn(|request| async move {
///     let is_token = request.uri().path() == "/auth/v2/token";
///     Ok(Response::new(if is_token { r#"{"access_token": "t", "expires_in": 3600}"# } else { "[]" }))
/// });
/// let credentials = Credentials::new("key", "secret");
/// let client = Client::builder().credentials(credentials).http_service(service).build()?;
/// # #[cfg(feature = "sites")]
/// assert!(client.deployments().list_sites().send().await?.is_empty());
/// # Ok::<(), cisco_secure_access::Error>(())
/// # }).unwrap();
/// ```
pub fn service_fn<F, R, B>(handle: F) -> ServiceFn<F>
where
    F: Fn(Request<Body>) -> R,
    R: Future<Output = Result<Response<B>, BoxError>>,
    B: Into<Body>,
{
    ServiceFn(handle)
}

/// An HTTP service that calls a closure; see [`service_fn`].
#[derive(Clone)]
pub struct ServiceFn<F>(F);

impl<F, R, B> Service<Request<Body>> for ServiceFn<F>
where
    F: Fn(Request<Body>) -> R,
    R: Future<Output = Result<Response<B>, BoxError>> + Send + 'static,
    B: Into<Body>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let response = (self.0)(request);
        Box::pin(async move { Ok(response.await?.map(Into::into)) })
    }
}

impl<F> fmt::Debug for ServiceFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceFn").finish_non_exhaustive()
    }
}

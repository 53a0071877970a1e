//! The raw response, and its conversion to a typed one.

use std::fmt;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use memchr::memmem::Finder;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::decode::{self, DecodedBody, EmptyBody, LenientDeserialize};
use super::{DeviationPolicy, Response, ResponseParts};
use crate::error::{Error, ErrorKind, Result};
use crate::operation::{Operation, Security};

/// A response that is not decoded: status, headers and bytes.
///
/// ```no_run
/// # #[cfg(feature = "network-tunnel-groups")]
/// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
/// let response = client.deployments().list_regions().send_raw().await?;
/// println!("{} {} bytes", response.status(), response.body().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RawResponse {
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
    deviation_policy: Arc<DeviationPolicy>,
}

/// The maximum length of a body that represents a status or a redirect.
const MAX_SHORT_BODY: usize = 8192;

/// A body that reports an error.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "statusCode")]
    status: u16,
    #[serde(rename = "error")]
    _error: IgnoredAny,
}

impl RawResponse {
    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        deviation_policy: Arc<DeviationPolicy>,
    ) -> Self {
        Self {
            operation,
            status,
            headers,
            body,
            attempts: 0,
            deviation_policy,
        }
    }

    /// Creates the response to the deletion of a resource that an earlier attempt has deleted: success, without a body.
    pub(crate) fn deleted(
        operation: &'static Operation,
        headers: HeaderMap,
        deviation_policy: Arc<DeviationPolicy>,
    ) -> Self {
        let status = StatusCode::NO_CONTENT;
        Self::new(operation, status, headers, Bytes::new(), deviation_policy)
    }

    /// Sets the number of requests that the call sent.
    pub(crate) fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Replaces the status by the one in the body, because some errors have the status 200.
    pub(crate) fn with_status_of_body(self) -> Self {
        /// Prepared, because each response with the status 200 is searched.
        static PROPERTY: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("statusCode"));

        let meant = Some(StatusCode::OK)
            .filter(|ok| self.status == *ok)
            .and_then(|_| self.short_body_with(&PROPERTY))
            .map(|body: ErrorBody| body.status)
            .and_then(|status| StatusCode::from_u16(status).ok())
            .filter(|status| status.is_client_error() || status.is_server_error());
        match meant {
            Some(status) => Self { status, ..self },
            None => self,
        }
    }

    /// Parses the body as a `T` if it is short. `T` has a property with this name; because few responses have it, the name is searched for
    /// before the body is parsed.
    pub(crate) fn short_body<T: DeserializeOwned>(&self, property: &str) -> Option<T> {
        self.short_body_with(&Finder::new(property))
    }

    fn short_body_with<T: DeserializeOwned>(&self, property: &Finder<'_>) -> Option<T> {
        let may_be = self.body.len() <= MAX_SHORT_BODY && property.find(&self.body).is_some();
        may_be
            .then(|| serde_json::from_slice(&self.body).ok())
            .flatten()
    }

    /// Returns the HTTP status: 200, 201, 202 (queued) or 204.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the bytes of the body, decompressed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body and drops the rest.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Returns the number of requests that the call sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Decodes the JSON body to a type of your own.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode), with the position of the error and the body;
    /// [`ErrorKind::Partial`](crate::ErrorKind::Partial) if the response reports that the request was not carried out.
    pub fn json<T: DeserializeOwned>(self) -> Result<Response<T>> {
        self.check_success()?.decode_json()
    }

    fn decode_json<T: DeserializeOwned>(self) -> Result<Response<T>> {
        match decode::from_json_body(&self.body) {
            Ok(value) => Ok(self.with_value(value, Vec::new())),
            Err(message) => Err(self.into_error(ErrorKind::Decode, message)),
        }
    }

    /// Converts the response to an error.
    pub(crate) fn into_error(self, kind: ErrorKind, message: String) -> Error {
        let (operation, attempts) = (self.operation, self.attempts);
        Error::of_response(kind, operation, self.into_http(), message).with_attempts(attempts)
    }

    /// Returns the status, headers and body.
    pub(crate) fn into_http(self) -> http::Response<Bytes> {
        let mut response = http::Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Decodes the body to the documented type.
    pub(crate) fn decode<T: LenientDeserialize>(self) -> Result<Response<T>> {
        self.decode_with_json().map(|(response, _)| response)
    }

    /// Decodes the body to the documented type. Also returns the parsed body, if the body differs from its documentation.
    pub(crate) fn decode_with_json<T: LenientDeserialize>(
        self,
    ) -> Result<(Response<T>, Option<Value>)> {
        let response = self.check_success()?;
        let DecodedBody {
            value,
            deviations,
            json,
        } = match decode::from_body(&response.body, response.empty_body()) {
            Ok(decoded) => decoded,
            Err(error) => {
                let message = match response.operation.security {
                    // The response contains a token, so nothing of it is shown.
                    Security::Basic => "the response differs from its documentation".to_owned(),
                    Security::Bearer(_) => error.describe(&response.body),
                };
                return Err(response.into_error(ErrorKind::Decode, message));
            }
        };
        if let Some(first) = deviations.first() {
            if response.deviation_policy.is_strict() {
                let message = match deviations.len() - 1 {
                    0 => format!("the response differs from its documentation at {first}"),
                    others => format!(
                        "the response differs from its documentation at {first}, and at {others} more locations"
                    ),
                };
                return Err(response.into_error(ErrorKind::Decode, message));
            }
            response
                .deviation_policy
                .report(response.operation, &deviations);
        }
        Ok((response.with_value(value, deviations), json))
    }

    /// Rejects a response with a success status that reports that the request was not carried out, or only in part.
    fn check_success(self) -> Result<Self> {
        match self.operation.success_property {
            Some(property) if self.reports_failure(property) => {
                let message = format!(
                    "the service responded with {} and `{}: false`: the request was not carried out, or only in part; see the body for details",
                    self.status,
                    property.trim_start_matches('/')
                );
                Err(self.into_error(ErrorKind::Partial, message))
            }
            _ => Ok(self),
        }
    }

    /// Whether a response with a success status reports that the request was not carried out, or only in part.
    fn reports_failure(&self, property: &str) -> bool {
        let body: Option<Value> = self.short_body(property.trim_start_matches('/'));
        body.is_some_and(|body| body.pointer(property) == Some(&Value::Bool(false)))
    }

    /// Which bodies are empty: with 204 there is no body, and some deletions respond with `[]` instead of an object.
    fn empty_body(&self) -> EmptyBody {
        if self.status == StatusCode::NO_CONTENT {
            EmptyBody::Any
        } else if self.operation.method == Method::DELETE {
            EmptyBody::Json
        } else {
            EmptyBody::Unexpected
        }
    }

    fn with_value<T>(self, value: T, deviations: Vec<super::Deviation>) -> Response<T> {
        Response::from_parts(
            value,
            ResponseParts {
                status: self.status,
                headers: self.headers,
                deviations,
                attempts: self.attempts,
            },
        )
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body can contain a secret, such as that of a new API key.
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

//! The one error type: what went wrong, in which operation, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::operation::{Operation, Security};
use crate::response::RawResponse;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, or could not be made.
///
/// [`kind`](Self::kind) is there to `match` on; the message is for people. It is cheap to clone, and holds no secret: neither credentials
/// nor tokens, only what the service answered.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static Operation>,
    status: Option<StatusCode>,
    body: Bytes,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built: something in its settings or in the environment. Nothing was sent.
    Configuration,
    /// The request cannot be built: an argument that no URL or body can hold. Nothing was sent.
    Request,
    /// The service refused the key and secret. Final: the same credentials will not be tried again.
    Authentication,
    /// No connection to the service: it was surely not reached.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The service answered, and the answer is an error: see [`Error::status`].
    Service,
    /// The service answered with success, and the answer is not what is documented: see [`Error::body`].
    Decode,
}

impl Inner {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            operation: None,
            status: None,
            body: Bytes::new(),
            source: None,
        }
    }
}

impl Error {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self(Arc::new(Inner::new(ErrorKind::Configuration, message)))
    }

    pub(crate) fn request(operation: &'static Operation, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            operation: Some(operation),
            ..Inner::new(ErrorKind::Request, message)
        }))
    }

    /// A failure to get an answer at all.
    pub(crate) fn transport(
        operation: &'static Operation,
        host: &str,
        error: reqwest::Error,
    ) -> Self {
        let error = error.without_url();
        let (kind, message) = if error.is_connect() {
            (ErrorKind::Connect, format!("cannot connect to {host}"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("no answer from {host} in time"))
        } else if error.is_builder() {
            (ErrorKind::Request, "the request cannot be built".to_owned())
        } else {
            (
                ErrorKind::Interrupted,
                format!("the connection to {host} broke before the answer was complete"),
            )
        };
        Self(Arc::new(Inner {
            operation: Some(operation),
            source: Some(Box::new(error)),
            ..Inner::new(kind, message)
        }))
    }

    /// An answer that is an error.
    pub(crate) fn service(response: RawResponse, cloud: &Cloud) -> Self {
        let operation = response.operation();
        let status = response.status();
        let said = service_message(response.bytes());
        let refused = matches!(operation.security, Security::Basic)
            && matches!(status.as_u16(), 400 | 401 | 403);
        let (kind, mut message) = if refused {
            let message =
                "the service refused the key and secret; they are not tried again".to_owned();
            (ErrorKind::Authentication, message)
        } else {
            (ErrorKind::Service, format!("the service answered {status}"))
        };
        if let Some(said) = said {
            message.push_str(": ");
            message.push_str(&said);
        }
        for advice in advice(operation, status)
            .into_iter()
            .chain(undocumented(operation, cloud))
        {
            message.push_str("; ");
            message.push_str(&advice);
        }
        Self(Arc::new(Inner {
            operation: Some(operation),
            status: Some(status),
            body: response.into_bytes(),
            ..Inner::new(kind, message)
        }))
    }

    /// An answer that cannot be read; `what` says where in it.
    pub(crate) fn decode(response: RawResponse, what: String, error: serde_json::Error) -> Self {
        Self(Arc::new(Inner {
            operation: Some(response.operation()),
            status: Some(response.status()),
            body: response.into_bytes(),
            source: Some(Box::new(error)),
            ..Inner::new(ErrorKind::Decode, what)
        }))
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that was called; `None` where no call was made.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The HTTP status of the answer; `None` where there was none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The body of the answer as it came; empty where there was none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }
}

/// What can be done about an answer, where its status says it.
fn advice(operation: &Operation, status: StatusCode) -> Option<String> {
    match (status.as_u16(), operation.security) {
        (403, Security::Bearer([])) => Some("the API key may lack an OAuth scope".to_owned()),
        (403, Security::Bearer(scopes)) => Some(format!(
            "the API key may lack the OAuth scope {}",
            scopes.join(", ")
        )),
        (429, _) => Some("the rate limit is exceeded: wait before the next call".to_owned()),
        _ => None,
    }
}

/// Documentation lags the service, so the call was made; that it failed may be why the cloud does not document it.
fn undocumented(operation: &Operation, cloud: &Cloud) -> Option<String> {
    let name = cloud.name()?;
    let is_documented = operation.clouds.is_empty() || operation.clouds.contains(&name);
    (!is_documented).then(|| format!("the operation is not documented for the cloud `{cloud}`"))
}

/// What an error answer says, whatever its shape: one of the documented places of a message, or a short text.
fn service_message(body: &[u8]) -> Option<String> {
    const PLACES: [&str; 8] = [
        "/message",
        "/data/message",
        "/error_description",
        "/error",
        "/errors/0/message",
        "/data/errors/0",
        "/status/text",
        "/txId",
    ];
    /// A message longer than this is an HTML page or the like.
    const LONGEST: usize = 500;
    let said = match serde_json::from_slice::<Value>(body) {
        Ok(json) => PLACES
            .iter()
            .find_map(|place| json.pointer(place)?.as_str().map(str::to_owned)),
        Err(_) => std::str::from_utf8(body).ok().map(str::to_owned),
    }?;
    let said = said.trim();
    (!said.is_empty() && said.len() <= LONGEST && !said.starts_with('<')).then(|| said.to_owned())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{}: ", operation.id)?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation.map(|operation| operation.id))
            .field("status", &self.status())
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

//! Requests without generated setters, for operations that are known only at run time, documented or not.

use std::borrow::Cow;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::future::ResponseFuture;
use super::parts::RequestParts;
use super::typed::Request;
use super::upload::Upload;
use crate::client::Client;
use crate::error::Result;
use crate::operation::Operation;
use crate::response::{RawResponse, Response};

impl Request {
    /// Creates a request to a path, which is sent unchanged. If the operation is documented, its properties apply.
    pub(crate) fn undocumented(
        client: &Client,
        operation: &'static Operation,
        method: &Method,
        path: &str,
    ) -> Self {
        let mut parts = RequestParts::with_path(client, operation, path.to_owned());
        if !operation.is_documented() {
            parts.set_label(format!("{method} {path}"));
        }
        if operation.method != *method {
            parts.fail(format!("the API does not support the method `{method}`"));
        }
        if let Some(reason) = path_error(path) {
            parts.fail(format!("`{path}` is not a valid path: {reason}"));
        }
        Self::new(parts)
    }

    /// Creates a request to a documented operation, with the values of its path parameters in order.
    pub(crate) fn untyped(
        client: &Client,
        operation: &'static Operation,
        values: &[impl AsRef<str>],
    ) -> Self {
        let texts: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let mut parts = RequestParts::new(client, operation, &texts);
        let expected = operation.path.matches('{').count();
        if texts.len() != expected {
            parts.fail(format!(
                "the path {} has {expected} parameters, not {}",
                operation.path,
                texts.len()
            ));
        }
        Self::new(parts)
    }

    /// Returns the documented operation of the request; `None` if no document has its method and path.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        Some(self.parts.operation()).filter(|operation| operation.is_documented())
    }

    /// Sets a query parameter to a list, one parameter for each value, and replaces earlier values.
    pub fn query_values(
        mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        self.parts.query_repeated(name, &values);
        self
    }

    /// Sets the body to a form (`application/x-www-form-urlencoded`): the properties of an object.
    pub fn form(mut self, body: &impl Serialize) -> Self {
        self.parts.form(body);
        self
    }

    /// Adds a file to the body, which becomes `multipart/form-data`, and replaces an earlier file of this name.
    pub fn part(mut self, name: impl Into<Cow<'static, str>>, upload: impl Into<Upload>) -> Self {
        self.parts.part(name, upload.into());
        self
    }

    /// Sets the body to JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.parts.json(body);
        self
    }

    /// Sends the request and decodes the JSON response to a [`serde_json::Value`], or a type of your own.
    ///
    /// # Errors
    /// See [`Error`](crate::Error).
    pub fn send<T: DeserializeOwned>(self) -> ResponseFuture<Response<T>> {
        self.parts.respond(RawResponse::json)
    }
}

impl IntoFuture for Request {
    type Output = Result<Response<Value>>;
    type IntoFuture = ResponseFuture<Response<Value>>;

    /// Sends the request and decodes the JSON response.
    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

/// Returns the reason why a path is not valid.
fn path_error(path: &str) -> Option<&'static str> {
    let is_relative = |segment: &str| {
        let decoded = segment.replace("%2e", ".").replace("%2E", ".");
        matches!(decoded.as_str(), "" | "." | "..")
    };
    match path.strip_prefix('/') {
        None => Some("it does not begin with `/`; the client adds the host"),
        Some(_) if path.contains(['?', '#']) => {
            Some("it has a query or a fragment; set the query with `.query(…)`")
        }
        Some(_) if path.contains(['\\', ' ']) || path.chars().any(char::is_control) => {
            Some("it has characters that are not valid in a path")
        }
        Some(rest) if rest.split('/').any(is_relative) => {
            Some("one of its segments is empty, `.` or `..`")
        }
        Some(_) => None,
    }
}

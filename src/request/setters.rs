//! The functions that generated setters call. Each setter is a single call, to reduce compile time.

use serde::Serialize;

use super::parameter::{ToParam, to_param};
use super::parts::RequestParts;
use super::typed::Request;
use super::upload::Upload;
use crate::client::Client;
use crate::operation::Operation;

impl<E, S> Request<E, S> {
    /// Creates a request with the values of the path parameters of `operation`, in order.
    #[inline]
    pub(crate) fn begin(client: &Client, operation: &'static Operation, values: &[&str]) -> Self {
        Self::new(RequestParts::new(client, operation, values))
    }

    /// Sets a query parameter, and replaces an earlier value.
    #[inline]
    pub(crate) fn with_query<T: ToParam>(
        mut self,
        name: &'static str,
        value: impl Into<T>,
    ) -> Self {
        self.parts.query(name, to_param(&value.into()));
        self
    }

    /// Sets a query parameter without a value.
    #[inline]
    pub(crate) fn with_flag(mut self, name: &'static str) -> Self {
        self.parts.query(name, String::new());
        self
    }

    /// Sets a query parameter to a list: one value, joined by commas.
    #[inline]
    pub(crate) fn with_query_list<T: ToParam>(mut self, name: &'static str, values: &[T]) -> Self {
        self.parts.query_list(name, values);
        self
    }

    /// Sets a query parameter to a list: one parameter for each value.
    #[inline]
    pub(crate) fn with_query_repeated<T: ToParam>(
        mut self,
        name: &'static str,
        values: &[T],
    ) -> Self {
        self.parts.query_repeated(name, values);
        self
    }

    /// Sets a query parameter to JSON.
    #[inline]
    pub(crate) fn with_query_json<T: Serialize>(mut self, name: &'static str, value: &T) -> Self {
        self.parts.query_json(name, value);
        self
    }

    /// Sets a header, and replaces an earlier value.
    #[inline]
    pub(crate) fn with_header<T: ToParam>(mut self, name: &str, value: impl Into<T>) -> Self {
        self.parts.header(name, to_param(&value.into()));
        self
    }

    /// Sets a header to a list: one value, joined by commas.
    #[inline]
    pub(crate) fn with_header_list<T: ToParam>(mut self, name: &str, values: &[T]) -> Self {
        self.parts.header_list(name, values);
        self
    }

    /// Sets the body.
    #[inline]
    pub(crate) fn with_json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.parts.json(body);
        self
    }

    /// Sets the form of an operation.
    #[inline]
    pub(crate) fn with_form(mut self, body: &impl Serialize) -> Self {
        self.parts.form(body);
        self
    }

    /// Adds a file to the body.
    #[inline]
    pub(crate) fn with_part(mut self, name: &'static str, upload: Upload) -> Self {
        self.parts.part(name, upload);
        self
    }
}

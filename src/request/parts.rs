//! The parts of a request, which the generated builders collect.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::future::ResponseFuture;
use super::parameter::ToParam;
use super::upload::{Upload, Uploads};
use crate::client::{Client, ReportsRegion};
use crate::error::{Error, Result};
use crate::operation::{Operation, Security};
use crate::pipeline::{self, Authentication, PreparedRequest, RequestBody, RequestOptions};
use crate::response::LenientDeserialize;
use crate::response::{RawResponse, Response};

/// The percent-encoded characters in a URL: all except the unreserved characters of RFC 3986.
const ENCODE_SET: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request to an operation, with its encoded arguments.
#[derive(Clone)]
pub(crate) struct RequestParts {
    client: Client,
    operation: &'static Operation,
    path: String,
    query: Vec<(Cow<'static, str>, String)>,
    /// The defaults of query parameters that are not set: names and values.
    defaults: &'static [(&'static str, &'static str)],
    headers: HeaderMap,
    body: BodyPart,
    /// The options of the request, if they differ from those of the client.
    options: Option<RequestOptions>,
    reports_region: Option<ReportsRegion>,
    /// The name of the request in errors, if its operation has none.
    label: Option<Arc<str>>,
    /// The first invalid argument, which is reported when the request is sent.
    build_error: Option<Error>,
}

/// The body of a request.
#[derive(Clone)]
enum BodyPart {
    Empty,
    Json(Bytes),
    Form(String),
    Multipart(Vec<(Cow<'static, str>, Upload)>),
}

impl RequestParts {
    /// Creates a request with the values of the path parameters of `operation`, in order.
    pub(crate) fn new(client: &Client, operation: &'static Operation, values: &[&str]) -> Self {
        let path = String::with_capacity(operation.path.len() + 16);
        let mut parts = Self::with_path(client, operation, path);
        parts.defaults = operation.defaults;
        let mut values = values.iter();
        let mut template = operation.path;
        while let Some((before, rest)) = template.split_once('{') {
            let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
            let value = values.next().copied().unwrap_or_default();
            // An empty segment, `.` or `..` would change the path to that of another resource.
            if matches!(value, "" | "." | "..") {
                parts.fail(format!(
                    "the argument for `{name}` is `{value}`, which cannot be a segment of the path {}",
                    operation.path
                ));
            }
            parts.path.push_str(before);
            parts.path.extend(utf8_percent_encode(value, ENCODE_SET));
            template = after;
        }
        parts.path.push_str(template);
        parts
    }

    /// Creates a request to this path.
    pub(super) fn with_path(client: &Client, operation: &'static Operation, path: String) -> Self {
        Self {
            client: client.clone(),
            operation,
            path,
            query: Vec::new(),
            defaults: &[],
            headers: HeaderMap::new(),
            body: BodyPart::Empty,
            options: None,
            reports_region: client.reports_region(),
            label: None,
            build_error: None,
        }
    }

    /// Sets the name of the request in errors.
    pub(super) fn set_label(&mut self, label: String) {
        self.label = Some(label.into());
    }

    /// Marks the request as invalid. Only the first error is reported.
    pub(super) fn fail(&mut self, reason: String) {
        if self.build_error.is_none() {
            self.build_error = Some(Error::request(self.operation, reason));
        }
    }

    /// Sets a query parameter, and replaces an earlier value.
    pub(crate) fn query(&mut self, name: impl Into<Cow<'static, str>>, value: String) {
        let name = name.into();
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value));
    }

    /// Sets a query parameter to a list: one value, joined by commas.
    pub(crate) fn query_list(&mut self, name: &'static str, values: &[impl ToParam]) {
        let value = self.joined(name, values);
        self.query(name, value);
    }

    /// Joins the elements of a list by commas.
    fn joined(&mut self, name: &str, values: &[impl ToParam]) -> String {
        let values: Vec<_> = values.iter().map(ToParam::to_param).collect();
        if let Some(value) = values.iter().find(|value| value.contains(',')) {
            self.fail(format!(
                "`{value}` cannot be an element of `{name}`: the elements are joined by commas"
            ));
        }
        values.join(",")
    }

    /// Sets a query parameter to a list: one parameter for each value.
    pub(crate) fn query_repeated(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        values: &[impl ToParam],
    ) {
        let name = name.into();
        self.query.retain(|(known, _)| *known != name);
        self.query
            .extend(values.iter().map(|value| (name.clone(), value.to_param())));
    }

    /// Sets a query parameter to JSON.
    pub(crate) fn query_json(&mut self, name: &'static str, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(json) => self.query(name, json),
            Err(error) => self.fail(format!("`{name}` cannot be serialized: {error}")),
        }
    }

    /// Sets the query string of a URL.
    pub(crate) fn replace_query(&mut self, query: &str) {
        self.query = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned().into(), value.into_owned()))
            .collect();
    }

    /// Sets a header to a list: one value, joined by commas.
    pub(crate) fn header_list(&mut self, name: &str, values: &[impl ToParam]) {
        let value = self.joined(name, values);
        self.header(name, value);
    }

    /// Sets a header, and replaces an earlier value.
    pub(crate) fn header(&mut self, name: &str, value: String) {
        let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.fail(format!("`{name}` is not a valid header name"));
        };
        if [AUTHORIZATION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING].contains(&known) {
            return self.fail(format!("the header `{name}` is set by the client"));
        }
        match HeaderValue::try_from(value) {
            Ok(value) => {
                self.headers.insert(known, value);
            }
            Err(_) => self.fail(format!(
                "the value of the header `{name}` has characters that are not valid in a header"
            )),
        }
    }

    /// Sets the body.
    pub(crate) fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.body = BodyPart::Json(bytes.into()),
            Err(error) => self.fail(format!("the body cannot be serialized: {error}")),
        }
    }

    /// Sets the form of an operation.
    pub(crate) fn form(&mut self, value: &impl Serialize) {
        let Ok(Value::Object(fields)) = serde_json::to_value(value) else {
            self.fail("the body cannot be serialized as a form: it is not an object".to_owned());
            return;
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &fields {
            match value {
                Value::Null => {}
                Value::String(string) => {
                    form.append_pair(name, string);
                }
                other => {
                    form.append_pair(name, &other.to_string());
                }
            }
        }
        self.body = BodyPart::Form(form.finish());
    }

    /// Adds a file to the body.
    pub(crate) fn part(&mut self, name: impl Into<Cow<'static, str>>, upload: Upload) {
        let name = name.into();
        if let BodyPart::Multipart(parts) = &mut self.body {
            parts.retain(|(known, _)| *known != name);
            parts.push((name, upload));
        } else {
            self.body = BodyPart::Multipart(vec![(name, upload)]);
        }
    }

    /// Returns the options of this request.
    pub(crate) fn options_mut(&mut self) -> &mut RequestOptions {
        self.options
            .get_or_insert_with(|| self.client.options().clone())
    }

    /// Sets the region from which a report is requested.
    pub(crate) fn reports_region(&mut self, region: ReportsRegion) {
        self.reports_region = Some(region);
    }

    /// Sends the request, and decodes its response.
    pub(crate) fn send<T: LenientDeserialize>(self) -> ResponseFuture<Response<T>> {
        self.respond(RawResponse::decode)
    }

    /// Sends the request, and converts its response.
    pub(super) fn respond<T>(self, decode: fn(RawResponse) -> Result<T>) -> ResponseFuture<T> {
        let (operation, label) = (self.operation(), self.label());
        ResponseFuture::new(operation, label, self.execute(), decode)
    }

    /// Sends the request, and returns its response without decoding it.
    pub(crate) fn send_raw(self) -> ResponseFuture<RawResponse> {
        self.respond(Ok)
    }

    /// Sends the request through the pipeline.
    pub(crate) async fn execute(self) -> Result<RawResponse> {
        let client = self.client.clone();
        pipeline::execute(client.context(), self.prepare()?).await
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Returns the name of the request in errors, if its operation has none.
    pub(crate) fn label(&self) -> Option<Arc<str>> {
        self.label.clone()
    }

    /// Returns the value of a query parameter that is set.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the default of a query parameter that is not set.
    pub(crate) fn default_value(&self, name: &str) -> Option<&'static str> {
        let mut defaults = self.defaults.iter();
        let (_, value) = defaults.find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Builds the complete request.
    fn prepare(mut self) -> Result<PreparedRequest> {
        if let Some(error) = self.build_error.take() {
            return Err(error);
        }
        let url = self.url();
        let client = self.client;
        let tokens = Arc::clone(client.tokens());
        Ok(PreparedRequest {
            operation: self.operation,
            url,
            headers: self.headers,
            body: match self.body {
                BodyPart::Empty => RequestBody::Empty,
                BodyPart::Json(bytes) => RequestBody::Bytes {
                    content_type: "application/json",
                    bytes,
                },
                BodyPart::Form(form) => RequestBody::Bytes {
                    content_type: "application/x-www-form-urlencoded",
                    bytes: form.into(),
                },
                BodyPart::Multipart(parts) => RequestBody::Multipart(Box::new(Uploads(parts))),
            },
            options: match self.options {
                Some(options) => options,
                None => client.options().clone(),
            },
            authentication: match self.operation.security {
                Security::Bearer(_) => Authentication::Token(tokens),
                Security::Basic => Authentication::Provider(tokens),
            },
        })
    }

    fn url(&self) -> Url {
        let mut url = self.client.base_url().clone();
        let prefix = url.path().trim_end_matches('/');
        let region = self.reports_region.filter(|_| self.operation.regional);
        let path = match (region, self.path.strip_prefix("/reports/")) {
            (Some(region), Some(rest)) => format!("{prefix}/reports.{}/{rest}", region.as_str()),
            _ => format!("{prefix}{}", self.path),
        };
        url.set_path(&path);
        let defaults = self.defaults.iter().copied();
        let defaults = defaults.filter(|(name, _)| self.query_value(name).is_none());
        let set = self.query.iter().map(|(name, value)| (&**name, &**value));
        let mut pairs = set.chain(defaults).peekable();
        if pairs.peek().is_some() {
            let mut query = String::new();
            for (name, value) in pairs {
                if !query.is_empty() {
                    query.push('&');
                }
                query.extend(utf8_percent_encode(name, ENCODE_SET));
                query.push('=');
                query.extend(utf8_percent_encode(value, ENCODE_SET));
            }
            url.set_query(Some(&query));
        }
        url
    }
}

impl fmt::Debug for RequestParts {
    /// Omits the values of arguments, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        let headers: Vec<_> = self.headers.keys().collect();
        f.debug_struct("RequestParts")
            .field("operation", &self.operation.id)
            .field("query", &query)
            .field("headers", &headers)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BodyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, size) = match self {
            Self::Empty => return f.write_str("empty"),
            Self::Json(bytes) => ("JSON", bytes.len()),
            Self::Form(form) => ("form", form.len()),
            Self::Multipart(parts) => return write!(f, "multipart, {} parts", parts.len()),
        };
        write!(f, "{kind}, {size} bytes")
    }
}

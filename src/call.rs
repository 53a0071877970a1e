//! A call under construction: where the generated request builders put their arguments. One type for all operations.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::client::Client;
use crate::cloud::ReportsRegion;
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::response::LenientDeserialize;
use crate::response::{RawResponse, Response};
use crate::transport::{self, Limits};
use crate::upload::Upload;

/// What stands for itself in a URL (RFC 3986, unreserved).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A call to an operation: its arguments as they go over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    client: Client,
    operation: &'static Operation,
    path: String,
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    body: Body,
    /// Where they are others than the client's.
    limits: Option<Limits>,
    reports_region: Option<ReportsRegion>,
    /// What an error calls the request, where its operation has no name.
    subject: Option<Arc<str>>,
    /// The first argument that cannot be sent; said when the call is sent.
    defect: Option<Error>,
}

/// The body of a call.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    Json(Bytes),
    Form(String),
    Multipart(Vec<(&'static str, Upload)>),
}

impl Call {
    /// A call with the values of the placeholders in the path of `operation`, in their order.
    pub(crate) fn new(client: &Client, operation: &'static Operation, values: &[&str]) -> Self {
        let path = String::with_capacity(operation.path.len() + 16);
        let mut call = Self::with_path(client, operation, path);
        let mut values = values.iter();
        let mut template = operation.path;
        while let Some((before, rest)) = template.split_once('{') {
            let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
            let value = values.next().copied().unwrap_or_default();
            // An empty segment, `.` or `..` would make the path that of another resource.
            if matches!(value, "" | "." | "..") {
                call.refuse(format!(
                    "the argument for `{name}` is `{value}`, which cannot stand in the path {}",
                    operation.path
                ));
            }
            call.path.push_str(before);
            call.path.extend(utf8_percent_encode(value, ESCAPED));
            template = after;
        }
        call.path.push_str(template);
        call
    }

    /// A call of this path.
    pub(crate) fn with_path(client: &Client, operation: &'static Operation, path: String) -> Self {
        Self {
            client: client.clone(),
            operation,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            limits: None,
            reports_region: client.reports_region(),
            subject: None,
            defect: None,
        }
    }

    /// Errors are to speak of `subject`.
    pub(crate) fn about(&mut self, subject: String) {
        self.subject = Some(subject.into());
    }

    /// Keeps the call from being sent; the first reason is the one that is told.
    pub(crate) fn refuse(&mut self, why: String) {
        if self.defect.is_none() {
            self.defect = Some(Error::request(self.operation, why));
        }
    }

    /// Sets a query parameter; a value that was set before is replaced.
    pub(crate) fn query(&mut self, name: impl Into<Cow<'static, str>>, value: String) {
        let name = name.into();
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value));
    }

    /// Sets a query parameter to a list: one value, with commas.
    pub(crate) fn query_list(&mut self, name: &'static str, values: Vec<String>) {
        if let Some(value) = values.iter().find(|value| value.contains(',')) {
            self.refuse(format!(
                "`{value}` cannot be an element of `{name}`: the elements are joined by commas"
            ));
        }
        self.query(name, values.join(","));
    }

    /// Sets a query parameter to a list: the name once for each value.
    pub(crate) fn query_repeated(&mut self, name: &'static str, values: Vec<String>) {
        self.query.retain(|(known, _)| *known != name);
        self.query
            .extend(values.into_iter().map(|value| (name.into(), value)));
    }

    /// Sets a query parameter to a JSON text.
    pub(crate) fn query_json(&mut self, name: &'static str, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.query(name, text),
            Err(error) => self.refuse(format!("`{name}` cannot be written as JSON: {error}")),
        }
    }

    /// Sets a header; a value that was set before is replaced.
    pub(crate) fn header(&mut self, name: &str, value: String) {
        let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.refuse(format!("`{name}` is no name of a header"));
        };
        if [AUTHORIZATION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING].contains(&known) {
            return self.refuse(format!("the client itself sets the header `{name}`"));
        }
        match HeaderValue::try_from(value) {
            Ok(value) => {
                self.headers.insert(known, value);
            }
            Err(_) => self.refuse(format!(
                "the value of the header `{name}` has characters that no header can hold"
            )),
        }
    }

    /// Sets the body.
    pub(crate) fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.body = Body::Json(bytes.into()),
            Err(error) => self.refuse(format!("the body cannot be written as JSON: {error}")),
        }
    }

    /// Sets the body, for an operation that takes a form.
    pub(crate) fn form(&mut self, value: &impl Serialize) {
        let Ok(Value::Object(fields)) = serde_json::to_value(value) else {
            self.refuse("the body cannot be written as a form: it is no object".to_owned());
            return;
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &fields {
            match value {
                Value::Null => {}
                Value::String(text) => {
                    form.append_pair(name, text);
                }
                other => {
                    form.append_pair(name, &other.to_string());
                }
            }
        }
        self.body = Body::Form(form.finish());
    }

    /// Adds a file to the body.
    pub(crate) fn part(&mut self, name: &'static str, file: Upload) {
        if let Body::Multipart(parts) = &mut self.body {
            parts.retain(|(known, _)| *known != name);
            parts.push((name, file));
        } else {
            self.body = Body::Multipart(vec![(name, file)]);
        }
    }

    /// The limits of this call, to be changed.
    pub(crate) fn limits_mut(&mut self) -> &mut Limits {
        self.limits
            .get_or_insert_with(|| self.client.limits().clone())
    }

    /// Sets the region that a report is asked for in.
    pub(crate) fn reports_region(&mut self, region: ReportsRegion) {
        self.reports_region = Some(region);
    }

    /// Sends the call; the answer is decoded when it is there.
    pub(crate) fn send<T: LenientDeserialize>(self) -> Sending<Response<T>> {
        Sending::new(self, RawResponse::decode)
    }

    /// Sends the call; the answer is handed out as it is.
    pub(crate) fn send_raw(self) -> Sending<RawResponse> {
        Sending::new(self, Ok)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn limits(&self) -> &Limits {
        match &self.limits {
            Some(limits) => limits,
            None => self.client.limits(),
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// The value of a query parameter that was set.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The URL to call.
    pub(crate) fn url(&self) -> Result<Url> {
        if let Some(defect) = &self.defect {
            return Err(defect.clone());
        }
        let mut url = self.client.base_url().clone();
        let prefix = url.path().trim_end_matches('/');
        let path = match (self.reports_region, self.path.strip_prefix("/reports/")) {
            (Some(region), Some(rest)) => format!("{prefix}/reports.{}/{rest}", region.as_str()),
            _ => format!("{prefix}{}", self.path),
        };
        url.set_path(&path);
        if !self.query.is_empty() {
            let mut query = String::new();
            for (name, value) in &self.query {
                if !query.is_empty() {
                    query.push('&');
                }
                query.extend(utf8_percent_encode(name, ESCAPED));
                query.push('=');
                query.extend(utf8_percent_encode(value, ESCAPED));
            }
            url.set_query(Some(&query));
        }
        Ok(url)
    }
}

/// A request under way: the future of its answer.
#[must_use = "futures do nothing unless awaited"]
pub struct Sending<A> {
    operation: &'static Operation,
    answer: Pin<Box<dyn Future<Output = Result<RawResponse>> + Send>>,
    finish: fn(RawResponse) -> Result<A>,
    subject: Option<Arc<str>>,
}

impl<A> Sending<A> {
    pub(crate) fn new(call: Call, finish: fn(RawResponse) -> Result<A>) -> Self {
        Self {
            operation: call.operation,
            subject: call.subject.clone(),
            answer: Box::pin(transport::execute(call)),
            finish,
        }
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }
}

impl<A> fmt::Debug for Sending<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending").finish_non_exhaustive()
    }
}

impl<A> Future for Sending<A> {
    type Output = Result<A>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let answer = std::task::ready!(this.answer.as_mut().poll(context));
        let result = answer.and_then(this.finish);
        Poll::Ready(match &this.subject {
            None => result,
            Some(subject) => result.map_err(|error| error.about(Arc::clone(subject))),
        })
    }
}

/// What can stand in a path, a query or a header.
pub(crate) trait Text {
    fn text(&self) -> String;
}

/// The text of a value.
pub(crate) fn text(value: &impl Text) -> String {
    value.text()
}

macro_rules! display_is_text {
    ($($ty:ty),*) => {
        $(impl Text for $ty {
            fn text(&self) -> String {
                self.to_string()
            }
        })*
    };
}

display_is_text!(String, i64, f64, bool, NaiveDate);

impl Text for DateTime<Utc> {
    fn text(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

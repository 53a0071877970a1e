//! Metrics of requests, with the OpenTelemetry names for HTTP clients.

use std::time::Duration;

use http::Method;
use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::{KeyValue, global};
use url::Url;

use super::request::{PreparedRequest, RequestTarget};
use super::trace::error_type;
use crate::error::Result;
use crate::response::RawResponse;

/// The bucket boundaries of durations that OpenTelemetry recommends, in seconds.
const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// The instruments of a client.
pub(crate) struct Metrics {
    duration: Histogram<f64>,
    resends: Counter<u64>,
}

impl Metrics {
    /// Creates instruments from the global meter provider.
    pub(crate) fn new() -> Self {
        let meter = global::meter("cisco-secure-access");
        Self {
            duration: meter
                .f64_histogram("http.client.request.duration")
                .with_unit("s")
                .with_description("Duration of HTTP client requests.")
                .with_boundaries(BOUNDS.into())
                .build(),
            resends: meter
                .u64_counter("http.client.request.resend_count")
                .with_unit("{request}")
                .with_description("HTTP client requests that were sent again.")
                .build(),
        }
    }

    /// Records a completed request.
    pub(super) fn record_request(
        &self,
        request: &PreparedRequest,
        target: &RequestTarget,
        duration: Duration,
        response: &Result<RawResponse>,
    ) {
        let mut attributes = attributes(request, &target.method, &target.url);
        let error = match response {
            Ok(response) => {
                let status = response.status();
                let number = i64::from(status.as_u16());
                attributes.push(KeyValue::new("http.response.status_code", number));
                let is_error = status.is_client_error() || status.is_server_error();
                is_error.then(|| status.as_str().to_owned())
            }
            Err(error) => Some(error_type(error)),
        };
        attributes.extend(error.map(|error| KeyValue::new("error.type", error)));
        self.duration.record(duration.as_secs_f64(), &attributes);
    }

    /// Records a retry.
    pub(super) fn record_resend(&self, request: &PreparedRequest) {
        let attributes = attributes(request, &request.operation.method, &request.url);
        self.resends.add(1, &attributes);
    }
}

/// The attributes of a request, without the values in it.
fn attributes(request: &PreparedRequest, method: &Method, url: &Url) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("http.request.method", method.as_str().to_owned()),
        KeyValue::new(
            "server.address",
            url.host_str().unwrap_or_default().to_owned(),
        ),
        KeyValue::new("url.template", request.operation.path),
    ];
    let port = url.port_or_known_default().map(i64::from);
    attributes.extend(port.map(|port| KeyValue::new("server.port", port)));
    attributes
}

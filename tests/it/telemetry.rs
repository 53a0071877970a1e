//! Traces and metrics with OpenTelemetry.

use cisco_secure_access::RetryPolicy;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, Value, global};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::clock::paused_clock;
use crate::scripted::{Scripted, ScriptedResponse, read};

/// A header of a request.
fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = request.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn requests_have_the_trace_context_of_their_span() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server.client();
    {
        let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        let span = tracing::info_span!("program");
        tracing::Instrument::instrument(read(&client), span)
            .await
            .unwrap();
        let own = client.deployments().list_regions();
        own.header("traceparent", "00-own").await.unwrap();
    }
    let spans = exporter.get_finished_spans().unwrap();
    let call = spans
        .iter()
        .find(|span| span.name == "GET /deployments/v2/regions")
        .unwrap();
    let expected = format!(
        "00-{}-{}-01",
        call.span_context.trace_id(),
        call.span_context.span_id()
    );
    assert_eq!(header(&server.calls()[0], "traceparent"), Some(&*expected));
    let program = spans.iter().find(|span| span.name == "program").unwrap();
    assert_eq!(call.parent_span_id, program.span_context.span_id());
    assert_eq!(header(&server.calls()[1], "traceparent"), Some("00-own"));

    read(&client).await.unwrap();
    assert_eq!(
        header(&server.calls()[2], "traceparent"),
        None,
        "no context"
    );
}

#[tokio::test]
async fn durations_and_retries_are_recorded() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_periodic_exporter(exporter.clone())
        .build();
    global::set_meter_provider(provider.clone());
    let server = Scripted::responding(
        [ScriptedResponse::json(503, "{}")],
        ScriptedResponse::json(200, "{}"),
    )
    .await;
    let clock = paused_clock(&server);
    let builder = server.builder().clock(&clock);
    let client = builder.retry(RetryPolicy::new()).build().unwrap();
    // An operation that no other test calls at the same time: the meter is global.
    client
        .deployments()
        .get_site(4711)
        .send_raw()
        .await
        .unwrap();
    provider.force_flush().unwrap();

    let has = |attributes: &[&KeyValue], name: &str, value: &str| {
        attributes
            .iter()
            .any(|attribute| attribute.key.as_str() == name && attribute.value.to_string() == value)
    };
    let is_ours = |attributes: &[&KeyValue]| {
        has(attributes, "url.template", "/deployments/v2/sites/{siteId}")
    };
    let mut statuses = Vec::new();
    let mut resends = 0;
    for resource in exporter.get_finished_metrics().unwrap() {
        for metric in resource.scope_metrics().flat_map(|scope| scope.metrics()) {
            match (metric.name(), metric.data()) {
                (
                    "http.client.request.duration",
                    AggregatedMetrics::F64(MetricData::Histogram(histogram)),
                ) => {
                    for point in histogram.data_points() {
                        let attributes: Vec<_> = point.attributes().collect();
                        if is_ours(&attributes) {
                            assert!(has(&attributes, "http.request.method", "GET"));
                            assert!(has(&attributes, "server.address", "127.0.0.1"));
                            let is_error = has(&attributes, "error.type", "503");
                            let status = attributes
                                .iter()
                                .find(|known| known.key.as_str() == "http.response.status_code");
                            let Some(Value::I64(status)) = status.map(|known| &known.value) else {
                                panic!("no status in {attributes:?}");
                            };
                            statuses.push((*status, is_error, point.count()));
                        }
                    }
                }
                (
                    "http.client.request.resend_count",
                    AggregatedMetrics::U64(MetricData::Sum(sum)),
                ) => {
                    for point in sum.data_points() {
                        let attributes: Vec<_> = point.attributes().collect();
                        resends += if is_ours(&attributes) {
                            point.value()
                        } else {
                            0
                        };
                    }
                }
                _ => {}
            }
        }
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [(200, false, 1), (503, true, 1)]);
    assert_eq!(resends, 1);
}

//! A small service that checks tunnels periodically, with logs and metrics of its calls.
//!
//! ```text
//! cargo run --example observed_service        # three rounds on a simulator
//! SECURE_ACCESS_CLOUD=china SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example observed_service
//! ```
//!
//! On a real cloud, it checks once per minute until ctrl-c. Each call is a span, which is logged when it ends. A small layer counts the
//! spans for a metrics system. `tracing-opentelemetry` is another such layer; the spans have its names.

#![allow(clippy::print_stdout, reason = "the metrics are printed at the end")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cisco_secure_access::Client;
use cisco_secure_access::simulator::{Fault, Simulator};
use futures_util::TryStreamExt;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, error, info, warn};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, fmt as log};

/// The number of rounds on a simulator.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> ExitCode {
    let metrics = Metrics::default();
    let lines = log::layer()
        .compact()
        .with_span_events(FmtSpan::CLOSE)
        .with_target(false);
    tracing_subscriber::registry()
        .with(lines.with_filter(LevelFilter::INFO))
        .with(metrics.clone())
        .init();
    let ended = run().await;
    println!("\n{metrics}");
    common::end(ended)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let fault = Fault::status(503).on_call(2);
    let builder = Simulator::builder().fault("list_network_tunnel_group_states", fault);
    let (client, simulator) = common::connect("", builder).await?;
    let (pause, rounds) = match simulator {
        Some(_) => (Duration::from_millis(200), ROUNDS),
        None => (Duration::from_secs(60), usize::MAX),
    };
    let mut ticks = tokio::time::interval(pause);
    let mut stop = pin!(tokio::signal::ctrl_c());
    for _ in 0..rounds {
        tokio::select! {
            // A started round completes before the program ends.
            _ = ticks.tick() => look(&client).await,
            _ = &mut stop => break,
        }
    }
    info!("the service ends");
    Ok(())
}

/// Runs one round. Failures are printed, and the next round tries again.
async fn look(client: &Client) {
    let states = client.deployments().list_network_tunnel_group_states();
    match states.items().try_collect::<Vec<_>>().await {
        Ok(groups) => {
            let states = groups.iter().filter_map(|group| group.status.as_ref());
            let connected = states.filter(|state| state.as_str() == "connected").count();
            info!(groups = groups.len(), connected, "checked the tunnels");
        }
        Err(error) if error.is_retryable() => warn!("check failed: {error}"),
        Err(error) => error!("{error}"),
    }
}

/// Counts calls by operation and result.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<(String, String), Tally>>>);

#[derive(Default)]
struct Tally {
    calls: u64,
    time: Duration,
}

/// The recorded fields of a span.
struct Seen {
    start: Instant,
    template: String,
    status: String,
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "url.template" => value.clone_into(&mut self.template),
            // Also present without a response.
            "error.type" => value.clone_into(&mut self.status),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "http.response.status_code" {
            self.status = value.to_string();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Metrics {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let is_call = attributes.metadata().target() == "cisco_secure_access";
        if let Some(span) = context.span(id).filter(|_| is_call) {
            let mut seen = Seen {
                start: Instant::now(),
                template: String::new(),
                status: String::new(),
            };
            attributes.record(&mut seen);
            span.extensions_mut().insert(seen);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(seen) = span.extensions_mut().get_mut::<Seen>()
        {
            values.record(seen);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id)
            && let Some(seen) = span.extensions_mut().remove::<Seen>()
        {
            let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let tally = tallies.entry((seen.template, seen.status)).or_default();
            tally.calls += 1;
            tally.time += seen.start.elapsed();
        }
    }
}

/// The Prometheus format.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((template, status), tally) in tallies.iter() {
            let labels = format!("{{url_template=\"{template}\",status=\"{status}\"}}");
            writeln!(f, "secure_access_calls_total{labels} {}", tally.calls)?;
            writeln!(
                f,
                "secure_access_call_seconds_total{labels} {:.3}",
                tally.time.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

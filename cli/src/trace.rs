//! `-v`: the attempts and delays of calls on standard error, from the events of the SDK. They contain no secret.

use std::fmt::Write as _;
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output::safe;

/// The target of the spans and events of the SDK.
const SDK: &str = "cisco_secure_access";
/// The target of those of the protocol of agents.
const PROTOCOL: &str = "rmcp";

/// Shows what the SDK does; from the second level on, also what the HTTP client does.
pub(crate) fn start(level: u8) {
    match level {
        0 => {}
        1 => tracing_subscriber::registry()
            .with(Lines.with_filter(Targets::new().with_target(SDK, Level::DEBUG)))
            .init(),
        _ => tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .finish()
            .with(
                Targets::new()
                    .with_default(LevelFilter::TRACE)
                    // It shows what agents send, with its secrets.
                    .with_target(PROTOCOL, LevelFilter::OFF),
            )
            .init(),
    }
}

/// Writes a line for each event: `GET /deployments/v2/sites: 200, 627 bytes, 12 ms`.
struct Lines;

/// The request of a span.
struct Call {
    request: String,
    start: Instant,
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let (Some(span), Some(request)) = (context.span(id), fields.take("otel.name")) {
            let start = Instant::now();
            span.extensions_mut().insert(Call { request, start });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = String::new();
        let mut elapsed = None;
        if let Some(span) = context.lookup_current()
            && let Some(call) = span.extensions().get::<Call>()
        {
            let _ = write!(line, "{}: ", call.request);
            elapsed = Some(call.start.elapsed());
        }
        let status = fields.take("http.response.status_code");
        let message = fields.take("message").unwrap_or_default();
        match (status, fields.take("http.response.body.size")) {
            (Some(status), Some(size)) => {
                let _ = write!(line, "{status}, {size} bytes");
            }
            _ => line.push_str(&message),
        }
        if let Some(error) = fields.take("error.type") {
            let _ = write!(line, " ({error})");
        }
        if let Some(elapsed) = elapsed {
            let _ = write!(line, ", {} ms", elapsed.as_millis());
        }
        anstream::eprintln!("{}", safe(&line));
    }
}

/// The fields of a span or an event, as text.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(known, _)| *known == name)?;
        Some(self.0.swap_remove(index).1)
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

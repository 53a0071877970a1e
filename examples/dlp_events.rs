//! Lists the events of data loss prevention (DLP) of one storage region, and shows what the gravest of them matched.
//!
//! ```text
//! cargo run --example dlp_events                             # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example dlp_events -- us|eu FROM TO
//! ```
//!
//! The range is `-1days` to `now` where none is given. It only reads, with the OAuth scope `reports.dlp:read`.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use cisco_secure_access::api::reports::types::{DlpEventType, DlpRule, DlpSeverity};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{ReportsRegion, Required as _};
use futures_util::TryStreamExt as _;

/// What the events of all kinds have in common.
struct Event {
    kind: DlpEventType,
    id: Option<String>,
    detected: Option<DateTime<Utc>>,
    severity: Option<DlpSeverity>,
    rule: Option<DlpRule>,
    file: Option<String>,
}

/// Reads the events of one kind. The kinds have types of their own, which have these fields in common.
macro_rules! events {
    ($kind:ident, $request:expr) => {
        $request.items().map_ok(|event| Event {
            kind: DlpEventType::$kind,
            id: event.event_id,
            detected: event.detected,
            severity: event.severity,
            rule: event.rule,
            file: event.file_name,
        })
    };
}

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let argument = |index, default| arguments.get(index).map_or(default, String::as_str);
    let region = match argument(0, "us") {
        "us" => ReportsRegion::Us,
        "eu" => ReportsRegion::Eu,
        other => return Err(format!("`{other}` is no region: us or eu").into()),
    };
    let (from, to) = (argument(1, "-1days"), argument(2, "now"));

    let reports = client.reports();
    let real_time = reports.list_dlp_real_time_events();
    let saas_api = reports.list_dlp_saas_api_events();
    let ai_guardrails = reports.list_dlp_ai_guardrails_events();
    let real_time = real_time.from(from).to(to).reports_region(region);
    let saas_api = saas_api.from(from).to(to).reports_region(region);
    let ai_guardrails = ai_guardrails.from(from).to(to).reports_region(region);
    let mut events: Vec<Event> = events!(RealTime, real_time).try_collect().await?;
    events.extend(events!(SaasApi, saas_api).try_collect::<Vec<_>>().await?);
    events.extend(
        events!(AiGuardrails, ai_guardrails)
            .try_collect::<Vec<_>>()
            .await?,
    );
    events.sort_by_key(|event| event.detected);

    for event in &events {
        println!(
            "{}  {:8}  {:12}  {}  {}",
            event
                .detected
                .map(|time| time.to_rfc3339())
                .unwrap_or_default(),
            event
                .severity
                .as_ref()
                .map_or("-", |severity| severity.as_str()),
            event.kind.as_str(),
            event
                .rule
                .as_ref()
                .and_then(|rule| rule.name.as_deref())
                .unwrap_or("-"),
            event.file.as_deref().unwrap_or("-"),
        );
    }
    println!("{} events", events.len());

    let critical = Some(DlpSeverity::Critical);
    if let Some(event) = events.into_iter().rfind(|event| event.severity == critical) {
        let details = reports
            .get_dlp_event(event.kind, event.id.required()?)
            .reports_region(region)
            .await?;
        println!(
            "\nThe newest critical one:\n{}",
            serde_json::to_string_pretty(&*details)?
        );
    }
    Ok(())
}

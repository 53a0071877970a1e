//! Lists the data loss prevention (DLP) events of one storage region, and prints the matches of the most severe event.
//!
//! ```text
//! cargo run --example dlp_events                             # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example dlp_events -- us|eu FROM TO
//! ```
//!
//! The default range is `-1days` to `now`. It only reads, with the OAuth scope `reports.dlp:read`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::Required as _;
use cisco_secure_access::api::reports::types::{DlpEventType, DlpSeverity};
use cisco_secure_access::simulator::Simulator;
use futures_util::TryStreamExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let argument = |index, default| arguments.get(index).map_or(default, String::as_str);
    let region = argument(0, "us").parse()?;
    let (from, to) = (argument(1, "-1days"), argument(2, "now"));

    let reports = client.reports();
    let real_time = reports.list_dlp_real_time_events();
    let saas_api = reports.list_dlp_saas_api_events();
    let ai_guardrails = reports.list_dlp_ai_guardrails_events();
    let kinds = [
        (
            DlpEventType::RealTime,
            real_time.from(from).to(to).reports_region(region).items(),
        ),
        (
            DlpEventType::SaasApi,
            saas_api.from(from).to(to).reports_region(region).items(),
        ),
        (
            DlpEventType::AiGuardrails,
            ai_guardrails
                .from(from)
                .to(to)
                .reports_region(region)
                .items(),
        ),
    ];
    let mut events = Vec::new();
    for (kind, mut items) in kinds {
        while let Some(event) = items.try_next().await? {
            events.push((kind.clone(), event));
        }
    }
    events.sort_by_key(|(_, event)| event.detected);

    for (kind, event) in &events {
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
            kind.as_str(),
            event
                .rule
                .as_ref()
                .and_then(|rule| rule.name.as_deref())
                .unwrap_or("-"),
            event.file_name.as_deref().unwrap_or("-"),
        );
    }
    println!("{} events", events.len());

    let critical = Some(DlpSeverity::Critical);
    let newest = events
        .into_iter()
        .rfind(|(_, event)| event.severity == critical);
    if let Some((kind, event)) = newest {
        let details = reports
            .get_dlp_event(kind, event.event_id.required()?)
            .reports_region(region)
            .await?;
        println!(
            "\nThe newest critical one:\n{}",
            serde_json::to_string_pretty(&*details)?
        );
    }
    Ok(())
}

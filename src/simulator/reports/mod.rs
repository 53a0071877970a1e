//! Reports on a log of generated events, so that activity, summaries and top lists of the same time range agree.
//!
//! `events` generates the events in the time range of a call, `ranks` counts them; this module creates the response.

mod events;
mod ranks;

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::faker::SeededRng;
use super::handlers::{Call, Rejection, Window};
use super::http::response::JsonResponse;
use events::{Event, KINDS, log};
use ranks::{over_time, tally, top};

/// The response of a report over the time range of a call; `None` if the call is not a report.
pub(crate) fn respond(
    call: &Call<'_>,
    interval: Option<(i64, i64)>,
) -> Result<Option<JsonResponse>, Rejection> {
    let report = call.path.strip_prefix("/reports/v2/");
    let Some((report, interval)) = report.zip(interval) else {
        return Ok(None);
    };
    let (name, kind) = report.split_once('/').unwrap_or((report, ""));
    let rows = match name {
        "activity" if kind.is_empty() || KINDS.contains(&kind) => {
            let events = succeeded(call, kind, log(call, interval, kind));
            let response = listed(call, &events, |event| (event.facts(), event.rng))?;
            return Ok(Some(partial(call, kind, response)));
        }
        "summary" | "total-requests" => {
            let mut response = call.made(&Value::Null);
            let schema = call.operation().response();
            let schema = schema.and_then(|schema| call.document().schema_at(schema, "/data"));
            if let (Some(body), Some(schema)) = (&mut response.body, schema) {
                let events = log(call, interval, kind);
                let events = match name {
                    "summary" => events,
                    _ => succeeded(call, kind, events),
                };
                let facts = Value::Object(tally(&events));
                body["data"] = call.values().make(schema, &facts, call.env.rng);
            }
            return Ok(Some(match name {
                "summary" => response,
                _ => partial(call, kind, response),
            }));
        }
        "requests-by-hour"
        | "requests-by-timerange"
        | "categories-by-hour"
        | "categories-by-timerange"
        | "bandwidth-by-hour"
        | "bandwidth-by-timerange" => over_time(&log(call, interval, kind), interval, step(call)),
        _ => {
            let kinds = ["internal", ""];
            let only = if kinds.contains(&kind) { "" } else { kind };
            match top(&log(call, interval, only), report) {
                Some(rows) => rows,
                None => return Ok(None),
            }
        }
    };
    let rng = call.env.rng.fork(call.path);
    let row = |facts: &Map<String, Value>| (Value::Object(facts.clone()), rng);
    listed(call, &rows, row).map(Some)
}

/// The length of the steps of a report over time, in milliseconds.
fn step(call: &Call<'_>) -> i64 {
    match call.header("timerange") {
        Some("minute") => 60_000,
        Some("day") => 24 * 3_600_000,
        _ => 3_600_000,
    }
}

/// The events without those of the kinds that fail, where a report is of all kinds.
fn succeeded(call: &Call<'_>, kind: &str, events: Vec<Event>) -> Vec<Event> {
    let failed = &call.env.failed_reports;
    let is_there = |event: &Event| failed.iter().all(|failed| failed != event.kind);
    match kind {
        "" => events.into_iter().filter(is_there).collect(),
        _ => events,
    }
}

/// The response 207 of a report of all kinds where some of them fail.
fn partial(call: &Call<'_>, kind: &str, mut response: JsonResponse) -> JsonResponse {
    let failed = &call.env.failed_reports;
    if failed.is_empty() || !kind.is_empty() {
        return response;
    }
    let successful: BTreeSet<&str> = KINDS
        .into_iter()
        .filter(|kind| failed.iter().all(|failed| failed != kind))
        .collect();
    if let Some(body) = &mut response.body {
        body["meta"] = json!({"failed": failed, "successful": successful});
    }
    response.status = StatusCode::MULTI_STATUS;
    response
}

/// A response that lists these; `row` returns the facts of each, and the source of generated values.
fn listed<T>(
    call: &Call<'_>,
    all: &[T],
    row: impl Fn(&T) -> (Value, SeededRng),
) -> Result<JsonResponse, Rejection> {
    let window = Window::of(call.operation(), call.request, &call.env.quirks)?;
    let items = call.endpoint.listing.as_deref().unwrap_or("/data");
    let schema = call.operation().response();
    let rows = schema.and_then(|schema| call.document().schema_at(schema, items));
    let schema = rows.map(|rows| &call.document().resolve(rows)["items"]);
    let page = window.cut(all).iter().map(|item| {
        let (facts, rng) = row(item);
        call.values()
            .make(schema.unwrap_or(&Value::Null), &facts, rng)
    });
    Ok(call.page(window, page.collect(), all.len()))
}

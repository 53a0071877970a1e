//! Reports over a log of events that is never written down, so that activity, summaries and top lists of the same time range agree.
//!
//! `range` reads the time range of a call, `events` has the events in it, `ranks` counts them; this module makes the response.

mod events;
mod range;
mod ranks;

use serde_json::{Map, Value};

use super::faker::SeededRng;
use super::handlers::{Call, Rejection, Window};
use super::http::response::JsonResponse;
use events::{KINDS, log};
use ranks::{over_time, tally, top};

/// The response of a report over a time range; `None` where the call is none that is known here.
pub(crate) fn respond(call: &Call<'_>) -> Result<Option<JsonResponse>, Rejection> {
    let Some(report) = call.path.strip_prefix("/reports/v2/") else {
        return Ok(None);
    };
    let (name, kind) = report.split_once('/').unwrap_or((report, ""));
    let Some(interval) = range::range(call)? else {
        return Ok(None);
    };
    let rows = match name {
        "activity" if kind.is_empty() || KINDS.contains(&kind) => {
            let events = log(call, interval, kind);
            return listed(call, &events, |event| (event.facts(), event.rng)).map(Some);
        }
        "summary" | "total-requests" => {
            let mut response = call.made(&Value::Null);
            let schema = call.operation().response();
            let schema = schema.and_then(|schema| call.document().schema_at(schema, "/data"));
            if let (Some(body), Some(schema)) = (&mut response.body, schema) {
                let facts = Value::Object(tally(&log(call, interval, kind)));
                body["data"] = call.values().make(schema, &facts, call.env.rng);
            }
            return Ok(Some(response));
        }
        "requests-by-hour"
        | "requests-by-timerange"
        | "categories-by-hour"
        | "categories-by-timerange"
        | "bandwidth-by-hour"
        | "bandwidth-by-timerange" => {
            over_time(&log(call, interval, kind), interval, range::step(call))
        }
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

/// The response that lists these; `row` gives the facts of each, and the source of what is made up.
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

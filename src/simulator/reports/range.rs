//! The time range of a report, and the length of its steps.

use serde_json::Value;

use crate::simulator::handlers::Call;
use crate::simulator::validate::ValidationError;

const HOUR: i64 = 3_600_000;
/// The longest time range of the reports of single events.
const LONGEST: i64 = 30 * 24 * HOUR;

/// From and to, in epoch milliseconds; `None` where the operation has no such parameters.
pub(super) fn range(call: &Call<'_>) -> Result<Option<(i64, i64)>, ValidationError> {
    let now = call.env.now().timestamp_millis();
    let time = |name: &str| {
        let text = call.request.query.get(name).and_then(Value::as_str);
        text.and_then(|text| milliseconds(text, now))
    };
    match (time("from"), time("to")) {
        (Some(from), Some(to)) if from > to => Err(ValidationError::new(
            "query parameter `from`",
            "it must not be after `to`",
        )),
        (Some(from), Some(to)) if is_limited(call) && to - from > LONGEST => {
            Err(ValidationError::new(
                "query parameter `from`",
                "the time range is longer than 30 days",
            ))
        }
        (Some(from), Some(to)) => Ok(Some((from, to))),
        _ => Ok(None),
    }
}

/// Whether the time range of a report has a limit.
fn is_limited(call: &Call<'_>) -> bool {
    let id = call.operation().id.as_str();
    call.operation().path.starts_with("/reports/v2/activity") || id == "list_remote_access_events"
}

/// A time of a report in epoch milliseconds: a number, `now`, or words such as `-7days`.
fn milliseconds(text: &str, now: i64) -> Option<i64> {
    if text == "now" {
        return Some(now);
    }
    let Some(ago) = text.strip_prefix('-') else {
        return text.parse().ok();
    };
    let unit = ago.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let count: i64 = ago[..ago.len() - unit.len()].parse().ok()?;
    let unit = match unit.trim_end_matches('s') {
        "second" | "" => 1000,
        "minute" => 60_000,
        "hour" => HOUR,
        "week" => 7 * 24 * HOUR,
        "month" => 30 * 24 * HOUR,
        _ => 24 * HOUR,
    };
    Some(now.saturating_sub(count.saturating_mul(unit)))
}

/// The length of the steps of a report over time, in milliseconds.
pub(super) fn step(call: &Call<'_>) -> i64 {
    match call.header("timerange") {
        Some("minute") => 60_000,
        Some("day") => 24 * HOUR,
        _ => HOUR,
    }
}

//! The time range of a call, in `from` and `to` or in `start` and `stop`.

use serde_json::Value;

use super::handlers::Call;
use super::validate::ValidationError;

const HOUR: i64 = 3_600_000;
/// The maximum length of a time range, if there is one.
const LONGEST: i64 = 30 * 24 * HOUR;
/// The maximum age of the start of a relative range, slightly more than the limit.
const MOMENT: i64 = 60_000;

/// Start and end, in epoch milliseconds; `None` if the call has no time range.
pub(super) fn time_range(call: &Call<'_>) -> Result<Option<(i64, i64)>, ValidationError> {
    let now = call.env.now().timestamp_millis();
    let time = |name: &str| {
        let text = call.request.query.get(name).and_then(Value::as_str);
        text.and_then(|text| milliseconds(text, now))
    };
    for (first, last) in [("from", "to"), ("start", "stop")] {
        let Some(start) = time(first) else {
            continue;
        };
        let end = time(last).unwrap_or(now);
        let rejected = |text| ValidationError::new(format!("query parameter `{first}`"), text);
        if start > end {
            return Err(rejected(format!("it must not be after `{last}`")));
        }
        if is_limited(call) && end - start > LONGEST {
            return Err(rejected("the time range is longer than 30 days".to_owned()));
        }
        if is_recent(call) && now - start > LONGEST + MOMENT {
            return Err(rejected("it is more than 30 days ago".to_owned()));
        }
        return Ok(Some((start, end)));
    }
    Ok(None)
}

/// Whether the length of the time range has a maximum.
fn is_limited(call: &Call<'_>) -> bool {
    let operation = call.operation();
    operation.path.starts_with("/reports/v2/activity")
        || operation.id == "list_remote_access_events"
        || is_recent(call)
}

/// Whether the time range must be within the last days.
fn is_recent(call: &Call<'_>) -> bool {
    call.operation().path.starts_with("/investigate/")
}

/// A time in epoch milliseconds: a number, `now`, or a relative time such as `-7days`.
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

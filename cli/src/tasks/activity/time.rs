//! Times of a command line.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// Reads a time: RFC 3339, a date or a time in UTC, `now`, or an offset from now such as `-6hours`. It has milliseconds.
///
/// # Errors
/// When it is none of them.
pub(super) fn parse(text: &str) -> Result<DateTime<Utc>, String> {
    let time = parse_at(text, Utc::now());
    time.ok_or_else(|| {
        "expected a time such as 2026-01-14, 2026-01-14T08:30:00Z, now, -1days, -6hours or -30minutes".to_owned()
    })
}

fn parse_at(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = match text {
        "now" => Some(now),
        _ => absolute(text).or_else(|| now.checked_sub_signed(offset(text)?)),
    }?;
    DateTime::from_timestamp_millis(time.timestamp_millis())
}

fn absolute(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = DateTime::parse_from_rfc3339(text).ok();
    let in_utc = || {
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let mut times = forms.iter();
        times.find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    };
    let date = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let utc = || Some(in_utc().or_else(date)?.and_utc());
    with_offset.map(|time| time.to_utc()).or_else(utc)
}

/// The length of an offset: `-1days`, `-6h`.
fn offset(text: &str) -> Option<TimeDelta> {
    let text = text.strip_prefix('-')?;
    let end = text.find(|character: char| !character.is_ascii_digit())?;
    let (count, unit) = text.split_at(end);
    let count = count.parse().ok()?;
    match unit {
        "s" | "second" | "seconds" => TimeDelta::try_seconds(count),
        "m" | "minute" | "minutes" => TimeDelta::try_minutes(count),
        "h" | "hour" | "hours" => TimeDelta::try_hours(count),
        "d" | "day" | "days" => TimeDelta::try_days(count),
        "w" | "week" | "weeks" => TimeDelta::try_weeks(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_absolute_or_relative() {
        let now = absolute("2026-01-15T08:30:00.1234Z").unwrap_or_default();
        let cases = [
            ("2026-01-14", "2026-01-14T00:00:00+00:00"),
            ("2026-01-14T08:30", "2026-01-14T08:30:00+00:00"),
            (
                "2026-01-14T08:30:00.250+08:00",
                "2026-01-14T00:30:00.250+00:00",
            ),
            ("now", "2026-01-15T08:30:00.123+00:00"),
            ("-1days", "2026-01-14T08:30:00.123+00:00"),
            ("-30m", "2026-01-15T08:00:00.123+00:00"),
        ];
        for (text, expected) in cases {
            let time = parse_at(text, now).map(|time| time.to_rfc3339());
            assert_eq!(time.as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "-1",
            "-1months",
            "1days",
            "-99999999999999days",
            "2026-13-01",
        ] {
            assert_eq!(parse_at(text, now), None, "{text}");
        }
    }
}

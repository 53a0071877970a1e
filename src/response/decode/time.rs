//! Points in time: one Rust type for all wire formats.

mod digits;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde::ser::Serializer;
use serde_json::Value;

use super::format::Format;
use super::scalar::{self, Scalar};
use super::{DecodeContext, Decoded, LenientDeserialize, Mismatch, Order, Reader};

/// The wire format of a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "which of them are used depends on the documents")]
pub(crate) enum TimeFormat {
    /// A string as in RFC 3339, in UTC: `2026-01-31T08:30:00Z`.
    Rfc3339,
    /// A string of another form, in UTC, as a `strftime` pattern: `%Y-%m-%d %H:%M:%S`.
    Pattern(&'static str),
    /// An integer: seconds since 1970.
    Seconds,
    /// An integer: milliseconds since 1970.
    Milliseconds,
    /// An integer: nanoseconds since 1970.
    Nanoseconds,
}

impl TimeFormat {
    /// The time of an integer in the documented unit, or in the unit in which it is a plausible time.
    fn time_of_epoch(self, value: i128) -> Option<DateTime<Utc>> {
        /// 1990-01-01 and 2200-01-01, in seconds.
        const PLAUSIBLE: std::ops::Range<i128> = 631_152_000..7_258_118_400;
        const UNITS: [i128; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

        let documented = match self {
            Self::Rfc3339 | Self::Pattern(_) | Self::Seconds => 1,
            Self::Milliseconds => 1_000,
            Self::Nanoseconds => 1_000_000_000,
        };
        let unit = [documented]
            .into_iter()
            .chain(UNITS)
            .find(|unit| PLAUSIBLE.contains(&value.div_euclid(*unit)))
            .unwrap_or(documented);
        let seconds = i64::try_from(value.div_euclid(unit)).ok()?;
        let nanoseconds = u32::try_from(value.rem_euclid(unit) * (1_000_000_000 / unit)).ok()?;
        DateTime::from_timestamp(seconds, nanoseconds)
    }

    /// Returns the integer of a time, if the format is an integer that represents it exactly.
    fn to_epoch(self, time: &DateTime<Utc>) -> Option<i64> {
        match self {
            Self::Rfc3339 | Self::Pattern(_) => None,
            Self::Seconds => Some(time.timestamp()),
            Self::Milliseconds => Some(time.timestamp_millis()),
            Self::Nanoseconds => time.timestamp_nanos_opt(),
        }
    }

    fn to_text(self, time: &DateTime<Utc>) -> String {
        match self {
            Self::Pattern(pattern) => time.format(pattern).to_string(),
            _ => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        }
    }

    /// A decoded time: exact, if encoding it gives the received form.
    fn decoded(
        self,
        time: Option<DateTime<Utc>>,
        is_same: impl FnOnce(&DateTime<Utc>) -> bool,
    ) -> Decoded<DateTime<Utc>> {
        match time {
            Some(time) if is_same(&time) => Decoded::Exact(time),
            Some(time) => Decoded::Coerced(Some(time)),
            None => Decoded::Mismatched(None),
        }
    }

    fn parse(self, text: &str) -> Option<DateTime<Utc>> {
        let naive =
            |pattern: &str| NaiveDateTime::parse_from_str(text, pattern).map(|time| time.and_utc());
        if let Self::Pattern(pattern) = self
            && let Ok(time) = naive(pattern)
        {
            return Some(time);
        }
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
            .map(|time| time.to_utc())
            // Without a time zone, it is UTC.
            .or_else(|_| naive("%Y-%m-%dT%H:%M:%S%.f"))
            .or_else(|_| naive("%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| naive("%Y-%m-%d %H:%M:%S%.f UTC"))
            .or_else(|_| naive("%Y-%m-%dT%H:%M"))
            .or_else(|_| naive("%Y-%m-%dT%H:%MZ"))
            // The expiry of API keys has two time zones.
            .or_else(|_| naive("%Y-%m-%dT%H:%M:%SZ00:00"))
            // A date without a time is midnight.
            .or_else(|_| {
                text.parse()
                    .map(|date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc())
            })
            .ok()
            .or_else(|| self.time_of_epoch(text.parse().ok()?))
    }
}

impl Scalar for TimeFormat {
    const EXPECTED: &'static str = "a date and time";
    type Value = DateTime<Utc>;

    fn decode_text(&self, text: &str) -> Decoded<DateTime<Utc>> {
        let pattern = match self {
            Self::Rfc3339 => Some("%Y-%m-%dT%H:%M:%SZ"),
            Self::Pattern(pattern) => Some(*pattern),
            Self::Seconds | Self::Milliseconds | Self::Nanoseconds => None,
        };
        if let Some(time) = pattern.and_then(|pattern| digits::read(pattern, text)) {
            return Decoded::Exact(time);
        }
        if let Self::Rfc3339 = self
            && let Some(time) = digits::read("%Y-%m-%dT%H:%M:%S%.3fZ", text)
        {
            // Milliseconds are encoded if they are not zero.
            return self.decoded(Some(time), |time| time.timestamp_subsec_millis() != 0);
        }
        let trimmed = text.trim_ascii();
        if trimmed.is_empty() {
            return Decoded::Coerced(None);
        }
        self.decoded(self.parse(trimmed), |time| {
            pattern.is_some() && self.to_text(time) == text
        })
    }

    fn decode_integer(&self, value: i64) -> Decoded<DateTime<Utc>> {
        let time = self.time_of_epoch(value.into());
        self.decoded(time, |time| self.to_epoch(time) == Some(value))
    }

    fn decode_unsigned(&self, value: u64) -> Decoded<DateTime<Utc>> {
        self.decoded(self.time_of_epoch(value.into()), |_| false)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float that is too large saturates to the largest integer, which is not a time"
    )]
    fn decode_float(&self, value: f64) -> Decoded<DateTime<Utc>> {
        // Fractions of a unit are ignored.
        self.decoded(self.time_of_epoch(value as i128), |_| false)
    }
}

impl Format for TimeFormat {
    fn encode<S: Serializer>(
        &self,
        time: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self.to_epoch(time) {
            Some(epoch) => serializer.serialize_i64(epoch),
            None => serializer.serialize_str(&self.to_text(time)),
        }
    }
}

impl LenientDeserialize for DateTime<Utc> {
    const EXPECTED: &'static str = TimeFormat::EXPECTED;

    #[inline]
    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        scalar::from_json(&TimeFormat::Rfc3339, reader, wire_form)
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        scalar::from_value(&TimeFormat::Rfc3339, value, context)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TimeFormat::Rfc3339.encode(self, serializer)
    }
}

/// A day in the format of RFC 3339. From a date and time, only the date is used.
struct Day;

impl Scalar for Day {
    const EXPECTED: &'static str = "a date";
    type Value = NaiveDate;

    fn decode_text(&self, text: &str) -> Decoded<NaiveDate> {
        let trimmed = text.trim_ascii();
        match trimmed.get(..10).unwrap_or(trimmed).parse() {
            Ok(day) if text.len() == 10 => Decoded::Exact(day),
            Ok(day) => Decoded::Coerced(Some(day)),
            Err(_) if trimmed.is_empty() => Decoded::Coerced(None),
            Err(_) => Decoded::Mismatched(None),
        }
    }
}

impl LenientDeserialize for NaiveDate {
    const EXPECTED: &'static str = Day::EXPECTED;

    fn from_json(
        reader: &mut Reader<'_>,
        _: &mut Order,
        wire_form: &mut Option<Value>,
    ) -> Result<Option<Self>, Mismatch> {
        scalar::from_json(&Day, reader, wire_form)
    }

    fn from_value(value: &Value, context: &mut DecodeContext) -> Decoded<Self> {
        scalar::from_value(&Day, value, context)
    }

    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! Times in queries.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::request::ToParam;

/// A time of a report: a point in time, or a relative time.
///
/// ```
/// use cisco_secure_access::ReportingTime;
///
/// let yesterday = ReportingTime::from("-1days");
/// let moment = ReportingTime::from(chrono::DateTime::UNIX_EPOCH);
/// assert_eq!(moment.to_string(), "0");
/// let milliseconds = ReportingTime::from(1_767_225_600_000);
/// ```
///
/// A point in time is sent in milliseconds since the epoch. Relative times are `now` and times such as `-60minutes`, `-1days` and `-7days`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReportingTime(String);

/// A date, or a date and time, in the format of RFC 3339.
///
/// ```
/// use cisco_secure_access::DateOrTime;
///
/// let moment = DateOrTime::from(chrono::DateTime::UNIX_EPOCH);
/// assert_eq!(moment.to_string(), "1970-01-01T00:00:00Z");
/// let day = DateOrTime::from("2026-01-31");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DateOrTime(String);

impl From<DateTime<Utc>> for ReportingTime {
    fn from(time: DateTime<Utc>) -> Self {
        Self::from(time.timestamp_millis())
    }
}

impl From<i64> for ReportingTime {
    /// Milliseconds since the epoch.
    fn from(milliseconds: i64) -> Self {
        Self(milliseconds.to_string())
    }
}

impl From<DateTime<Utc>> for DateOrTime {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<NaiveDate> for DateOrTime {
    fn from(date: NaiveDate) -> Self {
        Self(date.to_string())
    }
}

macro_rules! texts_are_times {
    ($($time:ident),*) => {
        $(
            impl From<&str> for $time {
                fn from(text: &str) -> Self {
                    Self(text.to_owned())
                }
            }

            impl From<String> for $time {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }

            impl fmt::Display for $time {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }

            impl ToParam for $time {
                fn to_param(&self) -> String {
                    self.0.clone()
                }
            }
        )*
    };
}

texts_are_times!(ReportingTime, DateOrTime);

//! The string form of a value in a path, a query or a header.

use std::fmt::Display;
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::response::decode::Generated;

/// A value of a path, query or header parameter.
pub(crate) trait ToParam {
    fn to_param(&self) -> String;
}

/// Returns the value as a string.
pub(crate) fn to_param(value: &impl ToParam) -> String {
    value.to_param()
}

macro_rules! to_param_by_display {
    ($($ty:ty),*) => {
        $(impl ToParam for $ty {
            fn to_param(&self) -> String {
                self.to_string()
            }
        })*
    };
}

to_param_by_display!(String, i64, f64, bool, NaiveDate, IpAddr);

/// Enumerations.
impl<T: Generated + Display> ToParam for T {
    fn to_param(&self) -> String {
        self.to_string()
    }
}

impl ToParam for DateTime<Utc> {
    fn to_param(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

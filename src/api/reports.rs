//! Activity, summaries and top lists, application discovery, metering and API usage.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/reports.md"))]

include!(concat!(env!("OUT_DIR"), "/reports.rs"));

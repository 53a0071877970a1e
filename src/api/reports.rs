//! Activity, summaries and top lists, application discovery, metering and API usage.

include!(concat!(env!("OUT_DIR"), "/reports.rs"));

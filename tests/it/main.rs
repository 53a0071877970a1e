//! Tests of the crate through its public API, against the simulator or a scripted server over a real socket.
//!
//! All tests are in one binary, because most of the build time of a test binary is linking.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic fails the test"
)]

mod bad_input;
mod blocking;
mod canned;
mod cassettes;
mod clock;
mod connections;
mod decoding;
mod decoding_properties;
mod differences;
mod jobs;
mod logs;
mod overrides;
mod paging;
mod profiles;
mod rate_limit;
mod rate_limit_store;
mod redirects;
mod requests;
mod retry;
mod schedules;
mod scripted;
mod simulator;
mod simulator_clock;
mod simulator_collections;
mod simulator_faults;
mod simulator_reports;
mod simulator_rules;
mod simulator_state;
#[cfg(all(feature = "metrics", feature = "opentelemetry"))]
mod telemetry;
mod token_cache;
mod tokens;
mod tunnel_groups;
mod types;

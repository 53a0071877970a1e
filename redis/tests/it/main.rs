//! Tests on a real Redis server, which each test starts on a free port of this machine. Where the program `redis-server` is missing, the
//! tests print one line and pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a panic fails the test"
)]

mod connections;
mod fleet;
mod proxy;
mod server;
mod settings;
mod tokens;

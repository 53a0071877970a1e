//! `secure-access mcp`, as an agent uses it: JSON-RPC over the standard input and output of the program, against the simulator over a
//! socket.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod calls;
mod client;
mod guards;
mod lists;
#[path = "../program/mod.rs"]
mod program;
mod protocol;
mod search;

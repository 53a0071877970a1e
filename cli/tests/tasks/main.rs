//! The tasks of the program, against a simulator over a socket.

#![allow(clippy::unwrap_used, reason = "tests")]

mod activity;
mod compare;
mod destinations;
mod program;
mod rules;
#[path = "../program/mod.rs"]
mod shared;
mod snapshot;
mod tunnels;

//! The tasks of the program, against a simulator over a socket.

mod activity;
mod compare;
mod destinations;
mod program;
mod rules;
mod snapshot;
mod tunnels;

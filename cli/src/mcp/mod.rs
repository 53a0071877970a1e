//! The server of `secure-access mcp`: tools for agents, with the Model Context Protocol on standard input and output.
//!
//! `server` speaks the protocol. The tools are `search`, `describe`, `call` and `list`; they share a `context`, and `tool` declares them.
//! `arguments` reads JSON to the same [`Call`](crate::operation::Call) that a command line makes. `guard` decides what may be called, and
//! `confirm` what has to be repeated before something is deleted. `bound` keeps results small.

mod arguments;
mod bound;
mod call;
mod confirm;
mod context;
mod describe;
mod guard;
mod list;
mod search;
mod server;
mod tool;

pub(crate) use guard::Guard;
pub(crate) use server::Server;

//! Cassettes: files with the calls of a client and their responses, without values of the organization.
//!
//! A cassette has one JSON object on each line. `call` converts a request and its response and redacts both, with `pseudonyms` for the
//! values; `recorder` writes cassettes, and `replay` responds from them.

mod call;
mod pseudonyms;
mod recorder;
mod replay;

pub use recorder::{Recorder, RecorderService};
pub use replay::Replay;

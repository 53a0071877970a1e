//! Cassettes: calls of a client and their responses in a file, without a value of the organization.
//!
//! A cassette has one JSON object in each line. `call` makes it of a request and its response, and redacts both, with `pseudonyms` for the values;
//! `recorder` writes it, `replay` responds from it.

mod call;
mod pseudonyms;
mod recorder;
mod replay;

pub use recorder::{Recorder, RecorderService};
pub use replay::Replay;

//! Tasks: commands of many calls, one module for each. They stand on the jobs of the SDK.
//!
//! A task that changes something prints its plan first, and prompts for confirmation before it removes or replaces. Ctrl-C ends it with the exit status 130 and
//! a message that says how to continue; what was done before stays done.

pub(crate) mod activity;
pub(crate) mod compare;
mod configuration;
pub(crate) mod destinations;
mod find;
pub(crate) mod rules;
pub(crate) mod snapshot;
pub(crate) mod tunnels;
mod write;

use std::thread;

use tokio::sync::oneshot;

use crate::failure::{Failure, Result};
use crate::session::Options;

/// Does something until it is done, or until the user presses Ctrl-C.
///
/// It covers a whole task: between two of these calls, Ctrl-C would have no effect.
async fn interruptible<T>(task: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = task => result,
        _ = tokio::signal::ctrl_c() => Err(Failure::interrupted()),
    }
}

/// Prompts for confirmation on a thread of its own, so that Ctrl-C ends the program meanwhile.
async fn confirm(options: &Options, what: String) -> Result<()> {
    let (sender, confirmation) = oneshot::channel();
    let prompt = options.prompt();
    thread::spawn(move || sender.send(prompt.confirm(&what)));
    confirmation
        .await
        .unwrap_or_else(|_| Err(Failure::interrupted()))
}

/// Prints a message on standard error, which is not part of the result.
fn message(text: &str) {
    anstream::eprintln!("{}", crate::output::safe(text));
}

//! What is under way, shown on the standard error stream while it is a terminal.

use std::time::Duration;

use indicatif::ProgressBar;

/// Shows that `what` is under way; nothing is shown where nobody looks.
pub fn begin(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

//! What is under way, shown on the standard error stream while it is a terminal.

use std::time::Duration;

use indicatif::ProgressBar;

/// Shows that `what` is under way while the work is done; nothing is shown where nobody looks.
pub fn during<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    let done = work();
    bar.finish_and_clear();
    done
}

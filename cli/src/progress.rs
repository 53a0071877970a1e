//! Progress on standard error, on a terminal, of what takes longer than a second.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long something takes before its progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the progress is drawn.
const TICK: Duration = Duration::from_millis(100);

/// The progress of a command.
pub(crate) struct Progress {
    start: Instant,
    total: Option<u64>,
    unit: &'static str,
    /// The bar, once it is shown.
    bar: Option<ProgressBar>,
    is_terminal: bool,
}

impl Progress {
    /// Starts to count: `items`, `requests`.
    pub(crate) fn new(unit: &'static str, total: Option<u64>) -> Self {
        Self {
            start: Instant::now(),
            total,
            unit,
            bar: None,
            is_terminal: io::stderr().is_terminal(),
        }
    }

    /// Shows how many are done.
    pub(crate) fn set(&mut self, done: u64) {
        if !self.is_terminal || self.start.elapsed() < PATIENCE {
            return;
        }
        let (total, unit, elapsed) = (self.total, self.unit, self.start.elapsed());
        self.bar
            .get_or_insert_with(|| bar(total, unit, elapsed))
            .set_position(done);
    }

    /// Removes the progress from the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn bar(total: Option<u64>, unit: &str, elapsed: Duration) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            format!("{{bar:30}} {{human_pos}}/{{human_len}} {unit}, {{elapsed}}"),
        ),
        None => (
            ProgressBar::new_spinner(),
            format!("{{spinner}} {{human_pos}} {unit}, {{elapsed}}"),
        ),
    };
    // The bar also changes while nothing comes.
    bar.enable_steady_tick(TICK);
    let bar = bar.with_elapsed(elapsed);
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

//! Clocks under the control of a test, so that no test sleeps.

use std::time::{Duration, UNIX_EPOCH};

use cisco_secure_access::PausedClock;

use crate::scripted::Scripted;

/// The clock of a client of `server`. It starts at Sun, 06 Nov 1994 08:49:37 GMT. A request without a response of the server times out.
pub(crate) fn paused_clock(server: &Scripted) -> PausedClock {
    let clock = PausedClock::starting_at(UNIX_EPOCH + Duration::from_secs(784_111_777));
    let (hung, hurried) = (server.hung(), clock.clone());
    tokio::spawn(async move {
        loop {
            hung.notified().await;
            while !hurried.advance_to_next() {
                tokio::task::yield_now().await;
            }
        }
    });
    clock
}

/// The completed sleeps of a clock, in milliseconds.
pub(crate) fn sleeps(clock: &PausedClock) -> Vec<u128> {
    clock.sleeps().iter().map(Duration::as_millis).collect()
}

//! The share of one client of limits that several clients use.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::schedule::{MAX_TRANSIT, State, Window};
use crate::operation::RateLimitWindow;
use crate::rate_limit::Usage;

/// Returns the schedule of one of the clients from a report of the store, so that all of them together stay within the limits.
pub(super) fn share(usage: &Usage, reported_at: Instant, now: Instant) -> State {
    let windows = usage.windows.iter().map(|(window, _)| Window {
        requests: usize::try_from(window.requests / clients(usage))
            .unwrap_or(usize::MAX)
            .max(1),
        length: Duration::from_secs(window.seconds.saturating_mul(stretch(usage, *window))),
    });
    let mut sent = used(usage, now.saturating_duration_since(reported_at), now);
    let latest = sent.back().copied();
    sent.extend(phases(usage, latest, now));
    sent.make_contiguous().sort_unstable();
    State::new(windows.collect(), sent)
}

fn clients(usage: &Usage) -> u64 {
    usage.clients.max(1)
}

/// Returns by how much a window is longer for one client: with more clients than requests, each sends one request in a longer time.
fn stretch(usage: &Usage, window: RateLimitWindow) -> u64 {
    clients(usage).div_ceil(window.requests.max(1))
}

/// Returns the times of the requests that count for one client, in ascending order: its part of those that all clients have sent. `age` is
/// the age of the report; as many requests as the limits allow may have been sent since. Times are not known, so they are as late as the
/// windows allow.
fn used(usage: &Usage, age: Duration, now: Instant) -> VecDeque<Instant> {
    let since = usage.windows.iter().map(|(window, _)| {
        let spans = age.as_secs_f64() / Duration::from_secs(window.seconds.max(1)).as_secs_f64();
        window.requests.saturating_mul(spans.ceil() as u64)
    });
    let since = since.min().unwrap_or_default();
    let mut windows: Vec<_> = usage.windows.iter().collect();
    windows.sort_by_key(|(window, _)| window.seconds);
    let mut times = VecDeque::new();
    let mut latest = Some(now + MAX_TRANSIT);
    for (window, reported) in windows {
        let used = reported.saturating_add(since).min(window.requests);
        let used = usize::try_from(used.div_ceil(clients(usage))).unwrap_or(usize::MAX);
        while times.len() < used
            && let Some(time) = latest
        {
            times.push_front(time);
        }
        latest = now.checked_sub(Duration::from_secs(window.seconds));
    }
    times
}

/// Returns the times from which the longer windows begin. Each client begins at another time, so that not all of them send their requests
/// together. `latest` is the time of the last request that counts for each client: all begin after it, because a client that begins earlier
/// has to wait for it, together with all others that do.
fn phases(usage: &Usage, latest: Option<Instant>, now: Instant) -> impl Iterator<Item = Instant> {
    let position = usage.rank.min(clients(usage) - 1) as f64 / clients(usage) as f64;
    usage.windows.iter().filter_map(move |(window, _)| {
        let seconds = Duration::from_secs(window.seconds);
        let stretch = u32::try_from(stretch(usage, *window)).ok();
        let length = seconds.checked_mul(stretch.filter(|stretch| *stretch > 1)?)?;
        let first = (now + seconds).checked_sub(length)?;
        Some(latest.map_or(first, |latest| latest.max(first)) + length.mul_f64(position))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows as requests, seconds and used requests.
    fn usage(clients: u64, rank: u64, windows: &[(u64, u64, u64)]) -> Usage {
        let windows = windows
            .iter()
            .map(|(requests, seconds, used)| (RateLimitWindow::new(*requests, *seconds), *used));
        Usage::new(clients, rank, windows.collect())
    }

    /// The times at which one client sends requests in the first minutes, in milliseconds.
    fn times(usage: &Usage) -> Vec<i64> {
        let start = Instant::now() + Duration::from_secs(10_000);
        let mut schedule = share(usage, start, start);
        let mut now = start;
        let mut times = Vec::new();
        while now < start + Duration::from_secs(600) {
            now = schedule.last_slot(now);
            let counted_at = schedule.record_sent(now);
            schedule.record_arrival(counted_at, now);
            times.push(i64::try_from((now - start).as_millis()).unwrap());
        }
        times
    }

    #[test]
    fn all_shares_together_are_within_the_limits() {
        let limits = [(5, 1, 3), (14, 60, 9), (350, 1800, 40)];
        for clients in [1, 2, 3, 5, 8, 13, 14, 15, 20, 40] {
            let shares = (0..clients).map(|rank| times(&usage(clients, rank, &limits)));
            let mut all: Vec<_> = shares.flatten().collect();
            all.sort_unstable();
            // What all had used before, at the latest possible times: three in the last second, and six before it.
            let all = [vec![-1000; 6], vec![0; 3], all].concat();
            for requests in all.windows(15) {
                assert!(
                    requests[14] - requests[0] >= 60_000,
                    "{clients}: {requests:?}"
                );
            }
        }
    }

    #[test]
    fn what_others_have_used_counts_for_the_share() {
        let now = Instant::now() + Duration::from_secs(10_000);
        let usage = usage(4, 0, &[(14, 60, 9), (5, 1, 2), (350, 1800, 9)]);
        let second = Duration::from_secs(1);
        // Half a request rounds up. The others are older than the second.
        let times = used(&usage, Duration::ZERO, now);
        assert_eq!(times, [now - second, now - second, now + second]);
        // Since then, the others can have sent five more, but no more than a window allows.
        let times = used(&usage, second, now);
        let two = VecDeque::from([now + second; 2]);
        let expected = [now - second, now - second];
        assert_eq!(
            times,
            expected.into_iter().chain(two).collect::<VecDeque<_>>()
        );
    }
}

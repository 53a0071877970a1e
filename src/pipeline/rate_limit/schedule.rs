//! The schedule of the requests of a class: which were sent, which wait, and when the limits allow the next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::operation::RateLimitWindow;
use crate::rate_limit;

/// The maximum time that a request takes to the service, and that the service takes to count it.
pub(super) const MAX_TRANSIT: Duration = Duration::from_secs(1);

/// The state of a class.
#[derive(Debug, Default)]
pub(super) struct State {
    windows: Vec<Window>,
    /// The latest times at which the service counts each request that the windows still count, in ascending order.
    sent: VecDeque<Instant>,
    /// The number of requests without a response.
    in_flight: usize,
    /// The waiting requests, in order of arrival.
    waiters: VecDeque<Reservation>,
    next_id: u64,
    /// The limits that the service reported.
    allowance: Option<Allowance>,
}

/// The maximum number of requests in any span of time of this length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) requests: usize,
    pub(super) length: Duration,
}

impl From<RateLimitWindow> for Window {
    fn from(window: RateLimitWindow) -> Self {
        Self {
            requests: usize::try_from(window.requests).unwrap_or(usize::MAX),
            length: Duration::from_secs(window.seconds),
        }
    }
}

/// The slot of a waiting request.
#[derive(Debug)]
struct Reservation {
    id: u64,
    /// The time from which it may be sent.
    slot: Instant,
    earlier: Arc<Notify>,
}

/// The maximum number of requests until a point in time.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    requests: usize,
    until: Instant,
}

impl State {
    /// Creates a schedule with these limits; `sent` are the times of earlier requests, in ascending order.
    pub(super) fn new(windows: Vec<Window>, sent: VecDeque<Instant>) -> Self {
        Self {
            windows,
            sent,
            ..Self::default()
        }
    }

    pub(super) fn enqueue(&mut self, earlier: Arc<Notify>, now: Instant) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let slot = self.last_slot(now);
        self.waiters.push_back(Reservation { id, slot, earlier });
        id
    }

    /// Removes a waiter from the queue. Later waiters move up.
    pub(super) fn leave(&mut self, id: u64, now: Instant) {
        let before = self.waiters.len();
        self.waiters.retain(|waiter| waiter.id != id);
        if self.waiters.len() < before {
            self.reschedule(now);
        }
    }

    /// Grants a permit to a waiter if the limits allow its request now; returns the latest time at which the service counts it.
    ///
    /// # Errors
    /// The time at which the request may be sent.
    pub(super) fn claim(&mut self, id: u64, now: Instant) -> Result<Instant, Instant> {
        let Some(index) = self.waiters.iter().position(|waiter| waiter.id == id) else {
            return Err(now);
        };
        // The slot may have passed while the request was not polled, and other requests may have been sent since.
        let slot = self.schedule(index).next(self, now);
        if slot <= now {
            self.waiters.remove(index);
            let arrives_by = self.record_sent(now);
            self.reschedule(now);
            return Ok(arrives_by);
        }
        if self.waiters[index].slot != slot {
            self.waiters[index].slot = slot;
            self.reschedule(now);
        }
        Err(slot)
    }

    /// Returns the slot of a request that would arrive now.
    pub(super) fn last_slot(&self, now: Instant) -> Instant {
        self.schedule(self.waiters.len()).next(self, now)
    }

    /// Returns the schedule of the sent requests, and of the first `count` waiters.
    fn schedule(&self, count: usize) -> Schedule<'_> {
        let mut schedule = Schedule::new(&self.sent);
        for waiter in self.waiters.iter().take(count) {
            schedule.push(waiter.slot);
        }
        schedule
    }

    /// Assigns the earliest slot that the limits allow to each waiter. A slot that has passed does not change: its waiter is about to claim
    /// it, or it is not polled and must not delay the others.
    pub(super) fn reschedule(&mut self, now: Instant) {
        let mut waiters = std::mem::take(&mut self.waiters);
        let mut schedule = self.schedule(0);
        for waiter in &mut waiters {
            if waiter.slot > now {
                let slot = schedule.next(self, now);
                if slot < waiter.slot {
                    waiter.earlier.notify_one();
                }
                waiter.slot = slot;
            }
            schedule.push(waiter.slot);
        }
        self.waiters = waiters;
    }

    /// Records that a request is sent; returns the latest time at which the service counts it.
    pub(super) fn record_sent(&mut self, now: Instant) -> Instant {
        self.in_flight += 1;
        let arrives_by = now + MAX_TRANSIT;
        insert(&mut self.sent, arrives_by);
        let most = self.windows.iter().map(|window| window.requests).max();
        while self.sent.len() > most.unwrap_or_default() {
            self.sent.pop_front();
        }
        self.allowance = self
            .allowance
            .filter(|allowance| now < allowance.until)
            .map(|allowance| Allowance {
                requests: allowance.requests.saturating_sub(1),
                ..allowance
            });
        arrives_by
    }

    /// Records that a request has completed: the service has counted it by now.
    pub(super) fn record_arrival(&mut self, arrives_by: Instant, now: Instant) {
        if now < arrives_by
            && let Ok(index) = self.sent.binary_search(&arrives_by)
        {
            self.sent.remove(index);
            insert(&mut self.sent, now);
        }
    }

    /// Records that a request is not in flight any more.
    pub(super) fn leave_flight(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Applies the limits that a response reports.
    pub(super) fn observe(
        &mut self,
        limits: impl Iterator<Item = RateLimitWindow>,
        allowance: Option<rate_limit::Allowance>,
        now: Instant,
    ) {
        for limit in limits.map(Window::from) {
            match self
                .windows
                .iter_mut()
                .find(|window| window.length == limit.length)
            {
                Some(window) => window.requests = limit.requests,
                None => self.windows.push(limit),
            }
        }
        if let Some(reported) = allowance {
            let requests = usize::try_from(reported.requests).unwrap_or(usize::MAX);
            let new = Allowance {
                // The service had not counted the requests that are still in flight.
                requests: requests.saturating_sub(self.in_flight.saturating_sub(1)),
                until: now + reported.reset,
            };
            self.allowance = Some(match self.allowance {
                // Responses can arrive out of order. Of two for the same time, the one that allows less is newer.
                Some(old) if now < old.until => Allowance {
                    requests: old.requests.min(new.requests),
                    until: old.until.max(new.until),
                },
                _ => new,
            });
        }
    }
}

/// The times at which the windows count requests: those of sent requests, and slots.
struct Schedule<'a> {
    sent: &'a VecDeque<Instant>,
    /// In ascending order.
    slots: Vec<Instant>,
    /// The last slot, because requests are sent in order of arrival.
    last: Option<Instant>,
}

impl<'a> Schedule<'a> {
    fn new(sent: &'a VecDeque<Instant>) -> Self {
        Self {
            sent,
            slots: Vec::new(),
            last: None,
        }
    }

    /// Reserves a slot.
    fn push(&mut self, slot: Instant) {
        let index = self.slots.partition_point(|known| *known <= slot);
        self.slots.insert(index, slot);
        self.last = self.last.max(Some(slot));
    }

    /// Returns the time at which one more request may be sent.
    fn next(&self, state: &State, now: Instant) -> Instant {
        let earliest = self.last.map_or(now, |last| last.max(now));
        let windows = state.windows.iter().filter(|window| window.requests > 0);
        let by_windows = windows
            .filter_map(|window| {
                // The request that must leave the window first.
                let count = self.sent.len() + self.slots.len();
                let last = self.nth(count.checked_sub(window.requests)?)?;
                Some(last + window.length)
            })
            .fold(earliest, Instant::max);
        match state.allowance {
            Some(allowance) if self.slots.len() >= allowance.requests => {
                by_windows.max(allowance.until)
            }
            _ => by_windows,
        }
    }

    /// Returns the time with this index, in ascending order.
    fn nth(&self, index: usize) -> Option<Instant> {
        let (sent, slots) = (self.sent, &self.slots);
        // The number of slots before it.
        let mut low = index.saturating_sub(sent.len());
        let mut high = index.min(slots.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let last_sent = (index - middle)
                .checked_sub(1)
                .and_then(|last| sent.get(last));
            if last_sent.is_some_and(|last| *last > slots[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let candidates = [sent.get(index - low), slots.get(low)];
        candidates.into_iter().flatten().min().copied()
    }
}

/// Inserts a time in ascending order. New times are usually near the end.
fn insert(times: &mut VecDeque<Instant>, time: Instant) {
    let index = times.partition_point(|known| *known <= time);
    times.insert(index, time);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_requests_and_slots_are_counted_together() {
        let start = Instant::now();
        let time = |seconds: &u64| start + Duration::from_secs(*seconds);
        let lists: [&[u64]; 5] = [&[], &[3], &[0, 2, 4, 6], &[1, 1, 1, 9], &[5, 7, 8, 9, 10]];
        for sent in lists {
            for slots in lists {
                let times: VecDeque<_> = sent.iter().map(time).collect();
                let mut schedule = Schedule::new(&times);
                for slot in slots.iter().rev() {
                    schedule.push(time(slot));
                }
                let mut all: Vec<_> = sent.iter().chain(slots).map(time).collect();
                all.sort_unstable();
                let found = (0..all.len()).map(|index| schedule.nth(index).unwrap());
                assert_eq!(found.collect::<Vec<_>>(), all, "{sent:?} {slots:?}");
                assert_eq!(schedule.nth(all.len()), None);
            }
        }
    }
}

//! The scripts against a model, with random schedules and a clock that the tests set.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a panic fails the test"
)]

use std::collections::BTreeMap;

use cisco_secure_access::rate_limit::{Allowance, BucketKey};

use super::server::RedisServer;
use super::*;

/// A clock that is a key of the server, in place of the time of the server.
const TEST_CLOCK: &str = "local now = tonumber(redis.call('GET', 'now'))";
/// The number of random schedules, and of the steps of each.
const SCHEDULES: u64 = 60;
const STEPS: usize = 120;
const TRANSIT: u64 = 1_250_000;
const SECOND: u64 = 1_000_000;

/// Random numbers that depend only on a seed (SplitMix64).
struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % end
    }
}

/// The rules, without the data structures of the scripts. Times are in microseconds.
#[derive(Default)]
struct Model {
    windows: Vec<(u64, u64)>,
    /// The time by which each granted request counts.
    sent: BTreeMap<RequestIdText, u64>,
    /// The waiting requests in order, with the slots that they expect.
    waiting: Vec<(RequestIdText, u64)>,
}

type RequestIdText = String;

impl Model {
    /// Returns the earliest slot of a request at this time.
    fn claim(&mut self, request: RequestId, now: u64) -> u64 {
        let request = request.to_string();
        let place = self.waiting.iter().position(|(id, _)| *id == request);
        let place = place.unwrap_or(self.waiting.len());
        // What the others ahead did not use has passed.
        let mut index = 0;
        self.waiting.retain(|(_, slot)| {
            index += 1;
            index > place || slot + TRANSIT >= now
        });
        let place = self.waiting.iter().position(|(id, _)| *id == request);
        let ahead = &self.waiting[..place.unwrap_or(self.waiting.len())];
        let sent = self.sent.values().map(|counted| (*counted).min(now));
        let times: Vec<_> = ahead
            .iter()
            .map(|(_, slot)| (*slot).max(now))
            .chain(sent)
            .collect();
        let candidates = self
            .windows
            .iter()
            .flat_map(|(_, seconds)| times.iter().map(move |time| time + seconds * SECOND));
        let allows = |slot: &u64| {
            self.windows.iter().all(|(requests, seconds)| {
                let counted = times
                    .iter()
                    .filter(|time| **time + seconds * SECOND > *slot);
                (counted.count() as u64) < *requests
            })
        };
        let slot = candidates
            .chain([now])
            .filter(|slot| *slot >= now)
            .filter(allows)
            .min();
        let slot = slot.expect("the end of the last window is free");
        if slot == now {
            self.waiting.retain(|(id, _)| *id != request);
            self.sent.insert(request, now + TRANSIT);
        } else if let Some(place) = place {
            self.waiting[place].1 = slot;
        } else {
            self.waiting.push((request, slot));
        }
        slot
    }
}

/// A store with a clock of its own.
struct Tested {
    store: RedisRateLimitStore,
    now: u64,
    _server: RedisServer,
}

impl Tested {
    fn start() -> Option<Self> {
        let server = RedisServer::start()?;
        let redis = Redis::new(server.url()).unwrap();
        Some(Self {
            store: RedisRateLimitStore::with_clock(redis, TEST_CLOCK),
            now: 0,
            _server: server,
        })
    }

    async fn set_time(&mut self, now: u64) {
        self.now = now;
        let script = Script::new(&["return redis.call('SET', 'now', ARGV[1])"]);
        let now = now.to_string();
        let _: String = self.store.redis.run(&script, &[], &[&now]).await.unwrap();
    }

    /// Loses all data at this time.
    async fn flush(&mut self, now: u64) {
        let script = Script::new(&["return redis.call('FLUSHALL')"]);
        let _: String = self.store.redis.run(&script, &[], &[]).await.unwrap();
        self.set_time(now).await;
    }

    /// Claims a slot; returns its time, which is now if the claim was granted.
    async fn claim(&self, bucket: &Bucket, request: RequestId) -> u64 {
        match self.store.claim(bucket, request).await.unwrap() {
            Claim::Granted(_) => self.now,
            Claim::Delayed(delay, _) => self.now + micros(delay),
            claim => panic!("{claim:?}"),
        }
    }

    /// Completes a request; returns the report of the store.
    async fn complete(
        &self,
        bucket: &Bucket,
        request: RequestId,
        observation: &Observation,
    ) -> Option<Usage> {
        let store: &dyn RateLimitStore = &self.store;
        store.complete(bucket, request, observation).await.unwrap()
    }
}

fn bucket(name: &str, windows: &[(u64, u64)]) -> Bucket {
    let windows = windows
        .iter()
        .map(|(requests, seconds)| RateLimitWindow::new(*requests, *seconds));
    Bucket::new(
        BucketKey::of(&[name]),
        windows,
        Duration::from_micros(TRANSIT),
    )
}

/// Checks that no window has more arrivals than it allows.
fn check_windows(windows: &[(u64, u64)], mut arrivals: Vec<u64>) {
    arrivals.sort_unstable();
    for (requests, seconds) in windows {
        for window in arrivals.windows(*requests as usize + 1) {
            let span = window[window.len() - 1] - window[0];
            assert!(span >= seconds * SECOND, "{requests} in {span} µs");
        }
    }
}

/// A random schedule of clients that claim, send, complete, release and disappear.
struct Schedule<'a> {
    tested: &'a mut Tested,
    seed: u64,
    random: Random,
    bucket: Bucket,
    model: Model,
    next_number: u64,
    /// The request of each client that waits, until a time.
    waiting: BTreeMap<u64, (RequestId, u64)>,
    /// The requests in flight, since a time.
    in_flight: Vec<(RequestId, u64)>,
    /// The times at which the service has counted requests.
    arrivals: Vec<u64>,
}

impl<'a> Schedule<'a> {
    fn new(tested: &'a mut Tested, seed: u64) -> Self {
        let mut random = Random(seed);
        let windows = [
            (1 + random.below(6), 1),
            (3 + random.below(12), 10),
            (40, 60),
        ];
        Self {
            tested,
            seed,
            random,
            bucket: bucket(&format!("schedule {seed}"), &windows),
            model: Model {
                windows: windows.to_vec(),
                ..Model::default()
            },
            next_number: 0,
            waiting: BTreeMap::new(),
            in_flight: Vec::new(),
            arrivals: Vec::new(),
        }
    }

    async fn run(&mut self) {
        let start = 1_800_000_000 * SECOND + self.seed * 1000 * SECOND;
        self.tested.set_time(start).await;
        let clients = 1 + self.random.below(6);
        for _ in 0..STEPS {
            let client = self.random.below(clients);
            match self.random.below(10) {
                0..6 => self.claim(client).await,
                6..8 if !self.in_flight.is_empty() => self.complete().await,
                8 => self.abandon(client).await,
                _ => {
                    let time = self.tested.now + self.random.below(SECOND / 2);
                    self.tested.set_time(time).await;
                }
            }
        }
        for (_, granted) in std::mem::take(&mut self.in_flight) {
            self.arrivals.push(granted + self.random.below(TRANSIT));
        }
        check_windows(&self.model.windows, std::mem::take(&mut self.arrivals));
    }

    async fn claim(&mut self, client: u64) {
        let now = self.tested.now;
        let waiting = self.waiting.get(&client).copied();
        let (request, due) = waiting.unwrap_or_else(|| {
            self.next_number += 1;
            (RequestId::new(u128::from(client), self.next_number), now)
        });
        // At the end of the delay, and once a second at least.
        let time = due.min(now + SECOND).max(now);
        self.tested.set_time(time).await;
        let slot = self.tested.claim(&self.bucket, request).await;
        assert_eq!(slot, self.model.claim(request, time), "seed {}", self.seed);
        if slot == time {
            self.waiting.remove(&client);
            self.in_flight.push((request, time));
        } else {
            self.waiting.insert(client, (request, slot));
        }
    }

    async fn complete(&mut self) {
        let index = self.random.below(self.in_flight.len() as u64) as usize;
        let (request, granted) = self.in_flight.remove(index);
        let now = self.tested.now;
        let transit = self.random.below(TRANSIT.min(now - granted + 1));
        self.arrivals.push(granted + transit);
        let nothing = Observation::default();
        self.tested.complete(&self.bucket, request, &nothing).await;
        let counted = self.model.sent.get_mut(&request.to_string()).unwrap();
        *counted = now.min(*counted);
    }

    /// The client is killed, or its call is dropped.
    async fn abandon(&mut self, client: u64) {
        let Some((request, _)) = self.waiting.remove(&client) else {
            return;
        };
        if self.random.below(2) == 0 {
            let store: &dyn RateLimitStore = &self.tested.store;
            store.release(&self.bucket, request).await.unwrap();
            let id = request.to_string();
            self.model.waiting.retain(|(other, _)| *other != id);
        }
    }
}

#[tokio::test]
async fn random_schedules_are_as_in_the_model() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    for seed in 0..SCHEDULES {
        Schedule::new(&mut tested, seed).run().await;
    }
}

#[tokio::test]
async fn a_granted_request_that_is_released_uses_no_slot() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("released", &[(1, 10)]);
    let start = 1_800_000_000 * SECOND;
    tested.set_time(start).await;
    let (one, other) = (RequestId::new(1, 0), RequestId::new(2, 0));
    assert_eq!(tested.claim(&bucket, one).await, start);
    let store: &dyn RateLimitStore = &tested.store;
    store.release(&bucket, one).await.unwrap();
    assert_eq!(tested.claim(&bucket, other).await, start);
}

#[tokio::test]
async fn a_granted_claim_that_is_repeated_uses_one_slot() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("repeated", &[(1, 10)]);
    let start = 1_800_000_000 * SECOND;
    tested.set_time(start).await;
    let (one, other) = (RequestId::new(1, 0), RequestId::new(2, 0));
    for _ in 0..2 {
        assert_eq!(tested.claim(&bucket, one).await, start);
    }
    assert_eq!(tested.claim(&bucket, other).await, start + 10 * SECOND);
}

#[tokio::test]
async fn an_allowance_loses_only_the_requests_that_are_sent() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let [one, dropped, other] = [0, 1, 2].map(|number| RequestId::new(1, number));
    let start = 1_800_000_000 * SECOND;
    let late = TRANSIT + SECOND;
    // The time after which the response arrives, what it leaves, and whether the dropped call was granted before it.
    for (name, delay, left, is_earlier, expected) in [
        ("granted with the allowance", 0, 1, false, 0),
        ("in flight when the response arrives", 0, 2, true, 0),
        ("not counted by the response", late, 0, true, 17 * SECOND),
    ] {
        let bucket = bucket(name, &[(40, 60)]);
        let allowance = Allowance::new(left, Duration::from_secs(17), true);
        let observation = Observation::new(Vec::new(), Some(allowance));
        tested.set_time(start).await;
        assert_eq!(tested.claim(&bucket, one).await, start, "{name}");
        if is_earlier {
            assert_eq!(tested.claim(&bucket, dropped).await, start, "{name}");
        }
        let now = start + delay;
        tested.set_time(now).await;
        tested.complete(&bucket, one, &observation).await;
        if !is_earlier {
            // The first reply is lost.
            assert_eq!(tested.claim(&bucket, dropped).await, now, "{name}");
            assert_eq!(tested.claim(&bucket, dropped).await, now, "{name}");
        }
        let released = RateLimitStore::release(&tested.store, &bucket, dropped);
        released.await.unwrap();
        assert_eq!(tested.claim(&bucket, other).await, now + expected, "{name}");
    }
}

#[tokio::test]
async fn what_responses_report_applies_to_all_clients() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let (one, other) = (RequestId::new(1, 0), RequestId::new(2, 0));
    let start = 1_800_000_000 * SECOND;
    let seconds = Duration::from_secs;
    let allowance = |requests, reset, is_rejection| {
        let allowance = Allowance::new(requests, seconds(reset), is_rejection);
        Observation::new(Vec::new(), Some(allowance))
    };
    let learned = Observation::new(vec![RateLimitWindow::new(1, 60)], None);
    for (name, observation, expected) in [
        ("nothing", Observation::default(), 0),
        ("others use the limit", allowance(0, 17, false), 17),
        ("others use a part of it", allowance(2, 17, false), 0),
        ("nobody else uses the limit", allowance(13, 60, false), 0),
        ("a rejection", allowance(0, 9, true), 9),
        ("a lower limit", learned, 60),
    ] {
        let bucket = bucket(name, &[(5, 1), (14, 60)]);
        tested.set_time(start).await;
        assert_eq!(tested.claim(&bucket, one).await, start, "{name}");
        tested.complete(&bucket, one, &observation).await;
        let slot = tested.claim(&bucket, other).await;
        assert_eq!((slot - start) / SECOND, expected, "{name}");
        tested.set_time(slot).await;
        assert_eq!(tested.claim(&bucket, other).await, slot, "{name}");
    }
}

#[tokio::test]
async fn a_huge_number_of_a_response_is_no_error() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let start = 1_800_000_000 * SECOND;
    let huge = u64::MAX;
    let allowance = Allowance::new(huge, Duration::from_secs(17), true);
    let endless = Allowance::new(0, Duration::from_secs(huge), true);
    for (name, windows, allowance) in [
        ("an allowance", Vec::new(), Some(allowance)),
        ("a limit", vec![RateLimitWindow::new(huge, 60)], None),
        ("a window", vec![RateLimitWindow::new(7, huge)], None),
        ("a wait", Vec::new(), Some(endless)),
    ] {
        let bucket = bucket(name, &[(5, 10)]);
        tested.set_time(start).await;
        let observation = Observation::new(windows, allowance);
        for number in 0..3 {
            let request = RequestId::new(1, number);
            let claim = tested.store.claim(&bucket, request).await;
            assert!(claim.is_ok(), "{name}: {claim:?}");
            tested.complete(&bucket, request, &observation).await;
        }
    }
}

#[tokio::test]
async fn what_a_window_says_itself_delays_nobody() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("sliding", &[(3, 10)]);
    let mut now = 1_800_000_000 * SECOND;
    let mut granted: Vec<u64> = Vec::new();
    for number in 0..30 {
        tested.set_time(now).await;
        let request = RequestId::new(1, number);
        let slot = tested.claim(&bucket, request).await;
        let free = granted
            .len()
            .checked_sub(3)
            .map_or(now, |index| granted[index] + 10 * SECOND);
        assert_eq!(slot, free.max(now), "{number}");
        if slot > now {
            tested.set_time(slot).await;
            assert_eq!(tested.claim(&bucket, request).await, slot);
        }
        granted.push(slot);
        // The header of the service: nothing left until the first leaves the window, in whole seconds.
        let first = granted[granted.len().saturating_sub(3)];
        let reset = (first + 10 * SECOND - slot).div_ceil(SECOND);
        let remaining = 3_u64.saturating_sub(granted.len() as u64);
        let allowance = Allowance::new(remaining, Duration::from_secs(reset), false);
        let observation = Observation::new(Vec::new(), Some(allowance));
        tested.complete(&bucket, request, &observation).await;
        now = slot + 700_000;
    }
}

#[tokio::test]
async fn a_server_without_its_data_gets_them_back() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("restored", &[(2, 10)]);
    let start = 1_800_000_000 * SECOND;
    tested.set_time(start).await;
    let requests = [0, 1, 2].map(|number| RequestId::new(7, number));
    for request in &requests[..2] {
        assert_eq!(tested.claim(&bucket, *request).await, start);
        tested
            .complete(&bucket, *request, &Observation::default())
            .await;
    }
    let later = start + 4 * SECOND;
    tested.flush(later).await;
    let claim = tested.store.claim(&bucket, requests[2]).await.unwrap();
    assert_eq!(claim, Claim::Forgotten);
    let age = Duration::from_secs(4);
    let sent = [(requests[0], age), (requests[1], age)];
    for _ in 0..2 {
        tested.store.restore(&bucket, &sent).await.unwrap();
    }
    assert_eq!(
        tested.claim(&bucket, requests[2]).await,
        start + 10 * SECOND
    );
    // A client that does not know the bucket waits until the others have restored their requests.
    let other = RequestId::new(8, 0);
    assert!(tested.claim(&bucket, other).await >= later + micros(RESTORE_TIME));
}

#[tokio::test]
async fn a_clock_that_goes_back_stops_nobody() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("set back", &[(1, 10)]);
    let start = 1_800_000_000 * SECOND;
    tested.set_time(start).await;
    let [sent, waiting, other] = [0, 1, 2].map(|number| RequestId::new(7, number));
    let rejection = Allowance::new(0, Duration::from_secs(30), true);
    let rejected = Observation::new(Vec::new(), Some(rejection));
    assert_eq!(tested.claim(&bucket, sent).await, start);
    tested.complete(&bucket, sent, &rejected).await;
    let slot = tested.claim(&bucket, waiting).await;
    assert_eq!(slot, start + 30 * SECOND);

    let earlier = start - 3600 * SECOND;
    tested.set_time(earlier).await;
    let claim = tested.store.claim(&bucket, waiting).await.unwrap();
    assert_eq!(claim, Claim::Forgotten);
    let age = Duration::from_secs(4);
    tested.store.restore(&bucket, &[(sent, age)]).await.unwrap();
    let slot = earlier + 6 * SECOND;
    assert_eq!(tested.claim(&bucket, waiting).await, slot);
    tested.set_time(slot).await;
    assert_eq!(tested.claim(&bucket, waiting).await, slot);
    assert_eq!(tested.claim(&bucket, other).await, slot + 10 * SECOND);
}

#[tokio::test]
async fn a_completion_reports_the_use_by_all_clients() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("usage", &[(5, 10)]);
    let start = 1_800_000_000 * SECOND;
    tested.set_time(start).await;
    let (one, other) = (RequestId::new(1, 0), RequestId::new(2, 0));
    let usage = |clients, rank, used| {
        let windows = vec![(RateLimitWindow::new(5, 10), used)];
        Usage::new(clients, rank, windows)
    };
    let claim = tested.store.claim(&bucket, one).await.unwrap();
    assert_eq!(claim, Claim::Granted(usage(1, 0, 1)));
    let claim = tested.store.claim(&bucket, other).await.unwrap();
    assert_eq!(claim, Claim::Granted(usage(2, 1, 2)));
    let nothing = Observation::default();
    let reported = tested.complete(&bucket, one, &nothing).await;
    assert_eq!(reported, Some(usage(2, 0, 2)));
    tested.flush(start).await;
    let reported = tested.complete(&bucket, other, &nothing).await;
    assert_eq!(reported, None, "the server does not know the clients");
}

#[tokio::test]
async fn clients_that_return_wait_for_each_other() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let start = 1_800_000_000 * SECOND;
    let away = [(RequestId::new(1, 1), Duration::from_secs(2))];
    for (others, expected) in [
        // Nobody has reached the server: others may return, too. Only the commands arrive whose clients do not wait for them any more.
        (20..=20, RESTORE_TIME),
        // Only this client has not.
        (1..=20, Duration::ZERO),
    ] {
        let bucket = bucket(&format!("returned {expected:?}"), &[(50, 60)]);
        tested.set_time(start).await;
        tested.claim(&bucket, RequestId::new(1, 0)).await;
        for second in others {
            tested.set_time(start + second * SECOND).await;
            tested.claim(&bucket, RequestId::new(2, second)).await;
        }
        tested.store.restore(&bucket, &away).await.unwrap();
        let slot = tested.claim(&bucket, RequestId::new(1, 2)).await;
        assert_eq!(slot, tested.now + micros(expected));
    }
}

#[tokio::test]
async fn all_keys_expire() {
    let Some(mut tested) = Tested::start() else {
        return;
    };
    let bucket = bucket("expiry", &[(1, 10)]);
    tested.set_time(1_800_000_000 * SECOND).await;
    let learned = Observation::new(vec![RateLimitWindow::new(2, 60)], None);
    for number in 0..3 {
        let request = RequestId::new(1, number);
        tested.claim(&bucket, request).await;
        tested.complete(&bucket, request, &learned).await;
    }
    let script = Script::new(&["
        local without = {}
        for _, key in ipairs(redis.call('KEYS', '*')) do
          if key ~= 'now' and redis.call('TTL', key) < 0 then without[#without + 1] = key end
        end
        return {#redis.call('KEYS', 'secure-access:{*}:*'), #without}
    "]);
    let counts: (u64, u64) = tested.store.redis.run(&script, &[], &[]).await.unwrap();
    assert_eq!(counts, (6, 0));
}

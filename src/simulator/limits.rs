//! Rate limits: the number of calls of each class of operations, and the response to a call beyond the limit.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use cisco_secure_access_openapi::RateLimit;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

/// The limits that are enforced, and the calls that count.
#[derive(Debug)]
pub(super) struct Limits {
    /// Whether those of the documents are enforced.
    documented: bool,
    /// Others, by class.
    others: BTreeMap<String, Vec<(u64, u64)>>,
    calls: BTreeMap<(String, String), VecDeque<Instant>>,
}

impl Limits {
    pub(super) fn new(documented: bool, others: BTreeMap<String, Vec<(u64, u64)>>) -> Self {
        Self {
            documented,
            others,
            calls: BTreeMap::new(),
        }
    }

    /// Counts a call; returns the headers of its response, or of its rejection.
    pub(super) fn count(
        &mut self,
        limit: &RateLimit,
        caller: &str,
        now: Instant,
    ) -> Result<HeaderMap, HeaderMap> {
        let windows = match self.others.get(&limit.class) {
            Some(others) => others,
            None if self.documented => &limit.windows,
            None => return Ok(HeaderMap::new()),
        };
        let longest = windows.iter().map(|(_, seconds)| *seconds).max();
        let calls = self
            .calls
            .entry((limit.class.clone(), caller.to_owned()))
            .or_default();
        let life = Duration::from_secs(longest.unwrap_or_default());
        while calls.front().is_some_and(|call| *call + life <= now) {
            calls.pop_front();
        }
        let states = windows.iter().map(|(requests, seconds)| {
            let window = Duration::from_secs(*seconds);
            let recent = calls.iter().filter(|call| **call + window > now);
            let used = recent.clone().count() as u64;
            let frees = recent.clone().next().map_or(now, |first| *first) + window;
            let wait = frees.saturating_duration_since(now);
            (requests.saturating_sub(used), wait, *requests, *seconds)
        });
        // The window with the least remaining calls, and of several the one with the longest wait.
        let tightest = states.min_by_key(|(left, wait, ..)| (*left, std::cmp::Reverse(*wait)));
        let Some((left, wait, requests, _)) = tightest else {
            return Ok(HeaderMap::new());
        };
        let mut headers = HeaderMap::new();
        let mut set = |name: &str, number: u64| {
            if let (Ok(name), value) = (name.parse::<HeaderName>(), HeaderValue::from(number)) {
                headers.insert(name, value);
            }
        };
        for (requests, seconds) in windows {
            let window = match seconds {
                1 => "second".to_owned(),
                60 => "minute".to_owned(),
                3600 => "hour".to_owned(),
                other => other.to_string(),
            };
            set(&format!("x-ratelimit-limit-{window}"), *requests);
        }
        set("ratelimit-limit", requests);
        set("ratelimit-remaining", left.saturating_sub(1));
        // In seconds, rounded up.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        set("ratelimit-reset", seconds);
        if left == 0 {
            return Err(headers);
        }
        calls.push_back(now);
        Ok(headers)
    }
}

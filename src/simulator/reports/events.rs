//! The log of events: every event follows from the seed and its number, and its number from its time.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::simulator::faker::SeededRng;
use crate::simulator::handlers::Call;

/// There is one event in this time, in milliseconds.
const STEP: i64 = 300_000;
/// The maximum number of events of a report, the newest of its range.
pub(super) const MAX_EVENTS: i64 = 50_000;

/// Kinds of events, the frequent ones more than once.
pub(super) const KINDS: [&str; 12] = [
    "dns",
    "dns",
    "dns",
    "dns",
    "proxy",
    "proxy",
    "proxy",
    "firewall",
    "firewall",
    "intrusion",
    "ztna",
    "decryption",
];
const CATEGORIES: [(i64, &str); 6] = [
    (23, "Chat"),
    (32, "Search Engines"),
    (66, "Malware"),
    (68, "Phishing"),
    (124, "Social Networking"),
    (148, "Infrastructure"),
];
const IDENTITY_TYPES: [(i64, &str, &str); 3] = [
    (7, "directory_user", "AD Users"),
    (21, "site", "Sites"),
    (34, "anyconnect", "Roaming Computers"),
];
const THREATS: [(&str, &str); 3] = [
    ("Harbourworm", "Malware"),
    ("Lanternlock", "Ransomware"),
    ("Palehook", "Phishing"),
];
const QUERY_TYPES: [&str; 4] = ["A", "AAAA", "MX", "TXT"];

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Epoch milliseconds.
    pub(super) time: i64,
    pub(super) kind: &'static str,
    pub(super) rng: SeededRng,
    pub(super) blocked: bool,
    pub(super) domain: u64,
    pub(super) identity: u64,
    pub(super) category: (i64, &'static str),
    pub(super) threat: Option<(&'static str, &'static str)>,
    pub(super) query_type: &'static str,
}

/// The events of a time range, the newest first: of one kind, or of all, and as the filters of the call want them.
pub(super) fn log(call: &Call<'_>, (from, to): (i64, i64), kind: &str) -> Vec<Event> {
    let last = to.div_euclid(STEP);
    let first = from.div_euclid(STEP).max(last - MAX_EVENTS);
    let rng = call.env.rng.fork("reports");
    let list = |name: &str| call.request.query.get(name).and_then(Value::as_array);
    let (verdicts, domains) = (list("verdict"), list("domains"));
    let (identities, categories) = (list("identityids"), list("categories"));
    let is_in = |wanted: Option<&Vec<Value>>, value: Value| {
        wanted.is_none_or(|wanted| wanted.contains(&value))
    };
    let events = (first..=last).rev().map(|number| Event::at(number, rng));
    events
        .filter(|event| (from..to).contains(&event.time))
        .filter(|event| kind.is_empty() || event.kind == kind)
        .filter(|event| is_in(verdicts, event.verdict().into()))
        .filter(|event| is_in(domains, event.domain().into()))
        .filter(|event| is_in(identities, event.identity.into()))
        .filter(|event| is_in(categories, event.category.0.into()))
        .collect()
}

impl Event {
    fn at(number: i64, rng: SeededRng) -> Self {
        let rng = rng.fork_at(number.unsigned_abs());
        let roll = |name: &str, bound: u64| rng.fork(name).below(bound);
        let threat = rng.fork("threat").chance(0.1);
        let threats = rng.fork("threat name").choose(&THREATS).copied();
        Self {
            time: number * STEP
                + i64::try_from(roll("time", STEP.unsigned_abs())).unwrap_or_default(),
            kind: rng.fork("kind").choose(&KINDS).copied().unwrap_or("dns"),
            blocked: threat || rng.fork("blocked").chance(0.2),
            // The lower of two, so that there are favourites.
            domain: roll("domain", 40).min(roll("second domain", 40)),
            identity: 1001 + roll("identity", 20).min(roll("second identity", 20)),
            category: rng
                .fork("category")
                .choose(&CATEGORIES)
                .copied()
                .unwrap_or(CATEGORIES[0]),
            threat: threats.filter(|_| threat),
            query_type: rng
                .fork("query")
                .choose(&QUERY_TYPES)
                .copied()
                .unwrap_or("A"),
            rng,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.blocked {
            true => "blocked",
            false => "allowed",
        }
    }

    pub(super) fn domain(&self) -> String {
        format!("host{}.example.com", self.domain)
    }

    pub(super) fn identity(&self) -> Value {
        let (id, name, label) = self.identity_type();
        json!({
            "id": self.identity,
            "label": format!("Identity {}", self.identity),
            "type": {"id": id, "type": name, "label": label},
            "deleted": false,
        })
    }

    pub(super) fn identity_type(&self) -> (i64, &'static str, &'static str) {
        let index = usize::try_from(self.identity).unwrap_or_default() % IDENTITY_TYPES.len();
        IDENTITY_TYPES[index]
    }

    pub(super) fn category(&self) -> Value {
        let (id, label) = self.category;
        json!({"id": id, "label": label, "type": "content", "deprecated": false, "integration": false})
    }

    pub(super) fn application(&self) -> Value {
        let id = 2001 + self.domain % 7;
        let category = json!({"id": 5, "label": "Productivity"});
        json!({"id": id, "label": format!("Application {id}"), "type": "NBAR", "category": category})
    }

    /// The address of its client, outside and inside.
    pub(super) fn addresses(&self) -> (String, String) {
        let site = self.identity % 5;
        let inside = format!("10.{site}.0.{}", self.identity % 250);
        (format!("198.51.100.{}", 10 + site), inside)
    }

    /// Everything that a row may say about it.
    pub(super) fn facts(&self) -> Value {
        let time = DateTime::<Utc>::from_timestamp_millis(self.time).unwrap_or_default();
        let (outside, inside) = self.addresses();
        let threats: Vec<Value> = self
            .threat
            .iter()
            .map(|(label, kind)| json!({"label": label, "type": kind}))
            .collect();
        json!({
            "type": self.kind,
            "timestamp": self.time,
            "date": time.format("%Y-%m-%d").to_string(),
            "time": time.format("%H:%M:%S").to_string(),
            "verdict": self.verdict(),
            "domain": self.domain(),
            "url": format!("https://{}/path{}", self.domain(), self.domain % 9),
            "identities": [self.identity()],
            "categories": [self.category()],
            "threats": threats,
            "querytype": self.query_type,
            "externalip": outside,
            "internalip": inside,
            "sourceip": inside,
        })
    }
}

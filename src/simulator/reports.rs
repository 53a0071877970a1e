//! Reports over a log of events that is never written down: every event follows from the seed and its number, and its number from its time.
//!
//! So activity, summaries and top lists of the same time range agree with each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::dice::Dice;
use super::paging::Window;
use super::perform::{Call, Refusal};
use super::plausible::NOW;
use super::validate::Problem;

/// There is one event in this time, in milliseconds.
const STEP: i64 = 300_000;
/// A report looks at so many events at most, the newest of its range.
const MOST: i64 = 50_000;

const HOUR: i64 = 3_600_000;

/// Kinds of events, the frequent ones more than once.
const KINDS: [&str; 12] = [
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
struct Event {
    /// Epoch milliseconds.
    time: i64,
    kind: &'static str,
    dice: Dice,
    blocked: bool,
    domain: u64,
    identity: u64,
    category: (i64, &'static str),
    threat: Option<(&'static str, &'static str)>,
    query_type: &'static str,
}

/// The answer of a report over a time range; `None` where the call is none that is known here.
pub(super) fn answer(call: &Call<'_>) -> Result<Option<Answer>, Refusal> {
    let Some(report) = call.path.strip_prefix("/reports/v2/") else {
        return Ok(None);
    };
    let (name, kind) = report.split_once('/').unwrap_or((report, ""));
    let Some(range) = range(call)? else {
        return Ok(None);
    };
    let rows = match name {
        "activity" if kind.is_empty() || KINDS.contains(&kind) => {
            let events = log(call, range, kind);
            return listed(call, &events, |event| (event.facts(), event.dice)).map(Some);
        }
        "summary" | "total-requests" => {
            let mut answer = call.made(&Value::Null);
            let schema = call.operation().response();
            let schema = schema.and_then(|schema| call.document().schema_at(schema, "/data"));
            if let (Some(body), Some(schema)) = (&mut answer.body, schema) {
                let facts = Value::Object(tally(&log(call, range, kind)));
                body["data"] = call.values().make(schema, &facts, call.world.dice);
            }
            return Ok(Some(answer));
        }
        "requests-by-hour"
        | "requests-by-timerange"
        | "categories-by-hour"
        | "categories-by-timerange"
        | "bandwidth-by-hour"
        | "bandwidth-by-timerange" => over_time(&log(call, range, kind), range, call.step()),
        _ => {
            let kinds = ["internal", ""];
            let only = if kinds.contains(&kind) { "" } else { kind };
            match top(&log(call, range, only), report) {
                Some(rows) => rows,
                None => return Ok(None),
            }
        }
    };
    let dice = call.world.dice.of(call.path);
    let row = |facts: &Map<String, Value>| (Value::Object(facts.clone()), dice);
    listed(call, &rows, row).map(Some)
}

impl Call<'_> {
    /// How long the steps of a report over time are, in milliseconds.
    fn step(&self) -> i64 {
        match self.header("timerange") {
            Some("minute") => 60_000,
            Some("day") => 24 * HOUR,
            _ => HOUR,
        }
    }
}

/// From and to, in epoch milliseconds; `None` where the operation has no such parameters.
fn range(call: &Call<'_>) -> Result<Option<(i64, i64)>, Problem> {
    let time = |name: &str| {
        call.input
            .query
            .get(name)
            .and_then(Value::as_str)
            .and_then(milliseconds)
    };
    match (time("from"), time("to")) {
        (Some(from), Some(to)) if from > to => Err(Problem::new(
            "query parameter `from`",
            "it must not be after `to`",
        )),
        (Some(from), Some(to)) => Ok(Some((from, to))),
        _ => Ok(None),
    }
}

/// A time of a report in epoch milliseconds: a number, `now`, or words such as `-7days`.
fn milliseconds(text: &str) -> Option<i64> {
    let now = NOW * 1000;
    if text == "now" {
        return Some(now);
    }
    let Some(ago) = text.strip_prefix('-') else {
        return text.parse().ok();
    };
    let unit = ago.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let count: i64 = ago[..ago.len() - unit.len()].parse().ok()?;
    let unit = match unit.trim_end_matches('s') {
        "second" | "" => 1000,
        "minute" => 60_000,
        "hour" => HOUR,
        "week" => 7 * 24 * HOUR,
        "month" => 30 * 24 * HOUR,
        _ => 24 * HOUR,
    };
    Some(now.saturating_sub(count.saturating_mul(unit)))
}

/// The events of a time range, the newest first: of one kind, or of all, and as the filters of the call want them.
fn log(call: &Call<'_>, (from, to): (i64, i64), kind: &str) -> Vec<Event> {
    let last = to.div_euclid(STEP);
    let first = from.div_euclid(STEP).max(last - MOST);
    let dice = call.world.dice.of("reports");
    let list = |name: &str| call.input.query.get(name).and_then(Value::as_array);
    let (verdicts, domains) = (list("verdict"), list("domains"));
    let (identities, categories) = (list("identityids"), list("categories"));
    let is_in = |wanted: Option<&Vec<Value>>, value: Value| {
        wanted.is_none_or(|wanted| wanted.contains(&value))
    };
    let events = (first..=last).rev().map(|number| Event::at(number, dice));
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
    fn at(number: i64, dice: Dice) -> Self {
        let dice = dice.at(number.unsigned_abs());
        let roll = |name: &str, bound: u64| dice.of(name).below(bound);
        let threat = dice.of("threat").happens(0.1);
        let threats = dice.of("threat name").pick(&THREATS).copied();
        Self {
            time: number * STEP
                + i64::try_from(roll("time", STEP.unsigned_abs())).unwrap_or_default(),
            kind: dice.of("kind").pick(&KINDS).copied().unwrap_or("dns"),
            blocked: threat || dice.of("blocked").happens(0.2),
            // The lower of two, so that there are favourites.
            domain: roll("domain", 40).min(roll("second domain", 40)),
            identity: 1001 + roll("identity", 20).min(roll("second identity", 20)),
            category: dice
                .of("category")
                .pick(&CATEGORIES)
                .copied()
                .unwrap_or(CATEGORIES[0]),
            threat: threats.filter(|_| threat),
            query_type: dice.of("query").pick(&QUERY_TYPES).copied().unwrap_or("A"),
            dice,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.blocked {
            true => "blocked",
            false => "allowed",
        }
    }

    fn domain(&self) -> String {
        format!("host{}.example.com", self.domain)
    }

    fn identity(&self) -> Value {
        let (id, name, label) = self.identity_type();
        json!({
            "id": self.identity,
            "label": format!("Identity {}", self.identity),
            "type": {"id": id, "type": name, "label": label},
            "deleted": false,
        })
    }

    fn identity_type(&self) -> (i64, &'static str, &'static str) {
        let index = usize::try_from(self.identity).unwrap_or_default() % IDENTITY_TYPES.len();
        IDENTITY_TYPES[index]
    }

    fn category(&self) -> Value {
        let (id, label) = self.category;
        json!({"id": id, "label": label, "type": "content", "deprecated": false, "integration": false})
    }

    fn application(&self) -> Value {
        let id = 2001 + self.domain % 7;
        let category = json!({"id": 5, "label": "Productivity"});
        json!({"id": id, "label": format!("Application {id}"), "type": "NBAR", "category": category})
    }

    /// The address of its client, outside and inside.
    fn addresses(&self) -> (String, String) {
        let site = self.identity % 5;
        let inside = format!("10.{site}.0.{}", self.identity % 250);
        (format!("198.51.100.{}", 10 + site), inside)
    }

    /// Everything that a row may say about it.
    fn facts(&self) -> Value {
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

/// Numbers of events, under all the names that reports have for them.
fn tally(events: &[Event]) -> Map<String, Value> {
    let all = events.len();
    let blocked = events.iter().filter(|event| event.blocked).count();
    let count = |value: &dyn Fn(&Event) -> String| -> usize {
        events.iter().map(value).collect::<BTreeSet<_>>().len()
    };
    let summary = json!({
        "requests": all,
        "requestsallowed": all - blocked,
        "requestsblocked": blocked,
        "policyrequests": blocked,
        "domains": count(&|event| event.domain()),
        "identities": count(&|event| event.identity.to_string()),
        "identitytypes": count(&|event| event.identity_type().0.to_string()),
        "categories": count(&|event| event.category.0.to_string()),
        "applications": count(&|event| event.application()["id"].to_string()),
    });
    let counts =
        json!({"requests": all, "allowedrequests": all - blocked, "blockedrequests": blocked});
    let mut facts = summary.as_object().cloned().unwrap_or_default();
    facts.insert("count".to_owned(), json!(all));
    facts.insert("counts".to_owned(), counts);
    facts.insert("summary".to_owned(), summary);
    facts
}

/// The numbers of events of each step of a range, the newest first.
fn over_time(events: &[Event], (from, to): (i64, i64), step: i64) -> Vec<Map<String, Value>> {
    let first = from.div_euclid(step);
    let last = (to - 1).div_euclid(step).min(first + MOST);
    let mut steps: BTreeMap<i64, Vec<Event>> =
        (first..=last).map(|step| (step, Vec::new())).collect();
    for event in events {
        steps
            .entry(event.time.div_euclid(step))
            .or_default()
            .push(*event);
    }
    let rows = steps.into_iter().rev().map(|(number, events)| {
        let time = DateTime::<Utc>::from_timestamp_millis(number * step).unwrap_or_default();
        let mut row = tally(&events);
        row.insert("timestamp".to_owned(), json!(number * step));
        row.insert(
            "date".to_owned(),
            json!(time.format("%Y-%m-%d").to_string()),
        );
        row.insert(
            "time".to_owned(),
            json!(time.format("%H:%M:%S").to_string()),
        );
        row
    });
    rows.collect()
}

/// The numbers of events of each thing that a report ranks, the most frequent first; `None` where the report is none of these.
fn top(events: &[Event], report: &str) -> Option<Vec<Map<String, Value>>> {
    let name = report.split('/').next().unwrap_or_default();
    // What an event counts for, if for anything, and the property that holds it in a row.
    let subject: fn(&Event) -> Option<Value> = match (name, report) {
        ("top-destinations" | "summaries-by-destination", _) => {
            |event| Some(json!({"domain": event.domain()}))
        }
        ("top-categories" | "summaries-by-category", _) => {
            |event| Some(json!({"category": event.category()}))
        }
        ("top-identities", _) => |event| Some(json!({"identity": event.identity()})),
        ("identity-distribution", _) => |event| {
            let (id, name, label) = event.identity_type();
            Some(json!({"identitytype": {"id": id, "type": name, "label": label}}))
        },
        ("top-threats", _) => |event| {
            event
                .threat
                .map(|(threat, kind)| json!({"threat": threat, "threattype": kind}))
        },
        ("top-threat-types", _) => {
            |event| event.threat.map(|(_, kind)| json!({"threattype": kind}))
        }
        ("top-dns-query-types", _) => {
            |event| (event.kind == "dns").then(|| json!({"querytype": event.query_type}))
        }
        ("top-eventtypes", _) => |event| Some(json!({"eventtype": event.kind})),
        ("top-resources", _) => |event| Some(json!({"application": event.application()})),
        ("top-urls", _) => |event| {
            (event.kind == "proxy").then(|| json!({"path": format!("/path{}", event.domain % 9)}))
        },
        (_, "top-ips") => |event| Some(json!({"ip": event.addresses().0})),
        (_, "top-ips/internal") => |event| Some(json!({"ip": event.addresses().1})),
        _ => return None,
    };
    let mut groups: BTreeMap<String, (Value, Vec<Event>)> = BTreeMap::new();
    for event in events {
        if let Some(subject) = subject(event) {
            let group = groups
                .entry(subject.to_string())
                .or_insert((subject, Vec::new()));
            group.1.push(*event);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(_, events)| std::cmp::Reverse(events.len()));
    let rows = groups
        .into_iter()
        .enumerate()
        .map(|(index, (subject, events))| {
            let mut row = tally(&events);
            // A rank of a category does not count categories.
            row.retain(|name, _| {
                !["categories", "identities", "applications"].contains(&name.as_str())
            });
            row.insert("rank".to_owned(), json!(index + 1));
            row.extend(subject.as_object().cloned().unwrap_or_default());
            row
        });
    Some(rows.collect())
}

/// The answer that lists these; `row` tells of each what is known, and the dice for the rest.
fn listed<T>(
    call: &Call<'_>,
    all: &[T],
    row: impl Fn(&T) -> (Value, Dice),
) -> Result<Answer, Refusal> {
    let window = Window::of(call.operation(), call.input, &call.world.habits)?;
    let items = call.endpoint.listing.as_deref().unwrap_or("/data");
    let schema = call.operation().response();
    let rows = schema.and_then(|schema| call.document().schema_at(schema, items));
    let schema = rows.map(|rows| &call.document().resolve(rows)["items"]);
    let page = window.cut(all).iter().map(|item| {
        let (facts, dice) = row(item);
        call.values()
            .make(schema.unwrap_or(&Value::Null), &facts, dice)
    });
    Ok(call.page(window, page.collect(), all.len()))
}

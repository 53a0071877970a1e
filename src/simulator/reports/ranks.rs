//! Counts of events: in total, over time, and by the ranked property of a report.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::events::{Event, MAX_EVENTS};

/// Numbers of events, under all the names that reports have for them.
pub(super) fn tally(events: &[Event]) -> Map<String, Value> {
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
pub(super) fn over_time(
    events: &[Event],
    (from, to): (i64, i64),
    step: i64,
) -> Vec<Map<String, Value>> {
    let first = from.div_euclid(step);
    let last = (to - 1).div_euclid(step).min(first + MAX_EVENTS);
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

/// The properties in a row for which an event counts in a rank, if any.
type Subject = fn(&Event) -> Option<Value>;

/// The ranked property of a report; `None` if it does not rank.
fn subject(report: &str) -> Option<Subject> {
    let name = report.split('/').next().unwrap_or_default();
    Some(match (name, report) {
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
    })
}

/// The numbers of events of each ranked value, the most frequent first; `None` if the report does not rank.
pub(super) fn top(events: &[Event], report: &str) -> Option<Vec<Map<String, Value>>> {
    let subject = subject(report)?;
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

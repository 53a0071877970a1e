//! A report as text for a terminal, and the phrases that it shares with Markdown.

use std::fmt::{self, Write as _};

use super::change::{Change, Effect, Kind, Step, What};
use super::report::{Api, Report, Subject, Topic};

/// How many operations are named of those that use a type.
const USERS: usize = 3;

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&text(self))
    }
}

fn text(report: &Report) -> String {
    let Some(effect) = report.effect() else {
        return "nothing has changed\n".to_owned();
    };
    let mut text = String::new();
    for api in &report.apis {
        write_api(&mut text, api);
    }
    for effect in Effect::ALL {
        let count = report.count(effect);
        if count > 0 {
            let _ = writeln!(text, "{} {count:5}  {}", effect.mark(), effect.title());
        }
    }
    if let Some(operations) = operations(report) {
        let _ = writeln!(text, "\noperations: {operations}");
    }
    let _ = writeln!(text, "\n{}", step(effect));
    text
}

fn write_api(text: &mut String, api: &Api) {
    let _ = writeln!(text, "{}", heading(api));
    for subject in &api.subjects {
        if let Some((change, line)) = in_a_line(subject) {
            let _ = writeln!(text, "  {} {}", change.effect.mark(), line);
            continue;
        }
        let _ = writeln!(text, "  {}", head(&subject.topic));
        for change in &subject.changes {
            let line = line(change);
            let _ = writeln!(text, "    {} {line}", change.effect.mark());
        }
    }
    if api.words > 0 {
        let _ = writeln!(text, "  · {}", descriptions(api.words));
    }
    text.push('\n');
}

/// The heading of an API.
pub(super) fn heading(api: &Api) -> String {
    match &api.name {
        Some(name) => format!("{} · {name}", api.scope),
        None => format!("{} · shared by several APIs", api.scope),
    }
}

/// What has changed, as the head of a list of changes.
pub(super) fn head(topic: &Topic) -> String {
    match topic {
        Topic::Api => "the API".to_owned(),
        Topic::Operations(names) => {
            format!("{} operations: `{}`", names.len(), names.join("`, `"))
        }
        Topic::Operation(name) => format!("`{name}`"),
        Topic::Type { name, was, used_by } => {
            let name = match was {
                Some(was) => format!("type `{name}` (was `{was}`)"),
                None => format!("type `{name}`"),
            };
            let named = &used_by[..used_by.len().min(USERS)];
            let more = match used_by.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{name}, used by `{}`{more}", named.join("`, `"))
        }
    }
}

/// A change and what follows from it.
pub(super) fn line(change: &Change) -> String {
    format!("{} ({})", change.title(), change.why)
}

/// A subject with one change, which needs no heading.
pub(super) fn in_a_line(subject: &Subject) -> Option<(&Change, String)> {
    let [change] = subject.changes.as_slice() else {
        return None;
    };
    let line = match (&subject.topic, change.what, change.kind) {
        (Topic::Api, ..) => line(change),
        (Topic::Operation(name), What::Operation, Kind::Added | Kind::Removed) => {
            line(&change.clone().names(vec![name.clone()]))
        }
        (Topic::Type { used_by, .. }, What::Type, Kind::Renamed) => {
            format!("{}, used by `{}`", change.title(), used_by.join("`, `"))
        }
        _ => return None,
    };
    Some((change, line))
}

/// What became of operations.
pub(super) fn operations(report: &Report) -> Option<String> {
    let counts: Vec<_> = report
        .operations()
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

/// The next version.
pub(super) fn step(effect: Effect) -> String {
    format!(
        "next version: {} while it is 0.x, {} from 1.0 on",
        Step::before_1(effect),
        Step::from_1(effect)
    )
}

/// So many descriptions changed.
pub(super) fn descriptions(count: usize) -> String {
    match count {
        1 => "1 description in other words".to_owned(),
        count => format!("{count} descriptions in other words"),
    }
}

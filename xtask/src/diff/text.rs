//! A report as text for a terminal.

use std::fmt::Write as _;

use super::change::{Change, Effect, Kind, Step};
use super::report::{Api, Report, Subject, Topic};

/// How many operations are named that use a type.
const USERS: usize = 3;

pub(super) fn write(report: &Report) -> String {
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
        let _ = writeln!(text, "\n{operations}");
    }
    let _ = writeln!(text, "\n{}", step(Some(effect)));
    text
}

/// What became of operations, in a line.
pub(super) fn operations(report: &Report) -> Option<String> {
    let counts: Vec<_> = report
        .operations()
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    (!counts.is_empty()).then(|| format!("operations: {}", counts.join(", ")))
}

/// The next version, in a line.
pub(super) fn step(effect: Option<Effect>) -> String {
    format!(
        "next version: {} while it is 0.x, {} from 1.0 on",
        Step::before_1(effect),
        Step::from_1(effect)
    )
}

/// The heading of an API.
pub(super) fn heading(api: &Api) -> String {
    match &api.name {
        Some(name) => format!("{} · {name}", api.scope),
        None => format!("{} · shared by several APIs", api.scope),
    }
}

/// What has changed, as the head of a list of changes.
pub(super) fn subject(topic: &Topic) -> String {
    match topic {
        Topic::Api => "the API".to_owned(),
        Topic::Operation(name) => format!("`{name}`"),
        Topic::Type { name, was, used_by } => {
            let name = match was {
                Some(was) => format!("type `{name}` (was `{was}`)"),
                None => format!("type `{name}`"),
            };
            let mut users: Vec<_> = used_by
                .iter()
                .take(USERS)
                .map(|user| format!("`{user}`"))
                .collect();
            if used_by.len() > USERS {
                users.push(format!("{} more", used_by.len() - USERS));
            }
            format!("{name}, used by {}", users.join(", "))
        }
    }
}

/// Whether a subject is new or gone as a whole, which is all that is said of it.
pub(super) fn whole(subject: &Subject) -> Option<&Change> {
    match (&subject.topic, subject.changes.as_slice()) {
        (Topic::Operation(_), [change])
            if change.names.concat().is_empty()
                && matches!(change.kind, Kind::Added | Kind::Removed)
                && change.what == super::What::Operation =>
        {
            Some(change)
        }
        _ => None,
    }
}

fn write_api(text: &mut String, api: &Api) {
    let _ = writeln!(text, "{}", heading(api));
    for subject in &api.subjects {
        if let Some(change) = whole(subject) {
            let request = change.to.as_ref().or(change.from.as_ref());
            let line = format!(
                "{} {}: {} {}",
                self::subject(&subject.topic),
                change.kind,
                change.why,
                request.map_or("", |request| request)
            );
            let _ = writeln!(text, "  {} {}", change.effect.mark(), plain(&line));
            continue;
        }
        let _ = writeln!(text, "  {}", plain(&self::subject(&subject.topic)));
        for change in &subject.changes {
            let _ = writeln!(
                text,
                "    {} {}\n        {}",
                change.effect.mark(),
                plain(&change.title()),
                plain(change.why)
            );
        }
    }
    if api.words > 0 {
        let _ = writeln!(text, "  · {} in other words", descriptions(api.words));
    }
    text.push('\n');
}

/// So many descriptions.
pub(super) fn descriptions(count: usize) -> String {
    match count {
        1 => "1 description".to_owned(),
        count => format!("{count} descriptions"),
    }
}

/// A line without the marks of Markdown.
fn plain(line: &str) -> String {
    line.replace('`', "")
}

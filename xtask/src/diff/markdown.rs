//! A report as Markdown, for a pull request or a change log: what breaks first, by API.

use std::fmt::Write as _;

use super::change::Effect;
use super::report::{Api, Report, Topic};
use super::text::{descriptions, heading, operations, step, subject, whole};

pub(super) fn write(report: &Report) -> String {
    let mut text = String::from("## Changes of the API\n\n");
    if report.effect().is_none() {
        text.push_str("Nothing has changed.\n");
        return text;
    }
    let mut summary = step(report.effect());
    if let Some(first) = summary.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let _ = writeln!(text, "{summary}.");
    if let Some(operations) = operations(report) {
        let _ = writeln!(text, "Of {operations}.");
    }
    text.push('\n');
    for effect in Effect::ALL {
        let count = report.count(effect);
        if count == 0 {
            continue;
        }
        let mut title = effect.title().to_owned();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let _ = writeln!(text, "### {title} ({count})\n");
        // What needs nobody's care is there for those who look for it.
        let is_folded = effect == Effect::None;
        if is_folded {
            text.push_str("<details><summary>Show</summary>\n\n");
        }
        for api in &report.apis {
            write_api(&mut text, api, effect);
        }
        if is_folded {
            text.push_str("</details>\n\n");
        }
    }
    if report.words() > 0 {
        let _ = writeln!(text, "{} in other words.", descriptions(report.words()));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn write_api(text: &mut String, api: &Api, effect: Effect) {
    let mut lines = String::new();
    for subject in &api.subjects {
        let changes = subject.changes.iter();
        let mut changes = changes.filter(|change| change.effect == effect).peekable();
        if changes.peek().is_none() {
            continue;
        }
        if let Some(change) = whole(subject) {
            let request = change.to.as_ref().or(change.from.as_ref());
            let request = request.map_or("", |request| request);
            let _ = writeln!(
                lines,
                "- {} {}: {request}",
                self::subject(&subject.topic),
                change.kind
            );
            continue;
        }
        let _ = match subject.topic {
            Topic::Api => Ok(()),
            _ => writeln!(lines, "- {}", self::subject(&subject.topic)),
        };
        for change in changes {
            let indent = match subject.topic {
                Topic::Api => "",
                _ => "  ",
            };
            let _ = writeln!(lines, "{indent}- {}: {}", change.title(), change.why);
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "**{}**\n\n{lines}", heading(api));
    }
}

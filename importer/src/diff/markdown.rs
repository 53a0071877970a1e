//! A report as Markdown, for a pull request or a change diagnostics: what breaks first, by API.

use std::fmt::Write as _;

use super::change::Effect;
use super::report::{Api, Report, Subject, Topic};
use super::text::{descriptions, head, heading, in_a_line, line, operations, step};

impl Report {
    /// The report for a pull request or a change diagnostics.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown(self)
    }
}

fn markdown(report: &Report) -> String {
    let mut text = String::from("## Changes of the API\n\n");
    let Some(effect) = report.effect() else {
        text.push_str("Nothing has changed.\n");
        return text;
    };
    let _ = writeln!(text, "{}.", sentence(&step(effect)));
    if let Some(operations) = operations(report) {
        let _ = writeln!(text, "Operations: {operations}.");
    }
    if report.words() > 0 {
        let _ = writeln!(text, "{}.", descriptions(report.words()));
    }
    text.push('\n');
    for effect in Effect::ALL {
        let count = report.count(effect);
        if count == 0 {
            continue;
        }
        let _ = writeln!(text, "### {} ({count})\n", sentence(effect.title()));
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
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn write_api(text: &mut String, api: &Api, effect: Effect) {
    let mut lines = String::new();
    for subject in &api.subjects {
        write_subject(&mut lines, subject, effect);
    }
    if !lines.is_empty() {
        let _ = writeln!(text, "**{}**\n\n{lines}", heading(api));
    }
}

fn write_subject(lines: &mut String, subject: &Subject, effect: Effect) {
    let changes = subject.changes.iter();
    let changes: Vec<_> = changes.filter(|change| change.effect == effect).collect();
    if changes.is_empty() {
        return;
    }
    if let Some((_, line)) = in_a_line(subject) {
        let _ = writeln!(lines, "- {line}");
        return;
    }
    let indent = match subject.topic {
        Topic::Api => "",
        _ => {
            let _ = writeln!(lines, "- {}", head(&subject.topic));
            "  "
        }
    };
    for change in changes {
        let _ = writeln!(lines, "{indent}- {}", line(change));
    }
}

/// The text with a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

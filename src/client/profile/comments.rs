//! The comments of a configuration file that do not belong to what is removed.
//!
//! A comment directly above a value or a table belongs to it. A blank line separates the others.

use toml_edit::{DocumentMut, Item, Table};

/// Splits the text of a file into the comments at its beginning, which belong to the file, and the rest.
pub(super) fn split_header(text: &str) -> (&str, &str) {
    let is_comment = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        line.is_empty() || line.starts_with('#')
    };
    let comments = text
        .split_inclusive('\n')
        .take_while(|line| is_comment(line));
    let comments = &text[..comments.map(str::len).sum()];
    if comments.len() == text.len() {
        return (text, "");
    }
    text.split_at(separate(comments).0.len())
}

/// Joins the parts of [`split_header`].
pub(super) fn joined(header: &str, rest: &str) -> String {
    let rest = rest.trim_start_matches(['\r', '\n']);
    let ends_with_blank_line = separate(header).1.is_empty();
    let separator = if rest.is_empty() || ends_with_blank_line {
        ""
    } else if header.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    format!("{header}{separator}{rest}")
}

/// Inserts the name of the default profile at the beginning of a text without a header.
pub(super) fn insert_default(document: &mut DocumentMut, name: &str) {
    document.insert("default", toml_edit::value(name));
    if let Some(table) = next_table(document, None) {
        let prefix = prefix(table);
        if !prefix.starts_with(['\r', '\n']) {
            table.decor_mut().set_prefix(format!("\n{prefix}"));
        }
    }
}

/// Removes a profile. The comments above it that do not belong to it move to the next profile, or to the end of the file.
pub(super) fn remove_profile(document: &mut DocumentMut, name: &str) {
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut);
    let removed = profiles.and_then(|profiles| profiles.remove(name));
    let Some(Item::Table(removed)) = removed else {
        return;
    };
    let above = prefix(&removed);
    let (comments, _) = separate(&above);
    if !comments.contains('#') {
        return;
    }
    if let Some(table) = next_table(document, removed.position()) {
        let below = prefix(table);
        let below = below.trim_start_matches(['\r', '\n']);
        table.decor_mut().set_prefix(format!("{comments}{below}"));
    } else {
        let end = document.trailing().as_str().unwrap_or_default();
        document.set_trailing(format!("{comments}{end}"));
    }
}

/// The table of the first profile after a position of the file.
fn next_table(document: &mut DocumentMut, position: Option<isize>) -> Option<&mut Table> {
    let profiles = document.get_mut("profiles")?.as_table_mut()?;
    let tables = profiles
        .iter_mut()
        .filter_map(|(_, item)| item.as_table_mut());
    tables
        .filter(|table| table.position() > position)
        .min_by_key(|table| table.position())
}

/// The comments and blank lines above a table.
fn prefix(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|text| text.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Splits comments after their last blank line.
fn separate(comments: &str) -> (&str, &str) {
    let (mut end, mut position) = (0, 0);
    for line in comments.split_inclusive('\n') {
        position += line.len();
        if line.trim().is_empty() {
            end = position;
        }
    }
    comments.split_at(end)
}

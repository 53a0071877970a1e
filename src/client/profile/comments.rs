//! The comments of a configuration file around what is removed from it, or inserted at its beginning.
//!
//! A comment directly above a value or a table belongs to it. A blank line separates the others, which stay.

use toml_edit::{DocumentMut, Item, Table};

/// Removes a profile.
pub(super) fn remove_profile(document: &mut DocumentMut, name: &str) {
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut);
    let removed = profiles.and_then(|profiles| profiles.remove(name));
    if let Some(Item::Table(table)) = removed {
        let (kept, _) = split(&prefix(&table));
        prepend_after(document, table.position(), &kept);
    }
}

/// Removes the name of the default profile.
pub(super) fn remove_default(document: &mut DocumentMut) {
    if let Some((key, _)) = document.remove_entry("default") {
        let prefix = key.leaf_decor().prefix().and_then(|text| text.as_str());
        let (kept, _) = split(prefix.unwrap_or_default());
        prepend_after(document, None, &kept);
    }
}

/// Inserts the name of the default profile in the first line after the comments at the beginning of the file.
pub(super) fn insert_default(document: &mut DocumentMut, name: &str) {
    let mut header = String::new();
    if document.iter().all(|(_, item)| item.is_table())
        && let Some(table) = next_table(document, None)
    {
        let rest;
        (header, rest) = split(&prefix(table));
        let rest = rest.trim_start_matches(['\r', '\n']);
        table.decor_mut().set_prefix(format!("\n{rest}"));
    }
    document.insert("default", toml_edit::value(name));
    if let Some(mut key) = document.key_mut("default") {
        key.leaf_decor_mut().set_prefix(header);
    }
}

/// Puts text before the profile that follows a position of the file, or at its end.
fn prepend_after(document: &mut DocumentMut, position: Option<isize>, text: &str) {
    if !text.contains('#') {
        return;
    }
    if let Some(table) = next_table(document, position) {
        let prefix = format!("{text}{}", prefix(table).trim_start_matches(['\r', '\n']));
        table.decor_mut().set_prefix(prefix);
    } else {
        let end = document.trailing().as_str().unwrap_or_default();
        let trailing = format!("{text}{end}");
        document.set_trailing(trailing);
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

fn prefix(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|text| text.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Splits the text above a value or a table after its last blank line.
fn split(prefix: &str) -> (String, String) {
    let mut end = 0;
    let mut position = 0;
    for line in prefix.split_inclusive('\n') {
        position += line.len();
        if line.trim().is_empty() {
            end = position;
        }
    }
    let (kept, own) = prefix.split_at(end);
    (kept.to_owned(), own.to_owned())
}

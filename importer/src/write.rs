//! The files of the specifications: their canonical text, the page of their sources, and writing them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::document::Document;
use crate::merge::{Merged, api_name};

/// The directory of the base in that of the specifications.
pub(crate) const BASE: &str = "base";

/// The canonical text of a document: keys sorted, two spaces of indentation, a newline at the end.
pub(crate) fn canonical(mut document: Value) -> String {
    document.sort_all_objects();
    format!("{document:#}\n")
}

/// The page that says where the documents came from.
pub(crate) fn sources(documents: &[Document], merged: &[Merged]) -> String {
    let mut page = String::from(
        "# Sources\n\nThe upstream documents that are imported, the one that describes first. Written by `cargo xtask import`.\n\n\
         | API | version | SHA-256 | operations described | operations enriched |\n\
         | --- | --- | --- | ---: | ---: |\n",
    );
    let mut order: Vec<(usize, &Document)> = documents.iter().enumerate().collect();
    order.sort_by_key(|(_, document)| document.rank);
    for (index, document) in order {
        let described = merged
            .iter()
            .filter(|known| known.document == index)
            .count();
        let enriched = merged
            .iter()
            .filter(|known| known.enriched_by.contains(&index))
            .count();
        let Document {
            title,
            version,
            sha256,
            ..
        } = document;
        let api = match api_name(title) {
            api if api.is_empty() => "all APIs".to_owned(),
            api => api,
        };
        let _ = writeln!(
            page,
            "| {api} | {version} | `{sha256}` | {described} | {enriched} |"
        );
    }
    page
}

/// The names of those files of a directory that are not yet as they should be.
pub(crate) fn changed(directory: &Path, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_as_it_should_be = |name: &str, text: &String| {
        std::fs::read_to_string(directory.join(name)).is_ok_and(|found| found == *text)
    };
    files
        .iter()
        .filter(|(name, text)| !is_as_it_should_be(name, text))
        .map(|(name, _)| name.clone())
        .collect()
}

/// The names of the documents in a directory and in its base that are not among the files of an import.
pub(crate) fn stale(directory: &Path, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut stale = BTreeSet::new();
    for below in [String::new(), format!("{BASE}/")] {
        for entry in std::fs::read_dir(directory.join(&below))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if name.ends_with(".json") && !files.contains_key(&name) {
                stale.insert(name);
            }
        }
    }
    stale
}

/// Writes those of the files of a directory that are named, each as a whole, and removes the stale ones.
pub(crate) fn write(
    directory: &Path,
    files: &BTreeMap<String, String>,
    changed: &BTreeSet<String>,
    stale: &BTreeSet<String>,
) -> std::io::Result<()> {
    std::fs::create_dir_all(directory.join(BASE))?;
    let new = |name: &String| directory.join(format!("{name}.new"));
    for (name, text) in files.iter().filter(|(name, _)| changed.contains(*name)) {
        if let Err(error) = std::fs::write(new(name), text) {
            changed
                .iter()
                .for_each(|name| drop(std::fs::remove_file(new(name))));
            return Err(error);
        }
    }
    for name in changed {
        std::fs::rename(new(name), directory.join(name))?;
    }
    stale
        .iter()
        .try_for_each(|name| std::fs::remove_file(directory.join(name)))
}

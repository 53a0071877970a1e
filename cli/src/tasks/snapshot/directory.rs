//! The files of a snapshot, and the list of those that a snapshot wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::failure::{ExitStatus, Failure, Result};
use crate::tasks::configuration::Item;
use crate::tasks::write::write;

/// The file with the names of the files that snapshots wrote.
const MANIFEST: &str = ".snapshot.json";
/// The longest name of an item in the name of a file, in characters.
const MAX_NAME: usize = 80;

/// How many files were changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) added: usize,
    pub(super) changed: usize,
    pub(super) removed: usize,
}

/// The directory of a snapshot.
pub(super) struct Directory {
    path: PathBuf,
    /// The files that were written, by collection.
    written: BTreeMap<String, BTreeSet<String>>,
}

impl Directory {
    /// Opens a directory, or creates it.
    ///
    /// # Errors
    /// When it cannot be created, or its list of files is not valid.
    pub(super) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(failed(path))?;
        let manifest = path.join(MANIFEST);
        let written = match fs::read(&manifest) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(failed(&manifest)(error)),
            Ok(json) => read_manifest(&json).ok_or_else(|| {
                let message = format!(
                    "{}: not the list of files that a snapshot writes",
                    manifest.display()
                );
                Failure::usage(message).with_hint("Remove it; files of deleted items stay then.")
            })?,
        };
        Ok(Self {
            path: path.to_owned(),
            written,
        })
    }

    /// Writes the items of a collection that differ from their files, and removes the files of items that are gone.
    ///
    /// # Errors
    /// When a file cannot be written or removed.
    pub(super) fn write(&mut self, collection: &str, items: &[Item]) -> Result<Changes> {
        let directory = self.path.join(collection);
        fs::create_dir_all(&directory).map_err(failed(&directory))?;
        let names = file_names(items);
        let current: BTreeSet<String> = names.iter().cloned().collect();
        let before = self.written.remove(collection).unwrap_or_default();
        // The list is complete before the first file is written, so that an interrupted snapshot forgets none.
        let all = before.union(&current).cloned().collect();
        self.written.insert(collection.to_owned(), all);
        self.save()?;
        let mut changes = Changes::default();
        for (name, item) in names.iter().zip(items) {
            let path = directory.join(name);
            let content = format!("{:#}\n", item.value);
            match fs::read(&path) {
                Ok(known) if known == content.as_bytes() => continue,
                Ok(_) => changes.changed += 1,
                Err(_) => changes.added += 1,
            }
            write(&path, content.as_bytes())?;
        }
        for name in before.difference(&current) {
            let path = directory.join(name);
            match fs::remove_file(&path) {
                Ok(()) => changes.removed += 1,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&path)(error)),
            }
        }
        self.written.insert(collection.to_owned(), current);
        self.save()?;
        Ok(changes)
    }

    fn save(&self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.written).map_err(io::Error::other)?;
        write(&self.path.join(MANIFEST), format!("{json}\n").as_bytes())
    }
}

/// Reads the list of files; `None` if a name in it is not one that a snapshot writes.
fn read_manifest(json: &[u8]) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let written: BTreeMap<String, BTreeSet<String>> = serde_json::from_slice(json).ok()?;
    let is_name = |name: &String| {
        let mut parts = Path::new(name).components();
        let is_plain = matches!(parts.next(), Some(Component::Normal(_)));
        is_plain && parts.next().is_none() && name.ends_with(".json")
    };
    written.values().flatten().all(is_name).then_some(written)
}

/// The names of the files of items: their names, with the id if several items would have the same file.
fn file_names(items: &[Item]) -> Vec<String> {
    let slugs: Vec<String> = items.iter().map(|item| slug(&item.name)).collect();
    // Some file systems ignore the case.
    let mut counts = BTreeMap::<String, usize>::new();
    for slug in &slugs {
        *counts.entry(slug.to_lowercase()).or_default() += 1;
    }
    let name = |(number, (slug, item)): (usize, (&String, &Item))| {
        let is_unique = counts.get(&slug.to_lowercase()) == Some(&1) && !slug.is_empty();
        match (is_unique, &item.id) {
            (true, _) => format!("{slug}.json"),
            (false, Some(id)) => format!("{slug}~{}.json", self::slug(id)),
            (false, None) => format!("{slug}~{number}.json"),
        }
    };
    (1..).zip(slugs.iter().zip(items)).map(name).collect()
}

/// A name as a part of the name of a file.
fn slug(name: &str) -> String {
    let is_kept =
        |character: char| character.is_alphanumeric() || matches!(character, '.' | '_' | '-');
    let kept = name.chars().take(MAX_NAME);
    let kept: String = kept
        .map(|character| if is_kept(character) { character } else { '-' })
        .collect();
    kept.trim_matches(['.', '-']).to_owned()
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::new(ExitStatus::Failure, format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn files_have_the_names_of_items() {
        let item = |id: &str, name: &str| Item {
            id: Some(id.to_owned()),
            name: name.to_owned(),
            value: Value::Null,
        };
        let items = [
            item("1", "Harbour / east"),
            item("2", "twin"),
            item("3", "Twin"),
            item("4", "../../etc"),
            item("5", "東京"),
            item("6", ""),
        ];
        let expected = [
            "Harbour---east.json",
            "twin~2.json",
            "Twin~3.json",
            "etc.json",
            "東京.json",
            "~6.json",
        ];
        assert_eq!(file_names(&items), expected);
    }

    #[test]
    fn a_list_of_files_names_no_other_directory() {
        for name in ["../a.json", "/a.json", "a/b.json", "a.txt", ".."] {
            let json = format!("{{\"policies/sites\": [{name:?}]}}");
            assert_eq!(read_manifest(json.as_bytes()), None, "{name}");
        }
        assert!(read_manifest(br#"{"policies/sites": ["a.json"]}"#).is_some());
    }
}

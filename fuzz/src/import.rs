//! An import of documents in its own directory.

use std::fs;
use std::path::PathBuf;

use cisco_secure_access_importer::run;
use serde_json::Value;
use tempfile::TempDir;

/// A directory for documents and the imported specifications.
pub struct Bench {
    directory: TempDir,
}

impl Bench {
    /// Creates an empty directory.
    pub fn new() -> Self {
        let directory = TempDir::new().expect("a directory");
        fs::create_dir_all(directory.path().join("specs/overlays")).expect("a directory");
        Self { directory }
    }

    /// Sets the overlay of the next imports.
    pub fn overlay(&self, text: &[u8]) {
        let file = self.directory.path().join("specs/overlays/10-any.yaml");
        fs::write(file, text).expect("there is room");
    }

    /// Imports documents into an empty directory; returns the specifications by scope, or nothing if the import rejects the documents.
    ///
    /// Repeating the import changes nothing, and an import that rejects the documents writes nothing.
    pub fn import(&self, documents: &[&[u8]]) -> Vec<(String, Value)> {
        for (file, _) in self.written() {
            fs::remove_file(file).expect("the file is there");
        }
        let names: Vec<PathBuf> = (0..documents.len())
            .map(|number| self.directory.path().join(format!("{number}.yaml")))
            .collect();
        for (name, text) in names.iter().zip(documents) {
            fs::write(name, text).expect("there is room");
        }
        let specs = self.directory.path().join("specs");
        if let Err(failure) = run(&names, &specs) {
            assert!(!failure.0.is_empty(), "a failure has a message");
            assert!(self.written().is_empty(), "{failure}");
            return Vec::new();
        }
        let again = run(&names, &specs).expect("the import can be repeated");
        assert!(again.changed.is_empty(), "{:?}", again.changed);
        let written = self.written().into_iter();
        let specifications = written.filter_map(|(file, text)| {
            let scope = file.to_str()?.strip_suffix(".json")?.rsplit('/').next()?;
            let value = serde_json::from_slice(&text).expect("a specification is JSON");
            Some((scope.to_owned(), value))
        });
        specifications.collect()
    }

    fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files =
            fs::read_dir(self.directory.path().join("specs")).expect("the directory is there");
        files
            .filter_map(|file| Some(file.ok()?.path()))
            .filter_map(|file| fs::read(&file).ok().map(|text| (file, text)))
            .collect()
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

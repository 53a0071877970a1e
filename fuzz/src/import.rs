//! An import of documents in a folder of its own.

use std::fs;
use std::path::PathBuf;

use cisco_secure_access_importer::run;
use serde_json::Value;
use tempfile::TempDir;

/// A folder for documents and what comes of them.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir_all(folder.path().join("specs/overlays")).expect("a folder");
        Self { folder }
    }

    /// Sets the overlay of the next imports.
    pub fn overlay(&self, text: &[u8]) {
        let file = self.folder.path().join("specs/overlays/10-any.yaml");
        fs::write(file, text).expect("there is room");
    }

    /// Imports documents into an empty folder; gives the specifications by scope, or nothing where the import refuses.
    ///
    /// Whoever imports the same again changes nothing, and an import that refuses writes nothing.
    pub fn import(&self, documents: &[&[u8]]) -> Vec<(String, Value)> {
        for (file, _) in self.written() {
            fs::remove_file(file).expect("the file is there");
        }
        let names: Vec<PathBuf> = (0..documents.len())
            .map(|number| self.folder.path().join(format!("{number}.yaml")))
            .collect();
        for (name, text) in names.iter().zip(documents) {
            fs::write(name, text).expect("there is room");
        }
        let specs = self.folder.path().join("specs");
        if let Err(failure) = run(&names, &specs) {
            assert!(!failure.0.is_empty(), "a failure says why");
            assert!(self.written().is_empty(), "{failure}");
            return Vec::new();
        }
        let again = run(&names, &specs).expect("what was imported is imported again");
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
        let files = fs::read_dir(self.folder.path().join("specs")).expect("the folder is there");
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

//! A copy of this repository, for tests that compile generated code: each changes its copy and runs `cargo check` there.
//!
//! It consists of links, except for what a test may change: the manifest, the README and the root of the library.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repository;

/// A copy of this repository that can be built.
#[derive(Debug)]
pub struct RepositoryCopy {
    root: PathBuf,
    target: PathBuf,
}

impl RepositoryCopy {
    /// Makes the copy `name` in a directory for temporary files. All copies there share a target directory.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn new(directory: &Path, name: &str) -> io::Result<Self> {
        let root = directory.join(name);
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir_all(root.join("src"))?;
        for entry in fs::read_dir(repository())? {
            let entry = entry?;
            let name = entry.file_name();
            match name.to_string_lossy().as_ref() {
                "src" | "target" => {}
                "Cargo.toml" | "README.md" => drop(fs::copy(entry.path(), root.join(name))?),
                hidden if hidden.starts_with('.') => {}
                _ => symlink(entry.path(), root.join(name))?,
            }
        }
        for entry in fs::read_dir(repository().join("src"))? {
            let entry = entry?;
            let copy = root.join("src").join(entry.file_name());
            match entry.file_name() == "lib.rs" {
                true => drop(fs::copy(entry.path(), copy)?),
                false => symlink(entry.path(), copy)?,
            }
        }
        let target = directory.join("target");
        Ok(Self { root, target })
    }

    /// The directory of the copy.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Replaces the specifications by those of another directory.
    ///
    /// # Errors
    /// When the link cannot be replaced.
    pub fn set_specs(&self, specs: &Path) -> io::Result<()> {
        let link = self.root.join("specs");
        fs::remove_file(&link)?;
        symlink(specs, link)
    }

    /// Adds a module to the root of the library.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn add_module(&self, name: &str, code: &str) -> io::Result<()> {
        let library = self.root.join("src/lib.rs");
        let text = fs::read_to_string(&library)?;
        fs::write(&library, format!("{text}\npub mod {name};\n"))?;
        fs::write(self.root.join(format!("src/{name}.rs")), code)
    }

    /// Whether the library compiles with these features: arguments of `cargo check`.
    ///
    /// # Errors
    /// When cargo cannot be started.
    pub fn compiles(&self, features: &[&str]) -> io::Result<bool> {
        let status = Command::new(env!("CARGO"))
            .args(["check", "--lib"])
            .args(features)
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.root)
            .status()?;
        Ok(status.success())
    }
}

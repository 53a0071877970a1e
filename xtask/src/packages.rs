//! What cargo says of the packages of a workspace.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::process::finish;

/// The package that users depend on.
pub(crate) const SDK: &str = "cisco-secure-access";
/// The package for a fleet.
pub(crate) const REDIS: &str = "cisco-secure-access-redis";

/// A package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The registries that it may be published to; all where nothing is said.
    publish: Option<Vec<String>>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Package {
    /// Whether it can be published.
    pub(crate) fn is_published(&self) -> bool {
        self.publish.is_none()
    }

    /// Its targets of a kind: `example`, `bin`.
    pub(crate) fn targets(&self, kind: &str) -> impl Iterator<Item = &str> {
        let are = move |target: &&Target| target.kind.iter().any(|one| one == kind);
        self.targets
            .iter()
            .filter(are)
            .map(|target| target.name.as_str())
    }
}

/// The packages of the workspace that a directory is the root of.
pub(crate) fn packages(root: &Path) -> Result<Vec<Package>, String> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root);
    let text = finish(&mut cargo)?;
    let Metadata { packages } = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(packages)
}

/// The package of this name.
pub(crate) fn package(root: &Path, name: &str) -> Result<Package, String> {
    let mut packages = packages(root)?.into_iter();
    packages
        .find(|package| package.name == name)
        .ok_or_else(|| format!("there is no package {name}"))
}

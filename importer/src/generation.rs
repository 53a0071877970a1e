//! Whether the crate can be generated from new specifications, and whether its handwritten code still finds the names that it uses.
//!
//! It runs before an import writes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use cisco_secure_access_codegen::{Options, apis, generate};
use serde_json::Value;

use crate::handwritten::{self, Names};
use crate::report::Failure;

/// Specifications by the names of their files.
type Specs = BTreeMap<String, Value>;

/// Generates the code of those of the new specifications that differ from the ones in a directory, and returns the names that would be gone and
/// that handwritten code in the repository of the directory uses, each with its files.
///
/// # Errors
/// When the crate cannot be generated; the error says from which operation or schema.
pub(crate) fn check(directory: &Path, new: &Specs) -> Result<Vec<String>, Failure> {
    let old = read(directory);
    let is_new = |file: &str, spec: &Value| old.get(file) != Some(spec);
    let new_names = names(new.iter().filter(|(file, spec)| is_new(file, spec)))?;
    let repository = directory
        .parent()
        .filter(|parent| parent.join("src").is_dir());
    let Some(repository) = repository.filter(|_| !old.is_empty()) else {
        return Ok(Vec::new());
    };
    let is_other = |file: &str, spec: &Value| new.get(file) != Some(spec);
    let old_names = names(old.iter().filter(|(file, spec)| is_other(file, spec)))?;
    let (old_features, new_features) = (features(&old), features(new));
    let lost = old_features.difference(&new_features).cloned().collect();
    if old_names == new_names && old_features == new_features {
        return Ok(Vec::new());
    }
    Ok(handwritten::lost(
        repository, &old_names, &new_names, &lost,
    )?)
}

/// The specifications in a directory. One that is no JSON counts as one that is new.
fn read(directory: &Path) -> Specs {
    let scopes = cisco_secure_access_codegen::scopes(directory).unwrap_or_default();
    let specs = scopes.into_iter().filter_map(|scope| {
        let file = format!("{scope}.json");
        let text = std::fs::read_to_string(directory.join(&file)).ok()?;
        Some((file, serde_json::from_str(&text).ok()?))
    });
    specs.collect()
}

/// The names of the code of specifications, by scope.
fn names<'a>(
    specs: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<BTreeMap<String, Names>, Failure> {
    let results: Vec<_> = thread::scope(|threads| {
        let started: Vec<_> = specs
            .map(|(file, spec)| {
                let scope = file.trim_end_matches(".json");
                (scope, threads.spawn(move || names_of(scope, spec)))
            })
            .collect();
        let results = started.into_iter().map(|(scope, thread)| {
            let panicked = || Err(format!("{scope}.json: makes the generator panic"));
            (
                scope.to_owned(),
                thread.join().unwrap_or_else(|_| panicked()),
            )
        });
        results.collect()
    });
    let (mut names, mut failures) = (BTreeMap::new(), Vec::new());
    for (scope, result) in results {
        match result {
            Ok(found) => drop(names.insert(scope, found)),
            Err(error) => failures.push(format!(
                "{error}\n    the crate cannot be generated from this specification; correct it by an overlay, or the document"
            )),
        }
    }
    match failures.is_empty() {
        true => Ok(names),
        false => Err(Failure(failures)),
    }
}

fn names_of(scope: &str, spec: &Value) -> Result<Names, String> {
    let options = Options {
        enabled: &|_| true,
        schemars: true,
    };
    let generated = generate(scope, spec, &options).map_err(|error| error.to_string())?;
    Names::of(scope, generated.code)
}

/// The Cargo features of specifications.
fn features(specs: &Specs) -> BTreeSet<String> {
    let apis = specs.iter().filter_map(|(file, spec)| {
        let scope = file.trim_end_matches(".json");
        let features = apis(scope, spec).ok()?.into_iter().map(|api| api.feature);
        Some(features.chain([scope.to_owned()]).collect::<Vec<_>>())
    });
    apis.flatten().collect()
}

//! What must hold of what is made of the specifications.

use std::collections::BTreeMap;

use cisco_secure_access_codegen::{Options, examples as examples_of, generate};
use cisco_secure_access_importer::handwritten;
use cisco_secure_access_importer::lint::Problem;
use serde_json::Value;

use super::Checked;
use crate::{coverage, docs, features};

/// The Cargo features in `Cargo.toml` and README are those of the specifications.
pub(super) fn features(checked: &Checked<'_>) -> Vec<Problem> {
    let way_out = "run `cargo xtask features`";
    match features::outdated(checked.workspace) {
        Ok(files) => files
            .into_iter()
            .map(|file| {
                Problem::new(
                    file,
                    "",
                    "does not list the APIs of the specifications",
                    way_out,
                )
            })
            .collect(),
        Err(error) => vec![Problem::new("Cargo.toml", "", error, way_out)],
    }
}

/// The features that conditions in code name are those of the manifest.
pub(super) fn named_features(checked: &Checked<'_>) -> Vec<Problem> {
    let known = match features::declared(checked.workspace) {
        Ok(known) => known,
        Err(error) => return vec![Problem::new("Cargo.toml", "", error, "correct it")],
    };
    let named = match handwritten::features(checked.workspace) {
        Ok(named) => named,
        Err(error) => return vec![Problem::new("src", "", error, "correct it")],
    };
    let unknown = named
        .into_iter()
        .filter(|(feature, _)| !known.contains(feature));
    let problems = unknown.flat_map(|(feature, files)| {
        files.into_iter().map(move |file| {
            let found = format!("names the feature {feature:?}, which does not exist");
            let way_out = "name one of `Cargo.toml`, or keep the API by `x-api` in an overlay";
            Problem::new(file, "", found, way_out)
        })
    });
    problems.collect()
}

/// The page of what is covered says what the specifications have.
pub(super) fn coverage(checked: &Checked<'_>) -> Vec<Problem> {
    let problem =
        |found: String| Problem::new(coverage::PAGE, "", found, "run `cargo xtask coverage`");
    match coverage::is_current(checked.workspace, checked.preview) {
        Ok(true) => Vec::new(),
        Ok(false) => vec![problem("is not what the specifications have".to_owned())],
        Err(error) => vec![problem(error)],
    }
}

/// The pages of the APIs, and the links to them, say what the specifications have.
pub(super) fn docs(checked: &Checked<'_>) -> Vec<Problem> {
    let problem =
        |file: String, found: String| Problem::new(file, "", found, "run `cargo xtask docs`");
    match docs::outdated(checked.workspace) {
        Ok(files) => files
            .into_iter()
            .map(|file| problem(file, "is not what the specifications have".to_owned()))
            .collect(),
        Err(error) => vec![problem("docs/api".to_owned(), error)],
    }
}

/// Every example is a value of the type of its argument.
pub(super) fn examples(checked: &Checked<'_>) -> Vec<Problem> {
    let mismatches = checked.preview.specs.iter().filter_map(|(file, spec)| {
        let error = examples_of(file.trim_end_matches(".json"), spec).err()?;
        let way_out = "correct it in `specs/overlays/70-call-examples.yaml`";
        let file = format!("specs/{file}");
        Some(Problem::new(
            file,
            error.pointer(),
            error.to_string(),
            way_out,
        ))
    });
    mismatches.collect()
}

/// Generating twice makes the same code.
pub(super) fn code(checked: &Checked<'_>) -> Vec<Problem> {
    let all = |_: &str| true;
    let specs: BTreeMap<_, _> = checked.preview.specs.iter().collect();
    let twice = |file: &str, spec: &Value| -> Result<(), String> {
        let scope = file.trim_end_matches(".json");
        let once = || {
            let options = Options {
                enabled: &all,
                schemars: true,
            };
            generate(scope, spec, &options)
                .map(|generated| (generated.code.to_string(), generated.index))
                .map_err(|error| error.to_string())
        };
        match once()? == once()? {
            true => Ok(()),
            false => Err("generates other code each time".into()),
        }
    };
    std::thread::scope(|threads| {
        let started: Vec<_> = specs
            .into_iter()
            .map(|(file, spec)| (file, threads.spawn(move || twice(file, spec))))
            .collect();
        started
            .into_iter()
            .filter_map(|(file, thread)| {
                let found = thread
                    .join()
                    .unwrap_or_else(|_| Err("makes the generator panic".into()));
                let way_out = "correct the module of codegen/ that the place belongs to";
                Some(Problem::new(
                    format!("specs/{file}"),
                    "",
                    found.err()?,
                    way_out,
                ))
            })
            .collect()
    })
}

//! Updates of this repository's own specifications, with what `specs/base/` keeps of the documents: the ways in which upstream
//! publishes them, each on its own, and one document at a time.

use std::path::{Path, PathBuf};

#[cfg(unix)]
use cisco_secure_access_codegen::{Options as Generation, generate};
use cisco_secure_access_importer::diff::{self, Effect, Report};
use cisco_secure_access_importer::{Finding, Options, Outcome};
#[cfg(unix)]
use repository_copy::RepositoryCopy;
use repository_copy::{copy_specifications, newer, single, whole};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::documents::contents;
use crate::mutations;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Imports documents into a copy of the specifications, twice, which is the same as once. Returns what the import reports, and what has changed.
/// The import itself generates the code of what has changed.
fn import(documents: &[PathBuf], all: bool) -> (Outcome, Report) {
    let specs = TempDir::new().unwrap();
    copy_specifications(specs.path()).unwrap();
    let options = Options {
        all,
        allow_removals: all,
        ..Options::default()
    };
    let outcome = options.run(documents, specs.path()).unwrap();
    let again = options.preview(documents, specs.path()).unwrap().outcome;
    assert!(again.changed.is_empty(), "{:?}", again.changed);
    let after = diff::read_directory(specs.path()).unwrap();
    let before = diff::read_directory(&workspace().join("specs")).unwrap();
    let report = diff::compare(&before, &after).unwrap();
    (outcome, report)
}

#[test]
fn the_documents_of_single_apis_alone() {
    let (outcome, report) = import(&single().unwrap(), true);
    let text = report.to_string();
    assert_eq!(outcome.operations.values().sum::<usize>(), 365 - 71);
    assert_eq!(outcome.lost.len(), 71);
    assert!(text.contains("API `Alerting` removed"), "{text}");
    assert!(
        text.contains("operation `list_alerts` removed, was `GET /admin/v2/alerting/alerts`"),
        "{text}"
    );
    assert!(text.contains("operations: 71 removed"), "{text}");
}

#[test]
fn the_document_of_all_apis_alone() {
    let (outcome, report) = import(&whole(), true);
    let text = report.to_string();
    assert_eq!(outcome.lost.len(), 3);
    assert!(!text.contains("API `VPN User Connections`"), "{text}");
    assert!(
        outcome.kept_names.contains(
            &"admin: 2 operations of \"VPN Sessions\" stay in the API \"VPN User Connections\""
                .to_owned()
        ),
        "{:?}",
        outcome.kept_names
    );
    assert!(text.contains("operations: 3 removed"), "{text}");
}

#[test]
fn both_in_the_order_of_this_repository() {
    let (outcome, report) = import(&[whole(), single().unwrap()].concat(), true);
    assert_eq!(report.effect(), None, "{}", report);
    assert!(outcome.lost.is_empty() && outcome.applied.stale.is_empty());
}

#[test]
fn both_in_the_other_order() {
    let (outcome, report) = import(&[single().unwrap(), whole()].concat(), true);
    assert!(outcome.lost.is_empty());
    assert_eq!(outcome.operations.values().sum::<usize>(), 365);
    assert!(!report.to_string().contains("removed, was `GET"));
}

#[test]
fn a_document_that_only_calls_its_schemas_otherwise_changes_nothing() {
    let directory = TempDir::new().unwrap();
    let names = [
        "sites",
        "networks",
        "internal-domains",
        "key-admin",
        "tenant-controls-profiles",
    ];
    let documents = newer(names, directory.path()).unwrap();
    let (outcome, report) = import(&documents, false);
    // A schema that has a name now is another form of what actions replace, which a person decides on.
    let mut stale = outcome.applied.stale.iter();
    let is_reference = |found: &Map<String, Value>| found.keys().all(|key| key.ends_with("$ref"));
    let is_expected = stale.all(
        |stale| matches!(&stale.finding, Finding::ReplacesUnstated(found) if is_reference(found)),
    );
    assert!(is_expected, "{:#?}", outcome.applied.stale);
    assert!(
        report.effect() != Some(Effect::Breaking) && outcome.lost.is_empty(),
        "{}",
        report.to_string()
    );
}

#[test]
fn documents_of_the_base_change_nothing() {
    let (outcome, report) = import(&[single().unwrap(), whole()].concat(), false);
    assert_eq!(report.effect(), None, "{report}");
    // The copy has no page of sources.
    let changed: Vec<&String> = outcome.changed.iter().collect();
    assert_eq!(changed, ["SOURCES.md"]);
}

#[test]
fn a_document_that_differs_changes_its_own_api() {
    let directory = TempDir::new().unwrap();
    let names = ["destination-lists"];
    let documents = newer(names, directory.path()).unwrap();
    let (outcome, report) = import(&documents, false);
    let text = report.to_string();
    assert!(outcome.lost.is_empty());
    assert!(
        text.starts_with("policies · Destination Lists\n") && !text.contains("\n\npolicies"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
#[ignore = "builds the crate; run it after a change of the import"]
fn a_sample_of_mutants_compiles() {
    let mut modules = String::from(
        "#![allow(clippy::all, deprecated, missing_docs, unused, reason = \"mutants\")]\n",
    );
    let specs = mutations::sound(20).map(|(seed, specs)| {
        let module = |(_, spec): (&String, &Value)| {
            // Each has a scope of its own, because a client has one method for each.
            let options = Generation {
                enabled: &|_| true,
                schemars: false,
            };
            let name = format!("mutant{seed}");
            let code = generate(&name, spec, &options).unwrap().code;
            let code = prettyplease::unparse(&syn::parse2(code).unwrap());
            format!("pub mod {name} {{\n{code}}}\n")
        };
        specs.iter().map(module).collect::<String>()
    });
    modules.extend(specs);
    let copy = RepositoryCopy::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "mutants").unwrap();
    copy.add_module("mutants", &modules).unwrap();
    assert!(copy.compiles(&["--all-features"]).unwrap());
}

/// An older version of a document: without some of its operations and properties, and with other names of schemas.
fn older(document: &Path, into: &Path) -> PathBuf {
    let text = std::fs::read_to_string(document).unwrap();
    let text = text.replace("#/components/schemas/", "#/components/schemas/Old");
    let mut tree: Value = serde_json::from_str(&text).unwrap();
    tree["info"]["version"] = "0.1.0".into();
    let paths = tree["paths"].as_object_mut().unwrap();
    let some: Vec<String> = paths.keys().skip(1).step_by(4).cloned().collect();
    paths.retain(|path, _| !some.contains(path));
    let schemas = tree["components"]["schemas"].as_object_mut().unwrap();
    let renamed = std::mem::take(schemas)
        .into_iter()
        .map(|(name, mut schema)| {
            if let Some(properties) = schema["properties"]
                .as_object_mut()
                .filter(|map| map.len() > 2)
            {
                let last = properties.keys().next_back().cloned().unwrap();
                properties.remove(&last);
            }
            (format!("Old{name}"), schema)
        });
    *schemas = renamed.collect();
    let path = into.join(document.file_name().unwrap());
    std::fs::write(&path, tree.to_string()).unwrap();
    path
}

/// The files of a directory, without the hashes of the documents: those of the base are not the ones that were imported.
fn texts(directory: &Path) -> Vec<(PathBuf, String)> {
    let hash = regress::Regex::new("[0-9a-f]{64}").unwrap();
    let files = contents(directory).into_iter();
    files
        .map(|(path, bytes)| {
            (
                path,
                hash.replace_all(&String::from_utf8(bytes).unwrap(), ""),
            )
        })
        .collect()
}

#[test]
fn an_older_version_and_then_the_present_one_leave_the_specifications_as_they_are() {
    let directory = TempDir::new().unwrap();
    let base = workspace().join("specs/base");
    let some = ["sites.json", "secure-web-gateway-device-settings.json"];
    let some = some.map(|name| base.join(name));
    let present = [whole(), some.to_vec()].concat();
    let old: Vec<PathBuf> = present
        .iter()
        .map(|path| older(path, directory.path()))
        .collect();
    let specs = TempDir::new().unwrap();
    copy_specifications(specs.path()).unwrap();
    let options = Options {
        allow_removals: true,
        ..Options::default()
    };
    options.run(&[], specs.path()).unwrap();
    let before = texts(specs.path());
    assert!(!options.run(&old, specs.path()).unwrap().changed.is_empty());
    assert!(options.run(&old, specs.path()).unwrap().changed.is_empty());
    options.run(&present, specs.path()).unwrap();
    let after = texts(specs.path());
    let changed = before.iter().zip(&after).filter(|(was, is)| was != is);
    let changed: Vec<_> = changed.map(|((path, _), _)| path).collect();
    assert!(
        changed.is_empty() && before.len() == after.len(),
        "{changed:?}"
    );
}

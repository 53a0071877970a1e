//! Updates of this repository's own specifications, with what `specs/base/` keeps of the documents: the ways in which upstream
//! publishes them, each on its own, and one document at a time.

use std::path::{Path, PathBuf};

use cisco_secure_access_codegen::{Options as Generation, generate};
use cisco_secure_access_importer::diff::{self, Effect, Report};
use cisco_secure_access_importer::{Options, Outcome};
#[cfg(unix)]
use repository_copy::RepositoryCopy;
use repository_copy::{copy_specifications, newer, single, whole};
use serde_json::Value;
use tempfile::TempDir;

use crate::mutations;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Imports documents into a copy of the specifications, and returns what the import says, and what has changed.
fn import(documents: &[PathBuf], all: bool) -> (Outcome, Report) {
    let specs = TempDir::new().unwrap();
    copy_specifications(specs.path()).unwrap();
    let options = Options {
        all,
        allow_removals: all,
        ..Options::default()
    };
    let outcome = options.run(documents, specs.path()).unwrap();
    let after = diff::read_folder(specs.path()).unwrap();
    for (scope, spec) in &after {
        let options = Generation {
            enabled: &|_| true,
            schemars: true,
        };
        if let Err(error) = generate(scope, spec, &options) {
            panic!("{error}");
        }
    }
    let before = diff::read_folder(&workspace().join("specs")).unwrap();
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
    let folder = TempDir::new().unwrap();
    let names = [
        "sites",
        "networks",
        "internal-domains",
        "key-admin",
        "tenant-controls-profiles",
    ];
    let documents = newer(names, folder.path()).unwrap();
    let (outcome, report) = import(&documents, false);
    assert!(outcome.applied.stale.is_empty(), "{:#?}", outcome.applied);
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
    let folder = TempDir::new().unwrap();
    let names = ["destination-lists"];
    let documents = newer(names, folder.path()).unwrap();
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

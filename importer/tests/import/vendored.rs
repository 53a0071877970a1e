//! The specifications of this repository: what the overlays promise of every operation.

use std::path::Path;

use cisco_secure_access_codegen::scopes;
use cisco_secure_access_importer::each_operation;
use cisco_secure_access_importer::names::camel;
use cisco_secure_access_openapi::placeholders;
use serde_json::Value;

/// Calls `visit` with the scope of every specification and its text.
fn each_specification(mut visit: impl FnMut(&str, Value)) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    for scope in scopes(&directory).unwrap() {
        let text = std::fs::read_to_string(directory.join(format!("{scope}.json"))).unwrap();
        visit(&scope, serde_json::from_str(&text).unwrap());
    }
}

#[test]
fn every_operation_has_its_clouds() {
    const CLOUDS: [&str; 3] = ["global", "china", "government"];
    each_specification(|_, mut document| {
        each_operation(&mut document, |path, method, operation, _| {
            let clouds: Vec<&str> = operation
                .get("x-clouds")
                .and_then(Value::as_array)
                .unwrap_or_else(|| panic!("{method} {path} lacks `x-clouds`"))
                .iter()
                .map(|cloud| cloud.as_str().unwrap())
                .collect();
            let known = CLOUDS.into_iter().filter(|cloud| clouds.contains(cloud));
            assert!(
                known.eq(clouds.iter().copied()) && !clouds.is_empty(),
                "{method} {path}: {clouds:?} is not some of {CLOUDS:?} in this order"
            );
        });
    });
}

#[test]
fn rate_limits_are_whole_and_one_to_a_class() {
    let mut classes = std::collections::BTreeMap::new();
    each_specification(|_, mut document| {
        each_operation(&mut document, |path, method, operation, _| {
            let Some(limit) = operation.get("x-rate-limit") else {
                return;
            };
            let windows = limit["windows"].as_array().unwrap();
            assert!(
                !windows.is_empty()
                    && windows
                        .iter()
                        .all(|window| window["requests"].is_u64() && window["seconds"].is_u64()),
                "{method} {path}: {limit}"
            );
            assert!(["key", "organization"].contains(&limit["per"].as_str().unwrap()));
            let class = limit["class"].as_str().unwrap().to_owned();
            let known = classes.entry(class).or_insert_with(|| limit.clone());
            assert_eq!(known, limit, "{method} {path}: one class, two limits");
        });
    });
    assert!(classes.contains_key("deployments"));
}

#[test]
fn what_only_the_import_needs_stays_out() {
    each_specification(|scope, document| {
        for key in ["x-api", "x-name"] {
            assert!(
                !document.to_string().contains(&format!("\"{key}\"")),
                "{scope}: {key}"
            );
        }
    });
}

#[test]
fn placeholders_are_in_camel_case() {
    each_specification(|_, mut document| {
        each_operation(&mut document, |path, _, _, _| {
            for name in placeholders(path) {
                assert_eq!(name, camel(name), "{path}");
            }
        });
    });
}

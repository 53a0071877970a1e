//! Names of APIs when documents and tags have others.

use cisco_secure_access_importer::diff::{compare, read_directory};
use cisco_secure_access_importer::{Options, rebuild};
use serde_json::{Value, json};

use crate::documents::{Bench, of_paths};

/// A path with one operation of this tag.
fn operation(path: &str, tag: &str) -> String {
    format!(
        "{path}: {{get: {{operationId: 'get{path}', tags: [{tag}], responses: {{'204': {{description: ok}}}}}}}}\n"
    )
}

fn of(title: &str, paths: &[&str], tag: &str) -> String {
    let paths: String = paths.iter().map(|path| operation(path, tag)).collect();
    of_paths(title, &paths, "")
}

/// The API of each operation, by path below `/policies/v2`.
fn apis(spec: &Value) -> Value {
    let paths = spec["paths"].as_object().unwrap().iter();
    paths
        .map(|(path, item)| {
            let path = path.strip_prefix("/policies/v2").unwrap().to_owned();
            (path, item["get"]["tags"][0].clone())
        })
        .collect()
}

fn base(bench: &Bench) -> Vec<String> {
    let entries = std::fs::read_dir(bench.specs().join("base")).unwrap();
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

#[test]
fn a_document_of_another_title_keeps_its_name_and_its_place() {
    let cars = &["/cars", "/cars/{id}", "/wheels"];
    let mut bench = Bench::with(&of("Cisco Secure Access Cars and Wheels API", cars, "x")).overlay(
        "10.yaml",
        "- {target: \"$.paths.*[?@['x-api']=='Cars and Wheels']\", update: {summary: Ours}}",
    );
    bench.run().unwrap();
    let before = read_directory(&bench.specs()).unwrap();
    bench.forget();
    let bench = bench.document(
        "vehicles.yaml",
        of(
            "Cisco Secure Access Vehicles API",
            &["/cars", "/cars/{carId}", "/wheels", "/doors"],
            "x",
        ),
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.kept_names,
        [
            "vehicles.yaml: \"Cisco Secure Access Vehicles API\" is known as \"Cisco Secure Access Cars and Wheels API\", and keeps that name"
        ]
    );
    assert_eq!(base(&bench), ["cars-and-wheels.json", "index.json"]);
    let api = "Cars and Wheels";
    let expected = json!({"/cars": api, "/cars/{carId}": api, "/wheels": api, "/doors": api});
    assert_eq!(apis(&bench.spec("policies")), expected);
    assert!(outcome.applied.stale.is_empty(), "{:?}", outcome.applied);
    let report = compare(&before, &read_directory(&bench.specs()).unwrap()).unwrap();
    assert!(!report.to_string().contains("API `"), "{report}");
    // Also when it comes again, and when it is made anew.
    assert!(bench.run().unwrap().changed.is_empty());
    assert!(rebuild(&bench.specs()).unwrap().outcome.changed.is_empty());
}

#[test]
fn names_go_on_demand() {
    let paths = &["/cars", "/wheels"];
    let mut bench = Bench::with(&of("Cisco Secure Access Cars API", paths, "x"));
    bench.run().unwrap();
    let before = read_directory(&bench.specs()).unwrap();
    bench.forget();
    let bench = bench.document(
        "new.yaml",
        of("Cisco Secure Access Vehicles API", paths, "x"),
    );
    let options = Options {
        forget_names: true,
        ..Options::default()
    };
    options.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(base(&bench), ["index.json", "vehicles.json"]);
    assert_eq!(
        apis(&bench.spec("policies")),
        json!({"/cars": "Vehicles", "/wheels": "Vehicles"})
    );
    let report = compare(&before, &read_directory(&bench.specs()).unwrap()).unwrap();
    assert!(
        report
            .to_string()
            .contains("! API `Cars` is now `Vehicles` (its Cargo feature has another name)"),
        "{report}"
    );
}

#[test]
fn a_tag_of_another_name_keeps_its_api() {
    let document = |tag: &str, more: &str| {
        let paths = [
            operation("/cars", tag),
            operation("/wheels", tag),
            operation("/trees", "Trees"),
            more.to_owned(),
        ];
        of_paths("Cisco Secure Access API", &paths.concat(), "")
    };
    let mut bench = Bench::with(&document("Cars", ""));
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document(
        "all.yaml",
        document("Vehicles", &operation("/doors", "Vehicles")),
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.kept_names,
        ["policies: 3 operations of \"Vehicles\" stay in the API \"Cars\""]
    );
    let expected = json!({"/cars": "Cars", "/wheels": "Cars", "/doors": "Cars", "/trees": "Trees"});
    assert_eq!(apis(&bench.spec("policies")), expected);
    assert!(bench.run().unwrap().changed.is_empty());
    assert!(rebuild(&bench.specs()).unwrap().outcome.changed.is_empty());
}

#[test]
fn a_document_of_what_was_a_tag_keeps_the_name_of_the_api() {
    let all = of("Cisco Secure Access API", &["/cars", "/wheels"], "Cars");
    let mut bench = Bench::with(&all);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document(
        "new.yaml",
        of(
            "Cisco Secure Access Vehicles API",
            &["/cars", "/doors"],
            "x",
        ),
    );
    bench.run().unwrap();
    let apis = apis(&bench.spec("policies"));
    assert_eq!(apis["/cars"], "Cars");
    assert_eq!(apis["/wheels"], "Cars");
    // Half of its operations are new: it is no version of what was there.
    assert_eq!(apis["/doors"], "Vehicles");
}

#[test]
fn the_feature_of_an_api_is_that_of_nothing_else() {
    let policies = of_paths(
        "Cisco Secure Access API",
        &[
            operation("/cars", "Cars"),
            operation("/figures", "Metrics"),
            operation("/reports", "Reports"),
        ]
        .concat(),
        "",
    );
    let reports = of("Cisco Secure Access Reports API", &["/activity"], "x")
        .replace("/policies/", "/reports/");
    let bench = Bench::new()
        .document("policies.yaml", policies)
        .document("reports.yaml", reports);
    bench.run().unwrap();
    let feature =
        |scope: &str, path: &str| bench.spec(scope)["paths"][path]["get"]["x-feature"].clone();
    assert_eq!(feature("policies", "/policies/v2/cars"), Value::Null);
    // What the crate has already, and what is a scope.
    assert_eq!(feature("policies", "/policies/v2/figures"), "metrics-api");
    assert_eq!(feature("policies", "/policies/v2/reports"), "reports-api");
    // All of a scope has the feature of the scope.
    assert_eq!(feature("reports", "/reports/v2/activity"), Value::Null);
    let specs = read_directory(&bench.specs()).unwrap();
    let apis = cisco_secure_access_codegen::apis("policies", &specs["policies"]).unwrap();
    let features: Vec<&str> = apis.iter().map(|api| api.feature.as_str()).collect();
    assert_eq!(features, ["cars", "metrics-api", "reports-api"]);
}

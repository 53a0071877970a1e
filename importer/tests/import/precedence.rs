//! Which document describes an operation that several have, whatever was imported when.

use cisco_secure_access_importer::Options;

use crate::documents::{Bench, contents, of_paths};

/// A document with an operation for each path, whose response has this schema.
fn document(title: &str, version: &str, paths: &[&str], schema: &str) -> String {
    let path = |path: &&str| {
        format!(
            "{path}: {{get: {{operationId: 'list{path}', tags: [x], responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}}}}}}}\n"
        )
    };
    let paths: String = paths.iter().map(path).collect();
    of_paths(
        &format!("Cisco Secure Access {title}"),
        &paths,
        &format!("Thing: {schema}"),
    )
    .replace("1.0.0", version)
}

const ALL: &str = "{type: object, properties: {name: {type: string}}}";
const TREES: &str = "{type: object, properties: {name: {type: boolean}}}";

/// The document of all APIs, and the one of a single API.
fn both() -> Bench {
    let all = document("API", "2.0.202605140830", &["/cars", "/trees"], ALL);
    let trees = document("Trees API", "1.1.0", &["/trees"], TREES);
    Bench::new()
        .document("all.yaml", all)
        .document("trees.yaml", trees)
}

/// The type of the name in the response of the trees.
fn described(bench: &Bench) -> String {
    let spec = bench.spec("policies");
    let content = &spec["paths"]["/policies/v2/trees"]["get"]["responses"]["200"]["content"];
    let reference = content["application/json"]["schema"]["$ref"]
        .as_str()
        .unwrap();
    let schema = spec.pointer(reference.trim_start_matches('#')).unwrap();
    schema["properties"]["name"]["type"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Imports this document, then the present two again, and returns what described the trees in between.
fn there_and_back(document: String) -> String {
    let bench = both();
    bench.run().unwrap();
    let before = contents(&bench.specs());
    let given: Vec<_> = bench.documents().to_vec();
    let mut other = bench.file("other.yaml", document);
    other.forget();
    let other = other.given("other.yaml");
    other.run().unwrap();
    let between = described(&other);
    cisco_secure_access_importer::run(&given, &other.specs()).unwrap();
    assert!(
        before == contents(&other.specs()),
        "the specifications are not as they were"
    );
    between
}

#[test]
fn an_older_version_and_the_present_one_again_leave_everything_as_it_was() {
    // With fewer operations, other names of schemas and other schemas.
    let older = document("API", "2.0.202601010000", &["/trees"], ALL).replace("Thing", "Item");
    assert_eq!(there_and_back(older), "string");
    let older = document("Trees API", "1.0.9", &["/trees", "/leaves"], TREES)
        .replace("Thing", "treeObject");
    assert_eq!(there_and_back(older), "string");
    let older = "{type: object, properties: {name: {type: integer}, more: {type: object, properties: {a: {type: string}}}}}";
    assert_eq!(
        there_and_back(document("Trees API", "1.0.9", &["/trees"], older)),
        "string"
    );
    let older = "{type: array, items: {type: object, properties: {name: {type: string}}}}";
    let bench = both();
    bench.run().unwrap();
    let before = contents(&bench.specs());
    let given: Vec<_> = bench.documents().to_vec();
    let mut bench = bench.file(
        "o.yaml",
        document("API", "2.0.202601010000", &["/cars", "/trees"], older),
    );
    bench.forget();
    let bench = bench.given("o.yaml");
    bench.run().unwrap();
    cisco_secure_access_importer::run(&given, &bench.specs()).unwrap();
    assert!(before == contents(&bench.specs()));
}

#[test]
fn a_newer_version_describes_and_the_present_one_again_leaves_everything_as_it_was() {
    let newer = document("Trees API", "1.2.0", &["/trees"], TREES);
    assert_eq!(there_and_back(newer), "boolean");
}

#[test]
fn the_same_version_with_other_content_describes_nothing_new() {
    let other = document("Trees API", "1.1.0", &["/trees", "/leaves"], TREES);
    assert_eq!(there_and_back(other), "string");
}

#[test]
fn the_document_with_the_latest_date_comes_first_among_newer_ones() {
    for order in [["all.yaml", "trees.yaml"], ["trees.yaml", "all.yaml"]] {
        let mut bench = both();
        bench.run().unwrap();
        bench.forget();
        let bench = bench
            .file(
                "all.yaml",
                document("API", "2.0.202607010000", &["/cars", "/trees"], ALL),
            )
            .file(
                "trees.yaml",
                document("Trees API", "1.2.0", &["/trees"], TREES),
            );
        let bench = order.into_iter().fold(bench, Bench::given);
        bench.run().unwrap();
        assert_eq!(described(&bench), "string");
    }
}

#[test]
fn the_order_of_the_command_line_counts_on_demand_and_is_reported() {
    let bench = both();
    bench.run().unwrap();
    let mut bench = bench;
    bench.forget();
    let bench = bench.given("trees.yaml");
    assert!(bench.run().unwrap().changed.is_empty());
    let first = Options {
        first: true,
        ..Options::default()
    };
    let outcome = first.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(described(&bench), "boolean");
    assert_eq!(
        outcome.handed_over,
        [
            "\"Cisco Secure Access Trees API\" instead of \"Cisco Secure Access API\": GET /policies/v2/trees"
        ]
    );
    // It stays so without the flag.
    assert!(bench.run().unwrap().changed.is_empty());
}

#[test]
fn of_two_versions_the_newer_one_is_taken_in_and_the_other_reported() {
    let newer = document("Trees API", "1.10.0", &["/trees"], TREES);
    let older = document("Trees API", "1.9.0", &["/trees", "/leaves"], ALL);
    for files in [["new.yaml", "old.yaml"], ["old.yaml", "new.yaml"]] {
        let bench = Bench::new()
            .file("new.yaml", &newer)
            .file("old.yaml", &older);
        let bench = files.into_iter().fold(bench, Bench::given);
        let outcome = bench.run().unwrap();
        assert_eq!(described(&bench), "boolean");
        assert_eq!(
            outcome.left_out,
            [
                "old.yaml: version 1.9.0 of \"Cisco Secure Access Trees API\", for version 1.10.0 in new.yaml; it alone has get /policies/v2/leaves"
            ]
        );
        assert!(!bench.specs().join("base/trees-2.json").exists());
    }
    let other = document("Trees API", "1.10.0", &["/trees"], ALL);
    let rejection = Bench::new()
        .document("a.yaml", newer)
        .document("b.yaml", other)
        .rejection();
    assert!(
        rejection.contains("a.yaml and b.yaml: found two documents \"Cisco Secure Access Trees API\" of version \"1.10.0\" that differ"),
        "{rejection}"
    );
}

//! Importing one document of several: its API changes, everything else stays.

use cisco_secure_access_importer::{Options, rebuild};
use serde_json::{Value, json};

use crate::documents::{Bench, contents, of_paths};

/// A path with one operation whose response is `Thing`.
fn list(path: &str) -> String {
    let id: String = path.split(['/', '{', '}']).collect();
    format!(
        "{path}:
  get:
    operationId: list{id}
    tags: [{id}]
    responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}}}
"
    )
}

fn all(paths: &[&str], thing: &str) -> String {
    let paths: String = paths.iter().map(|path| list(path)).collect();
    of_paths(
        "Cisco Secure Access API",
        &paths,
        &format!("Thing: {{type: {thing}}}"),
    )
}

fn one(title: &str, paths: &[&str], thing: &str) -> String {
    all(paths, thing).replace(
        "Cisco Secure Access API",
        &format!("Cisco Secure Access {title} API"),
    )
}

/// The types of the responses, by path below `/policies/v2`.
fn responses(spec: &Value) -> Value {
    let types = spec["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, item)| {
            let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let path = path.strip_prefix("/policies/v2").unwrap().to_owned();
            (
                path,
                json!([name, spec["components"]["schemas"][name]["type"]]),
            )
        });
    types.collect()
}

#[test]
fn a_single_document_changes_its_api_alone() {
    let mut bench = Bench::new()
        .document("all.yaml", all(&["/cars", "/trees"], "string"))
        .document("trees.yaml", one("Trees", &["/trees", "/leaves"], "string"));
    bench.run().unwrap();
    let before = bench.spec("policies");
    assert_eq!(
        responses(&before),
        json!({"/cars": ["Thing", "string"], "/trees": ["Thing", "string"], "/leaves": ["Thing", "string"]})
    );
    bench.forget();
    let newer = one("Trees", &["/trees", "/roots"], "boolean").replace("1.0.0", "1.0.1");
    let bench = bench.document("trees.yaml", newer);
    let outcome = bench.run().unwrap();
    // Another schema does not take the name that `/cars` knows.
    assert_eq!(
        responses(&bench.spec("policies")),
        json!({"/cars": ["Thing", "string"], "/trees": ["TreesThing", "boolean"], "/roots": ["TreesThing", "boolean"]})
    );
    assert_eq!(
        outcome.lost,
        ["GET /policies/v2/leaves, of \"Cisco Secure Access Trees API\""]
    );
    let after = contents(&bench.specs());
    let outcome = bench.run().unwrap();
    assert!(outcome.changed.is_empty() && outcome.lost.is_empty());
    assert_eq!(after, contents(&bench.specs()));
}

#[test]
fn a_document_that_is_known_takes_nothing_over() {
    let mut bench = Bench::new()
        .document("all.yaml", all(&["/cars", "/trees"], "string"))
        .document("trees.yaml", one("Trees", &["/trees"], "boolean"));
    bench.run().unwrap();
    let before = contents(&bench.specs());
    bench.forget();
    let bench = bench.document("trees.yaml", one("Trees", &["/trees"], "boolean"));
    assert!(bench.run().unwrap().changed.is_empty());
    assert_eq!(before, contents(&bench.specs()));
}

#[test]
fn with_all_what_the_documents_lack_is_removed() {
    let elsewhere = one("Elsewhere", &["/places"], "string").replace("/policies/", "/admin/");
    let mut bench = Bench::new()
        .document("all.yaml", all(&["/cars", "/trees"], "string"))
        .document("elsewhere.yaml", elsewhere);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document("all.yaml", all(&["/cars"], "string"));
    let all = Options {
        all: true,
        ..Options::default()
    };
    let outcome = all.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(
        responses(&bench.spec("policies")),
        json!({"/cars": ["Thing", "string"]})
    );
    assert_eq!(outcome.lost.len(), 2);
    assert_eq!(
        outcome.stale.iter().collect::<Vec<_>>(),
        ["admin.json", "base/elsewhere.json"]
    );
    assert!(!bench.specs().join("admin.json").exists());
}

#[test]
fn the_order_of_documents_counts_when_they_are_new_only() {
    let whole = all(&["/cars", "/trees"], "string");
    let trees = one("Trees", &["/trees"], "boolean");
    let mut bench = Bench::new()
        .document("all.yaml", &whole)
        .document("trees.yaml", &trees);
    bench.run().unwrap();
    let before = contents(&bench.specs());
    bench.forget();
    let mut bench = bench
        .document("trees.yaml", &trees)
        .document("all.yaml", &whole);
    bench.run().unwrap();
    assert_eq!(before, contents(&bench.specs()));
    bench.forget();
    let bench = bench
        .document("trees.yaml", &trees)
        .document("all.yaml", &whole);
    let all = Options {
        all: true,
        ..Options::default()
    };
    all.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(responses(&bench.spec("policies"))["/trees"][1], "boolean");
}

#[test]
fn the_base_and_the_overlays_make_the_specifications() {
    let bench = Bench::new()
        .document("all.yaml", all(&["/cars", "/trees"], "string"))
        .document("trees.yaml", one("Trees", &["/trees"], "boolean"))
        .overlay(
            "10.yaml",
            "- {target: $.paths.*.get, update: {summary: Ours}}",
        );
    bench.run().unwrap();
    let rebuilt = rebuild(&bench.specs()).unwrap();
    assert!(rebuilt.outcome.changed.is_empty());
    assert_eq!(rebuilt.specs["policies.json"], bench.spec("policies"));
    let origins = &rebuilt.origins["policies::list_trees"];
    let titles: Vec<_> = origins
        .iter()
        .map(|place| rebuilt.documents[*place].title.as_str())
        .collect();
    assert_eq!(
        titles,
        ["Cisco Secure Access API", "Cisco Secure Access Trees API"]
    );
}

#[test]
fn overlay_actions_on_what_is_gone_are_left_out() {
    let mut bench = Bench::with(&all(&["/cars", "/trees"], "string")).overlay(
        "10.yaml",
        "- {target: \"$.paths['/policies/v2/trees'].get\", update: {summary: Ours}}",
    );
    assert!(bench.run().unwrap().applied.stale.is_empty());
    bench.forget();
    let bench = bench.document("all.yaml", all(&["/cars"], "string"));
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.lost,
        ["GET /policies/v2/trees, of \"Cisco Secure Access API\""]
    );
    assert!(
        outcome.applied.stale[0]
            .to_string()
            .starts_with("10.yaml:4: ")
    );
    assert_eq!(
        responses(&bench.spec("policies")),
        json!({"/cars": ["Thing", "string"]})
    );
}

#[test]
fn a_new_scope_is_reported_and_taken_in_on_request() {
    let mut bench = Bench::new().document("all.yaml", all(&["/trees"], "string"));
    bench.run().unwrap();
    bench.forget();
    let text = one("Webhooks", &["/cars"], "string").replace("/policies/v2", "/webhooks/v1");
    let bench = bench.document("webhooks.yaml", text);
    let message = bench.rejection();
    assert!(
        message.contains("a path under \"/webhooks\"") && message.contains("--new-scope"),
        "{message}"
    );
    let new_scope = Options {
        new_scope: true,
        ..Options::default()
    };
    let outcome = new_scope.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(outcome.new_scopes.iter().collect::<Vec<_>>(), ["webhooks"]);
    assert_eq!(
        bench.spec("webhooks")["paths"]["/webhooks/v1/cars"]["get"]["operationId"],
        "list_cars"
    );
    // From then on it is known.
    assert!(bench.run().unwrap().changed.is_empty());
}

#[test]
fn a_moved_operation_is_found_and_keeps_its_former_name_when_that_is_confirmed() {
    let before = all(&["/cars", "/trees/{id}/leaves"], "string");
    let after = before.replace("/trees/{id}/leaves", "/trees/{treeId}/foliage");
    let mut bench = Bench::with(&before);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document("all.yaml", after);
    let preview = cisco_secure_access_importer::preview(bench.documents(), &bench.specs()).unwrap();
    let action = "  - target: $.paths['/policies/v2/trees/{treeId}/foliage'].get
    description: 'It was GET /policies/v2/trees/{id}/leaves.'
    update: {x-former-name: list_tree_leaves}";
    assert_eq!(preview.outcome.renames[1..], [action]);
    // What is printed is an overlay that the import takes as it is.
    let printed = preview.outcome.summary(false).to_string();
    let (_, printed) = printed.split_once("21-renames.yaml:\n").unwrap();
    let lines = printed
        .lines()
        .take_while(|line| !line.ends_with("files unchanged"));
    let overlay: String = lines.map(|line| format!("{line}\n")).collect();
    std::fs::create_dir_all(bench.specs().join("overlays")).unwrap();
    std::fs::write(bench.specs().join("overlays/21-renames.yaml"), overlay).unwrap();
    bench.run().unwrap();
    let operation = &bench.spec("policies")["paths"]["/policies/v2/trees/{treeId}/foliage"]["get"];
    assert_eq!(operation["operationId"], "get_tree_foliage");
    assert_eq!(operation["x-former-name"], "list_tree_leaves");
    let taken = action.replace("list_tree_leaves", "list_cars");
    let rejection = bench.overlay("21-renames.yaml", &taken).rejection();
    assert!(
        rejection.contains("\"list_cars\", expected a name that no other"),
        "{rejection}"
    );
}

#[test]
fn a_moved_operation_that_keeps_its_name_needs_no_former_one() {
    let before = all(&["/cars", "/trees"], "string");
    let mut bench = Bench::with(&before);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document("all.yaml", before.replace("/policies/v2", "/policies/v3"));
    let outcome = bench.run().unwrap();
    assert_eq!(outcome.lost.len(), 2);
    assert!(outcome.renames.is_empty(), "{:?}", outcome.renames);
}

#[test]
fn a_document_in_another_notation_is_the_same() {
    let trees = one("Trees", &["/trees"], "boolean");
    let mut bench = Bench::new()
        .document("trees.yaml", &trees)
        .document("all.yaml", all(&["/cars", "/trees"], "string"));
    bench.run().unwrap();
    let whole = all(&["/cars", "/trees"], "integer");
    bench.forget();
    let mut bench = bench.document("all.yaml", whole);
    // The newest document describes the operation from now on, with the names that the types have.
    bench.run().unwrap();
    let before = contents(&bench.specs());
    bench.forget();
    let bench = bench.document("trees.yaml", format!("{trees}# \n"));
    let outcome = bench.run().unwrap();
    assert_eq!(outcome.changed, Default::default());
    assert_eq!(contents(&bench.specs()), before);
}

#[test]
fn all_of_nothing_is_rejected() {
    let mut bench = Bench::new().document("all.yaml", all(&["/cars"], "string"));
    bench.run().unwrap();
    let before = contents(&bench.specs());
    bench.forget();
    let all = Options {
        all: true,
        ..Options::default()
    };
    let failure = all.run(bench.documents(), &bench.specs()).unwrap_err();
    assert!(
        failure.to_string().contains("no document is given"),
        "{failure}"
    );
    assert_eq!(contents(&bench.specs()), before);
}

#[test]
fn more_than_a_tenth_of_the_operations_go_on_demand_alone() {
    let paths: Vec<String> = (0..12).map(|number| format!("/cars{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut bench = Bench::new().document("all.yaml", all(&paths, "string"));
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document("all.yaml", all(&paths[..1], "string"));
    let failure = bench.run().unwrap_err().to_string();
    assert!(
        failure.contains("11 of 12 operations would go"),
        "{failure}"
    );
    assert!(failure.contains("--allow-removals"), "{failure}");
    let allowed = Options {
        allow_removals: true,
        ..Options::default()
    };
    let outcome = allowed.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(outcome.lost.len(), 11);
}

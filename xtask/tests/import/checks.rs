//! `cargo xtask check` on specifications that something is wrong with: each problem with file, place and way out, all in one run.

use xtask::check::specifications;

use crate::documents::{Bench, of_paths};

fn problems(bench: &Bench) -> String {
    let problems = specifications(&bench.specs()).unwrap();
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

const WORDS: &str = "
- {target: '$.paths.*.*', update: {description: Ours, x-clouds: [global]}}
- {target: '$.components.schemas.*', update: {description: Ours}}
";

fn things() -> String {
    of_paths(
        "Cisco Secure Access Things API",
        "/things:
  get:
    operationId: listThings
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}",
        "Thing: {type: string}",
    )
}

#[test]
fn sound_specifications_have_no_problems() {
    let bench = Bench::with(&things()).overlay("60.yaml", WORDS);
    bench.run().unwrap();
    assert_eq!(problems(&bench), "");
}

#[test]
fn all_problems_are_found_in_one_run() {
    let paths = "/things:
  get:
    operationId: listThings
    parameters: [{name: page, in: query, required: true, schema: {type: integer}}]
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}";
    let text = of_paths(
        "Cisco Secure Access Things API",
        paths,
        "Thing: {type: string}",
    );
    let overlay = "
- {target: '$.paths.*.get', update: {operationId: delete_things, x-clouds: [china, global], x-rate-limit: {class: a}, x-misspelt: 1}}
- {target: '$.components.schemas.*', update: {x-name: my_thing}}
";
    let bench = Bench::with(&text).overlay("20.yaml", overlay);
    bench.run().unwrap();
    let bench = bench.overlay("90.yaml", "- {target: $.paths.nowhere, remove: true}");
    let spec = bench.specs().join("policies.json");
    let text = std::fs::read_to_string(&spec).unwrap();
    std::fs::write(&spec, text.replace("\"delete_things\"", "\"list_things\"")).unwrap();
    std::fs::write(bench.specs().join("old.json"), "{}").unwrap();
    let found = problems(&bench);
    let operation = "specs/policies.json: #/paths/~1policies~1v2~1things/get";
    for expected in [
        &format!(
            "{operation}/operationId\n    is \"list_things\", but base and overlays make \"delete_things\""
        ),
        "specs/old.json\n    belongs to no document",
        "specs/overlays/90.yaml\n    action 1, target \"$.paths.nowhere\": matches nothing; correct it",
        "x-misspelt: 1`, expected no such key in the operation; correct the overlay that adds it",
        &format!("{operation}\n    the operation has no description"),
        &format!("{operation}/parameters/0\n    the parameter \"page\" has no description"),
        &format!("{operation}/parameters/0\n    the parameter \"page\" has no example"),
        "specs/policies.json: #/components/schemas/my_thing\n    the schema has no description",
        &format!(
            "{operation}\n    the name \"delete_things\" begins with a verb of another method"
        ),
        "#/components/schemas/my_thing\n    the name \"my_thing\" is not in PascalCase",
        &format!("{operation}\n    `x-clouds` is [\"china\",\"global\"]"),
        &format!("{operation}\n    `x-rate-limit` is {{\"class\":\"a\"}}"),
        "policies::delete_things has a parameter of paging, but its response has no list",
    ] {
        assert!(found.contains(expected), "expected {expected}\nin\n{found}");
    }
    assert_eq!(found.lines().count(), 2 * 13, "{found}");
}

#[test]
fn without_documents_an_import_applies_the_overlays_anew() {
    let mut bench = Bench::with(&things()).overlay("60.yaml", WORDS);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.overlay(
        "70.yaml",
        "- {target: '$.paths.*.*', update: {description: Better}}",
    );
    assert!(problems(&bench).contains("is \"Ours\", but base and overlays make \"Better\""));
    bench.run().unwrap();
    assert_eq!(problems(&bench), "");
}

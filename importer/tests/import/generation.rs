//! What an import makes sure of before it writes anything: that the crate can be generated, and that its handwritten code finds its names.

use std::fs;

use cisco_secure_access_importer::Options;

use crate::documents::{Bench, contents, document, indent, of_paths, of_schema};

/// The message of an import of a document that cannot be generated, after one that can.
fn rejected(text: &str) -> String {
    let mut bench = Bench::with(&of_schema("type: string"));
    bench.run().unwrap();
    let before = contents(&bench.specs());
    bench.forget();
    let bench = bench.document("bad.yaml", text.replace("1.2.3", "1.2.4"));
    let message = bench.rejection();
    assert!(before == contents(&bench.specs()), "something was written");
    message
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts.iter().chain(&["cannot be generated"]) {
        assert!(message.contains(part), "expected {part:?} in\n{message}");
    }
}

const PARAMETER: &str =
    "parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]\n";
const OK: &str = "responses: {'204': {description: ok}}";

#[test]
fn a_document_that_cannot_be_generated_is_rejected_and_nothing_is_written() {
    let multipart = format!(
        "{PARAMETER}requestBody: {{content: {{multipart/form-data: {{schema: {{type: object, properties: {{a: {{type: object}}}}}}}}}}}}\n{OK}"
    );
    let place = "policies#/paths/~1policies~1v2~1things~1{thingId}/get";
    assert_says(&rejected(&document(&multipart, "")), &[place, "multipart"]);
    let no_success = format!("{PARAMETER}responses: {{'404': {{description: none}}}}");
    assert_says(&rejected(&document(&no_success, "")), &[place, "success"]);
    let probe = "allOf: [{$ref: '#/components/schemas/Probe'}, {type: object, properties: {a: {type: string}}}]";
    assert_says(
        &rejected(&of_schema(probe)),
        &["policies#/components/schemas/Probe"],
    );
    // Paging finds the list in one of two forms.
    let list = of_schema("oneOf: [{type: array, items: {type: string}}, {type: object, properties: {a: {type: string}}}]")
        .replace("/things/{thingId}", "/things")
        .replace(&indent(PARAMETER, 6), "");
    let place = "policies#/paths/~1policies~1v2~1things/get/x-pagination";
    assert_says(&rejected(&list), &[place, "is not a list of the response"]);
}

#[test]
fn a_list_that_is_none_does_not_page() {
    let bench = Bench::with(&of_schema(
        "{type: object, properties: {a: {type: string}}}",
    ))
    .overlay(
        "10.yaml",
        "- {target: $.paths.*.get, update: {x-pagination: {style: single, items: /a}}}",
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.pagination["policies::get_thing"],
        Err("`items` is \"/a\", not a pointer to an array of its response".to_owned())
    );
    assert!(!bench.spec("policies").to_string().contains("x-pagination"));
}

/// A repository whose handwritten code uses an operation with its type, and a type by its name, and its document.
fn repository() -> (Bench, String) {
    let text = of_paths(
        "Cisco Secure Access Cars API",
        "/cars/{carId}:
  get:
    operationId: getCar
    parameters: [{name: carId, in: path, required: true, schema: {type: string}}]
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Car'}}}}}
",
        "Car: {type: object, properties: {id: {type: string}, engine: {$ref: '#/components/schemas/Engine'}, color: {type: string, enum: [red, blue]}}}
Engine: {type: object, properties: {power: {type: integer}, noise: {type: integer}}}",
    );
    let mut bench = Bench::with(&text).directory("src");
    bench.run().unwrap();
    bench.forget();
    let code = "
/// ```
/// println!(\"{:?}\", car.color == Some(CarColor::Red));
/// ```
#[cfg(feature = \"cars\")]
async fn power(client: &Client) -> Option<i64> {
    let car = client.policies().get_car(\"1\").await?;
    named! { policies::Car.id }
    car.engine?.power
}
";
    (bench.file("src/jobs.rs", code), text)
}

/// What handwritten code lacks after a change of the document.
fn lost(from: &str, to: &str) -> String {
    let (bench, text) = repository();
    assert!(text.contains(from), "{from}");
    let before = contents(&bench.specs());
    let bench = bench.document(
        "cars.yaml",
        text.replace(from, to).replace("1.0.0", "1.0.1"),
    );
    let result = bench.run();
    let Err(failure) = result else {
        return String::new();
    };
    assert!(before == contents(&bench.specs()), "something was written");
    let allowed = Options {
        allow_lost_names: true,
        ..Options::default()
    };
    let outcome = allowed.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(outcome.lost_names.len() + 1, failure.0.len());
    failure.to_string()
}

#[test]
fn names_that_handwritten_code_uses_go_on_demand_alone() {
    for (from, to, name) in [
        (
            "/cars/{carId}",
            "/vehicles/{carId}",
            "policies::Policies::get_car, in src/jobs.rs",
        ),
        (
            "power:",
            "force:",
            "policies::Engine::power, in src/jobs.rs",
        ),
        (
            "[red, blue]",
            "[green, blue]",
            "policies::CarColor::Red, in src/jobs.rs",
        ),
        (
            "properties: {id:",
            "properties: {name:",
            "policies::Car::id, in src/jobs.rs",
        ),
    ] {
        let message = lost(from, to);
        assert!(message.contains(name), "expected {name:?} in\n{message}");
        assert!(message.contains("--allow-lost-names"), "{message}");
    }
}

#[test]
fn names_that_nothing_uses_may_go() {
    // A property that no code has, and a type that code does not name.
    assert_eq!(lost("noise:", "sound:"), "");
    assert_eq!(lost("Engine", "Motor"), "");
}

#[test]
fn a_feature_that_handwritten_code_names_goes_on_demand_alone() {
    let (bench, text) = repository();
    let bench = bench.overlay(
        "10.yaml",
        "- {target: $.paths.*.get, update: {x-api: Vehicles}}",
    );
    let rejection = bench.rejection();
    assert!(
        rejection.contains("handwritten code uses the feature cars, in src/jobs.rs"),
        "{rejection}"
    );
    fs::remove_dir_all(bench.specs().join("overlays")).unwrap();
    let bench = bench.document("cars.yaml", text);
    assert!(bench.run().unwrap().lost_names.is_empty());
}

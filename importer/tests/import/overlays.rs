//! The overlays: what they change, and what is wrong with them.

use serde_json::json;

use crate::documents::{Bench, of_schema};

const GET: &str = "$.paths['/policies/v2/things/{thingId}'].get";
const POINTER: &str = "/paths/~1policies~1v2~1things~1{thingId}/get";

fn bench() -> Bench {
    Bench::with(&of_schema(
        "{type: object, required: [a], properties: {a: {type: string}, b: {type: integer}}}",
    ))
}

#[test]
fn updates_merge_append_and_replace_and_removals_remove() {
    let spec = bench()
        .overlay(
            "10-test.yaml",
            &format!(
                "  - target: {GET}
    update: {{operationId: fetch_thing, description: Ours., responses: {{'404': {{}}}}}}
  - target: $.components.schemas['policies.Probe'].required
    update: b
  - target: $.components.schemas['policies.Probe'].properties.b
    remove: true
  - target: $.components.schemas['policies.Probe'].properties.*
    update: {{nullable: true}}
"
            ),
        )
        .policies();
    let operation = spec.pointer(POINTER).unwrap();
    assert_eq!(operation["operationId"], "fetch_thing");
    assert_eq!(operation["summary"], "Fetch thing");
    assert_eq!(operation["description"], "Ours.");
    assert_eq!(
        operation["responses"]["404"],
        json!({"description": "Not Found"})
    );
    let probe = json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string", "nullable": true}}});
    assert_eq!(spec["components"]["schemas"]["Probe"], probe);
}

#[test]
fn overlays_name_apis_and_schemas_and_later_ones_see_the_names() {
    let spec = bench()
        .overlay("10-api.yaml", "  - target: $.paths.*[?@['x-api'] == 'Things']\n    update: {x-api: Other Things}\n")
        .overlay("20-names.yaml", "  - target: $.components.schemas['policies.Probe']\n    update: {x-name: Renamed}\n")
        .overlay("30-more.yaml", "  - target: $.components.schemas['policies.Renamed']\n    update: {description: Ours.}\n")
        .policies();
    assert_eq!(
        spec["tags"],
        json!([{"name": "Other Things", "description": "Operations of the Other Things API."}])
    );
    assert_eq!(
        spec["components"]["schemas"]["Renamed"]["description"],
        "Ours."
    );
    assert!(
        !spec.to_string().contains("Probe")
            && !spec.to_string().contains("x-name")
            && !spec.to_string().contains("x-api")
    );
}

#[test]
fn schemas_called_after_an_operation_follow_its_name() {
    let text = of_schema("type: string").replace("Probe", "GetThing200Response");
    let bench = Bench::with(&text);
    assert!(
        bench.policies()["components"]["schemas"]
            .get("GetThingResponse")
            .is_some()
    );
    let bench = bench.overlay(
        "20-names.yaml",
        &format!("  - target: {GET}\n    update: {{operationId: fetch_thing}}\n"),
    );
    assert!(
        bench.policies()["components"]["schemas"]
            .get("FetchThingResponse")
            .is_some()
    );
}

#[test]
fn every_fault_is_named_with_overlay_action_and_target() {
    let cases = [
        (
            "  - target: $.paths\n    x-replaces: type\n    update: {}\n",
            "found the x-replaces \"type\", expected a list of keys",
        ),
        (
            "  - target: '$['\n    remove: true\n",
            "action 1, target \"$[\": is no JSONPath",
        ),
        (
            "  - target: $.paths\n",
            "found neither `update` nor `remove: true`",
        ),
        (
            "  - update: {}\n",
            "action 1, target \"\": found no `target`",
        ),
        (
            "  - target: $.openapi\n    update: 3.0.2\n",
            "matches the scalar #/openapi",
        ),
        (
            "  - target: $.components.schemas.*\n    update: {x-name: Twice}\n",
            "",
        ),
    ];
    for (actions, expected) in cases {
        let bench = bench().overlay("10-test.yaml", actions);
        if expected.is_empty() {
            assert_eq!(
                bench.policies()["components"]["schemas"]
                    .as_object()
                    .unwrap()
                    .len(),
                1
            );
            continue;
        }
        let message = bench.refusal();
        assert!(
            message.contains("10-test.yaml") && message.contains(expected),
            "{message}"
        );
        assert!(!bench.specs().join("policies.json").exists());
    }
    let message = bench()
        .overlay(
            "10-test.yaml",
            &format!("  - target: {GET}\n    update: {{operationId: getThing}}\n"),
        )
        .refusal();
    assert!(
        message.contains("~1things~1{thingId}/get\n    found the name \"getThing\""),
        "{message}"
    );
}

#[test]
fn an_action_takes_the_place_of_what_was_there() {
    let spec = bench()
        .overlay(
            "10-test.yaml",
            "  - target: $.components.schemas['policies.Probe'].properties
    update: {a: {$ref: '#/components/schemas/policies.New'}}
  - target: $.components.schemas['policies.Probe']
    x-replaces: [required]
    update: {required: [b]}
  - target: $.components.schemas
    update: {policies.New: {type: boolean, description: Ours.}}
",
        )
        .policies();
    let probe = &spec["components"]["schemas"]["Probe"];
    assert_eq!(probe["required"], json!(["b"]));
    assert_eq!(
        probe["properties"]["a"],
        json!({"$ref": "#/components/schemas/New"})
    );
}

#[test]
fn an_action_that_does_not_fit_is_left_out_as_a_whole_and_told() {
    let cases = [
        (
            "  - target: $.nothing\n    remove: true\n",
            "action 1, target \"$.nothing\": matches nothing",
        ),
        (
            "  - target: $.components.schemas['policies.Probe']
    x-replaces: [type, properties, required]
    update: {oneOf: [{$ref: '#/components/schemas/policies.Gone'}]}
",
            "refers to the schema \"policies.Gone\", which is not there",
        ),
        (
            "  - target: $.components.schemas['policies.Probe']
    update: {properties: {gone: {description: Ours.}}}
",
            "describes \"gone\", which is not there",
        ),
    ];
    let plain = bench().policies();
    for (actions, expected) in cases {
        let bench = bench().overlay("10-test.yaml", actions);
        let outcome = bench.run().unwrap();
        assert_eq!(bench.spec("policies"), plain);
        let [message] = outcome.applied.idle.as_slice() else {
            panic!("{:?}", outcome.applied);
        };
        assert!(
            message.starts_with("10-test.yaml: action 1, target") && message.contains(expected),
            "{message}"
        );
    }
}

#[test]
fn two_schemas_cannot_get_one_name() {
    let text =
        of_schema("{type: object, properties: {thing: {$ref: '#/components/schemas/Thing'}}}");
    let message = Bench::with(&text)
        .overlay(
            "10-test.yaml",
            "  - target: $.components.schemas.*\n    update: {x-name: Twice}\n",
        )
        .refusal();
    assert!(
        message.contains("10-test.yaml: two schemas would be named \"policies.Twice\""),
        "{message}"
    );
}

//! The overlays: what they change, and what is wrong with them.

use serde_json::json;

use crate::documents::{Bench, of_paths, of_schema};

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
            "10-test.yaml:4: target \"$[\": is no JSONPath",
        ),
        (
            "  - target: $.paths\n",
            "found neither `update` nor `remove: true`",
        ),
        (
            "  - update: {}\n",
            "10-test.yaml:4: target \"\": found no `target`",
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
        let message = bench.rejection();
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
        .rejection();
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
fn an_action_that_does_not_fit_is_left_out_completely_and_reported() {
    let cases = [
        (
            "  - target: $.nothing\n    remove: true\n",
            "target $.nothing: matches nothing: there is no $.nothing",
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
        let [message] = outcome.applied.stale.as_slice() else {
            panic!("{:?}", outcome.applied);
        };
        assert!(
            message.to_string().starts_with("10-test.yaml:4: target")
                && message.to_string().contains(expected),
            "{message}"
        );
    }
}

#[test]
fn what_refers_to_a_schema_of_an_action_that_is_left_out_is_left_out_too() {
    let actions = "  - target: $.components.schemas
    update:
      policies.Ours: {type: array, items: {$ref: '#/components/schemas/policies.Gone'}}
  - target: $.components.schemas['policies.Probe']
    x-replaces: [type, properties, required]
    update: {oneOf: [{$ref: '#/components/schemas/policies.Ours'}]}
";
    let plain = bench().policies();
    let bench = bench().overlay("10-test.yaml", actions);
    let outcome = bench.run().unwrap();
    assert_eq!(bench.spec("policies"), plain);
    let missing = ["policies.Gone", "policies.Ours"];
    let stale = outcome.applied.stale.iter().zip(missing);
    for (stale, missing) in stale {
        let expected = format!("refers to the schema \"{missing}\", which is not there");
        assert!(stale.to_string().contains(&expected), "{stale}");
    }
    assert_eq!(outcome.applied.stale.len(), missing.len());
}

#[test]
fn a_schema_that_is_named_where_it_is_used_becomes_a_component() {
    let paths = "/things:
  get:
    operationId: listThings
    tags: [Things]
    parameters:
    - {name: order, in: query, schema: {type: string, enum: [asc, desc]}}
    - {name: order, in: header, schema: {type: string, enum: [asc, desc]}}
    - {name: state, in: query, schema: {type: string, enum: [open]}}
    responses: {'204': {description: ok}}
";
    let bench = Bench::with(&of_paths("Cisco Secure Access API", paths, "")).overlay(
        "30.yaml",
        "- {target: \"$.paths.*.*.parameters[?@.name=='order'].schema\", update: {x-name: Order, description: Ours.}}",
    );
    // The next overlay knows it.
    let bench = bench.overlay(
        "31.yaml",
        "- {target: \"$.components.schemas['policies.Order']\", update: {default: asc}}",
    );
    let spec = bench.policies();
    let parameters = &spec["paths"]["/policies/v2/things"]["get"]["parameters"];
    let reference = json!({"$ref": "#/components/schemas/Order"});
    assert_eq!(parameters[0]["schema"], reference);
    assert_eq!(parameters[1]["schema"], reference);
    assert_eq!(
        spec["components"]["schemas"]["Order"],
        json!({"type": "string", "enum": ["asc", "desc"], "default": "asc", "description": "Ours."})
    );

    let bench = bench.overlay(
        "30.yaml",
        "- {target: '$.paths.*.*.parameters.*.schema', update: {x-name: Order}}",
    );
    let message = bench.rejection();
    assert!(
        message.contains("30.yaml: two schemas would be named \"policies.Order\""),
        "{message}"
    );
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
        .rejection();
    assert!(
        message.contains("10-test.yaml: two schemas would be named \"policies.Twice\""),
        "{message}"
    );
}

#[test]
fn an_alternative_that_matches_nothing_is_reported_and_the_others_apply() {
    let cases = [
        (
            "properties['a','gone']",
            "its alternative 'gone' matches nothing: there is no $.components.schemas['policies.Probe'].properties['gone']; correct the alternative",
        ),
        (
            "properties[?@.type == 'string' || @.type == 'boolean']",
            "its alternative @.type == 'boolean' matches nothing: there is no $.components.schemas['policies.Probe'].properties[?@.type == 'boolean']",
        ),
        (
            "properties[?@.type == 'string' && (@.type != 'no || no' || @['type'] == 'b|c')]",
            "its alternative @['type'] == 'b|c' matches nothing",
        ),
        (
            "properties[?match(@.type, 'string|no'), ?@.format, 'b']",
            "its alternative @.format matches nothing",
        ),
    ];
    for (target, expected) in cases {
        let actions = format!(
            "  - target: $.components.schemas['policies.Probe'].{target}\n    update: {{nullable: true}}\n"
        );
        let bench = bench().overlay("10-test.yaml", &actions);
        let outcome = bench.run().unwrap();
        let [stale] = outcome.applied.stale.as_slice() else {
            panic!("{target}: {:?}", outcome.applied);
        };
        assert!(stale.to_string().contains(expected), "{stale}");
        let probe = &bench.spec("policies")["components"]["schemas"]["Probe"];
        assert_eq!(probe["properties"]["a"]["nullable"], true);
    }
}

#[test]
fn an_alternative_in_an_alternative_is_tried_alone() {
    let actions = "  - target: >-
      $.components.schemas['policies.Probe'].properties[?@.type=='string' || (@.type=='integer' || @.type=='number') && !@.x]
    update: {nullable: true}
  - target: $..properties['a','b']['nullable','type'][?@.x || @.y]
    remove: true
";
    let outcome = bench().overlay("10-test.yaml", actions).run().unwrap();
    let found: Vec<String> = outcome
        .applied
        .stale
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].contains("its alternative @.type=='number' matches nothing"),
        "{found:#?}"
    );
    assert!(
        found[1].contains(
            "matches nothing: there is no $..properties['a','b']['nullable','type'][?@.x || @.y]"
        ),
        "{found:#?}"
    );
}

#[test]
fn an_update_that_would_contradict_what_upstream_has_is_not_applied() {
    let cases = [
        (
            "anyOf: [{type: string}, {type: integer}]",
            "{enum: [one]}",
            "`enum` beside `anyOf`",
        ),
        (
            "oneOf: [{type: string}, {type: integer}]",
            "{type: string}",
            "`type` beside `oneOf`",
        ),
        (
            "$ref: '#/components/schemas/Thing'",
            "{format: double}",
            "`format` beside `$ref`",
        ),
        (
            "type: array, items: {type: string}",
            "{properties: {c: {type: string}}}",
            "`properties` beside `type: array`",
        ),
        (
            "type: string",
            "{items: {type: string}}",
            "`items` beside `type: string`",
        ),
        (
            "type: string",
            "{format: double}",
            "`format: double` beside `type: string`",
        ),
        (
            "type: integer",
            "{format: float}",
            "`format: float` beside `type: integer`",
        ),
        (
            "type: string",
            "{format: epoch-seconds}",
            "`format: epoch-seconds` beside `type: string`",
        ),
    ];
    for (schema, update, expected) in cases {
        let text = of_schema(&format!(
            "{{type: object, properties: {{a: {{{schema}}}, fine: {{type: object}}}}}}"
        ));
        let plain = Bench::with(&text).policies();
        let actions = format!(
            "  - target: $.components.schemas['policies.Probe'].properties
    update: {{a: {update}, fine: {{nullable: true}}}}\n"
        );
        let bench = Bench::with(&text).overlay("10-test.yaml", &actions);
        let outcome = bench.run().unwrap();
        let [stale] = outcome.applied.stale.as_slice() else {
            panic!("{update}: {:?}", outcome.applied);
        };
        let expected = format!("would put {expected} at a, and is not applied");
        assert!(stale.to_string().contains(&expected), "{stale}");
        assert_eq!(bench.spec("policies"), plain, "{update}");
    }
    let text = of_schema("{type: object, properties: {a: {$ref: '#/components/schemas/Thing'}}}");
    let outcome = Bench::with(&text)
        .overlay(
            "10-test.yaml",
            "  - target: $.components.schemas['policies.Probe'].properties.a
    update: {properties: {gone: {description: Ours.}}}\n",
        )
        .run()
        .unwrap();
    assert!(
        outcome.applied.stale[0]
            .to_string()
            .contains("describes \"properties\", which is not there"),
        "{:?}",
        outcome.applied
    );
    // What upstream contradicts itself with is not the action's doing, and words and secrets may stand beside a reference.
    let text = of_schema(
        "{type: object, properties: {a: {type: string, oneOf: [{enum: [one]}, {enum: [two]}]}, b: {$ref: '#/components/schemas/Thing'}}}",
    );
    let outcome = Bench::with(&text)
        .overlay(
            "10-test.yaml",
            "  - target: $.components.schemas['policies.Probe'].properties
    update: {a: {description: Ours.}, b: {description: Ours., x-secret: true}}\n",
        )
        .run()
        .unwrap();
    assert!(outcome.applied.stale.is_empty(), "{:?}", outcome.applied);
}

#[test]
fn what_is_lost_with_an_action_is_said_first_and_stale_actions_are_grouped_by_cause() {
    let gone = |key: &str, update: &str| {
        format!(
            "  - target: $.components.schemas['policies.Gone'].properties{key}\n    update: {update}\n"
        )
    };
    let actions = [
        gone(".a", "{nullable: true}"),
        gone(".b", "{description: Ours.}"),
        gone(".c", "{x-secret: true}"),
        format!("  - target: {GET}\n    update: {{description: Ours.}}\n"),
        "  - target: $.paths.*[?@['x-api']=='Gone' || @['x-api']=='Things']\n    update: {x-rate-limit: {class: a, per: key, windows: [{requests: 1, seconds: 1}]}, x-clouds: [global]}\n"
            .to_owned(),
        "  - target: $.paths['/gone'].get\n    update: {summary: Ours.}\n".to_owned(),
    ];
    let outcome = bench()
        .overlay("10-test.yaml", &actions.concat())
        .run()
        .unwrap();
    let report = outcome.applied.report(false).join("\n");
    let expected = r#"2 LOST, as overlay actions find nothing
         10-test.yaml:8: target $.components.schemas['policies.Gone'].properties.c: matches nothing: there is no $.components.schemas['policies.Gone']; without it `x-secret` is lost; correct it, or remove the action if it has done its work
         10-test.yaml:12: target $.paths.*[?@['x-api']=='Gone' || @['x-api']=='Things']: its alternative @['x-api']=='Gone' matches nothing: there is no $.paths.*[?@['x-api']=='Gone']; without it `x-clouds`, `x-rate-limit` is lost; correct the alternative, or remove it if it has done its work
3 STALE OVERLAY ACTIONS; `cargo xtask check` fails until they are decided
      2  match nothing in $.components.schemas: ['policies.Gone']
         10-test.yaml:14: target $.paths['/gone'].get: matches nothing: there is no $.paths['/gone']; correct it, or remove the action if it has done its work"#;
    assert_eq!(report, expected);
    let report = outcome.summary(true).to_string();
    for line in ["10-test.yaml:4:", "10-test.yaml:6:"] {
        assert!(
            report.contains(&format!("\n           {line} target")),
            "{report}"
        );
    }
}

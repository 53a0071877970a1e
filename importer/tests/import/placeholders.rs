//! The names of placeholders in paths.

use serde_json::Value;

use crate::documents::{Bench, of_paths};

const HUBS: &str = "/groups/{group_id}/hubs/{hubid}";

/// A document with two operations on one path, and a query parameter called like a placeholder.
fn bench() -> Bench {
    let operation = |method: &str| {
        format!(
            "  {method}:
    operationId: {method}Hub
    parameters:
      - {{name: group_id, in: path, required: true, schema: {{type: integer}}}}
      - {{name: hubid, in: path, required: true, schema: {{type: integer}}}}
      - {{name: group_id, in: query, schema: {{type: integer}}}}
    responses: {{'200': {{description: ok}}}}
"
        )
    };
    let paths = format!("{HUBS}:\n{}{}", operation("get"), operation("put"));
    Bench::with(&of_paths("Cisco Secure Access Test API", &paths, ""))
}

fn overlay(method: &str, parameter: &str, name: &str) -> String {
    format!(
        "  - target: $.paths['/policies/v2{HUBS}'].{method}.parameters[?@.name=='{parameter}' && {}]\n    update: {{x-name: {name}}}\n",
        "@.in=='path'"
    )
}

fn parameters<'a>(spec: &'a Value, path: &str, method: &str) -> Vec<(&'a str, &'a str)> {
    let parameters = spec["paths"][path][method]["parameters"]
        .as_array()
        .unwrap();
    parameters
        .iter()
        .map(|parameter| {
            (
                parameter["name"].as_str().unwrap(),
                parameter["in"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn placeholders_are_in_camel_case_or_as_an_overlay_says() {
    let bench = bench().overlay("10-test.yaml", &overlay("get", "hubid", "hubNumber"));
    assert_eq!(bench.run().unwrap().renamed_paths, 1);
    let spec = bench.spec("policies");
    let path = "/policies/v2/groups/{groupId}/hubs/{hubNumber}";
    let expected = [
        ("groupId", "path"),
        ("hubNumber", "path"),
        ("group_id", "query"),
    ];
    assert_eq!(parameters(&spec, path, "get"), expected);
    assert_eq!(parameters(&spec, path, "put"), expected);
    assert!(!spec.to_string().contains("x-name"));
}

#[test]
fn later_overlays_still_see_the_old_names() {
    let spec = bench()
        .overlay("10-name.yaml", &overlay("get", "hubid", "hubNumber"))
        .overlay(
            "20-words.yaml",
            &format!(
                "  - target: $.paths['/policies/v2{HUBS}'].put\n    update: {{summary: Ours}}\n"
            ),
        )
        .policies();
    let path = "/policies/v2/groups/{groupId}/hubs/{hubNumber}";
    assert_eq!(spec["paths"][path]["put"]["summary"], "Ours");
}

#[test]
fn names_that_cannot_be_are_rejected() {
    let query = overlay("get", "group_id", "group").replace("'path'", "'query'");
    let twice = [
        overlay("get", "hubid", "hubNumber"),
        overlay("put", "hubid", "hubIndex"),
    ];
    let cases = [
        (
            query,
            "expected it on path parameters only: the names of others are sent",
        ),
        (
            overlay("get", "hubid", "hub_number"),
            "expected a name in camelCase",
        ),
        (
            overlay("get", "hubid", "[]"),
            "expected a name in camelCase",
        ),
        (
            twice.concat(),
            "expected \"hubNumber\", as in another operation of the path",
        ),
        (
            overlay("get", "hubid", "groupId"),
            "found one name for two placeholders",
        ),
    ];
    for (actions, expected) in cases {
        let message = bench().overlay("10-test.yaml", &actions).rejection();
        assert!(
            message.contains(HUBS) && message.contains(expected),
            "{message}"
        );
    }
}

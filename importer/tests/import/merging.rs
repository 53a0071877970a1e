//! Several documents become one API: who describes what, and how the schemas come together.

use serde_json::{Value, json};

use crate::documents::{Bench, contents, of_paths, of_schema};

const LIST: &str = "/policies/v2/things";

fn list(schema: &str, more: &str) -> String {
    format!(
        "/things:
  get:
    operationId: listThings
    tags: [Things]
    responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/{schema}'}}}}}}}}}}
    {more}
"
    )
}

#[test]
fn the_first_document_describes_and_later_ones_add_what_it_lacks() {
    let first = of_paths(
        "Cisco Secure Access API",
        &list("Thing", ""),
        "Thing: {type: string}",
    );
    let richer = list("Thing", "security: [{flow: ['policies.things:read']}]").replace(
        "description: ok,",
        "description: ok, headers: {Link: {schema: {type: string}}},",
    );
    let more = "/things/{id}:
  delete:
    operationId: deleteThing
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    responses: {'204': {description: ok}}
";
    let second = of_paths(
        "Cisco Secure Access Things and Other Things APIs",
        &format!("{richer}{more}"),
        "Thing: {type: integer}",
    );
    let bench = Bench::new()
        .document("first.yaml", first)
        .document("second.yaml", second);
    let spec = bench.policies();
    let operation = &spec["paths"][LIST]["get"];
    assert_eq!(operation["tags"], json!(["Things and Other Things"]));
    assert_eq!(
        operation["security"],
        json!([{"oauth2": ["policies.things:read"]}])
    );
    assert_eq!(
        operation["responses"]["200"]["headers"]["Link"],
        json!({"schema": {"type": "string"}})
    );
    assert_eq!(
        spec["components"]["schemas"],
        json!({"Thing": {"type": "string"}})
    );
    assert_eq!(
        spec["paths"]["/policies/v2/things/{id}"]["delete"]["operationId"],
        "delete_thing"
    );
    let scopes =
        &spec["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"];
    assert_eq!(
        *scopes,
        json!({"policies.things:read": "Read policies.things"})
    );
    let sources = std::fs::read_to_string(bench.specs().join("SOURCES.md")).unwrap();
    assert!(
        sources
            .lines()
            .any(|line| line.starts_with("| all APIs |") && line.ends_with("| 1 | 0 |")),
        "{sources}"
    );
    assert!(
        sources
            .lines()
            .any(|line| line.starts_with("| Things and Other Things |")
                && line.ends_with("| 1 | 1 |")),
        "{sources}"
    );
}

#[test]
fn what_only_a_later_document_says_is_reported() {
    let first = of_paths(
        "Cisco Secure Access API",
        &list("Thing", ""),
        "Thing: {type: object, properties: {state: {type: string, enum: [open]}}}",
    );
    let more = "parameters: [{name: limit, in: query, schema: {type: integer}}]".to_owned();
    let second =
        list("Thing", &more).replace("responses: {", "responses: {'404': {description: none}, ");
    let second = of_paths(
        "Cisco Secure Access Things API",
        &second,
        "Thing: {type: object, properties: {state: {type: string, enum: [open, closed]}, owner: {type: object, properties: {id: {type: string}}}, parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}",
    );
    let bench = Bench::new()
        .document("first.yaml", first)
        .document("second.yaml", second);
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.left_behind,
        [
            "GET /policies/v2/things: \"Cisco Secure Access Things API\" alone has query limit, response 200/owner, response 200/parts, response 200/state=closed, response 404"
        ]
    );
    // It is said once, when a document has changed.
    assert!(bench.run().unwrap().left_behind.is_empty());
}

#[test]
fn the_values_of_a_parameter_that_is_any_string_are_taken_in() {
    let path = |id: &str, order: &str, more: &str| {
        format!(
            "/things/{{{id}}}:
  get:
    operationId: getThing
    tags: [Things]
    parameters:
    - {{name: {id}, in: path, required: true, schema: {{type: string{order}}}}}
    - {{name: order, in: query, schema: {{type: string{order}}}}}
    - {{name: tags, in: query, schema: {{type: array, items: {{type: string{order}}}}}}}
    - {{name: state, in: query, schema: {{type: string{more}}}}}
    responses: {{'204': {{description: ok}}}}
"
        )
    };
    let first = path("id", "", ", enum: [open]");
    let second = path(
        "thingId",
        ", enum: [asc, desc], default: asc",
        ", enum: [closed]",
    );
    let bench = Bench::new()
        .document(
            "first.yaml",
            of_paths("Cisco Secure Access API", &first, ""),
        )
        .document(
            "second.yaml",
            of_paths("Cisco Secure Access Things API", &second, ""),
        );
    let outcome = bench.run().unwrap();
    let spec = bench.spec("policies");
    let parameters = &spec["paths"]["/policies/v2/things/{id}"]["get"]["parameters"];
    let order = json!({"type": "string", "enum": ["asc", "desc"], "default": "asc"});
    assert_eq!(parameters[0]["schema"], order);
    assert_eq!(parameters[1]["schema"], order);
    assert_eq!(parameters[2]["schema"]["items"], order);
    // What both list is a difference, which a person decides on.
    assert_eq!(parameters[3]["schema"]["enum"], json!(["open"]));
    assert_eq!(
        outcome.left_behind,
        [
            "GET /policies/v2/things/{id}: \"Cisco Secure Access Things API\" alone has query state=closed"
        ]
    );
}

#[test]
fn the_api_of_an_operation_without_one_is_that_of_its_tag() {
    let operation = |path: &str, tag: &str| {
        format!(
            "{path}: {{get: {{operationId: 'get{path}', tags: [{tag}], responses: {{'200': {{description: ok}}}}}}}}\n"
        )
    };
    let paths = [
        operation("/things", "Things"),
        operation("/others", "Things"),
        operation("/rest", "DLPRuleEvents"),
    ]
    .concat();
    let all = of_paths("Cisco Secure Access API", &paths, "");
    let one = of_paths(
        "Cisco Secure Access Thing Lists API",
        &operation("/things", "Whatever"),
        "",
    );
    let spec = Bench::new()
        .document("all.yaml", all)
        .document("one.yaml", one)
        .policies();
    let tag = |path: &str| spec["paths"][format!("/policies/v2{path}")]["get"]["tags"][0].clone();
    assert_eq!(tag("/things"), "Thing Lists");
    assert_eq!(tag("/others"), "Thing Lists");
    assert_eq!(tag("/rest"), "DLP Rule Events");
    let names: Vec<&Value> = spec["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    assert_eq!(names, ["DLP Rule Events", "Thing Lists"]);
}

#[test]
fn schemas_of_one_name_are_one_or_qualified() {
    let schemas = "Same: {type: object, properties: {inner: {$ref: '#/components/schemas/Inner'}}}\nInner: {type: string}\n";
    let first = of_paths("Cisco Secure Access One API", &list("Same", ""), schemas);
    let second = list("Same", "").replace("/things", "/others");
    let same = of_paths("Cisco Secure Access Two API", &second, schemas);
    let spec = Bench::new()
        .document("1.yaml", &first)
        .document("2.yaml", &same)
        .policies();
    let names = |spec: &Value| {
        spec["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&spec).len(), 2, "{:?}", names(&spec));

    // A difference in what a schema refers to is a difference of the schema.
    let other = of_paths(
        "Cisco Secure Access Two API",
        &second,
        &schemas.replace("Inner: {type: string}", "Inner: {type: integer}"),
    );
    let spec = Bench::new()
        .document("1.yaml", &first)
        .document("2.yaml", other)
        .policies();
    assert_eq!(names(&spec).len(), 4, "{:?}", names(&spec));
    let reference = |path: &str| {
        spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].clone()
    };
    assert_eq!(reference(LIST), "#/components/schemas/Same");
    assert_eq!(
        reference("/policies/v2/others"),
        "#/components/schemas/TwoSame"
    );
}

#[test]
fn paths_that_differ_in_placeholders_only_are_one() {
    let operation = |method: &str, name: &str| {
        format!(
            "/things/{{{name}}}:
  {method}:
    operationId: {method}
    parameters: [{{name: {name}, in: path, required: true, schema: {{type: string}}}}]
    responses: {{'200': {{description: ok}}}}
"
        )
    };
    let first = of_paths("Cisco Secure Access One API", &operation("get", "id"), "");
    let second = of_paths(
        "Cisco Secure Access Two API",
        &operation("put", "thingId"),
        "",
    );
    let bench = Bench::new()
        .document("1.yaml", first)
        .document("2.yaml", second);
    let outcome = bench.run().unwrap();
    assert_eq!(outcome.fixes["path-templates"].len(), 1);
    let item = &bench.spec("policies")["paths"]["/policies/v2/things/{id}"];
    assert_eq!(item["put"]["parameters"][0]["name"], "id");
    assert_eq!(item["get"]["parameters"][0]["name"], "id");
}

#[test]
fn parameters_responses_and_bodies_are_inlined_and_path_level_parameters_move_in() {
    let text = of_schema("type: string")
        .replace("      parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]\n", "")
        .replace("    get:", "    parameters: [{$ref: '#/components/parameters/thing'}]\n    get:")
        .replace("description: ok, content", "$ref: '#/components/responses/ok', content")
        .replace("  schemas:", "  parameters: {thing: {name: thingId, in: path, required: true, schema: {type: integer}}}\n  responses: {ok: {description: ok, content: {application/json: {schema: {type: string}}}}}\n  schemas:");
    let spec = Bench::with(&text).policies();
    let operation = &spec["paths"]["/policies/v2/things/{thingId}"]["get"];
    assert_eq!(
        operation["parameters"][0]["schema"],
        json!({"type": "integer"})
    );
    assert_eq!(
        operation["responses"]["200"]["content"],
        json!({"application/json": {"schema": {"type": "string"}}})
    );
    assert_eq!(
        spec["components"]
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["schemas", "securitySchemes"]
    );
}

#[test]
fn references_into_paths_are_inlined() {
    let text = of_schema("type: string").replace(
        "responses: {",
        "responses: {'400': {$ref: '#/paths/~1things~1{thingId}/get/responses/200'}, ",
    );
    let spec = Bench::with(&text).policies();
    let responses = &spec["paths"]["/policies/v2/things/{thingId}"]["get"]["responses"];
    assert_eq!(responses["400"]["content"], responses["200"]["content"]);
    assert!(!spec.to_string().contains("#/paths"));
}

#[test]
fn the_token_operation_takes_basic_credentials() {
    let text = of_paths(
        "Cisco Secure Access Token API",
        "/token: {post: {operationId: createToken, responses: {'200': {description: ok}}}}",
        "",
    )
    .replace("/policies/v2", "/auth/v2");
    let bench = Bench::with(&text);
    bench.run().unwrap();
    let spec = bench.spec("auth");
    assert_eq!(
        spec["paths"]["/auth/v2/token"]["post"]["security"],
        json!([{"basic": []}])
    );
    assert_eq!(
        spec["components"]["securitySchemes"]["basic"]["scheme"],
        "basic"
    );
}

#[test]
fn importing_twice_changes_nothing_wherever_the_documents_are() {
    let text = of_schema("{type: string, format: pem}");
    let bench = Bench::with(&text);
    assert_eq!(bench.run().unwrap().changed.len(), 4);
    let before = contents(&bench.specs());
    assert!(bench.run().unwrap().changed.is_empty());
    assert_eq!(before, contents(&bench.specs()));
    let elsewhere = Bench::with(&text);
    elsewhere.run().unwrap();
    let bytes = |files: Vec<(std::path::PathBuf, Vec<u8>)>| {
        files
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(before), bytes(contents(&elsewhere.specs())));
}

#[test]
fn the_specification_is_complete() {
    let spec = Bench::with(&of_schema("type: string")).policies();
    assert_eq!(spec["openapi"], "3.0.3");
    assert_eq!(spec["info"]["title"], "Cisco Secure Access API: policies");
    assert_eq!(spec["info"]["version"], "1.2.3");
    assert_eq!(spec["servers"].as_array().unwrap().len(), 3);
    let operation = &spec["paths"]["/policies/v2/things/{thingId}"]["get"];
    assert_eq!(operation["operationId"], "get_thing");
    assert_eq!(operation["summary"], "Get thing");
    assert_eq!(operation["x-upstream-id"], "getThing");
    assert_eq!(operation["responses"]["200"]["description"], "OK");
    assert!(
        spec["components"]["schemas"].get("Thing").is_none(),
        "what no operation reaches is left out"
    );
}

//! What may be given to an import: versions of OpenAPI, notations, directories, archives, pages; and what is too much.

use std::io::Write as _;

use cisco_secure_access_importer::parse_any;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::documents::{Bench, document, of_paths, of_schema};

fn probe(text: &str) -> Value {
    Bench::with(text).policies()["components"]["schemas"]["Probe"].clone()
}

fn modern(schema: &str) -> String {
    of_schema(schema).replace("openapi: 3.0.1", "openapi: 3.1.0")
}

#[test]
fn schemas_of_openapi_3_1_become_those_of_3_0() {
    let cases = [
        (
            "type: [string, 'null']",
            json!({"type": "string", "nullable": true}),
        ),
        (
            "{type: [string, integer], enum: [a, 1]}",
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1]}]}),
        ),
        (
            "oneOf: [{type: string}, {type: integer}, {type: 'null'}]",
            json!({"anyOf": [{"type": "string", "nullable": true}, {"type": "integer", "nullable": true}]}),
        ),
        (
            "{type: string, const: only}",
            json!({"type": "string", "enum": ["only"]}),
        ),
        ("const: only", json!({"type": "string", "enum": ["only"]})),
        (
            "{type: string, examples: [one, two]}",
            json!({"type": "string"}),
        ),
        (
            "{type: integer, exclusiveMinimum: 5, minimum: 3, exclusiveMaximum: 9, maximum: 7}",
            json!({"type": "integer", "minimum": 5, "exclusiveMinimum": true, "maximum": 7}),
        ),
        (
            "{type: object, properties: {a: true, b: {type: 'null'}}}",
            json!({"type": "object", "properties": {"a": {}, "b": {}}}),
        ),
        (
            "{type: string, contentEncoding: base64}",
            json!({"type": "string", "format": "byte"}),
        ),
        (
            "{type: string, contentMediaType: application/octet-stream}",
            json!({"type": "string", "format": "binary"}),
        ),
        (
            "{type: array, prefixItems: [{type: string}]}",
            json!({"type": "array", "items": {}}),
        ),
        (
            "{type: object, properties: {a: {$ref: '#/components/schemas/Thing', description: x}}}",
            json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Thing"}}}),
        ),
        (
            "{type: object, properties: {a: {$ref: '#/components/schemas/Thing', maxProperties: 3}}}",
            json!({"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/components/schemas/Thing"}], "maxProperties": 3}}}),
        ),
        (
            "{type: object, unevaluatedProperties: false, patternProperties: {a: {}}, $comment: x}",
            json!({"type": "object"}),
        ),
    ];
    for (schema, expected) in cases {
        assert_eq!(probe(&modern(schema)), expected, "{schema}");
    }
}

#[test]
fn definitions_move_to_the_components() {
    let text = modern(
        "type: object
properties: {a: {$ref: '#/components/schemas/Probe/$defs/Inner'}}
$defs: {Inner: {type: object, properties: {b: {$ref: '#/components/schemas/Probe/$defs/Inner/$defs/Thing'}}, $defs: {Thing: {type: boolean}}}}",
    );
    let spec = Bench::with(&text).policies();
    let schemas = &spec["components"]["schemas"];
    assert_eq!(
        schemas["SchemaInner"]["properties"]["b"]["$ref"],
        "#/components/schemas/Thing2"
    );
    assert_eq!(schemas["Thing2"], json!({"type": "boolean"}));
}

#[test]
fn what_only_openapi_3_1_has_is_dropped_with_a_note() {
    let text = modern("type: string")
        .replace(
            "paths:\n",
            "jsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base
webhooks: {ping: {post: {responses: {'200': {description: ok}}}}}
paths:
  /others: {$ref: '#/components/pathItems/Others'}
",
        )
        .replace(
            "components:\n",
            "components:\n  pathItems: {Others: {get: {security: [{flow: []}], responses: {'200': {description: ok}}}}}\n",
        );
    let bench = Bench::with(&text);
    let outcome = bench.run().unwrap();
    let places: Vec<_> = outcome.fixes["openapi-3-1"]
        .iter()
        .map(|fix| fix.place.pointer.as_str())
        .collect();
    assert_eq!(
        places,
        ["/webhooks", "/jsonSchemaDialect", "/paths/~1others"]
    );
    let spec = bench.spec("policies");
    assert_eq!(
        spec["paths"]["/policies/v2/others"]["get"]["operationId"],
        "list_others"
    );
}

#[test]
fn words_that_only_look_like_other_values_stay_text() {
    let words = [
        "Off",
        "NO",
        "yes",
        "n",
        "16:00:00",
        "2026-01-02",
        "1.0",
        "010",
        "0o17",
        "0x1F",
        "1_000",
        "1e3",
        "Null",
        ".5",
        "+1",
        ".inf",
        "true",
    ];
    let schema = format!("{{type: string, enum: [{}]}}", words.join(", "));
    for text in [of_schema(&schema), modern(&schema)] {
        assert_eq!(probe(&text)["enum"], json!(words));
    }
    let null = Bench::with(&of_schema("{type: string, enum: [a, ~]}")).rejection();
    let expected = "/enum/1\n    | {type: string, enum: [a, ~]}\n    found nothing, expected a value of type string";
    assert!(null.contains(expected), "{null}");
}

#[test]
fn traps_of_yaml_are_no_traps() {
    let text = of_schema("type: string").replace("version: 1.2.3", "version: 1.0");
    assert_eq!(Bench::with(&text).policies()["info"]["version"], "1.0");
    let flags = "{type: object, properties: {a: {type: string, readOnly: yes, nullable: 'Off'}}}";
    let property = probe(&of_schema(flags))["properties"]["a"].clone();
    assert_eq!(
        property,
        json!({"type": "string", "readOnly": true, "nullable": false})
    );
    let twice = Bench::with(&of_schema("{type: string, maxLength: 3, maxLength: 4}"));
    let outcome = twice.run().unwrap();
    assert_eq!(
        outcome.fixes["duplicate-keys"][0].note,
        "the last `maxLength` wins"
    );
    let crlf = format!(
        "\u{feff}{}",
        of_schema("type: string").replace('\n', "\r\n")
    );
    assert_eq!(probe(&crlf), json!({"type": "string"}));
    let tabs = of_schema("type: string").replace("      tags:", "\ttags:");
    let message = Bench::with(&tabs).rejection();
    assert!(
        message.contains(
            "one.yaml:7:20: #/paths/~1things~1{thingId}/get\n    | operationId: getThing\n"
        ),
        "{message}"
    );
    assert!(message.contains("found a tab"), "{message}");
    let octal = Bench::with(&of_schema("{type: string, maxLength: 010}")).rejection();
    assert!(
        octal.contains("the string \"010\", expected a number"),
        "{octal}"
    );
}

fn as_json(text: &str) -> Value {
    parse_any("x", text.as_bytes()).unwrap().0
}

#[test]
fn json_with_a_byte_order_mark_is_read() {
    let text = format!("\u{feff}{}", as_json(&of_schema("type: string")));
    assert_eq!(probe(&text), json!({"type": "string"}));
}

#[test]
fn documents_in_the_page_of_a_developer_site() {
    let whole = as_json(&of_schema("type: string"));
    let forms = [
        whole.clone(),
        whole.to_string().into(),
        of_schema("type: string").into(),
    ];
    for held in forms {
        let page = json!({"props": {"pages": [{"title": "openapi: how to", "spec": held}, {"again": held}]}});
        let bench = Bench::new().document("page.json", page.to_string());
        assert_eq!(
            bench.policies()["components"]["schemas"]["Probe"],
            json!({"type": "string"})
        );
    }
    let page = json!({"spec": {"held": of_schema("type: integr")}}).to_string();
    let message = Bench::new().document("page.json", page).rejection();
    assert!(message.contains("page.json#/spec/held:"), "{message}");
    assert!(
        message.contains(": #/components/schemas/Probe/type\n    | type: integr\n"),
        "{message}"
    );
    let page = json!({"spec": as_json(&of_schema("type: integr"))}).to_string();
    let message = Bench::new().document("page.json", page).rejection();
    assert!(message.contains("page.json#/spec:1:"), "{message}");
    assert!(
        message.contains(": #/components/schemas/Probe/type\n    | "),
        "{message}"
    );
    let nothing = Bench::new()
        .document("page.json", "{\"spec\": {\"openapi\": 4}}")
        .rejection();
    assert!(nothing.contains("no key `openapi`"), "{nothing}");
}

fn of_api(title: &str, path: &str) -> String {
    let operation = format!("{path}: {{get: {{responses: {{'200': {{description: ok}}}}}}}}");
    of_paths(&format!("Cisco Secure Access {title} API"), &operation, "")
}

fn paths(bench: &Bench) -> Vec<String> {
    let spec = bench.policies();
    spec["paths"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_directory_is_all_its_documents_those_on_top_first() {
    let bench = Bench::new()
        .directory("all")
        .directory("all/more")
        .file("all/z.yaml", of_api("Z", "/z"))
        .file("all/readme.txt", "nothing")
        .file("all/more/a.yml", of_api("A", "/a"))
        .file("all/more/b.json", as_json(&of_api("B", "/b")).to_string())
        .given("all");
    assert_eq!(
        paths(&bench),
        ["/policies/v2/a", "/policies/v2/b", "/policies/v2/z"]
    );
    let sources = std::fs::read_to_string(bench.specs().join("SOURCES.md")).unwrap();
    let order: Vec<_> = ["| Z |", "| A |", "| B |"]
        .iter()
        .map(|row| sources.find(row).unwrap())
        .collect();
    assert!(order.is_sorted(), "{sources}");
    let bad = bench.file("all/more/c.yaml", "openapi: 2").rejection();
    assert!(
        bad.contains("all/more/c.yaml:1:1: #/openapi\n    found OpenAPI 2"),
        "{bad}"
    );
    let empty = Bench::new().directory("all").given("all").rejection();
    assert!(empty.contains("all: found no `*.yaml`"), "{empty}");
}

fn zipped(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_archive_is_all_its_documents() {
    let archive = zipped(&[
        ("__MACOSX/z.yaml", vec![0]),
        ("docs/a.yaml", of_api("A", "/a").into()),
        ("z.yaml", of_api("Z", "/z").into()),
    ]);
    let bench = Bench::new().document("api.zip", &archive);
    assert_eq!(paths(&bench), ["/policies/v2/a", "/policies/v2/z"]);
    let bad = zipped(&[("docs/a.yaml", "a: [".into())]);
    let bad = Bench::new().document("api.zip", bad).rejection();
    assert!(bad.contains("api.zip/docs/a.yaml:"), "{bad}");
    let broken = &archive[..archive.len() / 2];
    let broken = Bench::new().document("api.zip", broken).rejection();
    assert!(
        broken.contains("api.zip: found what is no zip archive"),
        "{broken}"
    );
}

#[test]
fn what_is_too_large_is_rejected_unread() {
    let bomb = zipped(&[("a.yaml", vec![b' '; (64 << 20) + 1])]);
    assert!(bomb.len() < 1 << 20);
    let message = Bench::new().document("bomb.zip", bomb).rejection();
    assert!(message.contains("bomb.zip/a.yaml: found"), "{message}");
    assert!(message.contains("at most 67108864 bytes"), "{message}");
    let bench = Bench::with("");
    let file = std::fs::File::options()
        .write(true)
        .open(&bench.documents()[0])
        .unwrap();
    file.set_len(200 << 20).unwrap();
    let message = bench.rejection();
    assert!(message.contains("found 209715200 bytes"), "{message}");
    assert!(message.contains("split the document"), "{message}");
    let many = format!("{{\"a\": [{}0]}}", "[],".repeat(2_000_000));
    let message = Bench::with(&many).rejection();
    assert!(message.contains("more nodes than any API has"), "{message}");
}

/// Schemas and the pointers of what is wrong in them.
const SCHEMAS: &[(&str, &str)] = &[
    ("{type: integr}", "/type"),
    ("{type: object, properties: [a]}", "/properties"),
    ("{type: object, properties: {a: 3}}", "/properties/a"),
    ("{type: integer, exclusiveMinimum: 5}", "/exclusiveMinimum"),
    ("{type: integer, enum: [one]}", "/enum/0"),
    ("{type: string, maxLength: many}", "/maxLength"),
    ("{type: string, nullable: perhaps}", "/nullable"),
    ("{$ref: '#/components/schemas/Nothing'}", ""),
    ("{$ref: 'other.yaml#/Thing'}", "/$ref"),
    ("{type: array, minItems: few}", "/minItems"),
    ("{type: [string]}", "/type"),
    ("{type: array, items: [{}]}", "/items"),
    ("{type: object, required: {a: b}}", "/required"),
    ("{allOf: {}}", "/allOf"),
    (
        "{type: object, additionalProperties: 3}",
        "/additionalProperties",
    ),
    ("{type: string, pattern: [a, b]}", "/pattern"),
    ("{oneOf: [{}, {}], discriminator: {}}", "/discriminator"),
    ("{type: string, enum: a}", "/enum"),
    ("[]", ""),
    ("{type: number, minimum: low}", "/minimum"),
];

/// Operations and the pointers of what is wrong in them.
const OPERATIONS: &[(&str, &str)] = &[
    ("{responses: {}}", "/responses"),
    ("{responses: {ok: {}}}", "/responses/ok"),
    ("{tags: [a]}", ""),
    (
        "{responses: {'200': {}}, parameters: [{name: q, in: body}]}",
        "/parameters/0/in",
    ),
    (
        "{responses: {'200': {}}, parameters: [{in: query}]}",
        "/parameters/0",
    ),
    (
        "{responses: {'200': {}}, parameters: {a: b, c: d}}",
        "/parameters",
    ),
    (
        "{responses: {'200': {}}, security: [{other: []}]}",
        "/security",
    ),
    (
        "{responses: {'200': {}}, requestBody: {required: true}}",
        "/requestBody",
    ),
    (
        "{responses: {'200': {content: []}}}",
        "/responses/200/content",
    ),
    ("{responses: {'200': {}}, deprecated: maybe}", "/deprecated"),
];

#[test]
fn thirty_kinds_of_errors_are_all_reported_in_one_run() {
    let numbered = SCHEMAS.iter().enumerate();
    let schemas: String = numbered
        .map(|(n, (schema, _))| format!("A{n}: {schema}\n"))
        .collect();
    let numbered = OPERATIONS.iter().enumerate();
    let paths: String = numbered
        .map(|(n, (operation, _))| format!("  /b{n}: {{get: {operation}}}\n"))
        .collect();
    let text = document("responses: {'200': {description: ok}}", &schemas)
        .replace("paths:\n", &format!("paths:\n{paths}"));
    let message = Bench::with(&text).rejection();
    for (n, (_, pointer)) in SCHEMAS.iter().enumerate() {
        let pointer = format!(": #/components/schemas/A{n}{pointer}\n");
        assert!(
            message.contains(&pointer),
            "expected {pointer}in\n{message}"
        );
    }
    for (n, (_, pointer)) in OPERATIONS.iter().enumerate() {
        let pointer = format!(": #/paths/~1b{n}/get{pointer}\n");
        assert!(
            message.contains(&pointer),
            "expected {pointer}in\n{message}"
        );
    }
}

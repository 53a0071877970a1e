//! Each fix rule on a document that needs it, and the traps of YAML.

use std::collections::BTreeSet;

use cisco_secure_access_importer::rules;
use serde_json::{Value, json};

use crate::documents::{Bench, document, of_schema};

/// A document that needs a rule, the place in the specification, and what must stand there (null: nothing).
struct Case {
    rule: &'static str,
    document: String,
    pointer: &'static str,
    expected: Value,
}

const OPERATION: &str = "/paths/~1policies~1v2~1things~1{thingId}/get";
const PARAMETERS: &str =
    "parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]\n";
const RESPONSES: &str = "responses: {'200': {description: ok}}\n";

fn schema(rule: &'static str, schema: &str, pointer: &'static str, expected: Value) -> Case {
    Case {
        rule,
        document: of_schema(schema),
        pointer,
        expected,
    }
}

fn operation(rule: &'static str, body: &str, pointer: &'static str, expected: Value) -> Case {
    Case {
        rule,
        document: document(body, ""),
        pointer,
        expected,
    }
}

fn with_parameters(
    rule: &'static str,
    parameters: &str,
    pointer: &'static str,
    expected: Value,
) -> Case {
    operation(
        rule,
        &format!("parameters: {parameters}\n{RESPONSES}"),
        pointer,
        expected,
    )
}

fn with_responses(
    rule: &'static str,
    responses: &str,
    pointer: &'static str,
    expected: Value,
) -> Case {
    operation(
        rule,
        &format!("{PARAMETERS}responses: {responses}"),
        pointer,
        expected,
    )
}

fn cases() -> Vec<Case> {
    let text = json!({"type": "string"});
    let thing_id = "{name: thingId, in: path, required: true, schema: {type: string}}";
    vec![
        schema(
            "type-words",
            "type: Boolean",
            "Probe",
            json!({"type": "boolean"}),
        ),
        schema(
            "type-words",
            "type: file",
            "Probe",
            json!({"type": "string", "format": "binary"}),
        ),
        schema("type-words", "type: any", "Probe", json!({})),
        schema(
            "enum-on-array",
            "{type: array, items: {type: string}, enum: [a, b]}",
            "Probe",
            json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
        ),
        schema(
            "missing-type",
            "properties: {a: {type: string}}",
            "Probe/type",
            json!("object"),
        ),
        schema(
            "missing-type",
            "items: {type: string}",
            "Probe/type",
            json!("array"),
        ),
        schema(
            "missing-type",
            "enum: [1, 2]",
            "Probe/type",
            json!("integer"),
        ),
        schema(
            "nullable-without-type",
            "nullable: true",
            "Probe",
            json!({}),
        ),
        schema(
            "mistyped-objects",
            "{type: string, minLength: 3, properties: {a: {type: string}}}",
            "Probe",
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        ),
        schema(
            "foreign-keys",
            "{type: string, items: {type: string}}",
            "Probe",
            text.clone(),
        ),
        schema(
            "array-without-items",
            "type: array",
            "Probe/items",
            json!({}),
        ),
        schema(
            "formats",
            "{type: string, format: int32}",
            "Probe",
            text.clone(),
        ),
        schema(
            "formats",
            "{type: string, format: pem}",
            "Probe",
            text.clone(),
        ),
        schema(
            "formats",
            "{type: string, format: iso-date-time}",
            "Probe/format",
            json!("date-time"),
        ),
        schema(
            "formats",
            "{type: integer, format: double}",
            "Probe",
            json!({"type": "number", "format": "double"}),
        ),
        schema(
            "formats",
            "{type: number, format: int64}",
            "Probe",
            json!({"type": "integer", "format": "int64"}),
        ),
        schema(
            "formats",
            "{type: string, format: nullable}",
            "Probe",
            json!({"type": "string", "nullable": true}),
        ),
        schema(
            "enum-values",
            "{type: string, enum: [1.10, false]}",
            "Probe/enum",
            json!(["1.10", "false"]),
        ),
        schema(
            "enum-values",
            "{type: integer, enum: ['1', 2]}",
            "Probe/enum",
            json!([1, 2]),
        ),
        schema(
            "enum-duplicates",
            "{type: string, enum: [a, b, a]}",
            "Probe/enum",
            json!(["a", "b"]),
        ),
        schema(
            "empty-lists",
            "{type: object, required: []}",
            "Probe",
            json!({"type": "object"}),
        ),
        schema(
            "lone-branches",
            "oneOf: [{type: string}]",
            "Probe",
            text.clone(),
        ),
        schema(
            "discriminator-mapping",
            "{oneOf: [{$ref: '#/components/schemas/Thing'}, {$ref: '#/components/schemas/other_thing'}], discriminator: {propertyName: kind, mapping: {thing: Thing}}}",
            "Probe/discriminator/mapping",
            json!({"thing": "#/components/schemas/Thing", "other_thing": "#/components/schemas/OtherThing"}),
        ),
        schema(
            "defaults",
            "{type: integer, default: ten}",
            "Probe",
            json!({"type": "integer"}),
        ),
        schema(
            "defaults",
            "{type: integer, maximum: 5, default: 6}",
            "Probe",
            json!({"type": "integer", "maximum": 5}),
        ),
        schema(
            "defaults",
            "{type: string, enum: [a], default: b}",
            "Probe/default",
            Value::Null,
        ),
        schema(
            "patterns",
            "{type: string, pattern: '^(a'}",
            "Probe",
            text.clone(),
        ),
        schema(
            "patterns",
            "{type: string, pattern: '(?i)a'}",
            "Probe",
            text.clone(),
        ),
        schema(
            "patterns",
            "{type: string, pattern: '^[0-90-9]+$'}",
            "Probe",
            text.clone(),
        ),
        schema(
            "required-undeclared",
            "{type: object, required: [a, b], properties: {a: {type: string}}}",
            "Probe/required",
            json!(["a"]),
        ),
        schema(
            "unknown-keys",
            "{type: string, pattren: a}",
            "Probe",
            text.clone(),
        ),
        schema(
            "extensions",
            "{type: string, x-nothing: a}",
            "Probe",
            text.clone(),
        ),
        schema(
            "null-values",
            "{type: object, properties: {a: }}",
            "Probe/properties/a",
            json!({}),
        ),
        schema(
            "null-values",
            "{type: string, format: }",
            "Probe",
            text.clone(),
        ),
        schema(
            "reference-siblings",
            "{type: object, properties: {a: {$ref: '#/components/schemas/Thing', nullable: true}}}",
            "Probe/properties/a",
            json!({"$ref": "#/components/schemas/Thing"}),
        ),
        schema(
            "quoted-values",
            "{type: string, readOnly: 'true'}",
            "Probe/readOnly",
            json!(true),
        ),
        schema(
            "quoted-values",
            "{type: string, maxLength: '12'}",
            "Probe/maxLength",
            json!(12),
        ),
        schema(
            "deprecated-words",
            "{type: string, description: (Deprecated) Words.}",
            "Probe/deprecated",
            json!(true),
        ),
        schema(
            "boolean-required",
            "{type: string, required: true}",
            "Probe",
            text.clone(),
        ),
        schema(
            "duplicate-keys",
            "type: integer\ntype: string",
            "Probe",
            text.clone(),
        ),
        schema(
            "closing-indentation",
            "properties:\n  a: {\n    type: string\n }",
            "Probe/properties/a",
            text.clone(),
        ),
        with_parameters(
            "quoted-values",
            &format!(
                "[{thing_id}, {{name: q, in: query, required: 'true', schema: {{type: string}}}}]"
            ),
            "parameters/1/required",
            json!(true),
        ),
        with_parameters(
            "path-parameter-required",
            "[{name: thingId, in: path, schema: {type: string}}]",
            "parameters/0/required",
            json!(true),
        ),
        with_parameters(
            "missing-schema",
            "[{name: thingId, in: path, required: true}]",
            "parameters/0/schema",
            text.clone(),
        ),
        with_parameters(
            "ignored-headers",
            &format!("[{thing_id}, {{name: Accept, in: header, schema: {{type: string}}}}]"),
            "parameters/1",
            Value::Null,
        ),
        with_parameters(
            "duplicate-parameters",
            &format!("[{thing_id}, {thing_id}]"),
            "parameters/1",
            Value::Null,
        ),
        with_parameters(
            "path-parameters",
            "[{name: other, in: path, required: true, schema: {type: string}}]",
            "parameters/0/name",
            json!("thingId"),
        ),
        operation(
            "path-parameters",
            RESPONSES,
            "parameters/0/name",
            json!("thingId"),
        ),
        operation(
            "missing-schema",
            &format!(
                "{PARAMETERS}responses: {{'200': {{description: ok, headers: {{Link: {{}}}}}}}}"
            ),
            "responses/200/headers/Link/schema",
            text.clone(),
        ),
        with_responses(
            "media-type-names",
            "{'200': {description: ok, content: {resource/json: {schema: {type: string}}}}}",
            "responses/200/content/application~1json/schema",
            text.clone(),
        ),
        with_responses(
            "json-responses",
            "{'200': {description: ok, content: {application/vnd.things+json: {schema: {type: string}}}}}",
            "responses/200/content/application~1json/schema",
            text.clone(),
        ),
        with_responses(
            "json-responses",
            "{'400': {description: bad, content: {'*/*': {schema: {type: string}}}}, '200': {description: ok}}",
            "responses/400/content/application~1json/schema",
            text.clone(),
        ),
        with_responses(
            "content-without-schema",
            "{'204': {description: ok}, '400': {description: bad, content: {text/plain: {}}}}",
            "responses/400/content/text~1plain/schema",
            text.clone(),
        ),
        with_responses(
            "content-without-schema",
            "{'200': {description: ok, content: {application/json: {}}}}",
            "responses/200/content/application~1json/schema",
            json!({}),
        ),
        with_responses(
            "empty-responses",
            "{'204': {description: ok, content: {application/json: {schema: {type: string}}}}}",
            "responses/204",
            json!({"description": "No Content"}),
        ),
        with_responses(
            "status-words",
            "{'204': {description: ok}, 2xx: {description: ok}}",
            "responses/2XX/description",
            json!("Success"),
        ),
        with_responses(
            "ignored-headers",
            "{'200': {description: ok, headers: {Content-Type: {schema: {type: string}}}}}",
            "responses/200/headers",
            Value::Null,
        ),
        Case {
            rule: "operation-ids",
            document: document(&format!("{PARAMETERS}{RESPONSES}"), "")
                .replace("operationId: getThing", "deprecated: true"),
            pointer: "x-upstream-id",
            expected: json!("get_things_thingId"),
        },
        Case {
            rule: "path-slashes",
            document: document(&format!("{PARAMETERS}{RESPONSES}"), "")
                .replace("/things", "//things"),
            pointer: "summary",
            expected: json!("Get thing"),
        },
        Case {
            rule: "missing-security",
            document: document(&format!("{PARAMETERS}{RESPONSES}"), "")
                .replace("security: [{flow: []}]", ""),
            pointer: "security",
            expected: json!([{"oauth2": []}]),
        },
        Case {
            rule: "token-security",
            document: document(&format!("{PARAMETERS}{RESPONSES}"), "")
                .replace(
                    "security: [{flow: []}]",
                    "security: [{flow: []}, {http: []}]",
                )
                .replace(
                    "    flow: {type",
                    "    http: {type: http, scheme: basic}\n    flow: {type",
                ),
            pointer: "security",
            expected: json!([{"oauth2": []}]),
        },
    ]
}

#[test]
fn each_rule_fixes_what_it_is_for() {
    for case in cases() {
        let bench = Bench::with(&case.document);
        let outcome = bench
            .run()
            .unwrap_or_else(|failure| panic!("{}: {failure}\n{}", case.rule, case.document));
        assert!(
            outcome.fixes.contains_key(case.rule),
            "{} is not reported: {:?}",
            case.rule,
            outcome.fixes
        );
        let spec = bench.spec("policies");
        let pointer = match case.pointer.strip_prefix("Probe") {
            Some(rest) => format!("/components/schemas/Probe{rest}"),
            None => format!("{OPERATION}/{}", case.pointer),
        };
        let found = spec.pointer(&pointer).cloned().unwrap_or(Value::Null);
        assert_eq!(found, case.expected, "{} at {pointer}", case.rule);
    }
}

#[test]
fn each_rule_has_a_case_and_says_what_it_does() {
    let tried: BTreeSet<&str> = cases()
        .iter()
        .map(|case| case.rule)
        .chain(["openapi-3-1", "path-templates"])
        .collect();
    let rules: BTreeSet<&str> = rules().into_keys().collect();
    assert_eq!(tried, rules);
}

#[test]
fn a_sound_document_needs_no_fix() {
    let bench = Bench::with(&document(&format!("{PARAMETERS}{RESPONSES}"), ""));
    assert!(bench.run().unwrap().fixes.is_empty());
}

#[test]
fn a_fix_has_document_line_column_and_pointer() {
    let outcome = Bench::with(&of_schema("type: string\nformat: pem"))
        .run()
        .unwrap();
    let place = &outcome.fixes["formats"][0].place;
    assert_eq!(
        place.to_string(),
        "one.yaml:19:5: #/components/schemas/Probe"
    );
}

#[test]
fn numbers_that_should_be_text_keep_their_digits() {
    let text = of_schema("type: string").replace("version: 1.2.3", "version: 1.10");
    assert_eq!(Bench::with(&text).policies()["info"]["version"], "1.10");
}

#[test]
fn plain_words_of_yaml_1_1_stay_text() {
    let traps = "{type: string, enum: [Off, NO, y, 16:00:00, 2024-01-02, 0x1f, 010, 1_000, .5, +1, True, Null]}";
    let bench = Bench::with(&of_schema(traps));
    let outcome = bench.run().unwrap();
    assert!(outcome.fixes.is_empty(), "{:?}", outcome.fixes);
    let expected = json!([
        "Off",
        "NO",
        "y",
        "16:00:00",
        "2024-01-02",
        "0x1f",
        "010",
        "1_000",
        ".5",
        "+1",
        "True",
        "Null"
    ]);
    assert_eq!(
        bench.spec("policies")["components"]["schemas"]["Probe"]["enum"],
        expected
    );
}

#[test]
fn byte_order_mark_carriage_returns_anchors_and_merge_keys_are_read() {
    let text = of_schema(
        "type: object
properties:
  a: &text {type: string, maxLength: 3}
  b: *text
  c: {<<: *text, maxLength: 4}",
    );
    let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let properties =
        Bench::with(&text).policies()["components"]["schemas"]["Probe"]["properties"].take();
    assert_eq!(properties["b"], json!({"type": "string", "maxLength": 3}));
    assert_eq!(properties["c"], json!({"type": "string", "maxLength": 4}));
}

#[test]
fn json_is_read_too_with_its_surrogate_pairs() {
    let bench = Bench::new().document(
        "one.json",
        r#"{"openapi": "3.0.1", "info": {"title": "Cisco Secure Access Smiles API", "version": "1.0", "description": "\ud83d\ude00"},
            "paths": {"/policies/v2/smiles": {"get": {"operationId": "smile", "security": [], "responses": {"200": {"description": ""}}}}}}"#,
    );
    assert_eq!(bench.policies()["tags"][0]["name"], "Smiles");
}

#[test]
fn upstream_prose_is_dropped() {
    let text = of_schema(
        "{type: object, title: Prose, description: Prose, example: {a: Prose}, properties: {description: {type: string, description: Prose}}}",
    );
    let spec = Bench::with(&text).policies();
    assert!(!spec.to_string().contains("Prose"));
    assert_eq!(
        spec["components"]["schemas"]["Probe"]["properties"]["description"],
        json!({"type": "string"})
    );
}

//! Documents that are rejected: each kind with its message, all errors in one run, and the specifications as they were.

use cisco_secure_access_importer::Options;

use crate::documents::{Bench, contents, document, of_schema};

const PARAMETERS: &str =
    "parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]\n";

fn sound() -> String {
    of_schema("type: string")
}

/// Imports `text` over specifications that are there, and returns the message.
fn rejected(text: impl AsRef<[u8]>) -> String {
    let mut good = Bench::with(&sound());
    good.run().unwrap();
    good.forget();
    let before = contents(&good.specs());
    let bad = good.document("bad.yaml", text);
    let message = bad.rejection();
    assert_eq!(before, contents(&bad.specs()));
    message
}

#[track_caller]
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "expected {part:?} in\n{message}");
    }
}

#[test]
fn what_is_no_openapi_3_0_document() {
    assert_says(&rejected(""), &["bad.yaml:1:1", "an empty file"]);
    assert_says(
        &rejected("<!doctype html><p>x</p>"),
        &["bad.yaml:1:1", "a markup page", "download the document"],
    );
    assert_says(
        &rejected(
            "PK\u{3}\u{4}"
                .as_bytes()
                .iter()
                .copied()
                .chain([0xff])
                .collect::<Vec<_>>(),
        ),
        &["a zip archive"],
    );
    assert_says(
        &rejected([0xc3, 0x28]),
        &["bytes that are not UTF-8 at byte 0"],
    );
    assert_says(
        &rejected("- a\n- b"),
        &["a list of 2", "expected an OpenAPI 3.0 or 3.1 document"],
    );
    assert_says(
        &rejected("a: b"),
        &["no key `openapi`", "is this the right file?"],
    );
    assert_says(
        &rejected("info: {}\nswagger: '2.0'"),
        &["bad.yaml:2:1", "Swagger 2.0", "convert it"],
    );
    assert_says(
        &rejected("openapi: 3.2.0"),
        &["bad.yaml:1:1", "OpenAPI 3.2.0", "convert it"],
    );
    assert_says(
        &rejected("a: [b, c"),
        &[
            "bad.yaml:",
            "text that is not YAML",
            "is the file complete?",
        ],
    );
    assert_says(
        &rejected("a: 'b"),
        &["text that is not YAML", "is the file complete?"],
    );
    assert_says(
        &rejected("a:\n\tb: c"),
        &["bad.yaml:2:", "text that is not YAML"],
    );
    assert_says(
        &rejected(format!("{0}---\n{0}", sound())),
        &["a second document", "split the file"],
    );
    assert_says(&rejected("? [a]\n: b"), &["a key that is not a scalar"]);
    assert_says(&rejected("<<: 3"), &["the number 3", "merge key"]);
}

#[test]
fn a_truncated_document() {
    let text = sound();
    let message = rejected(&text[..text.find("responses").unwrap()]);
    assert_says(
        &message,
        &[
            "bad.yaml:6:5",
            "#/paths/~1things~1{thingId}/get",
            "no key `responses`",
        ],
    );
}

#[test]
fn lines_that_end_with_a_carriage_return_alone() {
    let text = "openapi: 3.0.3\rinfo: {title: x, version: y}\rpaths:\r  /a: {\r    get: z\r }\r";
    assert_says(&rejected(text), &["bad.yaml:6", "text that is not YAML"]);
}

#[test]
fn documents_that_are_made_to_exhaust_memory() {
    let laughs = (1..10).fold(
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, level| {
            let below = format!("*a{}", level - 1);
            text + &format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", "))
        },
    );
    assert_says(
        &rejected(laughs),
        &["more nodes than any API has", "2000000"],
    );
    assert_says(
        &rejected("[".repeat(200)),
        &["deeper nesting than any API has"],
    );
    assert_says(
        &rejected("a: &a [*a]"),
        &["an alias inside of what it stands for"],
    );
    let fan = |level: usize| {
        format!(
            "R{level}: {{description: x, headers: {{{}}}}}",
            ["a", "b", "c", "d"]
                .map(|name| format!("{name}: {{$ref: '#/components/responses/R{}'}}", level + 1))
                .join(", ")
        )
    };
    let responses: Vec<String> = (0..15).map(fan).collect();
    let text = document(
        &format!("{PARAMETERS}responses: {{'200': {{$ref: '#/components/responses/R0'}}}}"),
        "",
    )
    .replace(
        "  schemas:",
        &format!(
            "  responses:\n    {}\n    R15: {{description: x}}\n  schemas:",
            responses.join("\n    ")
        ),
    );
    assert_says(&rejected(text), &["references that multiply without end"]);
}

#[test]
fn a_missing_file() {
    let bench = Bench::with(&sound());
    std::fs::remove_file(&bench.documents()[0]).unwrap();
    assert_says(&bench.rejection(), &["one.yaml: cannot be read"]);
}

#[test]
fn errors_that_no_rule_fixes() {
    let cases: &[(&str, &[&str])] = &[
        (
            "type: integr",
            &[
                "#/components/schemas/Probe/type",
                "\"integr\"",
                "one of string, integer",
            ],
        ),
        (
            "{type: array, properties: {a: {type: string}}}",
            &[
                "/Probe/properties",
                "`properties` of a list",
                "or the properties in its `items`",
            ],
        ),
        (
            "{type: object, properties: [a]}",
            &["/Probe/properties", "a list of 1", "a mapping"],
        ),
        (
            "{type: object, properties: {a: 3}}",
            &[
                "/Probe/properties/a",
                "the number 3",
                "a mapping, the schema",
            ],
        ),
        // Keys that OpenAPI 3.1 gave another meaning.
        (
            "type: [string, 'null']",
            &["/Probe/type", "a list of 2", "a string"],
        ),
        (
            "{type: integer, exclusiveMinimum: 5}",
            &["/Probe/exclusiveMinimum", "the number 5", "true or false"],
        ),
        (
            "{type: object, properties: {a: true}}",
            &[
                "/Probe/properties/a",
                "the boolean true",
                "a mapping, the schema",
            ],
        ),
        (
            "{type: integer, enum: [one]}",
            &["/Probe/enum/0", "\"one\"", "a value of type integer"],
        ),
        (
            "{type: string, maxLength: many}",
            &["/Probe/maxLength", "a number"],
        ),
        (
            "{type: string, nullable: perhaps}",
            &["/Probe/nullable", "true or false"],
        ),
        (
            "{$ref: '#/components/schemas/Nothing'}",
            &["\"#/components/schemas/Nothing\", which has no target"],
        ),
        (
            "{$ref: 'other.yaml#/Thing'}",
            &[
                "/Probe/$ref\n    | {$ref: 'other.yaml#/Thing'}",
                "a `$ref` to another file",
            ],
        ),
        (
            "{$ref: '#/components/schemas/Probe'}",
            &["which leads back to itself"],
        ),
    ];
    for (schema, parts) in cases {
        assert_says(&rejected(of_schema(schema)), parts);
    }
    let bodies: &[(&str, &[&str])] = &[
        ("responses: {}", &["/get/responses", "no response"]),
        (
            "responses: {ok: {description: ok}}",
            &[
                "/get/responses/ok",
                "the status \"ok\"",
                "a code such as 200",
            ],
        ),
        (
            "responses: {'200': {description: ok}}\nparameters: [{name: q, in: body, schema: {type: string}}]",
            &["/get/parameters/0/in", "one of query, path"],
        ),
        (
            "responses: {'200': {description: ok}}\nparameters: [{in: query}]",
            &["no key `name`, expected `name` in the parameter"],
        ),
        (
            "responses: {'200': {description: ok}}\nservers: [{url: '{host}'}]",
            &["the server \"{host}\"", "a default"],
        ),
    ];
    for (body, parts) in bodies {
        assert_says(&rejected(document(body, "")), parts);
    }
    assert_says(
        &rejected(sound().replace("[{flow: []}]", "[{other: []}]")),
        &["the unknown security scheme \"other\"", "one of flow"],
    );
    assert_says(
        &rejected(sound().replace("/policies/v2", "/elsewhere/v2")),
        &[
            "bad.yaml:6:5: #/paths/~1things~1{thingId}/get",
            "a path under \"/elsewhere\"",
            "one under policies",
        ],
    );
    assert_says(
        &rejected(sound().replace("    get:", "    $ref: '#/paths/other'\n    get:")),
        &["a reference in the place of a path item"],
    );
}

#[test]
fn all_errors_of_all_documents_are_reported_in_one_run() {
    let bench = Bench::new()
        .document("first.yaml", of_schema("type: integr"))
        .document(
            "second.yaml",
            of_schema("{type: object, properties: {a: {type: txt}, b: {$ref: '#/nowhere'}}}"),
        )
        .document("third.yaml", "swagger: '2.0'");
    let message = bench.rejection();
    assert_says(
        &message,
        &[
            "first.yaml",
            "\"integr\"",
            "\"txt\"",
            "\"#/nowhere\"",
            "third.yaml:1:1",
        ],
    );
    assert!(!bench.specs().exists());
}

#[test]
fn a_document_of_another_product_is_taken_in_on_demand_alone() {
    let text = sound().replace("api.sse.cisco.com", "api.umbrella.com");
    assert_says(
        &rejected(&text),
        &[
            "#/servers",
            "the host \"api.umbrella.com\"",
            "--allow-other-hosts",
        ],
    );
    let bench = Bench::with(&text);
    let options = Options {
        allow_other_hosts: true,
        ..Options::default()
    };
    options.run(bench.documents(), &bench.specs()).unwrap();
    // One host of several, one below a known one, and none.
    for servers in [
        "[{url: 'https://api.umbrella.com/policies/v2'}, {url: 'https://api.sse.cisco.com/policies/v2'}]",
        "[{url: 'https://api.eu.sse.cisco.com/policies/v2'}]",
        "[{url: /policies/v2}]",
    ] {
        let text = sound().replace("[{url: 'https://api.sse.cisco.com/policies/v2'}]", servers);
        Bench::with(&text).run().unwrap();
    }
}

#[test]
fn a_document_that_nests_too_deep_is_not_called_something_else() {
    for (open, close, depth) in [("[", "]", 120), ("[", "]", 1000), ("{\"a\": ", "}", 1000)] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let text = format!("{{\"openapi\": \"3.0.3\",\n\"x-deep\": {nested}\n}}");
        let message = rejected(text);
        assert_says(
            &message,
            &[
                "bad.yaml:2:",
                "deeper nesting than any API has",
                "100 levels",
            ],
        );
        assert!(!message.contains("YAML"), "{message}");
    }
}

#[test]
fn a_document_in_several_files_is_one_error() {
    let path = |n: usize| format!("  /a{n}: {{$ref: 'paths/a{n}.yaml'}}\n");
    let paths: String = (0..8).map(path).collect();
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: x, version: '1'}}\npaths:\n{paths}components:\n  schemas:\n    $ref: schemas.yaml\n"
    );
    let message = rejected(text);
    assert_eq!(
        message,
        "bad.yaml:4:9: #/paths/~1a0/$ref
    | /a0: {$ref: 'paths/a0.yaml'}
    found a `$ref` to another file, expected a document that stands alone; bundle it first, for example with `npx @redocly/cli bundle`
    8 more, at 5:9, 6:9, 7:9, 8:9, 9:9, …"
    );
    let whole = document("responses: {'200': {description: ok}}", "")
        .replace("  /things", "  $ref: '#/components/x-paths'\n  /things");
    assert_says(
        &rejected(whole),
        &["bad.yaml:5:3", "a `$ref` to \"#/components/x-paths\""],
    );
}

#[test]
fn errors_of_one_cause_are_one_message_with_a_count() {
    let path =
        |n: usize| format!("  /a{n}:\n    get: {{responses: {{'200': {{description: ok}}}}}}\n");
    let paths: String = (0..9).map(path).collect();
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: x, version: '1'}}\nservers: [{{url: 'https://api.sse.cisco.com/else'}}]\npaths:\n{paths}"
    );
    let message = rejected(text);
    assert!(
        message.starts_with("bad.yaml:6:5: #/paths/~1a0/get\n"),
        "{message}"
    );
    assert!(
        message.ends_with("\n    8 more, at 8:5, 10:5, 12:5, 14:5, 16:5, …"),
        "{message}"
    );
    assert_eq!(
        message.matches("a path under \"/else\"").count(),
        1,
        "{message}"
    );
}

#[test]
fn the_errors_of_json_have_lines_whatever_its_strings_hold() {
    let text = "{\n\t\"openapi\": \"3.0.3\",\n\t\"info\": {\"title\": \"a \\ud83d\\ude00 b \\/ \\\\ud83d\", \"version\": 3},\n\t\"paths\": []\n}";
    assert_says(&rejected(text), &["bad.yaml:4:2: #/paths\n", "a list of 0"]);
}

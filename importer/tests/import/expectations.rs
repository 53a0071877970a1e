//! What overlay actions expect to replace: written by the import, and compared with what upstream has.

use cisco_secure_access_importer::Finding;
use cisco_secure_access_importer::lint::lint;

use crate::documents::{Bench, of_schema};

const PROBE: &str = "$.components.schemas['policies.Probe']";

fn probe(schema: &str) -> String {
    of_schema(&format!("{{type: object, properties: {{{schema}}}}}"))
}

fn overlay(bench: &Bench) -> String {
    std::fs::read_to_string(bench.specs().join("overlays/10-test.yaml")).unwrap()
}

/// The `x-expects` of the only action, as it stands in the text.
fn expected(schema: &str, action: &str) -> Option<String> {
    let bench = Bench::with(&probe(schema)).overlay("10-test.yaml", action);
    bench.run().unwrap();
    let text = overlay(&bench);
    let line = text
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("x-expects: "));
    line.map(str::to_owned)
}

/// A set of specifications with an action that expects a string, and then a document with another schema.
fn after(schema: &str) -> Bench {
    let action = format!("  - target: {PROBE}.properties.a\n    update: {{type: integer}}\n");
    let mut bench = Bench::with(&probe("a: {type: string}")).overlay("10-test.yaml", &action);
    bench.run().unwrap();
    assert!(overlay(&bench).contains("    x-expects: {type: string}\n    update:"));
    bench.forget();
    bench.document("two.yaml", probe(schema).replace("1.2.3", "1.2.4"))
}

#[test]
fn an_action_says_what_it_replaces() {
    let cases = [
        (
            "properties.a\n    update: {type: integer}",
            Some("{type: string}"),
        ),
        (
            "\n    update: {properties: {a: {type: integer}}}",
            Some("{properties/a/type: string}"),
        ),
        (
            "properties.b\n    update: {$ref: '#/components/schemas/policies.Probe'}",
            Some("{items: {type: string}, type: array}"),
        ),
        (
            "properties.c\n    x-replaces: [enum, default]\n    update: {enum: [\"yes\"]}",
            Some("{enum: [\"yes\", maybe 1]}"),
        ),
        (
            "properties.c.enum\n    remove: true",
            Some("{.: [\"yes\", maybe 1]}"),
        ),
        (
            "properties.long.enum\n    remove: true",
            Some("{.: \"sha256:784d3719f3ec6e55\"}"),
        ),
        (
            "properties['a','c']\n    update: {type: integer}",
            Some("{type: string}"),
        ),
        (
            "properties['a','b']\n    x-replaces: [items]\n    update: {type: integer}",
            Some(
                "{/components/schemas/policies.Probe/properties/a/type: string, \
                 /components/schemas/policies.Probe/properties/b/items: {type: string}, \
                 /components/schemas/policies.Probe/properties/b/type: array}",
            ),
        ),
        // What was absent, lists that grow, words and extensions replace nothing.
        (
            "properties.a\n    update: {nullable: true, x-secret: true}",
            None,
        ),
        ("properties.c\n    update: {enum: [no]}", None),
        ("properties.a\n    update: {description: Ours.}", None),
        (
            "properties.a\n    x-replaces: [$ref]\n    update: {nullable: true}",
            None,
        ),
    ];
    let schema = format!(
        "a: {{type: string}}, b: {{type: array, items: {{type: string}}}}, flag: {{type: boolean, nullable: false}}, c: {{type: string, enum: ['yes', maybe 1]}}, long: {{type: string, enum: [{}]}}",
        (10..40)
            .map(|number| format!("word {number}, "))
            .collect::<String>()
    );
    for (action, expects) in cases {
        let dot = if action.starts_with('\n') { "" } else { "." };
        let found = expected(&schema, &format!("  - target: {PROBE}{dot}{action}\n"));
        let expects = expects.map(|text| text.replace("maybe 1", "\"maybe 1\""));
        assert_eq!(found, expects, "{action}");
    }
}

#[test]
fn elements_of_lists_stand_by_their_names() {
    let text = of_schema("type: string").replace(
        "parameters: [",
        "parameters: [{name: limit, in: query, required: true, schema: {type: number}}, \
         {name: page, in: query, required: true, schema: {type: string}}, ",
    );
    let bench = Bench::with(&text).overlay(
        "10-test.yaml",
        "  - target: $.paths.*.*.parameters[?@.in=='query'].schema\n    update: {type: boolean}\n",
    );
    bench.run().unwrap();
    let get = "/paths/~1policies~1v2~1things~1{thingId}/get/parameters";
    let expects = format!(
        "    x-expects: {{\"{get}/limit/schema/type\": number, \"{get}/page/schema/type\": string}}\n"
    );
    assert!(overlay(&bench).contains(&expects), "{}", overlay(&bench));
}

#[test]
fn all_else_in_an_overlay_stays_byte_for_byte() {
    let text = "# A comment.\r
overlay: 1.0.0\r
info: {title: Tëst,   version: 1.0.0}\r
actions:\r
\r
  # Folded, with a comment between the keys.\r
  - target: >-\r
      $.components.schemas['policies.Probe'].properties['a',\r
      'b']\r
    # About the update.\r
    update: {type: integer}   # Why.\r
\r
  - { target: \"$.components.schemas['policies.Probe']\", 'update': {type: string}, x-replaces: [properties] }\r
  - update: {type: boolean}\r
    target: $.components.schemas['policies.Probe']";
    let bench = Bench::with(&probe("a: {type: string}, b: {type: string}"))
        .overlay("10-test.yaml", "")
        .file("specs/overlays/10-test.yaml", text);
    let outcome = bench.run().unwrap();
    let expected = text
        .replace("'b']\r\n    # About", "'b']\r\n    x-expects: {type: string}\r\n    # About")
        .replace(
            "'update': {type: string}",
            "x-expects: {properties: {a: {type: integer}, b: {type: integer}}, type: object}, 'update': {type: string}",
        )
        .replace("    target: $", "    x-expects: {type: string}\r\n    target: $");
    assert_eq!(overlay(&bench), expected);
    assert_eq!(outcome.applied.completed.len(), 3);
    assert!(
        outcome.applied.completed[0].starts_with("10-test.yaml:7: target")
            && outcome.applied.completed[0].ends_with("x-expects: {type: string}")
    );
    let outcome = bench.run().unwrap();
    assert_eq!(overlay(&bench), expected);
    assert!(outcome.changed.is_empty() && outcome.applied.completed.is_empty());
}

#[test]
fn an_action_that_does_not_say_what_it_replaces_is_a_problem_until_the_import_writes_it() {
    let action = format!("  - target: {PROBE}.properties.a\n    update: {{type: integer}}\n");
    let mut bench = Bench::with(&probe("a: {type: string}"));
    bench.run().unwrap();
    bench.forget();
    let bench = bench.overlay("10-test.yaml", &action);
    let problems = |bench: &Bench| {
        let problems = lint(&bench.specs()).unwrap();
        problems.iter().any(|problem| {
            problem.file == "specs/overlays/10-test.yaml"
                && problem
                    .to_string()
                    .contains("run `cargo xtask import`, which writes")
        })
    };
    assert!(problems(&bench));
    bench.run().unwrap();
    assert!(!problems(&bench));
}

#[test]
fn a_change_upstream_of_what_an_action_replaces_is_reported_until_a_person_decides() {
    let bench = after("a: {type: boolean}");
    let before = overlay(&bench);
    let outcome = bench.run().unwrap();
    let [stale] = outcome.applied.stale.as_slice() else {
        panic!("{:?}", outcome.applied);
    };
    let message = "10-test.yaml:4: target $.components.schemas['policies.Probe'].properties.a: \
                   expects to replace {type: string}, found {type: boolean}; upstream has changed";
    assert!(stale.to_string().starts_with(message), "{stale}");
    assert!(outcome.summary(false).to_string().contains(message));
    assert_eq!(overlay(&bench), before);
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"];
    assert_eq!(probe["properties"]["a"]["type"], "integer");
    let problems = lint(&bench.specs()).unwrap();
    assert!(
        problems
            .iter()
            .any(|problem| problem.file == "specs/overlays/10-test.yaml:4")
    );

    // Deleting the line is the decision that the action is still right.
    let decided = before.replace("    x-expects: {type: string}\n", "");
    let mut bench = bench.file("specs/overlays/10-test.yaml", decided);
    bench.forget();
    assert!(bench.run().unwrap().applied.stale.is_empty());
    assert_eq!(overlay(&bench), before.replace("string", "boolean"));
}

#[test]
fn only_the_targets_that_differ_are_reported() {
    let action = format!(
        "  - target: {PROBE}.properties['a','b']\n    x-expects: {{type: string}}\n    update: {{type: integer}}\n"
    );
    let cases = [
        (
            "a: {type: string}, b: {type: boolean}",
            "expects to replace {/components/schemas/policies.Probe/properties/b/type: string}, \
             found {/components/schemas/policies.Probe/properties/b/type: boolean}; ",
        ),
        (
            "a: {type: integer}, b: {type: string}",
            "expects to replace {/components/schemas/policies.Probe/properties/a/type: string}, found nothing; ",
        ),
    ];
    for (schema, expected) in cases {
        let bench = Bench::with(&probe(schema)).overlay("10-test.yaml", &action);
        let outcome = bench.run().unwrap();
        let [stale] = outcome.applied.stale.as_slice() else {
            panic!("{:?}", outcome.applied);
        };
        assert!(stale.to_string().contains(expected), "{stale}");
    }
    let action = action.replace(
        "{type: string}",
        "{/components/schemas/policies.Probe/properties/a/type: string}",
    );
    let bench = Bench::with(&probe("a: {type: string}, b: {type: string}"))
        .overlay("10-test.yaml", &action);
    let stale = &bench.run().unwrap().applied.stale[0];
    let expected =
        "replaces, unexpectedly, {/components/schemas/policies.Probe/properties/b/type: string}; ";
    assert!(stale.to_string().contains(expected), "{stale}");
}

#[test]
fn a_value_that_is_gone_upstream_is_reported() {
    let outcome = after("a: {nullable: true}").run().unwrap();
    assert!(
        outcome.applied.stale[0]
            .to_string()
            .contains("expects to replace {type: string}, found nothing"),
        "{:?}",
        outcome.applied
    );
}

#[test]
fn a_value_that_upstream_has_now_and_an_action_added_is_decided_by_a_person() {
    let action = format!("  - target: {PROBE}.properties.a\n    update: {{maxLength: 9}}\n");
    let mut bench = Bench::with(&probe("a: {type: string}")).overlay("10-test.yaml", &action);
    assert!(bench.run().unwrap().applied.stale.is_empty());
    assert!(!overlay(&bench).contains("x-expects"));
    bench.forget();
    let newer = probe("a: {type: string, maxLength: 20}").replace("1.2.3", "1.2.4");
    let mut bench = bench.document("two.yaml", newer);

    let outcome = bench.run().unwrap();
    let [stale] = outcome.applied.stale.as_slice() else {
        panic!("{:?}", outcome.applied);
    };
    let expected = "replaces {maxLength: 20}, and does not say so";
    assert!(stale.to_string().contains(expected), "{stale}");
    assert!(!overlay(&bench).contains("x-expects"));
    let problems = format!("{:?}", lint(&bench.specs()).unwrap());
    assert!(problems.contains("10-test.yaml"), "{problems}");

    // Without documents, the import takes it for decided.
    bench.forget();
    assert!(bench.run().unwrap().applied.stale.is_empty());
    assert!(overlay(&bench).contains("    x-expects: {maxLength: 20}\n"));
}

#[test]
fn what_upstream_has_taken_over_is_reported() {
    let outcome = after("a: {type: integer}").run().unwrap();
    let [stale] = outcome.applied.stale.as_slice() else {
        panic!("{:?}", outcome.applied);
    };
    assert_eq!(stale.finding, Finding::ChangesNothing);
    assert_eq!(
        stale.way_out(),
        "upstream has the same value; remove the action"
    );

    // An element of a list that upstream has, too, is not there twice.
    let bench = Bench::with(&probe("a: {type: string, enum: [one, two]}")).overlay(
        "10-test.yaml",
        &format!("  - target: {PROBE}.properties.a\n    update: {{enum: [two, three]}}\n"),
    );
    let outcome = bench.run().unwrap();
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"];
    assert_eq!(
        probe["properties"]["a"]["enum"].to_string(),
        r#"["one","two","three"]"#
    );
    assert_eq!(
        outcome.applied.stale[0].finding,
        Finding::RepeatsElement("\"two\"".into())
    );
}

#[test]
fn an_expectation_that_is_no_mapping_is_rejected() {
    let action =
        format!("  - target: {PROBE}\n    x-expects: string\n    update: {{type: integer}}\n");
    let message = Bench::with(&probe("a: {type: string}"))
        .overlay("10-test.yaml", &action)
        .rejection();
    assert!(
        message.contains("found the x-expects \"string\", expected a mapping; delete the line"),
        "{message}"
    );
}

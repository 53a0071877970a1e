//! Which numbers are integers.

use cisco_secure_access_importer::Numbers;
use cisco_secure_access_importer::lint::lint;
use serde_json::json;

use crate::documents::{Bench, of_schema};

const PROBE: &str = "$.components.schemas['policies.Probe']";

#[test]
fn numbers_are_integers_unless_they_have_the_format_of_real_numbers() {
    let bench = Bench::with(&of_schema(
        "type: object
properties:
  id: {type: number, minimum: 1}
  ids: {type: array, items: {type: number, nullable: true}}
  share: {type: number, format: float}
  score: {type: number}
  type: {type: string, enum: [number]}
  number: {type: integer}",
    ))
    .overlay(
        "10-test.yaml",
        &format!("  - target: {PROBE}.properties.score\n    update: {{format: double}}\n"),
    );
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.numbers,
        Numbers {
            integers: 2,
            reals: 2,
            undecided: Vec::new(),
        }
    );
    assert_eq!(
        bench.spec("policies")["components"]["schemas"]["Probe"]["properties"],
        json!({
            "id": {"type": "integer", "minimum": 1},
            "ids": {"type": "array", "items": {"type": "integer", "nullable": true}},
            "share": {"type": "number", "format": "float"},
            "score": {"type": "number", "format": "double"},
            "type": {"type": "string", "enum": ["number"]},
            "number": {"type": "integer"},
        })
    );
}

#[test]
fn integers_are_inferred_in_parameters_too() {
    let text = of_schema("type: string").replace(
        "parameters: [",
        "parameters: [{name: limit, in: query, schema: {type: number}}, ",
    );
    let spec = Bench::with(&text).policies();
    let operation = &spec["paths"]["/policies/v2/things/{thingId}"]["get"];
    assert_eq!(
        operation["parameters"][0]["schema"],
        json!({"type": "integer"})
    );
}

#[test]
fn formats_names_values_and_fractions_decide() {
    let integers = [
        "groupId",
        "rule_id",
        "labelIds",
        "hitCount",
        "allowedRequests",
        "limit",
        "offset",
        "destination-port",
        "statusCode",
        "connectTimestamp",
    ];
    let mut properties: Vec<String> = integers
        .iter()
        .map(|name| format!("{name}: {{type: number}}"))
        .collect();
    let others = [
        ("status: {type: number, enum: [1, 2]}", "integer"),
        ("size: {type: number, format: int64}", "integer"),
        ("share: {type: integer, format: double}", "number"),
        ("step: {type: number, multipleOf: 0.5}", "number"),
        ("levelCount: {type: number, default: 1.5}", "number"),
        ("weight: {type: number, format: float}", "number"),
    ];
    properties.extend(others.iter().map(|(text, _)| (*text).to_owned()));
    let text = of_schema(&format!(
        "{{type: object, properties: {{{}}}}}",
        properties.join(", ")
    ));
    let bench = Bench::with(&text);
    let outcome = bench.run().unwrap();
    assert_eq!(
        outcome.numbers,
        Numbers {
            integers: 11,
            reals: 4,
            undecided: Vec::new()
        }
    );
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"]["properties"];
    for name in integers {
        assert_eq!(probe[name]["type"], "integer", "{name}");
    }
    for (text, expected) in others {
        let name = text.split(':').next().unwrap();
        assert_eq!(probe[name]["type"], expected, "{name}");
    }
}

#[test]
fn the_last_word_of_a_name_decides_and_not_its_last_letters() {
    let names = ["paid", "discount", "airport", "ruleid"];
    let properties = names.map(|name| format!("{name}: {{type: number}}"));
    let text = of_schema(&format!(
        "{{type: object, properties: {{{}}}}}",
        properties.join(", ")
    ));
    let undecided = |bench: &Bench| -> Vec<String> {
        let undecided = bench.run().unwrap().numbers.undecided;
        let names = undecided
            .iter()
            .filter_map(|(at, _)| at.split('/').next_back());
        names.map(str::to_owned).collect()
    };
    let bench = Bench::with(&text);
    assert_eq!(undecided(&bench), ["airport", "discount", "paid", "ruleid"]);

    let names = "  - target: $\n    update: {x-rust-names: {ruleid: rule_id}}\n";
    let bench = bench.overlay("57-rust-names.yaml", names);
    assert_eq!(undecided(&bench), ["airport", "discount", "paid"]);
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"]["properties"];
    assert_eq!(probe["ruleid"]["type"], "integer");
    assert_eq!(probe["paid"]["type"], "number");
}

#[test]
fn a_number_that_nothing_decides_is_real_and_reported_until_an_overlay_decides() {
    let text = of_schema(
        "{type: object, properties: {dgaScore: {type: number}, shares: {type: array, items: {type: number}}}}",
    );
    let bench = Bench::with(&text);
    let outcome = bench.run().unwrap();
    let at = "/components/schemas/policies.Probe/properties";
    let undecided: Vec<&str> = outcome
        .numbers
        .undecided
        .iter()
        .map(|(at, _)| at.as_str())
        .collect();
    assert_eq!(
        undecided,
        [format!("{at}/dgaScore"), format!("{at}/shares/items")]
    );
    let found = "found `type: number`, which can be an integer or real";
    let summary = outcome.summary(false).to_string();
    assert!(summary.contains(&format!("2 NUMBERS UNDECIDED; `cargo xtask check` fails until an overlay says what they are\n         #{at}/dgaScore: {found}")), "{summary}");
    let numbers = |bench: &Bench| -> Vec<String> {
        let problems = lint(&bench.specs()).unwrap();
        let problems = problems.iter().map(ToString::to_string);
        problems.filter(|problem| problem.contains(found)).collect()
    };
    assert_eq!(
        numbers(&bench)[0],
        format!(
            "specs/overlays/41-numbers.yaml\n    #{at}/dgaScore: {found}; say there which it is, by `format: double` or by `type: integer`"
        )
    );
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"]["properties"];
    assert_eq!(probe["dgaScore"], json!({"type": "number"}));

    let bench = bench.overlay(
        "41-numbers.yaml",
        &format!(
            "  - target: {PROBE}.properties.dgaScore\n    update: {{format: double}}
  - target: {PROBE}.properties.shares.items\n    update: {{type: integer}}\n"
        ),
    );
    bench.run().unwrap();
    assert_eq!(numbers(&bench), Vec::<String>::new());
    let probe = &bench.spec("policies")["components"]["schemas"]["Probe"]["properties"];
    assert_eq!(
        probe["dgaScore"],
        json!({"type": "number", "format": "double"})
    );
    assert_eq!(probe["shares"]["items"], json!({"type": "integer"}));
}

#[test]
fn a_real_number_that_upstream_renames_or_makes_an_integer_is_reported() {
    let action =
        format!("  - target: {PROBE}.properties.dga_score\n    update: {{format: double}}\n");
    let schema = |name: &str, kind: &str| {
        of_schema(&format!(
            "{{type: object, properties: {{{name}: {{type: {kind}}}}}}}"
        ))
    };
    let renamed = Bench::with(&schema("dgaScore", "number")).overlay("10-test.yaml", &action);
    let outcome = renamed.run().unwrap();
    assert!(
        outcome.applied.stale[0]
            .to_string()
            .contains("matches nothing")
    );
    assert_eq!(outcome.numbers.undecided.len(), 1);

    let retyped = Bench::with(&schema("dga_score", "integer")).overlay("10-test.yaml", &action);
    let message = retyped.run().unwrap().applied.stale[0].to_string();
    assert!(
        message.starts_with("10-test.yaml:4: target")
            && message
                .contains("would put `format: double` beside `type: integer`, and is not applied"),
        "{message}"
    );

    // An overlay can contradict itself, too.
    let added = format!(
        "  - target: {PROBE}.properties\n    update: {{share: {{type: integer, format: double}}}}\n"
    );
    let contradictory = Bench::with(&schema("a", "string")).overlay("10-test.yaml", &added);
    let outcome = contradictory.run().unwrap();
    assert_eq!(
        outcome.numbers.undecided[0].1,
        "`format: double` beside `type: integer`"
    );
    let probe = &contradictory.spec("policies")["components"]["schemas"]["Probe"];
    assert_eq!(probe["properties"]["share"]["type"], "number");
}

//! What counts as passed, excepted and failed.

use serde_json::{Value, json};
use xtask::examples::collect::{Direction, collect};
use xtask::examples::driver::{Deviation, Recoded, Reply, Request};
use xtask::examples::exceptions::Exceptions;
use xtask::examples::{Report, check};

use crate::{Fake, api, upstream};

/// The schema of a thing.
fn thing() -> Value {
    json!({"type": "object", "properties": {
        "count": {"type": "integer"},
        "made": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }})
}

/// Runs an example of a response and a body with a schema through a crate that replies as `reply` says.
fn run_with(
    schema: &Value,
    [response, body]: [&str; 2],
    exceptions: &str,
    mutate: bool,
    reply: impl FnMut(&Request<'_>) -> Reply,
) -> Report {
    let text = format!(
        "paths:
  /things/{{id}}:
    put:
      operationId: saveThing
      requestBody: {{content: {{application/json: {{example: {body}}}}}}}
      responses: {{'200': {{description: ok, content: {{application/json: {{example: {response}}}}}}}}}
"
    );
    let api = api(schema);
    let (cases, _) = collect(&api, &upstream(&text));
    let mut exceptions = Exceptions::parse("exceptions.yaml", exceptions.as_bytes()).unwrap();
    check(&cases, &mut exceptions, mutate, &mut Fake(reply)).unwrap()
}

fn run(
    response: &str,
    body: &str,
    exceptions: &str,
    reply: impl FnMut(&Request<'_>) -> Reply,
) -> Report {
    run_with(&thing(), [response, body], exceptions, false, reply)
}

const NONE: &str = "exceptions: []";

fn recoded(json: impl Into<String>) -> Recoded {
    Recoded {
        json: json.into(),
        deviations: Vec::new(),
    }
}

fn deviation(path: &str) -> Deviation {
    Deviation {
        path: path.to_owned(),
        expected: "an integer".to_owned(),
        found: "a list".to_owned(),
    }
}

/// A crate that encodes what it decodes.
#[expect(clippy::unnecessary_wraps, reason = "it is a reply")]
fn echo(request: &Request<'_>) -> Reply {
    Ok(recoded(request.json))
}

#[test]
fn what_comes_back_as_it_was_has_passed() {
    let report = run("{count: 7, more: 1}", "{count: 7}", NONE, echo);
    assert!(report.is_good(), "{report}");
}

#[test]
fn the_order_of_properties_does_not_count_nor_do_nulls_of_a_response() {
    let report = run(
        "{count: 7, made: null, tags: [{a: null}]}",
        "{count: 7, tags: []}",
        NONE,
        |request| match request.direction {
            Direction::Response => Ok(recoded(r#"{"tags": [{}], "count": 7}"#)),
            Direction::Body => Ok(recoded(r#"{"tags": [], "count": 7}"#)),
        },
    );
    assert!(report.is_good(), "{report}");
}

#[test]
fn what_is_lost_added_or_changed_is_named_with_its_path() {
    for (before, after, expected) in [
        ("{count: 7}", r#"{}"#, "$.count: 7 became nothing"),
        ("{count: 7}", r#"{"count": 8}"#, "$.count: 7 became 8"),
        ("{count: 7}", r#"{"count": 7.0}"#, "$.count: 7 became 7.0"),
        (
            "{count: '7'}",
            r#"{"count": 7}"#,
            r#"$.count: "7" became 7"#,
        ),
        (
            "{made: '2026-02-28 12:00:00'}",
            r#"{"made": "2026-02-28T12:00:00Z"}"#,
            r#"$.made: "2026-02-28 12:00:00" became"#,
        ),
        ("{more: 1}", "{}", r#"$["more"]: 1 became nothing"#),
        (
            "{tags: [a, b]}",
            r#"{"tags": ["a", "c"]}"#,
            r#"$.tags[1]: "b" became "c""#,
        ),
        ("{tags: [a, b]}", r#"{"tags": ["a"]}"#, "$.tags: ["),
        ("{}", r#"{"made": null}"#, "$.made: nothing became null"),
        (
            "{tags: [null]}",
            r#"{"tags": []}"#,
            "$.tags: [null] became []",
        ),
    ] {
        let report = run(before, "{}", NONE, |request| match request.direction {
            Direction::Response => Ok(recoded(after)),
            Direction::Body => echo(request),
        });
        assert!(!report.is_good());
        assert!(report.to_string().contains(expected), "{report}");
    }
}

#[test]
fn the_nulls_of_a_body_count() {
    let report = run("{}", "{made: null}", NONE, |_| Ok(recoded("{}")));
    let text = report.to_string();
    assert!(text.contains("$.made: null became nothing"), "{text}");
}

#[test]
fn a_deviation_is_a_problem() {
    let report = run("{count: [7]}", "{}", NONE, |request| {
        match request.direction {
            Direction::Response => Ok(Recoded {
                deviations: vec![deviation("$.count")],
                ..recoded(request.json)
            }),
            Direction::Body => echo(request),
        }
    });
    let text = report.to_string();
    assert!(
        text.contains("$.count: expected an integer, found a list"),
        "{text}"
    );
    assert!(!report.is_good());
}

#[test]
fn exceptions_cover_the_place_that_they_name_and_have_to_occur() {
    let deviate = |request: &Request<'_>| match request.direction {
        Direction::Response => Ok(Recoded {
            deviations: vec![deviation("$.tags[2]")],
            ..recoded(request.json)
        }),
        Direction::Body => echo(request),
    };
    let exception = |path: &str| {
        format!(
            "exceptions: [{{operation: policies.save_thing, in: response, path: '{path}', documents: [All], reason: test}}]"
        )
    };
    let report = run("{}", "{}", &exception("$.tags[*]"), deviate);
    assert!(report.is_good(), "{report}");
    let report = run("{}", "{}", &exception("$.count"), deviate);
    assert!(!report.is_good());
    let text = report.to_string();
    assert!(text.contains("$.tags[2]: expected an integer"), "{text}");
    assert!(
        text.contains("policies.save_thing response $.count: this exception has not occurred"),
        "{text}"
    );
}

#[test]
fn exceptions_of_documents_that_are_not_given_need_not_occur() {
    let text = b"exceptions: [{operation: policies.save_thing, in: body, documents: [One, Other], reason: test}]";
    let stale = |title: &str| {
        let exceptions = Exceptions::parse("exceptions.yaml", text).unwrap();
        exceptions.of_documents(&[title]).stale()
    };
    assert_eq!(stale("Other"), ["policies.save_thing body as a whole"]);
    assert!(stale("Third").is_empty());
}

#[test]
fn an_exception_without_a_reason_is_rejected() {
    let text = b"exceptions: [{operation: policies.save_thing, in: response}]";
    let error = Exceptions::parse("exceptions.yaml", text).unwrap_err();
    assert_eq!(
        error,
        "exceptions.yaml: exception 1: found no `reason`, expected a string"
    );
}

/// A crate that decodes one integer at `$.count`, keeps everything, and reports what is not one.
fn lenient(request: &Request<'_>) -> Reply {
    let value: Value = serde_json::from_str(request.json).unwrap();
    let integer = |value: &Value| value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let quoted = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.parse::<i64>().is_ok())
    };
    let deviations = match &value {
        Value::Object(map) => match map.get("count") {
            None | Some(Value::Null) => vec![],
            Some(count) if integer(count) || quoted(count) => vec![],
            Some(_) => vec![deviation("$.count")],
        },
        Value::Null => vec![],
        _ => return Err("the response differs at $: expected an object".to_owned()),
    };
    Ok(Recoded {
        json: request.json.to_owned(),
        deviations,
    })
}

fn mutate(schema: &Value, response: &str, reply: impl FnMut(&Request<'_>) -> Reply) -> Report {
    run_with(schema, [response, "{}"], NONE, true, reply)
}

#[test]
fn mutants_are_decoded_or_reported_at_their_path() {
    let report = mutate(&thing(), "{count: 7}", lenient);
    assert!(report.is_good(), "{report}");
    let text = report.to_string();
    // The whole response four ways, and `$.count` four ways.
    assert!(
        text.contains("other type                       0         4         0         4         0"),
        "{text}"
    );
    assert!(
        text.contains("list of one                      0         1         0         1         0"),
        "{text}"
    );
}

#[test]
fn a_crate_that_rejects_loses_or_misreports_is_found_out() {
    let judged = |reply: fn(&Request<'_>) -> Reply| {
        let report = mutate(&thing(), "{count: 7}", reply);
        assert!(!report.is_good());
        report.to_string()
    };
    let rejecting = judged(|request| match request.json {
        r#"{"count":"7"}"# => Err("expected an integer".into()),
        _ => lenient(request),
    });
    assert!(
        rejecting.contains("policies.save_thing response, quoted number at $.count, 1 times\n    is rejected: expected an integer"),
        "{rejecting}"
    );
    let silent = judged(echo);
    assert!(silent.contains("    is not reported"), "{silent}");
    let losing = judged(|request| match request.json {
        r#"{"count":[]}"# => Ok(Recoded {
            json: "{}".to_owned(),
            ..lenient(request)?
        }),
        _ => lenient(request),
    });
    assert!(
        losing.contains("loses $.count: [] became nothing"),
        "{losing}"
    );
    let overzealous = judged(|request| match request.json {
        r#"{"count":"7"}"# => Ok(Recoded {
            deviations: vec![deviation("$.count")],
            ..recoded(request.json)
        }),
        _ => lenient(request),
    });
    assert!(
        overzealous.contains("can be decoded, and is reported: $.count: expected"),
        "{overzealous}"
    );
    let elsewhere = judged(|request| {
        let mut recoded = lenient(request)?;
        for deviation in &mut recoded.deviations {
            deviation.path = "$.tags".to_owned();
        }
        Ok(recoded)
    });
    assert!(
        elsewhere.contains("is reported elsewhere: $.tags: expected"),
        "{elsewhere}"
    );
    let vague = judged(|request| lenient(request).map_err(|_| "no".into()));
    assert!(vague.contains("is rejected: no"), "{vague}");
}

#[test]
fn an_element_of_a_whole_list_may_be_left_out_and_nothing_else() {
    let schema = json!({"type": "array", "items": {"type": "object", "properties": {
        "count": {"type": "integer"},
    }}});
    let leaving_out = |request: &Request<'_>| {
        let Value::Array(items) = serde_json::from_str(request.json).unwrap() else {
            return Err("the response differs at $: expected a list".to_owned());
        };
        let objects = items.iter().filter(|item| item.is_object());
        let kept: Vec<_> = objects.clone().collect();
        let others = items.iter().enumerate();
        let others = others.filter(|(_, item)| !item.is_object() && !item.is_null());
        let counts = kept.iter().enumerate().filter_map(|(index, item)| {
            let count = item.get("count").filter(|count| !count.is_null())?;
            let is_integer = count.as_f64().is_some() || *count == "7";
            (!is_integer).then(|| deviation(&format!("$[{index}].count")))
        });
        let mut deviations: Vec<_> = others
            .map(|(index, _)| deviation(&format!("$[{index}]")))
            .collect();
        deviations.extend(counts);
        Ok(Recoded {
            json: json!(kept).to_string(),
            deviations,
        })
    };
    let report = mutate(&schema, "[{count: 7}]", leaving_out);
    let text = report.to_string();
    // `$[0]` as a list, a string, a number and a boolean.
    assert!(
        text.contains("other type                       0         4         4         4         0"),
        "{text}"
    );
    let report = mutate(&schema, "[{count: 7}]", |request| {
        let recoded = leaving_out(request)?;
        let is_silent = request.json == "[true]";
        Ok(match is_silent {
            true => Recoded {
                deviations: Vec::new(),
                ..recoded
            },
            false => recoded,
        })
    });
    assert!(!report.is_good(), "{report}");
    let report = mutate(&schema, "[{count: 7}]", |request| {
        let recoded = leaving_out(request)?;
        match request.json.contains("count") {
            true => Ok(recoded),
            false => Ok(Recoded {
                json: r#"[{"count":8}]"#.to_owned(),
                ..recoded
            }),
        }
    });
    assert!(!report.is_good(), "{report}");
}
